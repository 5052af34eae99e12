"""What one may not read shows nowhere: every surface × every kind of access × every reader.

A page in each state of access has a secret word of its own in title, summary, text, file names, captions and
names. Whoever may read the page must meet its word on each surface; whoever may not must not meet it on any, nor
see that something is there.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import TestCase, override_settings
from django.urls import get_resolver, reverse
from django.utils import timezone
from wagtail.images.models import Filter
from wagtail.models import APIToken, Page, PageViewRestriction

from access.audiences import refresh_audiences
from access.generation import current_generation
from home.models import FeaturedItem, HomePage
from knowledge.models import (
    Adaptation,
    Article,
    Attachment,
    Author,
    CountryConcerned,
    FollowedTopic,
    HubDocument,
    HubImage,
    KnowledgeIndexPage,
    ReadingList,
    ReadingListItem,
    ReadingProgress,
    RelatedItem,
    SavedItem,
)
from members.feed_keys import feed_token, make_feed_key
from tests.factories import (
    ConceptFactory,
    MemberFactory,
    UserFactory,
    make_article,
    make_case_study,
    png,
    section,
    stream,
    translate,
)
from tests.hub.test_urls import PREFIXES, PUBLIC, addresses
from vocabulary.models import Concept

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

READERS = ("visitor", "account", "member", "group member", "editor", "translator")
MEMBERS = {"member", "group member"}
SIGNED_IN = set(READERS) - {"visitor"}
GROUPS = {"editor": "Editors", "translator": "Translators: Arabic", "group member": "Experts"}


@dataclass
class Hidden:
    """A page in one state of access, with its files.

    Attributes:
        name: of the state; the words of the page are made of it.
    """

    name: str
    page: Page
    image: HubImage
    document: HubDocument
    language: str = "en"

    @property
    def secret(self) -> str:
        """Stands in all that the page is made of."""
        return secret_of(self.name)

    @property
    def asked(self) -> str:
        """Stands in the text beside the secret: a search for it need not repeat the secret."""
        return f"quagga{self.name}".replace("_", "")

    @property
    def topic(self) -> str:
        """Slug and label of a topic that only this page has: the vocabulary is public, its use is not."""
        return f"okapi{self.name}".replace("_", "")

    @property
    def files(self) -> list[str]:
        """Addresses of its files."""
        return [self.image.file.url, self.image.get_rendition("width-40").url, self.document.file.url]


def secret_of(name: str) -> str:
    return f"velociraptor{name}".replace("_", "")


def make_secret(name: str, *, marking: str = "CLEAR", live: bool = True, parent: Page | None = None) -> Hidden:
    """Make an article that has its secret in everything it is made of."""
    secret = secret_of(name)
    image = HubImage.objects.create(
        title=f"{secret} picture", credit=secret, file=ContentFile(png(), name=f"{secret}.png")
    )
    document = HubDocument.objects.create(
        title=f"{secret} table", file=ContentFile(f"{secret},b\n1,2\n".encode(), name=f"{secret}.csv")
    )
    hidden = Hidden(name, Page(), image, document)
    figure = {"image": image.pk, "alternative_text": secret, "caption": secret, "credit": secret}
    blocks = [
        ("heading", f"On {secret}"),
        ("text", f"<p>Here {secret} and {hidden.asked} meet.</p>"),
        ("figure", figure),
        ("document", {"document": document.pk, "note": secret}),
    ]
    page = make_article(
        f"{secret} ledger",
        marking=marking,
        live=False,
        parent=parent,
        summary=f"About {secret}.",
        lead_image=image,
        lead_image_alternative_text=secret,
        publishing_reason="" if marking else "A test.",
        body=stream(Article, "body", blocks),
    )
    page.topics = [ConceptFactory(slug=hidden.topic, labels=dict.fromkeys(("en", "ar"), hidden.topic))]
    page.countries = [CountryConcerned(code="KI")]
    page.authors = [Author(name=f"Dr {secret}", locale=page.locale)]
    page.attachments = [Attachment(document=document, note=secret, locale=page.locale)]
    revision = page.save_revision()
    if live:
        revision.publish()
    else:
        page.save()  # What a draft refers to is in Wagtail's reference index too.
    hidden.page = Article.objects.get(pk=page.pk)
    return hidden


def clear() -> Hidden:
    return make_secret("clear")


def green() -> Hidden:
    return make_secret("green", marking="GREEN")


def unmarked() -> Hidden:
    return make_secret("unmarked", marking="")


def draft() -> Hidden:
    return make_secret("draft", live=False)


def unpublished() -> Hidden:
    hidden = make_secret("unpublished")
    hidden.page.unpublish()
    return hidden


def restrict(page: Page, kind: str) -> PageViewRestriction:
    return PageViewRestriction.objects.create(page=page, restriction_type=kind, password="open sesame")


def restricted_to_accounts() -> Hidden:
    hidden = make_secret("restricted_to_accounts")
    restrict(hidden.page, PageViewRestriction.LOGIN)
    return hidden


def restricted_to_group() -> Hidden:
    hidden = make_secret("restricted_to_group")
    restrict(hidden.page, PageViewRestriction.GROUPS).groups.add(Group.objects.get(name="Experts"))
    return hidden


def restricted_by_password() -> Hidden:
    hidden = make_secret("restricted_by_password")
    restrict(hidden.page, PageViewRestriction.PASSWORD)
    return hidden


def closed_section() -> KnowledgeIndexPage:
    """Return a section for members."""
    home = section().get_parent()
    parent = KnowledgeIndexPage(title="Members' corner", slug="corner", marking="GREEN", locale=home.locale)
    home.add_child(instance=parent)
    parent.save_revision().publish()
    return parent


def in_green_section() -> Hidden:
    return make_secret("in_green_section", parent=closed_section())


def translation_of_green() -> Hidden:
    hidden = make_secret("translation_of_green", marking="GREEN")
    hidden.page = translate(hidden.page, "ar", f"سر {hidden.secret}")
    hidden.language = "ar"
    return hidden


def closed_after_it_was_open() -> Hidden:
    """Marked CLEAR once, so that whatever was remembered of it then is out of date."""
    hidden = make_secret("closed_after_it_was_open")
    hidden.page.marking = "GREEN"
    hidden.page.save_revision().publish()
    return hidden


# How a page is kept, and which of the readers may read it.
STATES: dict[Callable[[], Hidden], set[str]] = {
    clear: set(READERS),
    green: MEMBERS,
    unmarked: set(),
    draft: set(),
    unpublished: set(),
    restricted_to_accounts: SIGNED_IN,
    restricted_to_group: {"group member"},
    restricted_by_password: set(),
    in_green_section: MEMBERS,
    translation_of_green: MEMBERS,
    closed_after_it_was_open: MEMBERS,
}
READERS_OF = {make.__name__: readers for make, readers in STATES.items()}


@dataclass
class World:
    """A page in every state, and public pages that refer to them all in words that give nothing away."""

    hidden: list[Hidden]
    referring: list[Page]


def make_world() -> World:
    hidden = [make() for make in STATES]
    sources = [
        Page.objects.get(translation_key=each.page.translation_key, locale__language_code="en").specific
        for each in hidden
    ]
    items = [source.knowledgepage_ptr for source in sources]
    links = " ".join(f'<a linktype="page" id="{source.pk}">this</a>' for source in sources)
    pointing = make_article("Public pointer", body=f"<p>See {links}.</p>")
    pointing.related_items = [RelatedItem(item=each) for each in items]
    pointing.save_revision().publish()
    case = make_case_study("Public case")
    case.adapted_from = [Adaptation(practice=each, note="Reused.", year=2020) for each in items]
    case.save_revision().publish()
    for home in HomePage.objects.all():
        home.featured_items = [FeaturedItem(item=each) for each in items]
        home.introduction = f"<p>Begin with {links}.</p>"
        home.save_revision().publish()
    section().create_alias(parent=section().get_parent(), update_slug="alias-of-section")
    return World(hidden, [pointing, case])


@pytest.fixture(scope="class")
def shared_world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Make the world once for all tests of a class: it takes longer than they do."""
    media = str(tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=media):
        world = make_world()
        for hidden in world.hidden:
            assert hidden.files  # Renditions are made here, or each test would make them anew.
        yield world, media
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world, db, settings) -> World:
    made, settings.MEDIA_ROOT = shared_world
    return made


