"""Feeds as feed readers read them, and members' own feeds."""

from __future__ import annotations

import datetime
import re

import feedparser
import pytest
from django.contrib.auth.models import Group
from django.test import override_settings
from wagtail.models import PageViewRestriction

from knowledge.models import Article, Author
from members.feed_keys import feed_token, make_feed_key, remove_feed_key
from members.models import FeedKey
from tests.factories import ConceptFactory, MemberFactory, UserFactory, make_article, make_case_study, translate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tree")]
FEEDS = ["/en/feed/", "/en/feed/rss/", "/en/feed/type/article/", "/en/feed/type/article/rss/"]


def parsed(client, address: str):
    answer = client.get(address)
    assert answer.status_code == 200
    feed = feedparser.parse(answer.content, response_headers={"content-type": answer["Content-Type"]})
    assert feed.bozo == 0
    return feed


def titles(client, address: str) -> list[str]:
    return [entry.title for entry in parsed(client, address).entries]


def tagged(title: str, concept, **fields) -> Article:
    article = make_article(title, **fields)
    article.topics = [concept]
    article.authors = [Author(name="Amina Yusuf", locale=article.locale)]
    article.save_revision().publish()
    return Article.objects.get(pk=article.pk)


@pytest.mark.parametrize("address", FEEDS)
def test_an_entry_says_what_it_is(client, address):
    article = tagged(
        "On <drums> & more\x0b",
        ConceptFactory(slug="storage", labels={"en": "Storage"}),
        summary="How drums are kept.",
        published_on=datetime.date(2026, 3, 1),
    )
    feed = parsed(client, address)
    assert feed.version == ("rss20" if "rss" in address else "atom10")
    assert feed.feed.language == "en"
    [entry] = feed.entries
    assert "On <drums> & more" in entry.title.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert entry.link == f"http://testserver{article.url}"
    assert entry.summary == "How drums are kept."
    assert [tag.term for tag in entry.tags] == ["Storage"]
    assert entry.author == "Amina Yusuf"
    assert entry.published_parsed[:3] == (2026, 3, 1)
    assert (entry.get("language") or entry.title_detail.language) == "en"


def test_types_topics_and_languages(client):
    above = ConceptFactory(slug="logistics", labels={"en": "Logistics", "ar": "الإمداد"})
    article = tagged("About storage", ConceptFactory(slug="storage", broader=above))
    make_case_study("A case")
    tagged("For members", above, marking="GREEN")
    translate(article, "ar", "عن التخزين")
    client.force_login(MemberFactory())
    assert set(titles(client, "/en/feed/")) == {"About storage", "A case"}
    assert titles(client, "/en/feed/type/casestudy/rss/") == ["A case"]
    assert titles(client, "/en/feed/topic/storage/") == titles(client, "/en/feed/topic/logistics/rss/")
    arabic = parsed(client, "/ar/feed/topic/logistics/")
    assert [entry.title for entry in arabic.entries] == ["عن التخزين"]
    assert "الإمداد" in arabic.feed.title
    assert arabic.feed.language == "ar"
    for unknown in ("type/page", "type/nothing", "topic/nothing", "topic/nothing/rss"):
        assert client.get(f"/en/feed/{unknown}/").status_code == 404


def test_an_empty_feed_is_a_feed(client):
    ConceptFactory(slug="unused")
    for address in ("/en/feed/topic/unused/", "/fr/feed/topic/unused/rss/"):
        assert titles(client, address) == []


@pytest.mark.parametrize("address", FEEDS)
def test_a_feed_is_sent_again_only_when_something_changed(client, address):
    make_article("Stays")
    article = make_article("Goes")
    first = client.get(address)
    for header, value in (("if-none-match", first["ETag"]), ("if-modified-since", first["Last-Modified"])):
        assert client.get(address, headers={header: value}).status_code == 304
    article.unpublish()
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert "Goes" not in again.content.decode()


def test_pages_name_their_feeds(client):
    text = client.get("/ar/").content.decode()
    assert 'type="application/atom+xml" href="/ar/feed/"' in text
    assert 'type="application/rss+xml" href="/ar/feed/rss/"' in text


def test_feeds_cost_few_queries(client, django_assert_max_num_queries):
    for number in range(5):
        tagged(f"Article {number}", ConceptFactory())
    with django_assert_max_num_queries(12):
        client.get("/en/feed/")


