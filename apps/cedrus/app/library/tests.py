import secrets
import stat
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, TestCase, override_settings
from django.urls import reverse

from .models import Document


def upload(name="notes.txt", content=b"cedar"):
    return {"title": "Notes", "file": SimpleUploadedFile(name, content)}


class LibraryTestCase(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.enterContext(override_settings(MEDIA_ROOT=folder.name))
        self.password = secrets.token_urlsafe()
        self.user = get_user_model().objects.create_user("reader", password=self.password)
        self.addCleanup(cache.clear)


class PageTests(LibraryTestCase):
    def test_a_visitor_sees_the_list_and_is_asked_to_sign_in_to_upload(self):
        self.assertContains(self.client.get("/"), "Nothing here yet.")
        self.assertRedirects(self.client.get("/documents/new/"), "/login/?next=/documents/new/")

    def test_signing_in_leads_back(self):
        credentials = {"username": "reader", "password": self.password, "next": "/documents/new/"}
        self.assertRedirects(self.client.post("/login/", credentials), "/documents/new/")

    def test_the_admin_uses_the_same_login_page(self):
        for method in (self.client.get, self.client.post):
            self.assertRedirects(method("/admin/login/?next=/admin/"), "/login/?next=/admin/")

    def test_an_upload_is_listed_and_readable_by_the_web_server(self):
        self.client.force_login(self.user)
        self.assertRedirects(self.client.post("/documents/new/", upload()), "/")
        document = Document.objects.get()
        self.assertContains(self.client.get("/"), document.file.url)
        self.assertEqual(stat.S_IMODE(Path(document.file.path).stat().st_mode), 0o644)

    def test_a_long_list_has_pages(self):
        for _ in range(21):
            Document.objects.create(**upload())
        self.assertContains(self.client.get("/"), "?page=2")


class ApiTests(LibraryTestCase):
    url = "/api/documents/"

    def create(self, **kwargs):
        self.client.force_login(self.user)
        return self.client.post(self.url, upload(**kwargs))

    def test_create_list_and_count(self):
        created = self.create()
        self.assertEqual(created.status_code, 201)
        document = created.json()
        self.assertEqual(set(document), {"id", "title", "url", "size", "created"})
        self.assertEqual((document["title"], document["size"]), ("Notes", 5))
        self.assertRegex(document["url"], r"^/media/documents/\d{4}/\d\d/notes\.txt$")
        listed = Client().get(self.url).json()
        self.assertEqual(listed, {"count": 1, "page": 1, "pages": 1, "documents": [document]})
        self.assertEqual(Client().get(reverse("api-document-count")).json(), {"count": 1})

    def test_writing_wants_a_user_and_a_token(self):
        self.assertEqual(self.client.post(self.url, upload()).status_code, 401)
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.user)
        self.assertEqual(strict.post(self.url, upload()).status_code, 403)

    def test_what_a_browser_would_run_is_refused(self):
        for name in ("page.html", "image.svg", "script.js", "none"):
            with self.subTest(name):
                response = self.create(name=name)
                self.assertEqual(response.status_code, 400)
                self.assertIn("file", response.json()["errors"])

    @override_settings(MAX_UPLOAD_BYTES=4)
    def test_a_file_that_is_too_large_is_refused(self):
        self.assertEqual(self.create().json()["errors"], {"file": ["The file is larger than 4\xa0bytes."]})

    def test_a_large_file_goes_through_the_temporary_folder(self):
        size = settings.FILE_UPLOAD_MAX_MEMORY_SIZE + 1
        self.assertEqual(self.create(content=b"x" * size).json()["size"], size)

    @override_settings(MAX_UPLOADS_PER_MINUTE=0)
    def test_uploads_are_limited(self):
        response = self.create()
        self.assertEqual(response.status_code, 429)
        self.assertEqual(Document.objects.count(), 0)


class MigrationTests(TestCase):
    def test_the_migrations_hold_every_change_of_the_models(self):
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
