import gzip

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.base import ContentFile

COMPRESSIBLE = (".css", ".js", ".json", ".svg", ".txt", ".xml")


class CompressedManifestStorage(ManifestStaticFilesStorage):
    """Hashed names, which nginx may cache for a year, each with a `.gz` beside it for nginx's `gzip_static`."""

    def post_process(self, paths, dry_run=False, **options):
        yield from super().post_process(paths, dry_run=dry_run, **options)
        if dry_run:
            return
        for name in self.hashed_files.values():
            if name.endswith(COMPRESSIBLE) and not self.exists(f"{name}.gz"):
                with self.open(name) as file:
                    self._save(f"{name}.gz", ContentFile(gzip.compress(file.read(), mtime=0)))
