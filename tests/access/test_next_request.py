"""A change of marking, group, organisation, account or second factor counts on the very next request, everywhere.

Every surface is asked before the change, so that whatever can be kept of it is kept, and once after it. With
Elasticsearch, the change is made while it cannot be reached, so that its index still has what must not show.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.management import call_command
from wagtail.models import APIToken, Page, PageViewRestriction

from knowledge.models import Article
from members.feed_keys import feed_token, make_feed_key
from members.models import Organisation, User
from search import index
from search.engines.elasticsearch import ElasticsearchEngine, connect
from tests.access.conftest import engine_in_use
from tests.access.matrix.answers import text_of
from tests.access.matrix.readers import NAMED_GROUP, group_fact, organisation_fact, person_fact, user_called
from tests.access.matrix.states import Hidden, closed_section, make_secret, restrict
from tests.factories import make_article, section

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CLOSED_PORT = "http://127.0.0.1:9"


def closed(hidden: Hidden, user: User) -> None:
    hidden.page.marking, hidden.page.shared_with = "RED", []
    hidden.page.save_revision().publish()


def moved_below_a_closed_section(hidden: Hidden, user: User) -> None:
    parent = closed_section("RED", [])
    Page.objects.get(pk=hidden.page.pk).move(Page.objects.get(pk=parent.pk), "last-child")


def section_closed(hidden: Hidden, user: User) -> None:
    parent = section()
    parent.marking = "RED"
    parent.save_revision().publish()


def restricted(hidden: Hidden, user: User) -> None:
    restrict(hidden.page, PageViewRestriction.GROUPS).groups.add(Group.objects.create(name="Others"))


def unpublished(hidden: Hidden, user: User) -> None:
    hidden.page.unpublish()


def deleted(hidden: Hidden, user: User) -> None:
    Page.objects.get(pk=hidden.page.pk).delete()


def taken_out_of_the_group(hidden: Hidden, user: User) -> None:
    user.groups.remove(Group.objects.get(name=NAMED_GROUP))


def group_deleted(hidden: Hidden, user: User) -> None:
    Group.objects.get(name=NAMED_GROUP).delete()


def another_organisation(hidden: Hidden, user: User) -> None:
    user.organisation = None
    user.save()


def organisation_deleted(hidden: Hidden, user: User) -> None:
    Organisation.objects.get(pk=user.organisation_id).delete()


def no_member_any_more(hidden: Hidden, user: User) -> None:
    user.is_member = False
    user.save()


def deactivated(hidden: Hidden, user: User) -> None:
    user.is_active = False
    user.save()


def second_factor_removed(hidden: Hidden, user: User) -> None:
    Authenticator.objects.filter(user=user).delete()


def not_named_any_more(hidden: Hidden, user: User) -> None:
    hidden.page.shared_with = [f"person:{user_called('member').pk}"]
    hidden.page.marking_reason = "A test."
    hidden.page.save_revision().publish()


# What is changed, for whom, and what the page is marked before.
CHANGES: dict[Callable[[Hidden, User], None], tuple[str, str]] = {
    closed: ("member", "GREEN"),
    moved_below_a_closed_section: ("member", "CLEAR"),
    section_closed: ("member", "CLEAR"),
    restricted: ("member", "CLEAR"),
    unpublished: ("member", "GREEN"),
    deleted: ("group member", "AMBER"),
    taken_out_of_the_group: ("group member", "AMBER"),
    group_deleted: ("group member", "AMBER"),
    another_organisation: ("organisation member", "AMBER+STRICT"),
    organisation_deleted: ("organisation member", "AMBER+STRICT"),
    no_member_any_more: ("group member", "AMBER"),
    deactivated: ("named person", "RED"),
    second_factor_removed: ("group member", "AMBER"),
    not_named_any_more: ("named person", "RED"),
}
NAMED_BY = {"AMBER": group_fact, "AMBER+STRICT": organisation_fact, "RED": person_fact}


@pytest.fixture(params=["database", pytest.param("elasticsearch", marks=pytest.mark.service)])
def engine(request, db, settings, monkeypatch):
    """The engine that search is asked with; give a function that makes Elasticsearch unreachable, and back."""
    if request.param == "database":
        yield lambda is_away: None
        return
    if not os.environ.get("TEST_ELASTICSEARCH_URL"):
        pytest.fail("TEST_ELASTICSEARCH_URL is not set: this test needs a real Elasticsearch (`make services`).")
    with engine_in_use() as config:

        def switch(is_away: bool) -> None:
            settings.ELASTICSEARCH = {**config, "URLS": [CLOSED_PORT]} if is_away else config
            connect.cache_clear()
            monkeypatch.setattr(index, "_away_until", 0.0)
            # As long as nothing is pushed, its index has what it had.
            monkeypatch.setattr(index, "_push_again_at", float("inf"))

        switch(is_away=False)
        yield switch
        switch(is_away=False)


def surfaces_of(hidden: Hidden, key: str, feed: str) -> list[tuple[str, dict]]:
    """Return the addresses on which the page shows, with headers."""
    bearer = {"authorization": f"Bearer {key}"}
    addresses = [
        *(hidden.page.url, "/en/", section().url, f"/en/search/?q={hidden.asked}", f"/en/search/?topic={hidden.topic}"),
        *(f"/en/search/completions/?q={hidden.secret[:12]}", f"/en/topics/{hidden.topic}/", "/en/countries/ki/"),
        *(f"/en/cite/{hidden.page.pk}.bib", f"/fr/original/{hidden.page.pk}/", f"/api/v3/pages/{hidden.page.pk}/"),
        *("/api/v3/pages/?limit=100", "/api/v3/images/?limit=100", "/api/v3/documents/?limit=100"),
        *("/en/feed/", "/en/llms.txt", "/sitemap.xml", "/oai/?verb=ListRecords&metadataPrefix=oai_dc", feed),
    ]
    asked = [(address, {}) for address in addresses]
    return [*asked, ("/api/v3/pages/?limit=100", bearer), (f"/api/v3/pages/{hidden.page.pk}/", bearer)]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_counts_on_the_next_request(client, tree, engine, settings, change):
    settings.SECOND_FACTOR_REQUIRED = True
    who, marking = CHANGES[change]
    user = user_called(who)
    shared_with = [NAMED_BY[marking]()] if marking in NAMED_BY else []
    hidden = make_secret("changed", marking=marking, shared_with=shared_with)
    make_article("Quagga visible", body=f"<p>{hidden.asked}</p>")
    if index.uses_elasticsearch():
        call_command("search_index", "rebuild", verbosity=0)
    client.force_login(user)
    make_feed_key(user)
    _token, key = APIToken.create_token(user=user, name="test")
    surfaces = surfaces_of(hidden, key, f"/en/feed/members/{feed_token(user)}/")
    files = hidden.files
    shown = 0
    for _time in range(2):  # The second may be from the cache.
        for address, headers in surfaces:
            shown += hidden.secret in text_of(client.get(address, headers=headers, follow=True))
        for address in files:
            assert client.get(address).status_code == 200
    assert shown >= 2 * 12, "the page hardly shows before the change"
    found = client.get(f"/en/search/?q={hidden.asked}").context
    assert found is None or found["results"]["total"] == 2

    engine(True)
    change(hidden, user)
    engine(False)
    if index.uses_elasticsearch() and change in {closed, deleted, unpublished, section_closed}:
        kept = ElasticsearchEngine().client.search(index=settings.ELASTICSEARCH["PREFIX"], q=hidden.asked)
        assert kept["hits"]["total"]["value"] == 2, "Elasticsearch was told already: the test tests nothing"
    expected = 1 if change is not section_closed else 0
    for address, headers in surfaces:
        text = text_of(client.get(address, headers=headers, follow=True))
        question = address.partition("q=")[2]
        text = text.replace(question, "") if question else text
        assert hidden.secret not in text, address
        # The vocabulary is public: topics are proposed where nothing is found.
        assert hidden.topic not in text or "topic" in address or expected == 0, address
    for address in files:
        assert client.get(address).status_code == 404, address
    counted = client.get(f"/en/search/?q={hidden.asked}&sort=newest").context
    assert counted["results"]["total"] == expected
    assert hidden.topic not in {value.value for facet in counted["facets"] for value in facet.values}


def test_a_file_taken_off_a_page_closes_with_the_next_request(client, tree):
    """Wagtail's own index of references has an attachment that is gone until the page is saved once more."""
    hidden = make_secret("attached")
    page = hidden.page
    assert [client.get(address).status_code for address in hidden.files] == [200, 200, 200]
    page.attachments, page.lead_image = [], None
    page.body = Article._meta.get_field("body").to_python("[]")
    page.save_revision().publish()
    assert [client.get(address).status_code for address in hidden.files] == [404, 404, 404]
