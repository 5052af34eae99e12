"""The translators' desk: its matrix, its editor against wagtail-localize's own, and its memory.

What is measured is written for it, beside the demonstration: a section with 20 pieces and one with 2,000, English
ones and their translations in every state, each of 101 texts, the last of which is what is left to do. So the memory
has 200,000 approved translations into French, and fewer into the other languages.

A text is composed as a sentence of the demonstration could be: the beginning of one of its English sentences, the end
of another, and one word exchanged for any of its words. No two are the same; many are alike, which makes looking them
up harder than in a memory that people wrote. The seed is fixed: the same texts every time.
"""

from __future__ import annotations

import datetime
import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max, Model
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.fields import StreamField
from wagtail.models import Locale, Page
from wagtail_localize.models import (
    String,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationContext,
    TranslationSource,
)

from access.generation import start_new_generation
from access.readers import reader_for
from bench.corpus import SEED, Corpus, Sentences, copy_in, write_sources
from bench.figures import Figure, median_milliseconds
from bench.stage import HOST
from bench.visits import Visitor, visitor_signed_in
from demo.accounts import ACCOUNTS
from knowledge.models import Article, KnowledgeIndexPage, KnowledgePage
from members.models import User
from translation.memory import matches_for
from translation.models import PendingApproval

FEW, MANY = 20, 2_000
# Of these the last is what may be left to do.
TEXTS = 101
MEMORY = MANY * (TEXTS - 1)
SEGMENTS = 500
LOOKUPS = 400
ROUNDS = 12
MOST_AGAINST_HOME, MOST_OPENING, MOST_SAVING, MOST_LOOKUP = 3.0, 1.0, 0.5, 150.0
CURRENT, OUTDATED, REVIEW, MACHINE, DRAFT, MISSING = range(6)
# In French there is always a translation, so that the memory has as many texts as it should.
STATES = {"fr": (CURRENT, OUTDATED, REVIEW), "ar": (CURRENT, REVIEW, MACHINE, DRAFT, MISSING), "es": range(6)}


