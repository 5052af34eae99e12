"""What is true of every answer: headers, cookies, odd input, other hosts, errors that tell nothing."""

from __future__ import annotations

import io
import logging.config
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client
from django.urls import clear_url_caches, get_resolver
from django.urls import path as pattern_of

import hub.urls
from access.generation import current_generation
from knowledge.models import HubDocument
from tests.factories import MemberFactory, UserFactory, make_article, make_document, make_image, section, translate
from tests.hub.test_urls import addresses

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "ar", "es", "fr")
# A NUL, other control characters, lone surrogates' bytes, directions, quotes, operators, numbers no table holds.
ODD = [
    "\x00",
    "a\x00b",
    "\x01\x1f\x7f\x85",
    "\ufeff\u202e\u2066",
    "\ud7ff\ufffe\uffff",
    "'\"`;--",
    '" OR "',
    "*",
    "a*",
    "(((",
    ":*",
    "& | !",
    "\\",
    "%",
    "_",
    "NEAR(a b)",
    "title:secret",
    "-1",
    "0",
    "1e999",
    "9" * 40,
    "٣",
    "²",
    "NaN",
    "../../etc/passwd",
    "{{ 7|add:7 }}",
    "<script>alert(1)</script>",
    "🧪" * 50,
    "a " * 2000,
    "a" * 7000,
    "[]",
    "null",
    "on",
    "en",
    "GREEN",
]
PARAMETERS = (
    "q", "page", "sort", "type", "topic", "sector", "language", "country", "year", "next", "limit", "offset",
    "order", "fields", "locale", "child_of", "translation_of", "rich_text_format", "format", "csrfmiddlewaretoken",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def pages(tree):
    """Addresses of each kind that readers call."""
    article = make_article("Public")
    translate(article, "ar", "عام")
    return [
        "/", "/healthz", "/readyz", "/robots.txt", "/sitemap.xml", "/brand.css",
        "/api/openapi.json", "/api/v3/pages/", f"/api/v3/pages/{article.pk}/", "/api/v3/images/", "/api/v3/documents/",
        "/en/", "/ar/", section("en").url, section("ar").url, article.url, f"/fr/original/{article.pk}/",
        "/en/search/", "/ar/search/", "/es/search/completions/", "/fr/feed/",
        "/en/accounts/login/", "/accounts/login/", "/en/accounts/password/reset/", "/en/nothing/", "/media/nothing.png",
    ]  # fmt: skip


# --- Odd input --------------------------------------------------------------------------------------


def test_odd_parameters_are_no_server_error(client, pages):
    for address in pages:
        for value in ODD:
            answer = client.get(address, dict.fromkeys(PARAMETERS, value))
            assert answer.status_code < 500, (address, value)
            assert b"<script>alert" not in answer.content, (address, value)


@pytest.mark.parametrize("value", ["a\x00b", "9" * 40, "²", "\ufeff\u202e"])
def test_odd_values_of_one_parameter_are_no_server_error(client, value):
    client.force_login(MemberFactory())
    for address in ("/en/search/", "/en/search/completions/", section().url, "/api/v3/pages/"):
        for name in PARAMETERS:
            assert client.get(address, {name: [value, value]}).status_code < 500, (address, name)


@pytest.mark.parametrize(
    "path",
    [
        "/en/%00/", "/%00/", "/en/a%00b/", "/api/v3/pages/%00/", "/media/%00", "/media/a%00.png", "/%ff%fe/",
        "/en/%ff/", "/media/%ff.png", "/en/original/99999999999999999999999999/", "/en/adapted/999999999999999999999/",
        "/en/original/0/", "/en/original/-1/", "/api/v3/images/99999999999999999999999/", "/en/" + "a/" * 200,
        "/en/" + "a" * 5000 + "/", "/media/" + "a" * 5000, "/en/%E2%80%AE/", "//evil.example/", "/en//evil.example/",
        "/en/best-practices/%2e%2e/", "/en/%2F%2Fevil.example/", "/en/ ⁄ /", "/en/_util/login/",
        "/en/_util/authenticate_with_password/1/1/", "/documents/1/x.pdf", "/images/x/1/width-1/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_odd_addresses_are_not_found(client, path, who):
    if who == "member":
        client.force_login(MemberFactory(organisation=None))
    answer = client.get(path)
    if answer.status_code in {301, 302}:
        # Into a language or to the sign-in: on this site.
        assert answer["Location"].startswith("/")
        assert not answer["Location"].startswith("//")
    else:
        assert answer.status_code in {404, 422}
    assert client.post(path).status_code < 500


@pytest.mark.parametrize(
    "code",
    [
        "xx",
        "en-us",
        "EN",
        "ar-SA",
        "zh-hant",
        "e",
        "en_GB",
        "en%00",
        "ar'",
        "a" * 300,
        "fr-" * 60,
        "x-klingon",
        "%D9%A3",
    ],
)
def test_malformed_languages_are_unknown_addresses(client, code):
    assert client.get(f"/{code}/", follow=True).status_code == 404
    assert client.get(f"/{code}/search/", follow=True).status_code == 404
    assert client.get("/", headers={"accept-language": f"{code},{code};q=0.1"})["Location"] in {
        f"/{language}/" for language in LANGUAGES
    }
    client.cookies["django_language"] = code
    assert client.get("/")["Location"] in {f"/{language}/" for language in LANGUAGES}
    assert 'lang="ar"' in client.get("/ar/").content.decode()


@pytest.mark.parametrize(
    "value", ['"\\000\\000\\000\\000\\000\\000\\000\\000\\000"', "a" * 5000, '"\\377\\376"', "é" * 20, ";;;", "="]
)
def test_odd_cookies_are_no_server_error(client, value):
    for name in ("sessionid", "csrftoken", "django_language", "messages"):
        for path in ("/en/", "/en/account/", "/admin/", "/en/accounts/login/"):
            assert client.get(path, headers={"cookie": f"{name}={value}"}).status_code < 500, (name, path)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer " + "a" * 5000},
        {"authorization": "Bearer \x00"},
        {"authorization": "Bearer é"},
        {"authorization": "Bearer"},
        {"authorization": "Basic !!!"},
        {"range": "bytes=99999999999-"},
        {"range": "bytes=a-b"},
        {"if-modified-since": "yesterday"},
        {"if-none-match": '"' * 100},
        {"accept": "\x00"},
        {"accept-language": "," * 2000},
        {"accept-encoding": "gzip;q=x"},
        {"content-length": "²"},
        {"content-length": "-5"},
        {"content-type": "multipart/form-data; boundary=" + "x" * 500},
        {"x-requested-with": "XMLHttpRequest"},
        {"x-forwarded-proto": "javascript"},
        {"referer": "\x00"},
    ],
)
def test_odd_headers_are_no_server_error(client, headers):
    for path in ("/en/", "/api/v3/pages/", "/en/search/?q=a", "/media/nothing.png", "/brand.css"):
        for method in ("get", "head", "options", "post", "put", "patch", "delete", "trace"):
            assert getattr(client, method)(path, headers=headers).status_code < 500, (path, method)


# --- Other hosts, methods and copies ----------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "testserver.evil.example", "testserver@evil.example", ""]
)
def test_other_hosts_are_refused(client, host):
    for path in ("/", "/en/", "/sitemap.xml", "/robots.txt", "/api/v3/pages/"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 400, path
        assert b"evil" not in answer.content
        assert all(f'lang="{language}"' in answer.content.decode() for language in LANGUAGES)


def test_a_copy_is_given_only_to_the_same_question(client):
    article = make_article("Kept")
    ask = [
        {"headers": {"x-forwarded-host": "evil.example", "x-forwarded-for": "192.0.2.1", "x-original-url": "/evil"}},
        {"headers": {"host": "testserver:8443"}},
        {"headers": {"accept": "application/json"}},
        {"query_params": {"q": "poisoned", "utm_source": "poisoned"}},
    ]
    for question in ask:
        client.get(article.url, **question)
        client.head(article.url, **question)
    client.cookies["django_language"] = "ar"
    plain = Client().get(article.url).content.decode()
    for word in ("evil", "8443", "poisoned", 'html lang="ar"'):
        assert word not in plain


def test_no_copy_carries_cookies_or_forms(client):
    article = make_article("Kept")
    client.force_login(MemberFactory())
    for path in ("/en/", article.url, section().url, "/en/search/?q=kept"):
        for _turn in range(2):
            answer = client.get(path)
            assert answer.status_code == 200
            assert not answer.cookies
            assert "csrfmiddlewaretoken" not in answer.content.decode()
            assert answer["Cache-Control"] == "private, no-cache"


def test_what_is_said_once_is_said_to_one_person(client):
    """A message waits in somebody's session: the page that shows it must not be kept for others."""
    practice = make_article("A practice")
    member, other = MemberFactory(), Client()
    client.force_login(member)
    other.force_login(MemberFactory())
    answer = client.get(f"/en/adapted/{practice.pk}/", follow=True)
    assert "Only members with an organisation" in answer.content.decode()
    assert "Only members with an organisation" not in other.get(practice.url).content.decode()


def test_looking_at_pages_starts_no_generation(client):
    """Otherwise whoever only reads makes all copies worthless, for everybody."""
    article = make_article("Kept", lead_image=make_image(), lead_image_alternative_text="x")
    for user in (None, MemberFactory(), UserFactory(is_superuser=True)):
        if user:
            client.force_login(user)
        before = current_generation()
        for path in ("/en/", article.url, "/en/search/?q=kept", "/api/v3/images/", "/sitemap.xml", "/admin/"):
            client.get(path)
        assert current_generation() == before, user


# --- Headers and cookies ----------------------------------------------------------------------------


def test_every_answer_has_the_headers_that_protect_its_reader(client, pages):
    document = make_document()
    make_article("With a file", body=f'<p><a linktype="document" id="{document.pk}">x</a></p>')
    for address in [*pages, document.file.url, "/admin/", "/en/account/"]:
        answer = client.get(address)
        policy = answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert answer["Referrer-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        assert "geolocation=()" in answer["Permissions-Policy"]
        assert "publickey-credentials-get=(self)" in answer["Permissions-Policy"]
        is_public = "public" in answer.get("Cache-Control", "")
        assert answer["Cross-Origin-Resource-Policy"] == ("cross-origin" if is_public else "same-origin"), address
        assert answer.get("X-Frame-Options") == "SAMEORIGIN", address
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        if not address.startswith("/admin/"):
            assert "unsafe" not in policy, address
            assert "default-src 'self'" in policy
            assert "base-uri 'none'" in policy


def test_pages_obey_their_own_policy(client, pages):
    """No inline scripts, styles or handlers, and nothing from elsewhere."""
    for address in pages:
        answer = client.get(address)
        if not answer["Content-Type"].startswith("text/html"):
            continue
        text = answer.content.decode()
        # Data for search engines is in script elements that browsers do not run.
        assert not re.search(r'<script(?! type="application/ld\+json">)(?![^>]*\bsrc=)[^>]*>', text), address
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), address
        for source in re.findall(r'(?:src|href|action)="(https?:[^"]*)"', text):
            assert source.startswith("http://testserver/") or 'rel="canonical"' in text, (address, source)


def test_a_laxer_policy_is_for_the_admin_only(client):
    for path in ("/admin/", "/admin/nothing/"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "style-src 'self' 'unsafe-inline';" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy.replace("style-src 'self' 'unsafe-inline'", "")
    for path in ("/en/admin/", "/Admin/", "//admin/", "/en/search/?q=/admin/"):
        assert "unsafe" not in client.get(path)["Content-Security-Policy"], path


def test_no_screen_of_the_admin_has_a_script_of_its_own(client):
    """The policy would not let it run: one that a new Wagtail brings must fail here, not at a desk."""
    client.force_login(UserFactory(is_superuser=True))
    article = make_article("Edited", lead_image=make_image(), lead_image_alternative_text="x")
    seen = 0
    for address in [
        *("/admin/", "/admin/images/add/", "/admin/media/video/add/", "/admin/workflows/add/", "/admin/users/new/"),
        *("/admin/settings/home/brand/", "/admin/reports/site-history/", "/admin/groups/new/", "/admin/redirects/add/"),
        f"/admin/pages/{article.pk}/edit/", f"/admin/pages/add/knowledge/casestudy/{section(number=1).pk}/",
        f"/admin/pages/{article.pk}/copy/", f"/admin/pages/{article.pk}/history/", f"/admin/pages/{article.pk}/usage/",
        f"/admin/localize/submit/page/{article.pk}/",
    ]:  # fmt: skip
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert not re.search(r'<script(?![^>]*\bsrc=)(?![^>]*type="application/json")[^>]*>', text), address
        assert not re.search(r"<[^>]+\son(?:click|load|error|change|submit)=", text), address
        seen += text.count("data-starts=")
    assert seen > 5


def test_visitors_get_no_cookie(client, pages):
    for address in pages:
        if "accounts" not in address:
            assert not client.get(address).cookies, address


# --- Forms ------------------------------------------------------------------------------------------


def test_a_form_from_elsewhere_is_refused_in_the_readers_language():
    client = Client(enforce_csrf_checks=True)
    client.force_login(MemberFactory())
    practice = make_article("A practice")
    for path in (f"/ar/adapted/{practice.pk}/", "/ar/accounts/login/", "/ar/accounts/logout/", "/ar/accounts/email/"):
        answer = client.post(path, {"note": "x"})
        assert answer.status_code == 403, path
        assert '<html lang="ar" dir="rtl"' in answer.content.decode()


def test_every_address_below_a_language_answers_a_strange_post(client):
    strict = Client(enforce_csrf_checks=True)
    for address in addresses(get_resolver().url_patterns):
        if (
            "(" in address or address == "oai/"
        ):  # OAI-PMH is asked by POST too, changes nothing, and tells errors in XML.
            continue
        path = "/" + re.sub(r"<[^>]+>", "1", address.replace("<lang>", "en")).replace("^", "")
        assert strict.post(path, {"a": "b"}).status_code in {400, 301, 302, 403, 404, 405}, path


# --- Uploads ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [str(500 * 1024**2), "9" * 30])
def test_a_body_that_is_declared_too_large_is_refused_unread(client, length):
    for path in ("/en/accounts/login/", "/admin/documents/add/", "/api/v3/pages/", "/en/"):
        answer = client.post(
            path, b"", content_type="multipart/form-data; boundary=x", headers={"content-length": length}
        )
        assert answer.status_code == 413, path
        text = answer.content.decode()
        assert "50" in text
        assert all(f'lang="{language}"' in text for language in LANGUAGES)


def test_a_body_without_a_length_is_not_read():
    """A chunked body: WSGI gives no length, so not a byte of it is taken into memory or onto the disk."""

    class Endless(io.RawIOBase):
        """A body that would never end."""

        def read(self, size: int = -1) -> bytes:
            raise AssertionError("The body was read.")

    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/en/accounts/login/",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.input": Endless(),
    }
    request = WSGIRequest(environ)
    assert not request.POST
    assert not request.FILES


def test_too_many_fields_are_refused(client):
    body = "&".join(f"a{number}=1" for number in range(20_001))
    answer = client.post("/en/accounts/login/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


# --- Files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["../hub/settings.py", "..%2fhub%2fsettings.py", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "images/../../x",
     "..\\..\\x", "original_images/", "", ".", "documents"],
)  # fmt: skip
def test_no_file_outside_of_what_was_uploaded_is_served(client, path):
    client.force_login(UserFactory(is_superuser=True))
    assert client.get(f"/media/{path}", follow=True).status_code == 404


