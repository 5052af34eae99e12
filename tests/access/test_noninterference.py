"""Two hubs that differ only in what a reader may not see give that reader the same answers.

Shown as: whatever is done with what a reader may not see changes no answer that the reader gets. A state machine does
random things with what readers see and, in between, with what they do not; after each of the latter, every answer
must be what it was, body for body.
"""

from __future__ import annotations

import datetime
import re

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from wagtail.models import Locale, Page

from knowledge.models import Article, CountryConcerned, RelatedItem
from tests.access.matrix.answers import text_of
from tests.access.matrix.readers import group_fact, organisation_fact, person_fact, sign_in
from tests.access.matrix.states import closed_section
from tests.factories import ConceptFactory, make_article, section, stream, translate

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

READERS = ("visitor", "member")
WORDS = ("gate", "harbour", "ledger", "convoy")
# Markings that none of the readers meets, with whom they name.
HIDDEN = {"AMBER": group_fact, "AMBER+STRICT": organisation_fact, "RED": person_fact, "": None}
# A token, a nonce or the present second, in what is otherwise the same.
PASSING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|nonce-[^\'"]+|nonce="[^"]*"|<responseDate>[^<]*|"_?token": ?"[^"]*"'
)
ADDRESSES = [
    *("/en/", "/ar/", "/sitemap.xml", "/en/llms.txt", "/llms.txt", "/en/feed/", "/en/feed/rss/", "/en/topics/"),
    *("/en/topics/okapi/", "/en/countries/", "/en/countries/ki/", "/en/search/", "/en/search/?q=gate"),
    *("/en/search/?q=gate+harbour", "/ar/search/?q=ledger", "/en/search/?topic=okapi", "/en/search/?q=gatee"),
    *("/en/search/?q=gaet+harbuor+conwoy", "/en/search/?q=gate+-ledger", "/en/search/?q=gate&sort=used"),
    *("/en/search/?organisation=1", "/en/search/?marking=AMBER", "/en/search/?q=title:gate&from=2001-01-01"),
    *("/en/search/completions/?q=gat", "/en/search/completions/?q=har", "/api/v3/pages/?limit=100"),
    *("/api/v3/pages/?topic=okapi", "/api/v3/images/", "/api/v3/documents/", "/en/feed/topic/okapi/"),
    *("/oai/?verb=ListRecords&metadataPrefix=oai_dc", "/oai/?verb=ListIdentifiers&metadataPrefix=oai_dc"),
    *("/oai/?verb=ListSets", "/en/compare/", "/vocabulary/okapi.jsonld", "/en/nothing-is-here/"),
]
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)
hidden_markings = st.sampled_from(sorted(HIDDEN))