# --- A member's own feed ----------------------------------------------------------------------------


def own_feed(user, language: str = "en") -> str:
    return f"/{language}/feed/members/{feed_token(user)}/"


@pytest.fixture
def member():
    member = MemberFactory()
    make_feed_key(member)
    return member


def test_a_member_gets_what_members_may_read(client, member):
    concept = ConceptFactory(slug="storage", labels={"en": "Storage"})
    tagged("For everyone", concept, summary="Open summary")
    secret = tagged("For members", concept, summary="Secret summary", marking="GREEN")
    group = Group.objects.create(name="Few")
    member.groups.add(group)
    restricted = tagged("For few", concept)
    restriction = PageViewRestriction.objects.create(page=restricted, restriction_type=PageViewRestriction.GROUPS)
    restriction.groups.add(group)
    answer = client.get(own_feed(member))
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    feed = feedparser.parse(answer.content)
    assert feed.bozo == 0
    by_title = {entry.title: entry for entry in feed.entries}
    assert by_title.keys() == {"For everyone", "For members"}
    assert by_title["For everyone"].summary == "Open summary"
    assert by_title["For members"].link == f"http://testserver{secret.url}"
    closed = by_title["For members"]
    assert (closed.get("summary", ""), closed.get("tags", []), closed.get("author")) == ("", [], None)
    # In another language, what is not translated is read in the frame of that language.
    arabic = feedparser.parse(client.get(own_feed(member, "ar")).content)
    assert f"http://testserver/ar/original/{secret.pk}/" in {entry.link for entry in arabic.entries}


def test_the_feed_follows_the_rights_of_its_member(client, member):
    page = make_article("For members", marking="GREEN")
    assert titles(client, own_feed(member)) == ["For members"]
    page.unpublish()
    assert titles(client, own_feed(member)) == []


@pytest.mark.parametrize("change", ["revoked", "off", "inactive", "no member", "deleted", "other key"])
def test_what_is_no_feed_any_more_is_unknown(client, member, change):
    address = own_feed(member)
    assert client.get(address).status_code == 200
    if change == "revoked":
        make_feed_key(member)
        assert client.get(own_feed(member)).status_code == 200
    elif change == "off":
        remove_feed_key(member)
    elif change == "deleted":
        member.delete()
    elif change in {"inactive", "no member"}:
        setattr(member, "is_active" if change == "inactive" else "is_member", False)
        member.save()
    with override_settings(SECRET_KEY="k" * 60) if change == "other key" else override_settings():
        gone = client.get(address)
        for token in ("nothing", address.split("/")[4][:-1] + "x", "x." * 100, "a.b"):
            nothing = client.get(f"/en/feed/members/{token}/")
            assert (gone.status_code, nothing.status_code) == (404, 404)
            assert gone.content == nothing.content
            assert gone.headers.items() == nothing.headers.items()


def test_feed_keys(client, member):
    """The account page shows the address, makes another, and switches the feed off, without a script."""
    client.force_login(member)
    text = client.get("/ar/account/").content.decode()
    shown = re.search(r'value="http://testserver(/ar/feed/members/[^"]+)"', text)[1]
    assert client.get(shown).status_code == 200
    assert client.get("/en/account/feed/").status_code == 405
    assert client.post("/en/account/feed/", {"action": "renew"})["Location"] == "/en/account/#feed"
    assert client.get(shown).status_code == 404
    assert client.get(own_feed(member)).status_code == 200
    client.post("/en/account/feed/", {"action": "remove"})
    assert not FeedKey.objects.exists()
    text = client.get("/en/account/").content.decode()
    assert "feed/members" not in text
    assert 'action="/en/account/feed/"' in text


def test_only_members_have_a_feed_of_their_own(client):
    assert client.post("/en/account/feed/", {"action": "renew"}).status_code == 302
    client.force_login(UserFactory())
    assert client.post("/en/account/feed/", {"action": "renew"}).status_code == 404
    assert not FeedKey.objects.exists()
    assert "account/feed" not in client.get("/en/account/").content.decode()


def test_the_database_does_not_hold_the_address(member):
    token = feed_token(member)
    assert FeedKey.objects.get().secret != token
    assert token.startswith(FeedKey.objects.get().secret)
