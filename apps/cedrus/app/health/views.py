import platform
from dataclasses import asdict

import django
import psycopg
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import cedrus
from library.models import Document

from .checks import failed, run_checks


@require_safe
@never_cache
def alive(request):
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request):
    if names := failed(run_checks()):
        return JsonResponse({"status": "unavailable", "failed": names}, status=503)
    return JsonResponse({"status": "ok", "failed": []})


@require_safe
@never_cache
def status(request):
    if not request.user.is_staff:
        return JsonResponse({"detail": "For administrators only."}, status=403)
    results = run_checks()
    return JsonResponse(
        {
            "status": "degraded" if failed(results) else "ok",
            "versions": {
                "cedrus": cedrus.__version__,
                "django": django.get_version(),
                "python": platform.python_version(),
                "psycopg": psycopg.__version__,
                "postgres": _postgres_version(),
            },
            "checks": {name: asdict(result) for name, result in results.items()},
            "counts": {
                "documents": Document.objects.count(),
                "users": get_user_model().objects.count(),
            },
        }
    )


def _postgres_version():
    major, minor = divmod(connection.pg_version, 10_000)
    return f"{major}.{minor}"
