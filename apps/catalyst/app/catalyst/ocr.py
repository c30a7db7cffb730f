"""Text from pictures, by Tesseract."""

from functools import partial
from io import BytesIO

import anyio
import pytesseract  # type: ignore[import-untyped]
from PIL import Image, ImageOps, UnidentifiedImageError

# 50 megapixels: beyond any scan of a page, and far below what would fill the memory.
Image.MAX_IMAGE_PIXELS = 50_000_000
# Below the time that a worker has to finish at a stop.
TIMEOUT_SECONDS = 25
# Sauvola's method judges each pixel by its surroundings: photographs are seldom lit evenly.
OPTIONS = "-c thresholding_method=2"

# Tesseract is a process of its own that takes a whole CPU: one at a time for each worker.
_limiter = anyio.CapacityLimiter(1)


class UnreadablePicture(Exception):
    """It is no picture, is damaged, or is too large to be opened."""


async def read(picture: bytes) -> str:
    return await anyio.to_thread.run_sync(partial(_read, picture), limiter=_limiter)


def _read(picture: bytes) -> str:
    try:
        with Image.open(BytesIO(picture)) as image:
            prepared = ImageOps.exif_transpose(image).convert("L")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise UnreadablePicture(str(error)) from error
    return str(pytesseract.image_to_string(prepared, lang="eng", config=OPTIONS, timeout=TIMEOUT_SECONDS)).strip()
