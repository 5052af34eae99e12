"""Files in an object storage: the policy is asked first, and the address that it gives soon ends.

The storage here is a real server that checks signatures as object storages do; only its signing is simpler.
"""

from __future__ import annotations

import hashlib
import hmac
import http.server
import runpy
import threading
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage

from hub.environment import read_environment
from knowledge.object_storage import PolicyFirstMixin
from tests.factories import MemberFactory, make_article, make_document, make_image

KEY = b"only-the-storage-and-the-hub-know"
ROOT = Path(__file__).resolve().parents[2]


def signature(path: str, facts: dict[str, str]) -> str:
    return hmac.new(KEY, f"{path}?{urlencode(sorted(facts.items()))}".encode(), hashlib.sha256).hexdigest()


class SigningStorage(FileSystemStorage):
    """Signs addresses of a server of its own, with the arguments of django-storages' S3Storage."""

    origin = ""

    def url(self, name, parameters=None, expire=None):
        """Return a signed address."""
        facts = {**(parameters or {}), "until": str(int(time.time()) + expire)}
        path = f"/bucket/{name}"
        return f"{self.origin}{path}?{urlencode(facts | {'signature': signature(path, facts)})}"


class ObjectStorage(PolicyFirstMixin, SigningStorage):
    """What the hub makes of such a storage."""


class Bucket(http.server.BaseHTTPRequestHandler):
    """Gives out what is asked for at a signed address, until it ends."""

    def do_GET(self):
        address = urlsplit(self.path)
        facts = {name: values[0] for name, values in parse_qs(address.query).items()}
        signed = facts.pop("signature", "")
        is_right = hmac.compare_digest(signed, signature(address.path, facts))
        if not is_right or int(facts["until"]) <= time.time():
            self.send_error(403)
            return
        self.send_response(200)
        self.send_header("Content-Type", facts["ResponseContentType"])
        self.send_header("Content-Disposition", facts["ResponseContentDisposition"])
        self.send_header("Cache-Control", facts["ResponseCacheControl"])
        self.end_headers()
        self.wfile.write((Path(self.server.folder) / address.path.removeprefix("/bucket/")).read_bytes())

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def bucket(settings, tree):
    """The storage that the settings name; its server runs."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    server.folder = settings.MEDIA_ROOT
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    ObjectStorage.origin = f"http://127.0.0.1:{server.server_address[1]}"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": f"{__name__}.ObjectStorage", "OPTIONS": {"location": settings.MEDIA_ROOT}},
    }
    yield ObjectStorage.origin
    server.shutdown()
    server.server_close()


def published(marking: str):
    document = make_document()
    text = f'<p><a linktype="document" id="{document.pk}">x</a></p>'
    return document, make_article(f"With {document.pk}", marking=marking, body=text)


@pytest.mark.django_db
def test_whoever_may_have_a_file_is_sent_on_and_gets_it(client, bucket):
    document, _article = published("GREEN")
    client.force_login(MemberFactory())
    answer = client.get(document.file.url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{bucket}/bucket/documents/")
    with urlopen(answer["Location"]) as given:
        assert given.read() == b"a,b\n1,2\n"
        assert given.headers["Content-Disposition"].startswith("attachment")
        assert given.headers["Content-Type"] == "text/csv"
        assert given.headers["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("marking", ["CLEAR", "GREEN"])
def test_the_address_is_kept_by_nobody_and_soon_ends(client, bucket, settings, marking):
    settings.MEDIA_SIGNED_SECONDS = 1
    document, _article = published(marking)
    client.force_login(MemberFactory())
    answer = client.get(document.file.url)
    assert answer["Cache-Control"] == "private, no-store"
    time.sleep(1.1)
    with pytest.raises(HTTPError, match="403"):
        urlopen(answer["Location"])
    # Another address, not the same one from somebody's copy.
    assert client.get(document.file.url)["Location"] != answer["Location"]


@pytest.mark.django_db
def test_an_address_that_somebody_changed_is_refused(client, bucket):
    document, _article = published("CLEAR")
    address = client.get(document.file.url)["Location"]
    other = make_document()
    for forged in (
        address.replace(document.file.name, other.file.name),
        address.replace("until=1", "until=2"),
        address.replace("attachment", "inline"),
        address.partition("?")[0],
    ):
        assert forged != address
        with pytest.raises((HTTPError, ConnectionError)):
            urlopen(forged)


@pytest.mark.django_db
def test_whoever_may_not_is_told_what_is_told_of_what_is_not_there(client, bucket):
    document, _article = published("GREEN")
    refused, missing = client.get(document.file.url), client.get("/media/documents/missing.csv")
    assert refused.status_code == missing.status_code == 404
    assert refused.content == missing.content
    assert "Location" not in refused


@pytest.mark.django_db
def test_no_page_and_no_list_names_the_storage(client, bucket):
    image = make_image()
    document, article = published("CLEAR")
    article.lead_image, article.lead_image_alternative_text = image, "x"
    article.save_revision().publish()
    for path in (article.url, "/en/", "/api/v3/images/", "/api/v3/documents/", "/en/feed/", "/sitemap.xml"):
        text = client.get(path).content.decode()
        assert bucket not in text, path
        assert "signature" not in text, path
    assert image.file.url.startswith("/media/")
    assert document.file.url.startswith("/media/")


def test_the_setting_names_bucket_key_and_server(monkeypatch):
    address = "s3://key:se%2Fcret@hub-files?endpoint=https://storage.example.org&region=eu"
    found = read_environment({"DEBUG": "true", "MEDIA_STORAGE_URL": address})["MEDIA_STORAGE_URL"]
    assert found["OPTIONS"]["bucket_name"] == "hub-files"
    assert found["OPTIONS"]["secret_key"] == "se/cret"
    assert found["OPTIONS"]["querystring_auth"] is True
    assert found["OPTIONS"]["default_acl"] is None
    for name, value in {"DEBUG": "true", "MEDIA_STORAGE_URL": address, "DATABASE_URL": "sqlite:///:memory:"}.items():
        monkeypatch.setenv(name, value)
    module = runpy.run_path(str(ROOT / "hub" / "settings.py"))
    assert module["STORAGES"]["default"]["BACKEND"] == "knowledge.object_storage.S3Storage"
    for policy in ("SECURE_CSP", "ADMIN_CSP"):
        assert "https://storage.example.org" in module[policy]["img-src"]
        assert "https://storage.example.org" in module[policy]["media-src"]
        assert "https://storage.example.org" not in module[policy]["script-src"]


@pytest.mark.parametrize(
    "value",
    [
        "gs://bucket?region=x",
        "s3://bucket",
        "s3://bucket?endpoint=file:///x",
        "s3://bucket?endpoint=https://a&acl=public",
    ],
)
def test_a_storage_that_cannot_be_is_refused_without_its_secret(value):
    with pytest.raises(ImproperlyConfigured, match="MEDIA_STORAGE_URL") as error:
        read_environment({"DEBUG": "true", "MEDIA_STORAGE_URL": value.replace("://", "://key:never-told@")})
    assert "never-told" not in str(error.value)
