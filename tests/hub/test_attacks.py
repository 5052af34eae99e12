"""What somebody tries with a request: other hosts, other sites, others' things, fields that no form has."""

from __future__ import annotations

import logging
import re

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail_localize.models import StringSegment, Translation

from access.models import PageAccess
from knowledge.models import Adaptation, ReadingList, ReadingListItem
from members.models import User
from tests.factories import MemberFactory, OrganisationFactory, UserFactory, make_article, translate

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "///evil.example/", "/\\evil.example/", "\\\\evil.example/",
    "https:evil.example", "http:///evil.example", "javascript:alert(1)", "java\nscript:alert(1)",
    "data:text/html,x", "https://testserver@evil.example/", "https://testserver.evil.example/", "/\t/evil.example/",
    "%2F%2Fevil.example", "https://evil.example\\@testserver/", "\x00//evil.example/", " //evil.example/",
]  # fmt: skip
PASSWORD = "a-long-password-27"


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def stays(answer) -> bool:
    """Tell whether an answer leads nowhere, or to this site."""
    location = answer.get("Location", "/")
    # Beginning with one slash, or a part of a path without a scheme before it.
    return re.match(r"(http://testserver)?/(?![/\\\t])|[\w%.-]+(?![\w%.-]|:)", location) is not None


# --- Open redirects ---------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ELSEWHERE)
def test_nobody_is_led_to_another_site(client, place):
    member = MemberFactory()
    editor = UserFactory(is_superuser=True)
    for path in ("/en/accounts/login/", "/accounts/login/"):
        other = Client()
        assert stays(other.post(path, {"login": member.email, "password": PASSWORD, "next": place}))
        assert other.session.get("_auth_user_id")
        other = Client()
        assert stays(other.post(f"{path}?next={place}", {"login": member.email, "password": PASSWORD}))
    client.force_login(member)
    assert stays(client.get("/en/accounts/login/", {"next": place}))
    assert stays(client.post("/en/accounts/reauthenticate/", {"password": PASSWORD, "next": place}))
    assert stays(client.post("/en/accounts/logout/", {"next": place}))
    article = make_article("A page")
    client.force_login(editor)
    for path in (
        "/admin/login/",
        f"/admin/pages/{article.pk}/unpublish/",
        f"/admin/pages/{article.pk}/delete/",
        f"/en/{place}",
    ):
        assert stays(client.get(path, {"next": place})), path
        assert stays(client.post(path, {"next": place})), path
    for path in ("/", "/en/search/"):
        assert stays(client.get(path, {"next": place, "url": place, "redirect": place})), path


# --- Host header ------------------------------------------------------------------------------------


def test_links_in_e_mails_lead_to_the_hub_whatever_host_was_asked(client, settings):
    """Other hosts are refused (test_security); one of our own that is not the reader's must not get into e-mails."""
    settings.ALLOWED_HOSTS = ["testserver", "internal.example"]
    user = MemberFactory()
    for headers in ({"x-forwarded-host": "evil.example"}, {"x-forwarded-host": "evil.example", "forwarded": "host=e"}):
        client.post("/en/accounts/password/reset/", {"email": user.email}, headers=headers)
    assert len(mail.outbox) >= 1
    for message in mail.outbox:
        assert "evil.example" not in message.body
        assert "http://testserver/" in message.body or settings.BASE_URL in message.body


# --- Forged requests --------------------------------------------------------------------------------

# Views that Django asks no token for, and why they may.
TOKENLESS = {
    "oai/": "changes nothing; OAI-PMH is asked by POST too",
    "api/v3/": "changes nothing: the API only reads",
    "admin/api/main/": "Django REST framework asks for it, of those who have a session: see below",
    "admin/localize/translate/": "the same",
    "admin/localize/api/": "the same",
}


