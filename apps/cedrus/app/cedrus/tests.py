import json
import logging
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import SimpleTestCase, override_settings

from cedrus import environment
from cedrus.logs import JsonFormatter


def env(**variables):
    return patch.dict(os.environ, variables, clear=True)


class TextTests(SimpleTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name, "value")

    def test_a_file_may_hold_the_value(self):
        self.file.write_text("from the file\n")
        with env(NAME_FILE=str(self.file)):
            self.assertEqual(environment.text("NAME"), "from the file")

    def test_both_sources_at_once_are_refused(self):
        self.file.write_text("a")
        with env(NAME="b", NAME_FILE=str(self.file)), self.assertRaisesMessage(ImproperlyConfigured, "not both"):
            environment.text("NAME")

    def test_an_unreadable_file_is_reported_without_its_path(self):
        path = f"/nowhere/{secrets.token_hex()}"
        with env(NAME_FILE=path), self.assertRaisesMessage(ImproperlyConfigured, "NAME_FILE") as caught:
            environment.text("NAME")
        self.assertNotIn(path, str(caught.exception))

    def test_a_flag_is_on_off_or_refused(self):
        for value, expected in {"1": True, "True": True, "off": False, "": False}.items():
            with self.subTest(value), env(NAME=value):
                self.assertIs(environment.flag("NAME"), expected)
        with env(NAME="maybe"), self.assertRaisesMessage(ImproperlyConfigured, "NAME must be 1 or 0"):
            environment.flag("NAME")

    def test_items_are_separated_by_commas(self):
        with env(NAME="a.example, b.example,"):
            self.assertEqual(environment.items("NAME"), ["a.example", "b.example"])


class UrlTests(SimpleTestCase):
    def test_a_database_url_is_taken_apart(self):
        with env(NAME="postgresql://us%40er:p%2Fw%23@db:6432/shop?sslmode=require"):
            self.assertEqual(
                environment.database("NAME"),
                {
                    "ENGINE": "django.db.backends.postgresql",
                    "NAME": "shop",
                    "USER": "us@er",
                    "PASSWORD": "p/w#",
                    "HOST": "db",
                    "PORT": 6432,
                    "OPTIONS": {"sslmode": "require"},
                },
            )

    def test_the_password_may_come_apart_from_the_url(self):
        password = secrets.token_urlsafe() + "/#@?"
        with env(NAME="postgres://user@db/shop", DATABASE_PASSWORD=password):
            self.assertEqual(environment.database("NAME")["PASSWORD"], password)
        with env(NAME="redis://cache:6379/0", REDIS_PASSWORD=password):
            self.assertEqual(environment.redis("NAME")["OPTIONS"], {"password": password})

    def test_a_redis_location_holds_no_password(self):
        with env(NAME="redis://:p%40w@cache:6379/1"):
            settings = environment.redis("NAME")
        self.assertEqual(settings["LOCATION"], "redis://cache:6379/1")
        self.assertEqual(settings["OPTIONS"], {"password": "p@w"})

    def test_a_malformed_url_is_refused_and_not_shown(self):
        word = secrets.token_hex()
        malformed = [
            word,
            f"mysql://user:{word}@db/shop",
            f"postgres://user:{word}@db",
            f"postgres://user:{word}@db:port/shop",
            f"postgres://user:{word}/x@db/shop",
            f"postgres://user:1/{word}@db/shop",
            f"postgres://user:1?{word}@db/shop",
            f"postgres://user:1#{word}@db/shop",
            f"postgres://user:[{word}@db/shop",
        ]
        for url in malformed:
            with self.subTest(url), env(NAME=url):
                with self.assertRaisesMessage(ImproperlyConfigured, "NAME must look like postgres://") as caught:
                    environment.database("NAME")
                self.assertNotIn(word, str(caught.exception))


class SettingsTests(SimpleTestCase):
    """Each in a process of its own: settings are read once."""

    def run_manage(self, *arguments, **variables):
        defaults = {
            "PATH": os.environ["PATH"],
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DATABASE_URL": "postgres://user@localhost/none",
            "REDIS_URL": "redis://localhost",
            "ALLOWED_HOSTS": "cedrus.example",
        }
        return subprocess.run(
            [sys.executable, "-B", "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=defaults | variables,
            capture_output=True,
            text=True,
        )

    def test_production_passes_the_deployment_checks(self):
        done = self.run_manage("check", "--deploy", "--fail-level", "WARNING")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_is_missing_is_named(self):
        for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL"):
            with self.subTest(name):
                done = self.run_manage("check", **{name: ""})
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(f"Set {name}, or {name}_FILE", done.stderr)

    def test_a_short_key_is_for_development_only_and_never_shown(self):
        key = secrets.token_hex(24)
        done = self.run_manage("check", SECRET_KEY=key)
        self.assertIn("SECRET_KEY must have at least 50 characters; it has 48.", done.stderr)
        self.assertNotIn(key, done.stdout + done.stderr)
        self.assertEqual(self.run_manage("check", SECRET_KEY=key, DEBUG="1").returncode, 0)


class StaticFilesTests(SimpleTestCase):
    def test_names_carry_a_hash_and_text_is_compressed_too(self):
        with tempfile.TemporaryDirectory() as folder, override_settings(
            STATIC_ROOT=folder, STORAGES={"staticfiles": {"BACKEND": "cedrus.storage.CompressedManifestStorage"}}
        ):
            for _ in range(2):  # a second start meets the files of the first
                call_command("collectstatic", interactive=False, verbosity=0)
            self.assertRegex(staticfiles_storage.url("library/site.css"), r"^/static/library/site\.[0-9a-f]{12}\.css$")
            name = staticfiles_storage.stored_name("library/site.css")
            self.assertRegex(Path(folder, name).read_text(), r"cedar\.[0-9a-f]{12}\.svg")
            self.assertTrue(Path(folder, f"{name}.gz").exists())


class LogTests(SimpleTestCase):
    def test_a_record_is_one_line_of_json(self):
        try:
            raise ValueError("two\nlines")
        except ValueError:
            record = logging.LogRecord("app", logging.ERROR, __file__, 1, "%s failed", ("it",), sys.exc_info())
        line = JsonFormatter().format(record)
        self.assertNotIn("\n", line)
        entry = json.loads(line)
        self.assertEqual((entry["level"], entry["logger"], entry["message"]), ("ERROR", "app", "it failed"))
        self.assertIn("ValueError", entry["exception"])
