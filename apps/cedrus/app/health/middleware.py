from .views import alive, ready

PROBES = {
    "/health/": alive,
    "/health/live/": alive,
    "/health/ready/": ready,
}


class ProbeMiddleware:
    """Answers probes before the checks on host and scheme that are meant for visitors."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return PROBES.get(request.path_info, self.get_response)(request)