def views(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback


def test_every_view_that_changes_something_asks_for_a_token():
    exempt = {address for address, view in views(get_resolver().url_patterns) if getattr(view, "csrf_exempt", False)}
    assert not {address for address in exempt if not address.startswith(tuple(TOKENLESS))}
    assert "oai/" in exempt, "is this still how Django marks views?"


def test_views_of_django_rest_framework_ask_for_a_token_too():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(UserFactory(is_superuser=True))
    article = make_article("A page")
    translate(article, "ar")
    segment = StringSegment.objects.first()
    translation = Translation.objects.get()
    for method, path in [
        ("post", f"/admin/api/main/pages/{article.pk}/action/unpublish/"),
        ("put", f"/admin/localize/translate/{translation.pk}/strings/{segment.pk}/edit/"),
        ("delete", f"/admin/localize/translate/{translation.pk}/strings/{segment.pk}/edit/"),
    ]:
        answer = getattr(strict, method)(path, {"value": "x"}, content_type="application/json")
        assert answer.status_code == 403, path
        assert "CSRF" in answer.content.decode()
    article.refresh_from_db()
    assert article.live


def test_a_tokenless_request_changes_nothing_for_somebody_signed_in():
    strict = Client(enforce_csrf_checks=True)
    member = MemberFactory()
    strict.force_login(member)
    article = make_article("A page")
    for method, path in [
        ("post", f"/en/my/save/{article.pk}/"), ("put", f"/en/my/save/{article.pk}/"), ("post", "/en/my/lists/"),
        ("delete", f"/en/my/save/{article.pk}/"), ("post", f"/en/useful/{article.pk}/"), ("post", "/en/account/feed/"),
        ("post", f"/en/my/progress/{article.pk}/"), ("post", "/en/my/history/"), ("post", "/en/my/follow/"),
        ("post", "/en/accounts/password/change/"), ("post", "/en/accounts/email/"), ("post", "/en/accounts/logout/"),
        ("post", "/admin/pages/1/delete/"), ("post", "/admin/users/new/"),
    ]:  # fmt: skip
        answer = getattr(strict, method)(path, {"a": "b"}, headers={"origin": "https://evil.example"})
        assert answer.status_code == 403, path
    assert not member.saved_items.exists()
    assert strict.get("/en/account/").status_code == 200


# --- Things of others -------------------------------------------------------------------------------


def test_the_numbers_of_others_things_are_unknown(client):
    owner, other = MemberFactory(), MemberFactory()
    article, closed = make_article("A page"), make_article("A draft", live=False)
    reading = ReadingList.objects.create(owner=owner, name="Mine")
    item = ReadingListItem.objects.create(reading_list=reading, translation_key=article.translation_key, note="n")
    client.force_login(other)
    for path in (
        f"/en/my/lists/{reading.pk}/",
        f"/en/my/lists/{reading.pk}/share/",
        f"/en/my/lists/{reading.pk}/delete/",
        f"/en/my/lists/{reading.pk}/items/{item.pk}/",
        f"/en/my/save/{closed.pk}/",
        f"/en/useful/{closed.pk}/",
        f"/en/pdf/{closed.pk}/",
        f"/en/cite/{closed.pk}.bib",
        f"/en/original/{closed.pk}/",
        f"/en/adapted/{closed.pk}/",
        f"/api/v3/pages/{closed.pk}/",
    ):
        unknown = re.sub(rf"(?<=/)(?:{reading.pk}|{closed.pk})(?=[/.])", "999999", path)
        for method in ("get", "post", "put", "delete"):
            answer, missing = getattr(client, method)(path), getattr(client, method)(unknown)
            assert answer.status_code == missing.status_code, (method, path)
            assert answer.status_code in {404, 405}, (method, path)
    own = ReadingList.objects.create(owner=other, name="Other")
    # An item of somebody else's list under a list of one's own.
    assert client.post(f"/en/my/lists/{own.pk}/items/{item.pk}/", {"note": "changed"}).status_code == 404
    # Into a list of somebody else.
    client.post(f"/en/my/save/{article.pk}/", {"saved": "on", "lists": [reading.pk]})
    reading.refresh_from_db()
    item.refresh_from_db()
    assert (reading.token, item.note, reading.items.count()) == (None, "n", 1)


def test_one_members_links_do_not_serve_another(client):
    """A link to set a password, with somebody else's number in it."""
    mine, theirs = MemberFactory(), MemberFactory()
    token = default_token_generator.make_token(mine)
    from allauth.account.utils import user_pk_to_url_str

    client.get(f"/en/accounts/password/reset/key/{user_pk_to_url_str(theirs)}-{token}/", follow=True)
    client.post(
        f"/en/accounts/password/reset/key/{user_pk_to_url_str(theirs)}-set-password/",
        {"password1": "another-password-28", "password2": "another-password-28"},
    )
    theirs.refresh_from_db()
    assert theirs.check_password(PASSWORD)


# --- Fields that no form has ------------------------------------------------------------------------

SMUGGLED = {
    "is_superuser": "on", "is_staff": "on", "is_member": "on", "is_active": "", "groups": "1", "organisation": "1",
    "owner": "1", "user": "1", "token": "guessable", "recorded_by": "1", "practice": "1", "marking": "CLEAR", "id": "1",
    "pk": "1", "password": "x", "user_permissions": "1", "created_at": "2001-01-01", "live": "on", "locale": "1",
}  # fmt: skip


def rights(user: User) -> tuple:
    user.refresh_from_db()
    return (
        user.is_superuser, user.is_member, user.is_active, user.organisation_id, user.password,
        list(user.groups.all()), list(user.user_permissions.all()),
    )  # fmt: skip


def test_fields_that_no_form_has_are_not_written(client):
    organisation, foreign = OrganisationFactory(), OrganisationFactory()
    member, other = MemberFactory(organisation=organisation, is_member=True), UserFactory()
    practice, unrelated = make_article("A practice", marking="GREEN"), make_article("Unrelated")
    before, others = rights(member), rights(other)
    client.force_login(member)
    smuggled = SMUGGLED | {
        "owner": other.pk, "user": other.pk, "recorded_by": other.pk, "organisation": foreign.pk,
        "practice": unrelated.pk, "id": other.pk,
    }  # fmt: skip
    client.post("/en/my/lists/", smuggled | {"name": "A list"})
    client.post(f"/en/adapted/{practice.pk}/", smuggled | {"country": "KE", "year": "2024", "note": "Taken up."})
    for path in ("/en/my/history/", "/en/account/feed/", "/en/my/follow/", "/en/accounts/email/",
                 f"/en/my/save/{practice.pk}/", f"/en/useful/{practice.pk}/", f"/en/my/progress/{practice.pk}/",
                 "/en/accounts/login/", "/en/accounts/signup/", "/accounts/signup/"):  # fmt: skip
        client.post(path, smuggled | {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD})
    assert rights(member) == before
    assert rights(other) == others
    reading = ReadingList.objects.get()
    assert (reading.owner, reading.token) == (member, None)
    adaptation = Adaptation.objects.get()
    assert (adaptation.practice_id, adaptation.organisation, adaptation.recorded_by) == (
        practice.pk,
        organisation,
        member,
    )
    assert PageAccess.objects.get(page_id=practice.pk).marking == "GREEN"
    assert not User.objects.filter(email="new@example.org").exists()


# --- Methods, and much of everything ----------------------------------------------------------------


def test_methods_that_nobody_needs_give_nothing_back(client):
    for path in ("/en/", "/en/search/", "/healthz", "/api/v3/pages/", "/media/x.png", "/en/account/"):
        answer = client.generic("TRACE", path, headers={"cookie": "sessionid=echo-me", "x-secret": "echo-me"})
        assert b"echo-me" not in answer.content, path
        for method in ("CONNECT", "PROPFIND", "DEBUG", "TRACK"):
            assert client.generic(method, path).status_code < 500, (method, path)
        assert "Access-Control-Allow-Origin" not in client.options(path, headers={"origin": "https://evil.example"})


def test_a_parameter_given_twice_does_not_widen_anything(client):
    make_article("Secretword", marking="GREEN")
    for path in ("/en/search/", "/api/v3/pages/", "/en/search/completions/"):
        for query in (
            "q=a&q=Secretword",
            "q=Secretword&q=a",
            "q[]=Secretword&q=Secretword",
            "type=x&type=y&q=Secretword",
        ):
            answer = client.get(f"{path}?{query}")
            assert answer.status_code in {200, 400, 422}
            assert b'"total_count": 1' not in answer.content
            assert not re.search(rb'href="[^"]*secretword/', answer.content)


# --- Logs -------------------------------------------------------------------------------------------


def test_what_is_secret_is_not_logged(client, caplog, settings):
    caplog.set_level(logging.DEBUG)
    # What Django's own database logger says is for DEBUG; in production it says nothing.
    settings.DEBUG = False
    user = MemberFactory()
    client.post("/en/accounts/login/", {"login": user.email, "password": "wrong-never-logged"})
    client.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post(
        "/en/accounts/password/change/",
        {"oldpassword": "old-never-logged", "password1": "new-never-logged-1", "password2": "new-never-logged-1"},
    )
    client.get("/api/v3/pages/", headers={"authorization": "Bearer bearer-never-logged"})
    client.get("/en/search/?q=query-never-logged")
    client.post("/en/accounts/login/", "password=body-never-logged", content_type="text/plain")
    session = client.cookies["sessionid"].value
    logged = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    for word in ("never-logged", PASSWORD, session, settings.SECRET_KEY):
        assert word not in logged


def test_the_front_server_logs_no_query_and_no_key():
    from hub.environment import BASE_DIR

    text = (BASE_DIR / "deploy" / "nginx.conf").read_text()
    form = text[text.index("log_format hub") :].split(";")[0]
    for variable in (
        "$request ",
        '$request"',
        "$request_uri",
        "$args",
        "$query_string",
        "$http_cookie",
        "$http_referer",
    ):
        assert variable not in form
    assert "$logged_uri" in form
    pattern = re.search(r'"~(\^.*)" \$before', text)[1].replace("?<before>", "?P<before>")
    for path in (
        "/en/feed/members/abc:def/", "/ar/lists/abc/", "/accounts/password/reset/key/1-abc/",
        "/fr/accounts/confirm-email/abc/", "/es/accounts/password/reset/key/1-abc/",
    ):  # fmt: skip
        found = re.match(pattern, path)
        assert found, path
        assert "abc" not in found["before"]
    for path in ("/en/lists/", "/en/best-practices/", "/en/accounts/login/", "/admin/"):
        assert not re.match(pattern, path)
    assert "--access-logfile" not in (BASE_DIR / "deploy" / "Dockerfile").read_text()
