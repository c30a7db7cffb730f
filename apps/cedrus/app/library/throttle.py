from time import time

from django.conf import settings
from django.core.cache import cache


def may_upload(user):
    """Counts an upload, in Redis so that all workers share the count, and says whether it is within the limit."""
    key = f"uploads:{user.pk}:{int(time() // 60)}"
    cache.add(key, 0, timeout=120)
    return cache.incr(key) <= settings.MAX_UPLOADS_PER_MINUTE
