"""“View as…”: an editor sees what somebody else sees, and never more than they may see themselves."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from tests.factories import MemberFactory, make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(db):
    return Group.objects.create(name="Port security")


@pytest.fixture
def pages(tree, group):
    return {
        "CLEAR": make_article("Open pages", marking="CLEAR"),
        "GREEN": make_article("Green pages", marking="GREEN"),
        "AMBER": make_article("Amber pages", marking="AMBER", shared_with=[f"wagtail-group:{group.pk}"]),
    }


@pytest.fixture
def editor(client, db):
    user = MemberFactory()
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    return user


def choose(client, persona: str, **fields):
    return client.post(reverse("view_as"), {"persona": persona, **fields})


def seen(client, pages) -> set[str]:
    """Return the markings of the pages that open, and that a search finds."""
    opened = {name for name, page in pages.items() if client.get(page.url).status_code == 200}
    html = client.get("/en/search/", {"q": "pages"}).content.decode()
    assert {name for name, page in pages.items() if f'href="{page.url}' in html} == opened
    return opened


def test_a_visitor_and_a_member(client, editor, pages):
    assert seen(client, pages) == {"CLEAR", "GREEN"}
    choose(client, "visitor")
    assert seen(client, pages) == {"CLEAR"}
    choose(client, "member")
    assert seen(client, pages) == {"CLEAR", "GREEN"}


def test_a_group_of_theirs(client, editor, pages, group):
    editor.groups.add(group)
    choose(client, f"wagtail-group:{group.pk}")
    assert seen(client, pages) == {"CLEAR", "GREEN", "AMBER"}
    choose(client, "member")
    assert seen(client, pages) == {"CLEAR", "GREEN"}


def test_a_group_they_are_not_cleared_for_shows_them_nothing_more(client, editor, pages, group):
    choose(client, f"wagtail-group:{group.pk}")
    assert seen(client, pages) == {"CLEAR", "GREEN"}


def test_it_is_said_on_every_page_and_can_be_stopped(client, editor, pages):
    choose(client, "visitor")
    html = client.get("/en/").content.decode()
    assert "You see the hub as a visitor without an account" in html
    choose(client, "")
    assert "You see the hub as" not in client.get("/en/").content.decode()
    assert seen(client, pages) == {"CLEAR", "GREEN"}


def test_nobody_else_is_shown_the_notice(client, editor, pages, django_user_model):
    choose(client, "visitor")
    client.get(pages["CLEAR"].url)
    client.logout()
    assert "You see the hub as" not in client.get(pages["CLEAR"].url).content.decode()


def test_the_admin_stays_as_it_is(client, editor, pages):
    choose(client, "visitor")
    assert client.get(reverse("wagtailadmin_pages:edit", args=[pages["GREEN"].pk])).status_code == 200


@pytest.mark.parametrize("persona", ["", "superuser", "wagtail-group:x", "person:1", "wagtail-group:"])
def test_what_is_no_persona_stops_it(client, editor, pages, persona):
    choose(client, "visitor")
    choose(client, persona)
    assert seen(client, pages) == {"CLEAR", "GREEN"}


def test_it_leads_nowhere_else(client, editor, pages):
    assert choose(client, "visitor", next="https://evil.example/").url == "/en/"
    assert choose(client, "visitor", next=pages["CLEAR"].url).url == pages["CLEAR"].url


def test_those_who_do_not_edit_do_not_know_of_it(client, pages):
    assert client.get(reverse("view_as")).status_code == 404
    client.force_login(MemberFactory())
    assert choose(client, "visitor").status_code == 404


def test_the_bar_and_the_panel_offer_it(client, editor, pages):
    assert reverse("view_as") in client.get(pages["GREEN"].url).content.decode()
    html = client.get(reverse("wagtailadmin_pages:edit", args=[pages["GREEN"].pk])).content.decode()
    assert reverse("view_as") in html
