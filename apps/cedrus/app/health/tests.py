import socket
from contextlib import contextmanager
from time import monotonic, sleep
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import TransactionTestCase, override_settings
from redis import Redis

from library.models import Document

from . import checks

PRODUCTION = override_settings(
    ALLOWED_HOSTS=["cedrus.example"],
    SECURE_SSL_REDIRECT=True,
    SECURE_REDIRECT_EXEMPT=[r"^health/"],
)


def database_at(host, port):
    """Where new connections go; the one that the test itself uses stays."""
    return patch.dict(connection.settings_dict, HOST=host, PORT=port)


def redis_at(location):
    return override_settings(CACHES={"default": settings.CACHES["default"] | {"LOCATION": location}})


@contextmanager
def silent_server():
    """Accepts connections and never says a word, as a host that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@PRODUCTION
class ProbeTests(TransactionTestCase):
    def probe(self, path):
        return self.client.get(path, headers={"host": "10.1.2.3:8000"})

    def test_alive_asks_nobody(self):
        with database_at("127.0.0.1", 1), redis_at("redis://127.0.0.1:1"):
            for path in ("/health/", "/health/live/"):
                response = self.probe(path)
                self.assertEqual((response.status_code, response.json()), (200, {"status": "ok"}))
                self.assertIn("no-store", response["Cache-Control"])

    def test_only_reading_is_allowed(self):
        self.assertEqual(self.client.post("/health/ready/").status_code, 405)

    def test_everything_else_still_minds_host_and_scheme(self):
        self.assertEqual(self.probe("/api/documents/").status_code, 400)
        response = self.client.get("/api/documents/", headers={"host": "cedrus.example"})
        self.assertRedirects(response, "https://cedrus.example/api/documents/", 301, fetch_redirect_response=False)

    def test_ready(self):
        response = self.probe("/health/ready/")
        self.assertEqual((response.status_code, response.json()), (200, {"status": "ok", "failed": []}))

    def test_what_failed_is_named_and_nothing_more(self):
        faults = {
            "unresolved host": (database_at("database.invalid", 5432), ["database", "model"]),
            "refused connection": (database_at("127.0.0.1", 1), ["database", "model"]),
            "no table": (patch.object(Document._meta, "db_table", "missing"), ["model"]),
            "no Redis": (redis_at("redis://127.0.0.1:1"), ["redis"]),
            "Redis that forgets": (patch.object(Redis, "get", return_value=None), ["redis"]),
        }
        for name, (fault, failed) in faults.items():
            with self.subTest(name), fault, self.assertLogs("health", "WARNING"):
                response = self.probe("/health/ready/")
                self.assertEqual(response.status_code, 503)
                self.assertEqual(response.json(), {"status": "unavailable", "failed": failed})

    def test_it_recovers_by_itself(self):
        with database_at("127.0.0.1", 1), self.assertLogs("health", "WARNING"):
            self.assertEqual(self.probe("/health/ready/").status_code, 503)
        self.assertEqual(self.probe("/health/ready/").status_code, 200)

    def test_a_service_that_hangs_does_not_hold_the_answer(self):
        with silent_server() as port:
            for fault in (database_at("127.0.0.1", port), redis_at(f"redis://127.0.0.1:{port}")):
                with fault:
                    start = monotonic()
                    self.assertEqual(self.probe("/health/ready/").status_code, 503)
                    self.assertLess(monotonic() - start, 3)

    def test_a_check_without_any_timeout_does_not_hold_the_answer(self):
        def stuck():
            sleep(1)

        with patch.object(checks, "CHECKS", (stuck,)), patch.object(checks, "DEADLINE_SECONDS", 0.1):
            start = monotonic()
            self.assertEqual(self.probe("/health/ready/").json()["failed"], ["stuck"])
            self.assertLess(monotonic() - start, 0.5)


@override_settings(ALLOWED_HOSTS=["testserver"])
class StatusTests(TransactionTestCase):
    def sign_in(self, **fields):
        self.client.force_login(get_user_model().objects.create_user("user", **fields))

    def test_it_is_for_administrators_only(self):
        self.assertEqual(self.client.get("/health/status/").status_code, 403)
        self.sign_in()
        self.assertEqual(self.client.get("/health/status/").status_code, 403)

    def test_it_shows_versions_timings_and_counts(self):
        self.sign_in(is_staff=True)
        details = self.client.get("/health/status/").json()
        self.assertEqual(details["status"], "ok")
        self.assertEqual(set(details["versions"]), {"cedrus", "django", "python", "psycopg", "postgres"})
        self.assertEqual(details["counts"], {"documents": 0, "users": 1})
        self.assertEqual(list(details["checks"]), ["database", "redis", "model"])
        self.assertTrue(all(check["ok"] for check in details["checks"].values()))
        self.assertGreater(details["checks"]["database"]["milliseconds"], 0)

    def test_it_answers_without_redis(self):
        self.sign_in(is_staff=True)
        with redis_at("redis://127.0.0.1:1"), self.assertLogs("health", "WARNING"):
            details = self.client.get("/health/status/").json()
        self.assertEqual((details["status"], details["checks"]["redis"]["ok"]), ("degraded", False))
