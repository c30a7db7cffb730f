from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.template.defaultfilters import filesizeformat

# Nothing that a browser would run when nginx serves it from /media/: no HTML, no SVG.
validate_extension = FileExtensionValidator(["csv", "docx", "jpeg", "jpg", "md", "odt", "pdf", "png", "txt", "xlsx"])


def validate_size(file):
    if file.size > settings.MAX_UPLOAD_BYTES:
        limit = filesizeformat(settings.MAX_UPLOAD_BYTES)
        raise ValidationError(f"The file is larger than {limit}.", code="too_large")