def sign_in(client, who: str):
    """Sign in as one of `READERS`, whoever was before."""
    client.logout()
    if who == "visitor":
        return None
    user = MemberFactory() if who in MEMBERS else UserFactory()
    if who in GROUPS:
        user.groups.add(Group.objects.get(name=GROUPS[who]))
    client.force_login(user)
    return user


def text_of(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if response.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return content.decode("utf-8", "replace")


def told(response, address: str) -> tuple[int, str, dict[str, str]]:
    """Return all that an answer tells besides the address that was asked, which comes back in the link to sign in."""
    headers = dict(response.headers)
    # What is compressed has padding of a random length; what is not is as long as its text, which is compared.
    headers.pop("Content-Length", None)
    headers.pop("Expires", None)  # The present second.
    text = text_of(response)
    for asked in (address, quote(address.partition("?")[0]), quote(address, safe="")):
        text = text.replace(asked, "")
    return response.status_code, text, headers


# --- Surfaces ---------------------------------------------------------------------------------------
# Each is an address of the urlconf, and the addresses to call there.

Surface = Callable[[World, Hidden], list[str]]


def _listing(hidden: Hidden) -> str:
    parent = hidden.page.get_parent().specific
    return parent.url if isinstance(parent, KnowledgeIndexPage) else section(hidden.language).url


# Whoever may read the page meets its secret here.
SHOWING: dict[str, tuple[str, Surface]] = {
    "page address": ("<lang>/", lambda w, h: [h.page.url]),
    "list": ("<lang>/", lambda w, h: [_listing(h), f"{_listing(h)}?topic={h.topic}"]),
    "home: featured, latest, introduction": ("<lang>/", lambda w, h: [f"/{h.language}/"]),
    "related, adapted from, links in texts": ("<lang>/", lambda w, h: [page.url for page in w.referring]),
    "search hit and excerpt": (
        "<lang>/search/",
        lambda w, h: [f"/{h.language}/search/?q={h.asked}", f"/{h.language}/search/?topic={h.topic}"],
    ),
    "search in another language": (
        "<lang>/search/",
        lambda w, h: [f"/{code}/search/?q={h.asked}&language={h.language}" for code in ("en", "ar", "es", "fr")],
    ),
    "topic": (
        "<lang>/topics/<slug:slug>/",
        lambda w, h: [f"/{h.language}/topics/{h.topic}/", f"/{h.language}/topics/{h.topic}/?type=article"],
    ),
    "country": ("<lang>/countries/<slug:code>/", lambda w, h: [f"/{h.language}/countries/ki/"]),
    "BibTeX": ("<lang>/cite/<int:page_id>.bib", lambda w, h: [f"/{h.language}/cite/{h.page.pk}.bib"]),
    "RIS": ("<lang>/cite/<int:page_id>.ris", lambda w, h: [f"/{h.language}/cite/{h.page.pk}.ris"]),
    "completion": ("<lang>/search/completions/", lambda w, h: [f"/{h.language}/search/completions/?q={h.secret}"]),
    "API: list": ("api/v3/pages/", lambda w, h: [f"/api/v3/pages/?limit=100&fields=summary&locale={h.language}"]),
    "API: filters": ("api/v3/pages/", lambda w, h: [f"/api/v3/pages/?topic={h.topic}", "/api/v3/pages/?country=KI"]),
    "API: detail": ("api/v3/pages/<page_id>/", lambda w, h: [f"/api/v3/pages/{h.page.pk}/"]),
    "API: images": ("api/v3/images/", lambda w, h: ["/api/v3/images/?limit=100"]),
    "API: image": ("api/v3/images/<image_id>/", lambda w, h: [f"/api/v3/images/{h.image.pk}/"]),
    "API: documents": ("api/v3/documents/", lambda w, h: ["/api/v3/documents/?limit=100"]),
    "API: document": ("api/v3/documents/<document_id>/", lambda w, h: [f"/api/v3/documents/{h.document.pk}/"]),
}
# Made for visitors, whoever asks.
FOR_VISITORS: dict[str, tuple[str, Surface]] = {
    "feed": ("<lang>/feed/", lambda w, h: [f"/{h.language}/feed/"]),
    "feed, RSS": ("<lang>/feed/rss/", lambda w, h: [f"/{h.language}/feed/rss/"]),
    "feed of a type": ("<lang>/feed/type/<slug:type>/", lambda w, h: [f"/{h.language}/feed/type/article/"]),
    "feed of a type, RSS": (
        "<lang>/feed/type/<slug:type>/rss/",
        lambda w, h: [f"/{h.language}/feed/type/article/rss/"],
    ),
    "feed of a topic": ("<lang>/feed/topic/<slug:topic>/", lambda w, h: [f"/{h.language}/feed/topic/{h.topic}/"]),
    "feed of a topic, RSS": (
        "<lang>/feed/topic/<slug:topic>/rss/",
        lambda w, h: [f"/{h.language}/feed/topic/{h.topic}/rss/"],
    ),
    "page as Markdown": (
        r"<lang>/^(?P<path>(?:[\w\-]+/)+)index\.md$",
        lambda w, h: [f"{h.page.url}index.md"],
    ),
    "list for programs": ("<lang>/llms.txt", lambda w, h: [f"/{h.language}/llms.txt"]),
    "harvest": (
        "oai/",
        lambda w, h: [
            "/oai/?verb=ListRecords&metadataPrefix=oai_dc",
            f"/oai/?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:127.0.0.1:{h.page.pk}",
        ],
    ),
    "sitemap": ("sitemap.xml", lambda w, h: ["/sitemap.xml"]),
}
# Nothing of any page belongs here, for anybody.
SILENT: dict[str, tuple[str, Surface]] = {
    "errors": ("<lang>/", lambda w, h: [f"/{h.language}/nothing-is-here/"]),
    "nothing found": ("<lang>/search/", lambda w, h: [f"/{h.language}/search/?q=nothinglikeit"]),
    # Numbers of what is no case study compare nothing.
    "comparison": ("<lang>/compare/", lambda w, h: [f"/en/compare/?case={h.page.pk}&case={w.referring[1].pk}"]),
    "countries": ("<lang>/countries/", lambda w, h: [f"/{h.language}/countries/"]),
    "topics": ("<lang>/topics/", lambda w, h: [f"/{h.language}/topics/"]),
    "robots": ("robots.txt", lambda w, h: ["/robots.txt"]),
    "pages that refer, as Markdown": (
        r"<lang>/^(?P<path>(?:[\w\-]+/)+)index\.md$",
        lambda w, h: [f"{w.referring[1].url}index.md"],
    ),
    "security": (".well-known/security.txt", lambda w, h: ["/.well-known/security.txt"]),
    "harvest: all else": (
        "oai/",
        lambda w, h: [
            "/oai/?verb=Identify",
            "/oai/?verb=ListSets",
            "/oai/?verb=ListIdentifiers&metadataPrefix=oai_dc",
        ],
    ),
    "vocabulary": ("vocabulary/", lambda w, h: ["/vocabulary/"]),
    "vocabulary as a file": (r"^vocabulary\.(?P<suffix>ttl|jsonld|rdf)$", lambda w, h: ["/vocabulary.ttl"]),
    "scheme": (
        r"^vocabulary/schemes/(?P<scheme>[a-z]+)(?:\.(?P<suffix>ttl|jsonld|rdf))?$",
        lambda w, h: ["/vocabulary/schemes/theme.rdf"],
    ),
    "concept": (
        r"^vocabulary/(?P<slug>[-\w]+)(?:\.(?P<suffix>ttl|jsonld|rdf))?$",
        lambda w, h: [f"/vocabulary/{h.topic}.jsonld"],
    ),
    "search in the address bar": ("<lang>/opensearch.xml", lambda w, h: [f"/{h.language}/opensearch.xml"]),
    "style sheet": ("brand.css", lambda w, h: ["/brand.css"]),
    "health": ("healthz", lambda w, h: ["/healthz"]),
    "readiness": ("readyz", lambda w, h: ["/readyz"]),
    "bare address": ("", lambda w, h: ["/"]),
    "API: description": ("api/openapi.json", lambda w, h: ["/api/openapi.json"]),
    "API: root": ("api/", lambda w, h: ["/api/"]),
    "signing in": ("<lang>/accounts/", lambda w, h: [f"/{h.language}/accounts/login/", "/accounts/login/"]),
    "page passwords": (
        "<lang>/_util/",
        lambda w, h: [
            f"/en/_util/authenticate_with_password/{pk}/{h.page.pk}/"
            for pk in PageViewRestriction.objects.values_list("pk", flat=True)
        ],
    ),
}
# Covered by tests of their own below.
ALSO_TESTED = {
    "media/<path:path>": "test_files",
    "<lang>/original/<int:page_id>/": "test_the_view_of_untranslated_pages",
    "<lang>/pdf/<int:page_id>/": "test_pdfs",
    "<lang>/adapted/<int:page_id>/": "test_the_form_for_adaptations",
    **dict.fromkeys(
        (
            "<lang>/account/",
            "<lang>/my/saved/",
            "<lang>/my/lists/",
            "<lang>/my/lists/<int:list_id>/",
            "<lang>/lists/<slug:token>/",
        ),
        "test_ones_own_pages",
    ),
    **dict.fromkeys(
        (
            "<lang>/my/state/",
            "<lang>/my/save/<int:page_id>/",
            "<lang>/my/progress/<int:page_id>/",
            "<lang>/my/lists/<int:list_id>/items/<int:item_id>/",
            "<lang>/useful/<int:page_id>/",
        ),
        "test_keeping_tells_nothing",
    ),
    **dict.fromkeys(
        (
            "<lang>/my/lists/<int:list_id>/share/",
            "<lang>/my/lists/<int:list_id>/delete/",
            "<lang>/my/follow/",
            "<lang>/my/follow/<slug:slug>/",
            "<lang>/my/history/",
        ),
        "tests/knowledge/test_shelf.py: they show no page",
    ),
    "admin/": "test_the_admin_shows_what_a_role_may_see",
    "accounts/": "the same views as below a language",
    "brand/logo": "the brand's own, for everyone",
    "brand-admin.css": "the brand's own, for everyone",
    "captions/<int:page_id>.vtt": "test_recording_leaks",
    "chapters/<int:page_id>.vtt": "test_recording_leaks",
    "transcripts/<int:page_id>.txt": "test_recording_leaks",
    "llms.txt": "test_the_list_for_programs: the same as below a language",
    "<lang>/feed/members/<str:token>/": "test_a_members_feed_gives_no_more_than_its_member_may_read",
    "<lang>/account/feed/": "test_feed_keys",
    "<lang>/account/profile/": "tests/members/test_profiles.py: it shows no page",
    "<lang>/people/<str:public_id>/": "tests/members/test_profiles.py: it shows no page",
    "<lang>/account/export/": "tests/members/test_personal_data.py: it names pages by number only",
    "<lang>/account/erase/": "tests/members/test_personal_data.py: it shows no page",
}


def test_every_address_is_a_surface():
    covered = {address for address, _make in [*SHOWING.values(), *FOR_VISITORS.values(), *SILENT.values()]}
    covered |= ALSO_TESTED.keys()
    prefixes = tuple(prefix for prefix in PREFIXES if prefix in covered and prefix != "api/")
    missing = [
        address
        for address in addresses(get_resolver().url_patterns)
        if address not in covered and (address in PUBLIC or not address.startswith(prefixes))
    ]
    assert missing == []


class TestMatrix:
    """Every surface, for every reader, of a page in every state."""

    @pytest.mark.parametrize("who", READERS)
    def test_a_secret_shows_to_those_who_may_read_it_and_to_nobody_else(self, client, world, who):
        sign_in(client, who)
        secrets = {hidden.secret: READERS_OF[hidden.name] for hidden in world.hidden}
        texts: dict[str, str] = {}

        def check(name: str, address: str, shown: dict[str, bool]) -> None:
            if address in texts:
                return
            follow = name not in SILENT
            texts[address] = text_of(client.get(address, follow=follow))
            if name == "page address":
                texts[address] = text_of(client.get(address, follow=follow))  # Again, from the cache.
            text = texts[address]
            # What was asked is no news: the address, and what was searched for, come back in links and fields.
            for asked in (address, quote(address), quote(address, safe=""), address.partition("?q=")[2] or address):
                text = text.replace(asked, "")
            for secret, is_shown in shown.items():
                assert (secret in text) <= is_shown, f"{name}: {secret} leaks at {address}"

        for name, (_address, make) in SHOWING.items():
            for hidden in world.hidden:
                for address in make(world, hidden):
                    check(name, address, {secret: who in readers for secret, readers in secrets.items()})
                    if who in READERS_OF[hidden.name] and name != "completion":
                        assert hidden.secret in texts[address], f"{name}: {address} does not show {hidden.secret}"
        for name, (_address, make) in FOR_VISITORS.items():
            for hidden in world.hidden:
                for address in make(world, hidden):
                    check(name, address, {secret: "visitor" in readers for secret, readers in secrets.items()})
                    if "visitor" in READERS_OF[hidden.name]:
                        assert hidden.secret in texts[address], f"{name}: {address} does not show {hidden.secret}"
        for name, (_address, make) in SILENT.items():
            for hidden in world.hidden:
                for address in make(world, hidden):
                    check(name, address, dict.fromkeys(secrets, False))

    @pytest.mark.parametrize("who", READERS)
    def test_nothing_is_counted_that_one_may_not_read(self, client, world, who):
        sign_in(client, who)
        for hidden in world.hidden:
            may_read = who in READERS_OF[hidden.name]
            cache.clear()  # A copy has no context to look into.
            answer = client.get(f"/{hidden.language}/search/?q={hidden.asked}")
            assert answer.context["results"]["total"] == int(may_read), hidden.name
            everything = client.get(f"/{hidden.language}/search/")
            for found in (answer, everything):
                counts = {value.value: value.count for facet in found.context["facets"] for value in facet.values}
                assert counts.get(hidden.topic, 0) == int(may_read), hidden.name
            shown = {
                item["title"] for item in client.get(f"/en/search/completions/?q={hidden.secret}").json()["completions"]
            }
            assert bool(shown) == may_read, hidden.name
            for address in (f"/{hidden.language}/", f"/{hidden.language}/topics/", _listing(hidden)):
                assert (hidden.topic in text_of(client.get(address, follow=True))) == may_read, (hidden.name, address)
            assert bool(client.get(f"/api/v3/pages/?topic={hidden.topic}").json()["count"]) == may_read, hidden.name
            topic = client.get(f"/{hidden.language}/topics/{hidden.topic}/").context["list"]
            assert (topic.total, len(topic.kinds)) == (int(may_read), int(may_read)), hidden.name
        readable = [hidden for hidden in world.hidden if who in READERS_OF[hidden.name]]
        for country in (client.get("/en/countries/ki/").context["list"].total, self._counted(client, "KI")):
            assert country == len({hidden.page.translation_key for hidden in readable})
        for kind in ("images", "documents"):
            assert client.get(f"/api/v3/{kind}/").json()["count"] == len(readable)

    @staticmethod
    def _counted(client, code: str) -> int:
        countries = client.get("/en/countries/").context["countries"]
        return sum(country.count for country in countries if country.code == code)

    @pytest.mark.parametrize("who", READERS)
    def test_pdfs(self, client, world, who, monkeypatch):
        monkeypatch.setattr("home.copies.make_pdf", lambda html, page, address: html.encode())
        sign_in(client, who)
        for hidden in world.hidden:
            address = f"/{hidden.language}/pdf/{hidden.page.pk}/"
            may_read = who in READERS_OF[hidden.name]
            for _time in range(2):  # The second may come from the cache.
                answer = client.get(address)
                assert (answer.status_code == 200) == may_read, address
                assert (hidden.secret in text_of(answer)) == may_read, address
                if may_read and "visitor" not in READERS_OF[hidden.name] and hidden.page.marking != "CLEAR":
                    assert answer["Cache-Control"] == "private, no-store"
        for page in world.referring:
            text = text_of(client.get(f"/en/pdf/{page.pk}/"))
            for hidden in world.hidden:
                assert (hidden.secret in text) <= (who in READERS_OF[hidden.name]), hidden.name

    @pytest.mark.parametrize("who", READERS)
    def test_a_comparison(self, client, world, who):
        secret, other = make_case_study("Velociraptor case", marking="GREEN"), world.referring[1]
        unknown = Page.objects.order_by("-pk").first().pk + 1000
        sign_in(client, who)
        for beside in ("", f"case={other.pk}&"):
            hidden, nothing = (
                text_of(client.get(f"/en/compare/?{beside}case={pk}")).replace(f"case={pk}", "")
                for pk in (secret.pk, unknown)
            )
            assert (hidden == nothing) == (who not in MEMBERS)
            assert ("Velociraptor" in hidden) == (who in MEMBERS)

    @pytest.mark.parametrize("who", READERS)
    def test_hidden_and_unknown_answer_the_same(self, client, world, who):
        sign_in(client, who)
        unknown = Page.objects.order_by("-pk").first().pk + 1000
        for hidden in world.hidden:
            if who in READERS_OF[hidden.name]:
                assert client.get(hidden.page.url).status_code == 200
                continue
            pairs = [
                (hidden.page.url, f"/{hidden.language}/best-practices/nothing-is-here/"),
                (f"/fr/original/{hidden.page.pk}/", f"/fr/original/{unknown}/"),
                (f"/en/cite/{hidden.page.pk}.bib", f"/en/cite/{unknown}.bib"),
                (f"/en/cite/{hidden.page.pk}.ris", f"/en/cite/{unknown}.ris"),
                (f"/en/pdf/{hidden.page.pk}/", f"/en/pdf/{unknown}/"),
                (f"/api/v3/pages/{hidden.page.pk}/", f"/api/v3/pages/{unknown}/"),
                (f"/api/v3/images/{hidden.image.pk}/", f"/api/v3/images/{unknown}/"),
                (f"/api/v3/documents/{hidden.document.pk}/", f"/api/v3/documents/{unknown}/"),
                (f"/api/v3/pages/?child_of={hidden.page.pk}", f"/api/v3/pages/?child_of={unknown}"),
                (f"/api/v3/pages/?translation_of={hidden.page.pk}", f"/api/v3/pages/?translation_of={unknown}"),
            ]
            for forbidden, nothing in pairs:
                for method in (client.get, client.head, client.post):
                    assert told(method(forbidden), forbidden) == told(method(nothing), nothing), forbidden

    @pytest.mark.parametrize("who", ["visitor", "account", "member", "group member"])
    def test_files(self, client, world, who):
        sign_in(client, who)
        nothing = "/media/nothing.png"
        questions = {
            "plain": (client.get, {}),
            "head": (client.head, {}),
            "range": (client.get, {"range": "bytes=0-3"}),
            "compressed": (client.get, {"accept-encoding": "gzip"}),
            "again": (client.get, {"if-none-match": "*"}),
        }
        unknown = {name: told(ask(nothing, headers=headers), nothing) for name, (ask, headers) in questions.items()}
        for hidden in world.hidden:
            for address in hidden.files:
                for question, (method, headers) in questions.items():
                    answer = method(address, headers=headers)
                    if who not in READERS_OF[hidden.name]:
                        assert told(answer, address) == unknown[question], (address, question)
                        continue
                    assert answer.status_code in {200, 206, 304}, (address, question)
                    is_for_all = "visitor" in READERS_OF[hidden.name]
                    assert ("public" in answer["Cache-Control"]) == is_for_all, (address, question)

    @pytest.mark.parametrize("who", READERS)
    def test_the_view_of_untranslated_pages(self, client, world, who):
        sign_in(client, who)
        for hidden in world.hidden:
            may_read = who in READERS_OF[hidden.name]
            for code in ("en", "ar", "es", "fr"):
                answer = client.get(f"/{code}/original/{hidden.page.pk}/")
                assert (answer.status_code != 404) == may_read, (hidden.name, code)
                assert may_read or hidden.secret not in text_of(answer)

    @pytest.mark.parametrize("who", READERS)
    def test_the_form_for_adaptations(self, client, world, who):
        sign_in(client, who)
        unknown = Page.objects.order_by("-pk").first().pk + 1000
        recorded = Adaptation.objects.count()
        for hidden in world.hidden:
            address, nothing = f"/en/adapted/{hidden.page.pk}/", f"/en/adapted/{unknown}/"
            for method in (client.get, client.post):
                answer = method(address)
                if who in READERS_OF[hidden.name] and who != "visitor":
                    assert answer.status_code == 302
                    client.get("/en/account/")  # Where the message is read that waits now.
                    continue
                if who == "visitor":
                    assert answer["Location"].replace(address, nothing) == method(nothing)["Location"]
                else:
                    assert told(answer, address) == told(method(nothing), nothing)
        assert Adaptation.objects.count() == recorded

    @pytest.mark.parametrize("who", READERS)
    def test_a_members_feed_gives_no_more_than_its_member_may_read(self, client, world, who):
        """Nor more than every member: what is for a group is read on the site."""
        user = sign_in(client, who) or UserFactory()
        make_feed_key(user)
        client.logout()
        for language in ("en", "ar"):
            answer = client.get(f"/{language}/feed/members/{feed_token(user)}/")
            assert (answer.status_code == 200) == (who in MEMBERS)
            text = text_of(answer)
            for hidden in world.hidden:
                may_read = who in READERS_OF[hidden.name] and hidden.name != "restricted_to_group"
                if who not in MEMBERS or not may_read:
                    assert hidden.secret not in text, hidden.name
                    continue
                # The original is named once, in the best language; a translation in its own.
                is_here = hidden.language == language or (hidden.language == "en" and hidden.name != "green")
                assert not is_here or hidden.secret in text, hidden.name
                is_public = "visitor" in READERS_OF[hidden.name]
                assert (f"About {hidden.secret}" in text) <= is_public, hidden.name
                assert (f"Dr {hidden.secret}" in text) <= is_public, hidden.name

    @pytest.mark.parametrize("who", READERS)
    def test_the_list_for_programs(self, client, world, who):
        sign_in(client, who)
        text = text_of(client.get("/llms.txt"))
        for hidden in world.hidden:
            assert (hidden.secret in text) == (hidden.name == "clear"), hidden.name

    @pytest.mark.parametrize("who", READERS)
    def test_ones_own_pages(self, client, world, who, monkeypatch):
        """Whatever somebody kept, they meet only what they may read now: no title, note, count or empty place."""
        monkeypatch.setattr("knowledge.shelf.queries.SHOWN", 100)
        user = sign_in(client, who)
        owner = user or MemberFactory()
        other = MemberFactory()
        mine = ReadingList.objects.create(owner=owner, name="Mine")
        shared = ReadingList.objects.create(owner=other, name="Shared", token="for-members")
        for hidden in world.hidden:
            key = hidden.page.translation_key
            SavedItem.objects.create(user=owner, translation_key=key)
            ReadingProgress.objects.create(user=owner, translation_key=key, position=5, updated_at=timezone.now())
            FollowedTopic.objects.create(user=owner, concept=Concept.objects.get(slug=hidden.topic))
            for reading_list in (mine, shared):
                ReadingListItem.objects.create(reading_list=reading_list, translation_key=key, note=hidden.secret)
        readable = [hidden for hidden in world.hidden if who in READERS_OF[hidden.name]]
        for language in ("en", "ar"):
            own = ["account/", "my/saved/", f"my/lists/{mine.pk}/"]
            addresses = {f"/{language}/{path}": True for path in own}
            addresses[f"/{language}/lists/for-members/"] = who in MEMBERS
            for address, is_open in addresses.items():
                answer = client.get(address)
                text = text_of(answer)
                for hidden in world.hidden:
                    is_shown = is_open and user is not None and hidden in readable
                    assert (hidden.secret in text) == is_shown, (address, hidden.name)
                if "my/" in address or "lists/" in address:
                    shown = answer.context["list"].paginator.count if answer.context and "list" in answer.context else 0
                    assert shown == (len(readable) if is_open and user else 0), address
        if user:
            [listed] = client.get("/en/my/lists/").context["lists"]
            assert listed.readable_count == len(readable)

    def test_a_list_of_what_is_hidden_is_as_an_empty_one(self, client, world):
        sign_in(client, "member")
        # Of two people with the same name: nobody has two lists of one name.
        lists = {
            token: ReadingList.objects.create(owner=MemberFactory(last_name="B"), name="Shared", token=token)
            for token in ("hidden", "nothing")
        }
        for hidden in world.hidden:
            if "member" not in READERS_OF[hidden.name]:
                key = hidden.page.translation_key
                ReadingListItem.objects.create(reading_list=lists["hidden"], translation_key=key)
        seen = {token: client.get(f"/en/lists/{token}/") for token in lists}
        assert {answer.status_code for answer in seen.values()} == {200}
        texts = {text_of(answer).replace(f"/lists/{token}/", "") for token, answer in seen.items()}
        assert len(texts) == 1

    @pytest.mark.parametrize("who", READERS)
    def test_keeping_tells_nothing(self, client, world, who):
        """To save, follow one's progress in, list, or judge what one may not read is as with what is not there."""
        user = sign_in(client, who)
        unknown = Page.objects.order_by("-pk").first().pk + 1000
        owner = user or MemberFactory()
        mine = ReadingList.objects.create(owner=owner, name="Mine")
        for hidden in world.hidden:
            key = hidden.page.translation_key
            entry = ReadingListItem.objects.create(reading_list=mine, translation_key=key)
            if who in READERS_OF[hidden.name]:
                continue
            pairs = [
                *((f"/en/{each.format(hidden.page.pk)}", f"/en/{each.format(unknown)}") for each in ONE_PIECE),
                (f"/en/my/lists/{mine.pk}/items/{entry.pk}/", f"/en/my/lists/{mine.pk}/items/{entry.pk + 1000}/"),
            ]
            for forbidden, nothing in pairs:
                for ask in (client.get, client.post, client.put, client.delete):
                    answers = [ask(address) for address in (forbidden, nothing)]
                    if who == "visitor" and answers[0].status_code == 302:
                        assert answers[0]["Location"].replace(forbidden, nothing) == answers[1]["Location"]
                        continue
                    assert answers[0].status_code in {404, 405}, (forbidden, ask)
                    assert told(answers[0], forbidden) == told(answers[1], nothing), (forbidden, ask)
        assert not SavedItem.objects.exists()
        assert not ReadingProgress.objects.exists()


# What is asked of one piece of knowledge, by its number.
ONE_PIECE = ["my/save/{}/", "my/state/?page={}", "my/progress/{}/", "useful/{}/"]


@pytest.mark.parametrize(("who", "statuses"), [("editor", [200, 200, 200]), ("translator", [200, 200, 404])])
def test_files_of_pages_closed_to_them_are_for_those_who_may_choose_them(client, tree, who, statuses):
    """Translators choose images, for alternative ones; documents are not theirs to choose."""
    hidden = restricted_to_group()
    sign_in(client, who)
    assert [client.get(address).status_code for address in hidden.files] == statuses


def test_translators_get_the_documents_of_what_they_translate(client, tree):
    hidden = translation_of_green()
    sign_in(client, "translator")
    assert client.get(hidden.document.file.url).status_code == 200


def test_a_rendition_that_is_made_later_is_as_closed_as_its_image(client, tree):
    rendition = green().image.create_rendition(Filter(spec="fill-20x20"))
    assert client.get(rendition.url).status_code == 404


# --- Ways round -------------------------------------------------------------------------------------


def test_languages_that_one_may_not_read_are_not_offered(client, tree):
    page = make_article("Written openly")
    arabic = translate(page, "ar", "سر velociraptor")
    restrict(arabic, PageViewRestriction.LOGIN)
    text = text_of(client.get(page.url))
    assert "velociraptor" not in text
    assert arabic.url not in text
    assert 'hreflang="ar"' not in text[: text.index("</head>")]
    assert arabic.url not in text_of(client.get("/sitemap.xml"))
    client.force_login(UserFactory())
    assert arabic.url in text_of(client.get(page.url))


def test_sections_that_one_may_not_read_are_no_breadcrumbs(client, tree):
    parent = section()
    parent.title = "Velociraptor section"
    parent.save_revision().publish()
    page = make_article("Below")
    assert "Velociraptor" in text_of(client.get(page.url))
    Page.objects.filter(pk=parent.pk).update(live=False)
    tree["en"].save()  # A new generation, as for any change made the usual way.
    for address in (page.url, "/en/", f"/api/v3/pages/{page.pk}/"):
        assert "Velociraptor" not in text_of(client.get(address)), address


def test_an_address_that_moved_leads_only_those_who_may_read_the_page(client, tree):
    hidden = green()
    old = hidden.page.url
    hidden.page.slug = "renamed"
    # Wagtail notes the old address when the transaction commits.
    with TestCase.captureOnCommitCallbacks(execute=True):
        hidden.page.save_revision().publish()
    hidden.page.refresh_from_db()
    assert hidden.page.url != old
    for question in (old, f"{old}?a=b"):
        nothing = "/en/best-practices/nothing-is-here/"
        assert told(client.get(question), question) == told(client.get(nothing), nothing)
    client.force_login(MemberFactory())
    assert client.get(old)["Location"].endswith(hidden.page.url)
    assert client.get(f"{old}?a=b")["Location"].endswith(hidden.page.url)


def test_a_cached_answer_is_for_nobody_with_other_rights(client, tree):
    hidden = green()
    shown = [hidden.page.url, "/en/", section().url, f"/en/search/?q={hidden.asked}"]
    sign_in(client, "member")
    for address in shown:
        assert hidden.secret in text_of(client.get(address))
    client.logout()
    for address in shown:
        for headers in ({}, {"accept-encoding": "gzip"}, {"if-modified-since": "Thu, 01 Jan 2037 00:00:00 GMT"}):
            assert hidden.secret not in text_of(client.get(address, headers=headers)), address
        assert client.head(address).status_code in {200, 404}


def test_a_change_of_audience_starts_a_generation_by_itself(tree):
    """Between a saved privacy setting and the audience that follows from it, somebody may have kept a copy."""
    page = make_article()
    PageViewRestriction.objects.bulk_create([PageViewRestriction(page=page, restriction_type="login")])
    before = current_generation()
    assert refresh_audiences([page.pk]) == {page.pk}
    assert current_generation() > before


def test_a_token_opens_no_more_than_its_owner_may_read(client, tree):
    hidden = green()
    for owner, is_shown in ((UserFactory(), False), (MemberFactory(), True), (MemberFactory(is_active=False), False)):
        _token, key = APIToken.create_token(user=owner, name="test")
        headers = {"authorization": f"Bearer {key}"}
        for address in (f"/api/v3/pages/{hidden.page.pk}/", "/api/v3/images/", "/api/v3/documents/"):
            assert (hidden.secret in text_of(client.get(address, headers=headers))) == is_shown, address
        # A token is for the API only.
        assert hidden.secret not in text_of(client.get(hidden.page.url, headers=headers))


# --- The admin --------------------------------------------------------------------------------------

# What the patterns of the admin's addresses ask for, so that each can be called.
NAMES = {
    "app_label": "knowledge",
    "model_name": "article",
    "content_type_app_name": "knowledge",
    "content_type_model_name": "article",
    "app_name": "knowledge",
    "action": "publish",
    "action_name": "approve",
    "filter_spec": "width-40",
    "mode": "",
    "uidb64": "MQ",
    "token": "x",
    "session_id": "1",
}


def admin_addresses(hidden: Hidden) -> list[str]:
    """Return every address of the admin that can be called with GET, with the hidden things' numbers in it."""
    numbers = {
        "image_id": hidden.image.pk,
        "document_id": hidden.document.pk,
        "doc_id": hidden.document.pk,
        "parent_page_id": hidden.page.get_parent().pk,
        "revision_id": hidden.page.latest_revision_id or 1,
    }
    found = []

    def walk(patterns, prefix: str, keys: dict) -> None:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, prefix + str(pattern.pattern), keys | pattern.pattern.converters)
            else:
                text = prefix + str(pattern.pattern)
                names = keys | pattern.pattern.converters
                for name in names:
                    value = numbers.get(name, NAMES.get(name, hidden.page.pk))
                    for kind in ("int", "str", "slug", "path"):
                        text = text.replace(f"<{kind}:{name}>", str(value))
                text = text.replace("<", "").replace("^", "").replace("$", "")
                found.append(f"/{text}")

    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "admin/":
            walk(pattern.url_patterns, "admin/", {})
    listed = [address for address in found if "(" not in address]
    # What a list shows depends on what is asked of it.
    listed += [
        f"/admin/pages/{hidden.page.get_parent().pk}/?q={hidden.asked}",
        f"/admin/pages/search/?q={hidden.secret[:9]}",
        f"/admin/choose-page/search/?q={hidden.secret[:9]}",
        f"/admin/choose-page/{hidden.page.get_parent().pk}/?page_type=knowledge.article",
        f"/admin/images/chooser/results/?q={hidden.secret[:9]}",
        f"/admin/documents/chooser/results/?q={hidden.secret[:9]}",
        f"/admin/api/main/pages/?child_of={hidden.page.get_parent().pk}&for_explorer=1",
        f"/admin/api/main/pages/?search={hidden.secret[:9]}",
        "/admin/api/main/pages/?limit=20&order=-id",
        "/admin/api/main/images/?limit=20",
        "/admin/api/main/documents/?limit=20",
    ]
    return listed


