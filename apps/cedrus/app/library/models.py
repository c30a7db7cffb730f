from django.db import models

from .validators import validate_extension, validate_size


class Document(models.Model):
    title = models.CharField(max_length=200)
    file = models.FileField(upload_to="documents/%Y/%m/", validators=[validate_extension, validate_size])
    size = models.PositiveBigIntegerField(editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created", "-id"]
        indexes = [models.Index(fields=["-created", "-id"], name="document_newest_first")]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        self.size = self.file.size
        super().save(*args, **kwargs)
