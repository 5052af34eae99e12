"""What one may not read shows nowhere: every surface × every kind of access × every reader.

The pages are in `matrix.states`, the readers in `matrix.readers`. A page in each state of access has a secret word of
its own in title, summary, text, file names, captions and names. Whoever may read the page must meet its word on each
surface; whoever may not must not meet it on any, nor see that something is there.

Runs on whatever database the suite runs on, with Elasticsearch where TEST_ELASTICSEARCH_URL names one.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import TestCase
from django.urls import get_resolver
from django.utils import timezone
from wagtail.images.models import Filter
from wagtail.models import APIToken, Page, PageViewRestriction

from access.audiences import refresh_audiences
from access.generation import current_generation
from knowledge.models import (
    Adaptation,
    FollowedTopic,
    KnowledgeIndexPage,
    ReadingList,
    ReadingListItem,
    ReadingProgress,
    SavedItem,
)
from members.feed_keys import feed_token, make_feed_key
from tests.access.matrix.answers import text_of, told
from tests.access.matrix.readers import EDITING, MEMBERS, READERS, sign_in
from tests.access.matrix.states import (
    READERS_OF,
    Hidden,
    World,
    green,
    restrict,
    restricted_to_group,
    translation_of_green,
)
from tests.factories import MemberFactory, UserFactory, make_article, make_case_study, section, translate
from tests.hub.test_urls import PREFIXES, PUBLIC, addresses
from vocabulary.models import Concept

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

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
    "search by phrase and near words": (
        "<lang>/search/",
        lambda w, h: [
            f"/{h.language}/search/?q=%22{h.asked}%22",
            f"/{h.language}/search/?q={h.asked}q",
        ],
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
# What a member's feed can have: it gives no more than every member may read.
FOR_ALL_MEMBERS = {make for make, readers in READERS_OF.items() if readers >= MEMBERS}
# Of those who are refused, one of each kind: the answers to the others are made the same way.
REFUSED = ("visitor", "member", "former member", "translator")
# Covered by tests of their own below.
ALSO_TESTED = {
    "media/<path:path>": "test_files",
    "<lang>/original/<int:page_id>/": "test_the_view_of_untranslated_pages",
    "<lang>/pdf/<int:page_id>/": "test_pdfs",
    "<lang>/adapted/<int:page_id>/": "test_the_form_for_adaptations",
    "<lang>/translation/ask/<int:page_id>/": "tests/translation/test_wishes.py",
    **dict.fromkeys(
        ("<lang>/account/questions/", "<lang>/account/questions/<int:question_id>/"),
        "tests/members/test_expert_questions.py: they show no page",
    ),
    **dict.fromkeys(
        ("<lang>/search/save/", "<lang>/account/searches/", "<lang>/account/searches/<int:search_id>/"),
        "tests/search/test_saved_searches.py: they show no page but the one that others are to be like, by the policy",
    ),
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
    **dict.fromkeys(
        (
            "<lang>/apply/",
            "<lang>/apply/sent/",
            "<lang>/apply/confirm/<str:token>/",
            "<lang>/apply/status/<str:token>/",
            "<lang>/attest/<str:token>/",
            "<lang>/invitation/<str:token>/",
            "<lang>/account/confirm/",
        ),
        "tests/members: they are about people, and show no page",
    ),
    "<lang>/account/shared/": "tests/knowledge/test_own_pages.py: what somebody owns and may read",
    "<lang>/view-as/": "tests/home/test_view_as.py: it shows no page",
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
    assert not missing, (
        "These addresses are in no test of leaks. Declare each as a surface in tests/access/test_leaks.py: in SHOWING "
        "(what a reader may read shows), FOR_VISITORS (made for visitors, whoever asks) or SILENT (nothing of any page "
        "is there), with the addresses to call; or, if a test of its own covers it or no content can be there, in "
        "ALSO_TESTED with that test's name or the reason:\n  " + "\n  ".join(missing)
    )


class TestMatrix:
    """Every surface, for every reader, of a page in every state."""

    @pytest.mark.parametrize("who", READERS)
    def test_a_secret_shows_to_those_who_may_read_it_and_to_nobody_else(self, client, world, who):
        sign_in(client, who)
        secrets = {hidden.secret: READERS_OF[hidden.name] for hidden in world.hidden}
        # Administrators see to all files, whoever these are for.
        secrets |= {part.secret: {*READERS_OF[part.name], "administrator"} for part in world.parts}
        texts: dict[str, str] = {}
        wrong: list[str] = []

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
            wrong.extend(
                f"{name}: {secret} leaks at {address}"
                for secret, is_shown in shown.items()
                if secret in text and not is_shown
            )

        for name, (_address, make) in SHOWING.items():
            for hidden in [*world.hidden, *world.parts]:
                for address in make(world, hidden):
                    check(name, address, {secret: who in readers for secret, readers in secrets.items()})
                    is_expected = who in READERS_OF[hidden.name] and name != "completion" and hidden in world.hidden
                    if is_expected and hidden.secret not in texts[address]:
                        wrong.append(f"{name}: {address} does not show {hidden.secret}")
        for name, (_address, make) in FOR_VISITORS.items():
            for hidden in [*world.hidden, *world.parts]:
                for address in make(world, hidden):
                    check(name, address, {secret: "visitor" in readers for secret, readers in secrets.items()})
                    if "visitor" in READERS_OF[hidden.name] and hidden.secret not in texts[address]:
                        wrong.append(f"{name}: {address} does not show {hidden.secret}")
        for name, (_address, make) in SILENT.items():
            for hidden in world.hidden:
                for address in make(world, hidden):
                    check(name, address, dict.fromkeys(secrets, False))
        assert not wrong, "\n".join(wrong)

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
            # Beginnings are compared up to 20 letters: what another page of a like name shows is no matter here.
            assert any(hidden.secret in title for title in shown) == may_read, hidden.name
            for address in (f"/{hidden.language}/", f"/{hidden.language}/topics/", _listing(hidden)):
                is_shown = hidden.topic in text_of(client.get(address, follow=True))
                # The home page names the topics that most is about: not all that a reader of much could see.
                is_cut = may_read and address == f"/{hidden.language}/"
                assert is_shown == may_read or is_cut, (hidden.name, address)
            assert bool(client.get(f"/api/v3/pages/?topic={hidden.topic}").json()["count"]) == may_read, hidden.name
            topic = client.get(f"/{hidden.language}/topics/{hidden.topic}/").context["list"]
            assert (topic.total, len(topic.kinds)) == (int(may_read), int(may_read)), hidden.name
        readable = [hidden for hidden in world.hidden if who in READERS_OF[hidden.name]]
        for country in (client.get("/en/countries/ki/").context["list"].total, self._counted(client, "KI")):
            assert country == len(readable) + len(world.parts)
        readable += [part for part in world.parts if who in READERS_OF[part.name]]
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

    @pytest.mark.parametrize("who", REFUSED)
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

    @pytest.mark.parametrize("who", REFUSED)
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

    @pytest.mark.parametrize("who", [who for who in READERS if who not in EDITING])
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

    @pytest.mark.parametrize("who", REFUSED)
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
                may_read = who in READERS_OF[hidden.name] and hidden.name in FOR_ALL_MEMBERS
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

    @pytest.mark.parametrize("who", REFUSED)
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


@pytest.mark.parametrize("who", ["editor", "translator"])
def test_files_of_pages_for_others_are_closed_to_roles_too(client, tree, who):
    """Who may choose files in general is not cleared for those that only such a page uses."""
    hidden = restricted_to_group()
    sign_in(client, who)
    assert [client.get(address).status_code for address in hidden.files] == [404, 404, 404]


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
