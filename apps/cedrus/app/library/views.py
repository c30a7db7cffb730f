from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse_lazy
from django.views.generic import CreateView, ListView

from .forms import DocumentForm
from .models import Document


class DocumentList(ListView):
    model = Document
    paginate_by = 20


class DocumentCreate(LoginRequiredMixin, CreateView):
    model = Document
    form_class = DocumentForm
    success_url = reverse_lazy("document-list")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}
