from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from .models import Document
from .throttle import may_upload


class DocumentForm(forms.ModelForm):
    class Meta:
        model = Document
        fields = ["title", "file"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self):
        if not may_upload(self.user):
            raise ValidationError("Too many uploads. Try again in a minute.", code="throttled")
        return super().clean()

    @property
    def throttled(self):
        return self.has_error(NON_FIELD_ERRORS, "throttled")