class Texts:
    """Texts like those of the demonstration, no two the same."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - not a secret, but the same texts every time
        # A text is HTML; what has signs of it is left out.
        self.sentences = [each for each in Sentences("en").sentences if not set(each) & set("<>&")]
        self.words = sorted({word for each in self.sentences for word in each.split() if word.isalpha()})
        self.seen: set[str] = set()

    def __iter__(self) -> Iterator[str]:
        while True:
            head, tail = (self.chance.choice(self.sentences).split() for _ in range(2))
            words = head[: self.chance.randrange(1, len(head))] + tail[-self.chance.randrange(2, 12) :]
            words[self.chance.randrange(len(words))] = self.chance.choice(self.words)
            text = " ".join(words)
            if text not in self.seen:
                self.seen.add(text)
                yield text

    def reworded(self, text: str) -> str:
        """Return a text with a word exchanged, left out or put in."""
        words, place = text.split(), self.chance.randrange(len(text.split()))
        new = [[self.chance.choice(self.words)], [], [self.chance.choice(self.words), words[place]]]
        return " ".join([*words[:place], *self.chance.choice(new), *words[place + 1 :]])


class DeskCorpus(Corpus):
    """Writes articles of one section with their texts and translations, in every state.

    Args:
        sections: the section by language.
        pieces: how many articles.
        texts: where their texts come from.
    """

    def __init__(self, sections: dict[str, KnowledgeIndexPage], pieces: int, texts: Texts) -> None:
        super().__init__(pieces)
        self.chance = random.Random(SEED + pieces)  # noqa: S311 - the same texts every time
        self.sections = {(Article, language): section for language, section in sections.items()}
        self.children = {section.pk: 0 for section in sections.values()}
        self.texts = iter(texts)
        self.states: dict[uuid.UUID, dict[str, int]] = {}

    def _pages(self) -> Iterator[KnowledgePage]:
        for number in range(self.count):
            states = {language: each[number % len(each)] for language, each in STATES.items()}
            there = [language for language, state in states.items() if state != MISSING]
            for page in self._piece(["en", *there], (Article,)):
                self.states[page.translation_key] = states
                state = states.get(page.locale.language_code)
                page.live = state != DRAFT
                if state == OUTDATED and page.last_published_at:
                    page.last_published_at -= datetime.timedelta(days=1)
                yield page

    def _write(self, pages: tuple[KnowledgePage, ...]) -> None:
        super()._write(pages)
        self._write_texts([page for page in pages if page.locale.language_code == "en"])

    def _write_texts(self, pages: Sequence[KnowledgePage]) -> None:
        """Write what wagtail-localize would have of these articles: texts, places and translations."""
        sources = write_sources(pages)
        Translation.objects.bulk_create(
            Translation(source=source, target_locale=self.locales[language])
            for source in sources
            for language, state in self.states[source.object_id].items()
            if state != MISSING
        )
        paths = [f"body.{number}" for number in range(TEXTS)]
        path_ids = [TranslationContext._get_path_id(path) for path in paths]
        models = (String, TranslationContext, StringSegment, StringTranslation)
        rows: dict[type[Model], list[Any]] = {model: [] for model in models}
        keys = {model: (model.objects.aggregate(last=Max("pk"))["last"] or 0) + 1 for model in models}
        waiting: list[PendingApproval] = []
        now = timezone.now()
        for source in sources:
            for number, text in enumerate(islice(self.texts, TEXTS)):
                string = String(
                    pk=keys[String] + len(rows[String]),
                    locale=source.locale,
                    data=text,
                    data_hash=String._get_data_hash(text),
                )
                context = TranslationContext(
                    pk=keys[TranslationContext] + len(rows[TranslationContext]),
                    object_id=source.object_id,
                    path=paths[number],
                    path_id=path_ids[number],
                    field_path="body",
                )
                segment = StringSegment(
                    pk=keys[StringSegment] + len(rows[StringSegment]),
                    source=source,
                    context=context,
                    string=string,
                    order=number,
                    attrs="{}",
                )
                for model, row in ((String, string), (TranslationContext, context), (StringSegment, segment)):
                    rows[model].append(row)
                for language, state in self.states[source.object_id].items():
                    is_last = number == TEXTS - 1
                    if state == MISSING or (is_last and state in (OUTDATED, DRAFT)):
                        continue
                    translated = StringTranslation(
                        pk=keys[StringTranslation] + len(rows[StringTranslation]),
                        translation_of=string,
                        context=context,
                        locale=self.locales[language],
                        data=self.chance.choice(self.sentences[language].sentences),
                        translation_type="machine" if state == MACHINE else "manual",
                        created_at=now,
                        updated_at=now,
                    )
                    rows[StringTranslation].append(translated)
                    if is_last and state in (REVIEW, MACHINE):
                        reason = PendingApproval.Reason.REVIEW if state == REVIEW else PendingApproval.Reason.MACHINE
                        waiting.append(PendingApproval(text=translated, reason=reason))
        for model in models:
            copy_in(model, rows[model])
        PendingApproval.objects.bulk_create(waiting)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
                cursor.execute(statement)


def write_section(title: str, pieces: int, texts: Texts) -> KnowledgeIndexPage:
    """Write a section with so many articles and their translations; return it in English."""
    home = Page.objects.get(depth=2, locale__language_code="en")
    section = KnowledgeIndexPage(title=title, slug=f"desk-{pieces}", marking="CLEAR", locale=home.locale)
    home.add_child(instance=section)
    section.save_revision().publish()
    sections = {"en": section}
    for locale in Locale.objects.exclude(language_code="en"):
        translated = section.copy_for_translation(locale)
        translated.save_revision().publish()
        sections[locale.language_code] = translated
    DeskCorpus(sections, pieces, texts).write()
    return section


def in_turn(first: Callable[[int], float], *others: Callable[[int], float], rounds: int = ROUNDS) -> list[float]:
    """Return the medians in milliseconds of things done in turn, so that what else the machine does slows all.

    Args:
        first: is told how many times it was done, and returns the seconds; the first time is not counted.
        *others: the same.
        rounds: how often.
    """
    done = (first, *others)
    seconds = [[each(number) for each in done] for number in range(rounds + 1)][1:]
    return [median_milliseconds(each) for each in zip(*seconds, strict=True)]


def _account(role: str) -> User:
    return User.objects.get(email=next(account.email for account in ACCOUNTS if account.role == role))


def measure_matrix(sections: dict[int, KnowledgeIndexPage]) -> tuple[list[Figure], dict[str, Any]]:
    """Measure the matrix of a section with few items, with many, and of the whole hub, for an editor of the demo."""
    editor = visitor_signed_in("editor", _account("editor"))
    matrix = reverse("translation_matrix")
    addresses = {number: f"{matrix}?section={section.pk}" for number, section in sections.items()}
    queries = {number: _queries(editor, address) for number, address in addresses.items()}
    every = {
        "hub": f"{matrix}?",
        "sorted": f"{addresses[MANY]}&ordering=-left_ar",
        "filtered": f"{addresses[MANY]}&state=open",
    }
    home, kept, many, *others = in_turn(
        # A parameter that nothing reads makes it another address of the same page, which is not kept.
        lambda number: editor.get(f"/en/?visit={number}"),
        lambda number: editor.get("/en/"),
        lambda number: editor.get(f"{addresses[MANY]}&visit={number}"),
        *[lambda number, address=address: editor.get(f"{address}&visit={number}") for address in every.values()],
    )
    figures = [
        Figure(f"matrix: SQL queries with {FEW} items", queries[FEW], "queries"),
        Figure(f"matrix: SQL queries with {MANY:,} items, not more", queries[MANY], "queries", queries[FEW]),
        Figure(f"matrix of {MANY:,} items: first byte / the home page's", many / home, "×", MOST_AGAINST_HOME),
        Figure("matrix of the whole hub: first byte / the home page's", others[0] / home, "×"),
    ]
    milliseconds = {"home": home, "home_kept": kept, "matrix": many, **dict(zip(every, others, strict=True))}
    return figures, {"milliseconds": milliseconds, "queries": queries}


def _queries(person: Visitor, address: str) -> int:
    person.get(address)
    with CaptureQueriesContext(connection) as captured:
        person.get(address)
    return len(captured)


def write_long_translation(texts: Texts) -> Translation:
    """Publish an article of 500 paragraphs and hand it to the French; every other text is translated."""
    paragraphs = "".join(f"<p>{text} <b>At night</b> too.</p>" for text in islice(texts, SEGMENTS - 1))
    section = KnowledgeIndexPage.objects.filter(locale__language_code="en").order_by("path")[0]
    page = Article(title="Five hundred texts", slug="five-hundred-texts", marking="CLEAR", locale=section.locale)
    body = Article._meta.get_field("body")
    if not isinstance(body, StreamField):
        raise TypeError
    page.body = body.to_python([{"type": "text", "value": paragraphs}])
    section.add_child(instance=page)
    page.save_revision().publish()
    source, _created = TranslationSource.get_or_create_from_instance(page)
    translation = Translation.objects.create(source=source, target_locale=Locale.objects.get(language_code="fr"))
    translation.save_target(publish=False)
    segments = source.stringsegment_set.select_related("string").order_by("order")
    StringTranslation.objects.bulk_create(
        StringTranslation(
            translation_of=segment.string,
            context_id=segment.context_id,
            locale=translation.target_locale,
            data=segment.string.data,
            translation_type="manual",
        )
        for segment in segments[::2]
    )
    return translation


def measure_editor(translation: Translation) -> tuple[list[Figure], dict[str, Any]]:
    """Measure opening the editor and saving one text, on the desk and in wagtail-localize's own editor, in turn."""
    translator = _account("translator (French)")
    page = translation.get_target_instance()
    person = visitor_signed_in("translator", translator)
    stock_address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    desk_address = reverse("desk_translation", args=[translation.pk])
    stock, desk = in_turn(lambda number: person.get(stock_address), lambda number: person.get(desk_address))

    segment = translation.source.stringsegment_set.order_by("order")[SEGMENTS // 2]
    client = Client(SERVER_NAME=HOST)
    client.force_login(translator)
    saved = {
        "stock": reverse("wagtail_localize:edit_string_translation", args=[translation.pk, segment.pk]),
        "desk": reverse("desk_segment", args=[translation.pk, segment.pk]),
    }

    def seconds_of(ask: Callable[[], Any]) -> float:
        begin = time.perf_counter()
        answer = ask()
        seconds = time.perf_counter() - begin
        if answer.status_code not in (200, 201):
            raise RuntimeError(f"The editor answered {answer.status_code}: {answer.content[:200]!r}")
        return seconds

    def save_stock(number: int) -> float:
        value = f"value=Phrase {number} de l’autre éditeur."
        form = "application/x-www-form-urlencoded"
        return seconds_of(lambda: client.put(saved["stock"], value, content_type=form))

    def save_desk(number: int, do: str = "save") -> float:
        # As desk.js sends the form.
        now = StringTranslation.objects.filter(translation_of=segment.string_id, context=segment.context_id).first()
        form = {
            "base": now.updated_at.isoformat() if now else "",
            "string": segment.string_id,
            "context": segment.context_id,
            "origin": "typed",
            "text": f"Phrase {number} du <1>bureau</1>.",
            "do": do,
        }
        script = {"X-Requested-With": "XMLHttpRequest"}
        return seconds_of(lambda: client.post(saved["desk"], form, headers=script))

    def read_again(number: int) -> float:
        script = {"X-Requested-With": "XMLHttpRequest"}
        return seconds_of(lambda: client.get(f"{desk_address}?segment={segment.pk}", headers=script))

    save_there, save_here, again = in_turn(save_stock, save_desk, read_again, rounds=3 * ROUNDS)
    figures = [
        Figure(f"editor of {SEGMENTS} texts: opening it / wagtail-localize's own", desk / stock, "×", MOST_OPENING),
        Figure("editor: saving a text / in wagtail-localize's own", save_here / save_there, "×", MOST_SAVING),
        Figure(
            "editor: the same, with what is read afterwards to show the checks", (save_here + again) / save_there, "×"
        ),
    ]
    milliseconds = {"open": [stock, desk], "save": [save_there, save_here], "read_again": again}
    return figures, {"milliseconds_stock_and_desk": milliseconds}


def measure_memory(texts: Texts) -> tuple[list[Figure], dict[str, Any]]:
    """Look reworded texts up in the memory, as the desk does for a translator of the demo."""
    french = Locale.objects.get(language_code="fr")
    reader = reader_for(_account("translator (French)"))
    approved = StringTranslation.objects.filter(locale=french, pending__isnull=True, context__field_path="body")
    size = approved.count()
    # A short text is another one with one word changed.
    keys = list(approved.filter(translation_of__data__regex=r"(\S+\s+){5}").order_by("pk").values_list("pk", flat=True))
    seconds, found, shown = [], 0, 0
    for row in approved.filter(pk__in=texts.chance.sample(keys, LOOKUPS)).select_related("translation_of__locale"):
        known = row.translation_of
        string = String(pk=0, locale=known.locale, data=texts.reworded(known.data))
        segment = StringSegment(string=string, context=TranslationContext(pk=0, object_id=uuid.uuid4()))
        begin = time.perf_counter()
        matches = matches_for(segment, french, reader)
        seconds.append(time.perf_counter() - begin)
        shown += bool(matches)
        found += any(match.source == known.data for match in matches)
    late = statistics.quantiles(seconds, n=20)[-1] * 1000
    figures = [
        Figure(f"memory of {size:,} texts: looking one up, 95th percentile", late, "ms", MOST_LOOKUP),
        Figure("the same, median", median_milliseconds(seconds), "ms"),
        Figure(f"the same: of {LOOKUPS} reworded texts, found the one they were made from", found, "texts"),
    ]
    return figures, {"texts": size, "most_ms": max(seconds) * 1000, "found": found, "found_any": shown}


def measure_desk() -> tuple[list[Figure], dict[str, Any]]:
    """Write what the desk is measured on, and measure matrix, editor and memory."""
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    texts = Texts(SEED + 4)
    # Nobody of the demonstration has a second factor.
    with override_settings(SECOND_FACTOR_REQUIRED=False):
        with transaction.atomic():
            sections = {number: write_section(f"{number} pieces", number, texts) for number in (FEW, MANY)}
            start_new_generation()
        translation = write_long_translation(texts)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        for name, measured in (
            ("matrix", lambda: measure_matrix(sections)),
            ("editor", lambda: measure_editor(translation)),
            ("memory", lambda: measure_memory(texts)),
        ):
            found, details[name] = measured()
            figures += found
    return figures, details