def test_a_record_cannot_lead_out_of_the_folder_of_files(client):
    """Even if somebody managed to write such a name into the table."""
    document = make_document()
    for name in ("../../etc/passwd", "/etc/passwd", "documents/../../x"):
        HubDocument.objects.filter(pk=document.pk).update(file=name)
        client.force_login(UserFactory(is_superuser=True))
        assert client.get(f"/media/{name}").status_code in {301, 400, 404}


# --- Production -------------------------------------------------------------------------------------

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "a-key-that-must-never-be-shown-" + "x7" * 30,
    "ALLOWED_HOSTS": "hub.example.org",
    "BASE_URL": "https://hub.example.org",
    "EMAIL_URL": "smtp+tls://user:mail-password-never-shown@mail.example.org:587",
    "SECURE_PROXY": "true",
    "DATABASE_URL": "sqlite:///:memory:",
}


def test_the_deployment_check_is_clean():
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    found = subprocess.run(
        command, cwd=ROOT, env=kept | PRODUCTION, capture_output=True, text=True, timeout=120, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "no issues" in found.stdout


@pytest.fixture
def production(settings, monkeypatch):
    """Set all that concerns safety as the settings have it in production."""
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    module = runpy.run_path(str(ROOT / "hub" / "settings.py"))
    for name, value in module.items():
        if name.startswith(("SECURE_", "SESSION_", "CSRF_", "X_FRAME", "ALLAUTH_", "ACCOUNT_")):
            setattr(settings, name, value)
    for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL"):
        setattr(settings, name, module[name])
    assert settings.DEBUG is False
    logging.config.dictConfig({**module["LOGGING"], "disable_existing_loggers": False})


def broken(request):
    """A view that fails."""
    local_variable = "local-never-shown"
    raise RuntimeError(f"detail-{len(local_variable)}")


@pytest.fixture
def broken_address(monkeypatch, production):
    """An address whose view fails."""
    patterns = [pattern_of("broken", broken), *hub.urls.urlpatterns]
    monkeypatch.setattr(hub.urls, "urlpatterns", patterns)
    clear_url_caches()
    yield "/broken"
    clear_url_caches()


def as_text(answer) -> str:
    """Return all that somebody is told: status, headers, cookies, body."""
    return f"{answer.status_code} {dict(answer.headers)} {answer.cookies.output()} {answer.content.decode()}"


def test_in_production_errors_tell_nothing(broken_address, caplog, capfd):
    host = {"host": "hub.example.org", "x-forwarded-proto": "https"}
    strict = Client(raise_request_exception=False, enforce_csrf_checks=True, headers=host)
    password = {"login": "member@example.org", "password": "form-never-shown"}
    answers = {
        400: strict.get("/en/", headers={**host, "host": "evil.example"}),
        403: strict.post("/ar/accounts/login/", password),
        404: strict.get("/ar/nothing/?token=query-never-shown"),
        413: strict.post("/en/", b"", content_type="text/plain", headers={**host, "content-length": "999999999"}),
        500: strict.get(
            f"{broken_address}?a=query-never-shown", headers={**host, "authorization": "Bearer header-never-shown"}
        ),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        told = as_text(answer).replace("?token=query-never-shown", "")
        for word in (
            "never-shown",
            "Traceback",
            "RuntimeError",
            "detail-17",
            "hub/settings",
            str(ROOT),
            "DEBUG",
            "Django",
        ):
            assert word not in told, (status, word)
    for status in (413, 500):
        assert all(f'lang="{language}"' in answers[status].content.decode() for language in LANGUAGES)
    for status in (403, 404):
        assert '<html lang="ar" dir="rtl"' in answers[status].content.decode()
    # What is logged is for operators: where it broke, not what anybody sent.
    logged = caplog.text + "".join(capfd.readouterr())
    assert "RuntimeError" in logged
    for word in ("form-never", "query-never", "header-never", "local-never", "mail-password", PRODUCTION["SECRET_KEY"]):
        assert word not in logged, word


def test_in_production_cookies_and_transport_are_safe(production):
    host = {"host": "hub.example.org"}
    plain = Client(headers=host).get("/en/account/")
    assert plain.status_code == 301
    assert plain["Location"] == "https://hub.example.org/en/account/"
    secure = Client(enforce_csrf_checks=True, headers={**host, "x-forwarded-proto": "https"})
    page = secure.get("/en/")
    assert page["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert not page.cookies
    user = MemberFactory()
    secure.get("/en/accounts/login/")
    fields = {
        "login": user.email,
        "password": "a-long-password-27",
        "csrfmiddlewaretoken": secure.cookies["csrftoken"].value,
    }
    referer = {"referer": "https://hub.example.org/en/accounts/login/"}
    answer = secure.post("/en/accounts/login/", fields, headers=referer)
    session = answer.cookies["sessionid"]
    assert session["secure"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert answer.cookies["csrftoken"]["secure"]
    assert answer.cookies["csrftoken"]["samesite"] == "Lax"
    other_site = secure.post("/en/accounts/logout/", {}, headers={"referer": "https://evil.example/"})
    assert other_site.status_code == 403


def test_the_cache_of_tests_is_the_cache_of_pages(client):
    """Guards the tests above: without copies they would prove nothing."""
    article = make_article("Kept")
    client.get(article.url)
    assert any("page:" in key for key in cache._cache)