class TwoHubs(RuleBasedStateMachine):
    """Things happen; what happens to hidden pages changes nothing for `READERS`."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        cache.clear()
        self.visible: list[Page] = []
        self.hidden: list[Page] = []
        self.seen: dict[str, dict[str, tuple]] | None = None
        self.clients = {}
        for who in READERS:
            self.clients[who] = Client()
            sign_in(self.clients[who], who)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        cache.clear()

    # --- What readers see ---

    @initialize()
    def begin(self) -> None:
        self.topic = ConceptFactory(slug="okapi", labels={"en": "Okapi", "ar": "أكاب"})
        self.corner = closed_section("AMBER", [group_fact()])
        self.publish_visible(["gate", "harbour"], "CLEAR")
        self.publish_visible(["harbour", "ledger", "gate", "gate"], "GREEN")
        self.hide(["gate", "convoy"], "AMBER")

    def article(self, said: list[str], marking: str) -> Article:
        names = HIDDEN.get(marking)
        page = make_article(
            f"{said[0]} {said[-1]}",
            marking=marking,
            shared_with=[names()] if names else [],
            summary=f"On {' '.join(said)}.",
            body=f"<p>{' '.join(said * 3)}</p>",
            publishing_reason="A test.",
            live=False,
        )
        page.topics = [self.topic]
        page.countries = [CountryConcerned(code="KI")]
        page.save_revision().publish()
        return Article.objects.get(pk=page.pk)

    @rule(said=words, marking=st.sampled_from(["CLEAR", "GREEN"]))
    def publish_visible(self, said: list[str], marking: str) -> None:
        self.visible.append(self.article(said, marking))
        self.seen = None

    @precondition(lambda self: self.visible and self.hidden)
    @rule(data=st.data())
    def refer_to_hidden(self, data) -> None:
        """What is hidden is named by a page that is not, as related item and in a link."""
        page = Article.objects.get(pk=data.draw(st.sampled_from(self.visible)).pk)
        hidden = data.draw(st.sampled_from(self.hidden))
        page.related_items = [RelatedItem(item_id=hidden.pk)]
        page.body = stream(
            Article, "body", [("text", f'<p>See <a linktype="page" id="{hidden.pk}">this gate</a>.</p>')]
        )
        page.save_revision().publish()
        self.seen = None

    @precondition(lambda self: self.visible)
    @rule(data=st.data(), marking=st.sampled_from(["CLEAR", "GREEN"]))
    def mark_visible(self, data, marking: str) -> None:
        page = Article.objects.get(pk=data.draw(st.sampled_from(self.visible)).pk)
        page.marking, page.marking_reason = marking, "A test."
        page.save_revision().publish()
        self.seen = None

    # --- What they do not ---

    def answers(self) -> dict[str, dict[str, tuple]]:
        """Return all that the readers are told, by reader and address."""
        addresses = [*ADDRESSES, section().url, f"{section().url}?topic=okapi"]
        for page in self.visible:
            addresses += [page.url, f"{page.url}index.md", f"/en/cite/{page.pk}.bib", f"/fr/original/{page.pk}/"]
            addresses += [f"/api/v3/pages/{page.pk}/"]
        return {
            who: {address: self.answer(client, address) for address in addresses}
            for who, client in self.clients.items()
        }

    @staticmethod
    def answer(client: Client, address: str) -> tuple:
        response = client.get(address, headers={"accept-encoding": "identity"})
        text = text_of(response)
        kept = PASSING.sub("", text)
        passing = {"Expires", "Content-Length", *(("ETag",) if kept != text else ())}
        headers = {name: PASSING.sub("", value) for name, value in response.headers.items() if name not in passing}
        return response.status_code, sorted(headers.items()), kept.splitlines()

    def check(self, change) -> None:
        """Do something with what is hidden; nothing that readers are told may change."""
        before = self.seen or self.answers()
        change()
        after = self.answers()
        for who in READERS:
            for address, answer in before[who].items():
                assert after[who][address] == answer, (who, address)
        self.seen = after

    @rule(said=words, marking=hidden_markings)
    def hide(self, said: list[str], marking: str) -> None:
        self.check(lambda: self.hidden.append(self.article(said, marking)))

    @precondition(lambda self: self.hidden)
    @rule(data=st.data(), said=words, marking=hidden_markings)
    def change_hidden(self, data, said: list[str], marking: str) -> None:
        page = Article.objects.get(pk=data.draw(st.sampled_from(self.hidden)).pk)

        def change() -> None:
            page.title, page.marking, page.marking_reason = " ".join(said), marking, "A test."
            page.publishing_reason = "A test."
            page.shared_with = [HIDDEN[marking]()] if HIDDEN[marking] else []
            page.save_revision().publish()

        self.check(change)

    @precondition(lambda self: self.hidden)
    @rule(data=st.data(), how=st.sampled_from(["unpublish", "expire", "alias", "copy", "translate", "move", "delete"]))
    def do_with_hidden(self, data, how: str) -> None:
        page = Page.objects.get(pk=data.draw(st.sampled_from(self.hidden)).pk).specific
        self.check(lambda: getattr(self, how)(page))

    @rule(is_in=st.booleans(), who=st.sampled_from(["former member", "group member"]))
    def regroup_others(self, is_in: bool, who: str) -> None:
        user = sign_in(Client(), who)
        group = Group.objects.get(name="Experts")
        self.check(lambda: (user.groups.add if is_in else user.groups.remove)(group))

    def unpublish(self, page: Page) -> None:
        page.unpublish()

    def expire(self, page: Page) -> None:
        Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - datetime.timedelta(hours=1))
        call_command("publish_scheduled", verbosity=0)

    def alias(self, page: Page) -> None:
        page.create_alias(
            parent=Page.objects.get(pk=section().pk), update_slug=f"alias-{page.pk}-{Page.objects.count()}"
        )

    def copy(self, page: Page) -> None:
        page.copy(update_attrs={"slug": f"copy-{page.pk}-{Page.objects.count()}"}, copy_revisions=True)

    def translate(self, page: Page) -> None:
        # A translation is published only while its original is.
        is_live = Page.objects.filter(pk=page.pk, live=True).exists()
        if is_live and not page.has_translation(Locale.objects.get(language_code="ar")):
            translate(page, "ar", "gate harbour")

    def move(self, page: Page) -> None:
        page.move(Page.objects.get(pk=self.corner.pk), "last-child")

    def delete(self, page: Page) -> None:
        self.hidden = [each for each in self.hidden if each.pk != page.pk]
        page.delete()


def test_what_is_hidden_changes_no_answer(tree):
    settings = hypothesis_settings(
        max_examples=6, stateful_step_count=8, derandomize=True, deadline=None, database=None, print_blob=False
    )
    run_state_machine_as_test(TwoHubs, settings=settings)
