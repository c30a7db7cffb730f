"""The JSON API: anybody may read, a signed-in user may add. Writing wants the CSRF token, as any form does."""

from django.core.paginator import Paginator
from django.http import JsonResponse
from django.views.decorators.http import require_http_methods, require_safe

from .forms import DocumentForm
from .models import Document

PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def documents(request):
    return create(request) if request.method == "POST" else index(request)


@require_safe
def count(request):
    return JsonResponse({"count": Document.objects.count()})


def index(request):
    page = Paginator(Document.objects.all(), PAGE_SIZE).get_page(request.GET.get("page"))
    return JsonResponse(
        {
            "count": page.paginator.count,
            "page": page.number,
            "pages": page.paginator.num_pages,
            "documents": [serialize(document) for document in page],
        }
    )


def create(request):
    if not request.user.is_authenticated:
        return JsonResponse({"detail": "Sign in first."}, status=401)
    form = DocumentForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=429 if form.throttled else 400)
    return JsonResponse(serialize(form.save()), status=201)


def serialize(document):
    return {
        "id": document.pk,
        "title": document.title,
        "url": document.file.url,
        "size": document.size,
        "created": document.created.isoformat(timespec="seconds"),
    }