def test_the_admin_is_closed_to_those_who_have_no_role(client, tree):
    hidden = green()
    for who in ("visitor", "account", "member"):
        client.logout()
        sign_in(client, who)
        for address in admin_addresses(hidden):
            answer = client.get(address)
            assert answer.status_code < 500, address
            assert hidden.secret not in text_of(answer), (who, address)


# What Wagtail shows of images to whoever may choose them, whatever page uses them.
IMAGES = ("/admin/images/", "/admin/api/main/images/")


@pytest.mark.parametrize("state", [restricted_to_group, unmarked, draft, green], ids=lambda state: state.__name__)
def test_the_admin_shows_what_a_role_may_see(client, tree, state):
    """A translator of Arabic has no business with an English page that they may not read."""
    hidden = state()
    sign_in(client, "translator")
    shown = []
    for address in admin_addresses(hidden):
        if "failwhale" in address:
            continue
        answer = client.get(address, headers={"x-requested-with": "XMLHttpRequest"} if "choose" in address else {})
        assert answer.status_code < 500, address
        text = text_of(answer).replace(f"q={hidden.secret}", "").replace(f'value="{hidden.secret[:9]}"', "")
        if hidden.secret in text and not address.startswith(IMAGES):
            shown.append(address)
    assert shown == []


def test_an_editor_finds_in_the_admin_what_they_may_edit(client, tree):
    hidden = green()
    sign_in(client, "editor")
    for address in (
        reverse("wagtailadmin_explore", args=[hidden.page.get_parent().pk]),
        f"/admin/pages/search/?q={hidden.secret}",
        f"/admin/choose-page/{hidden.page.get_parent().pk}/",
        f"/admin/choose-page/search/?q={hidden.secret}",
    ):
        assert hidden.secret in text_of(client.get(address)).replace(f"q={hidden.secret}", ""), address
