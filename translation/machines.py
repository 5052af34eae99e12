"""Machine translation that is sent only what may leave the house, and never decides anything.

Several services can be configured at once (`settings.MACHINES`). A text goes to one only if everyone, or every
member, can read it already, by the marking that is set for the service. What comes back is a draft that a person has
to approve; an answer that is empty, endless or lost a placeholder is thrown away.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import batched
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.module_loading import import_string
from wagtail.models import Locale, Page
from wagtail_localize.machine_translators.base import BaseMachineTranslator
from wagtail_localize.models import String, StringSegment, StringTranslation, Translation
from wagtail_localize.strings import StringValue

from access.models import Marking
from members.models import User
from translation.editing import written_as
from translation.machine_services import Service, ServiceError
from translation.models import MachineUse, PendingApproval, SegmentVersion
from translation.placeholders import BrokenPlaceholders, editable, html_from, kinds_in, plain
from translation.segments import State, load_segments
from translation.terms import terms_in

# DeepL takes fifty texts in one request, language models lose count of more.
TEXTS_PER_REQUEST = 50
CHARACTERS_PER_REQUEST = 8_000
# After this no further request is begun: somebody waits for the answer.
SECONDS_FOR_ALL = 20
# Far below every database's limit of values in one query.
HASHES_PER_QUERY = 500
# A translation is seldom three times as long as its source; one of ten times is none.
MOST_TIMES_LONGER = 10
SHORT = 100


class MachineTranslationError(Exception):
    """The service cannot be reached, or does not answer as it should."""


@dataclass(frozen=True)
class Machine:
    """A service that is configured.

    Attributes:
        name: in the settings.
        service: how it is asked.
        marking: the most restricted marking that it may be sent.
        price: of a million characters, in the currency of the bill; nothing if it is not known.
    """

    name: str
    service: Service
    marking: Marking
    price: Decimal | None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.service.title

    @property
    def markings(self) -> list[Marking]:
        """The markings of what it may be sent, from the most open on."""
        markings = list(Marking)
        return markings[: markings.index(self.marking) + 1]


@dataclass(frozen=True)
class Answer:
    """What a machine made of texts.

    Attributes:
        translations: by source text, both as HTML.
        closed: how many texts it may not be sent.
        refused: how many of its answers were thrown away.
        error: why it stopped, if it did.
    """

    translations: dict[str, str]
    closed: int
    refused: int
    error: ServiceError | None = None


def machines() -> dict[str, Machine]:
    """Return the machines of the settings, by name."""
    found = {}
    for name, options in settings.MACHINES.items():
        price = options.get("PRICE")
        found[name] = Machine(
            name,
            import_string(options["CLASS"])(**options.get("OPTIONS", {})),
            Marking(options.get("MARKING") or settings.MACHINE_TRANSLATION_MARKING),
            Decimal(str(price)) if price else None,
        )
    return found


def machines_for(source: str, target: str) -> list[Machine]:
    """Return the machines that translate between two languages (codes), the one that is set for the target first."""
    able = [each for each in machines().values() if each.service.can_translate(source, target)]
    chosen = settings.MACHINE_FOR_LANGUAGE.get(target)
    return sorted(able, key=lambda each: each.name != chosen)


def ask_machine(
    machine: Machine, source: Locale, target: Locale, texts: Iterable[str], person: User | None = None
) -> Answer:
    """Have texts translated, as many as may be sent and as time allows; count what it costs.

    Args:
        machine: which is asked.
        source: the language of the texts.
        target: the language that is wanted.
        texts: HTML, as segments have it.
        person: who wants it.
    """
    wanted = list(dict.fromkeys(texts))
    allowed = sendable(machine, source, wanted)
    found: dict[str, str] = {}
    refused = 0
    begin = time.monotonic()
    for batch in _batches(allowed):
        if time.monotonic() - begin > SECONDS_FOR_ALL:
            break
        use = MachineUse(
            service=machine.name,
            source_language=source.language_code,
            language=target.language_code,
            texts=len(batch),
            characters=sum(map(len, batch)),
            person=person,
        )
        use.cost = machine.price * use.characters / 1_000_000 if machine.price else None
        try:
            answers = machine.service.translate(
                batch, source.language_code, target.language_code, _terms(machine, batch, source, target)
            )
        except ServiceError as error:
            use.has_failed = True
            use.save()
            return Answer(found, len(wanted) - len(allowed), refused, error)
        kept = {text: html for text, answer in zip(batch, answers, strict=True) if (html := usable(answer, text))}
        use.refused = len(batch) - len(kept)
        use.save()
        refused += use.refused
        found |= kept
    return Answer(found, len(wanted) - len(allowed), refused)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        if batch and (len(batch) == TEXTS_PER_REQUEST or sum(map(len, batch)) + len(text) > CHARACTERS_PER_REQUEST):
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def _terms(machine: Machine, texts: Iterable[str], source: Locale, target: Locale) -> dict[str, str]:
    """Return how the vocabulary calls, in the target language, the concepts that stand in texts."""
    if not machine.service.takes_terms:
        return {}
    hints = (hint for text in texts for hint in terms_in(plain(text), source.language_code, target.language_code))
    return {hint.found: hint.preferred for hint in hints if hint.preferred}


def usable(answer: str, text: str) -> str:
    """Return a machine's answer as it is stored, with the tags of the source; an empty text if it is of no use."""
    # PostgreSQL stores no NUL.
    answer = answer.replace("\x00", "")
    if sorted(kinds_in(answer)) != sorted(kinds_in(text)):
        return ""
    length = len(plain(answer).strip())
    if not length or length > MOST_TIMES_LONGER * len(plain(text)) + SHORT:
        return ""
    try:
        return html_from(editable(answer, text), text)
    except BrokenPlaceholders:
        return ""


def draft_by_machine(translation: Translation, machine: Machine, person: User) -> tuple[Answer, int]:
    """Have drafts made of the texts of a translation that nobody has translated; return the answer, and how many.

    Texts whose source has changed are left to people, who have the earlier translation.
    """
    missing = [each for each in load_segments(translation) if each.state == State.MISSING]
    source, target = translation.source.locale, translation.target_locale
    answer = ask_machine(machine, source, target, [each.row.string.data for each in missing], person)
    made = 0
    with written_as(SegmentVersion.Origin.MACHINE, PendingApproval.Reason.MACHINE):
        for segment in missing:
            text = answer.translations.get(segment.row.string.data)
            if text is None:
                continue
            # Somebody may have translated it while the machine did.
            _text, is_new = StringTranslation.objects.get_or_create(
                translation_of_id=segment.row.string_id,
                context_id=segment.row.context_id,
                locale=target,
                defaults={
                    "data": text,
                    "translation_type": StringTranslation.TRANSLATION_TYPE_MACHINE,
                    "tool_name": machine.title,
                    "last_translated_by": person,
                },
            )
            made += is_new
    return answer, made


class MarkedTranslator(BaseMachineTranslator):
    """The machine that is set for each language, for wagtail-localize's own editor and its sync."""

    @property
    def display_name(self) -> str:
        """The names of the services."""
        return ", ".join(each.title for each in machines().values())

    def can_translate(self, source_locale: Locale, target_locale: Locale) -> bool:
        """Tell whether a service knows both languages."""
        return bool(machines_for(source_locale.language_code, target_locale.language_code))

    def translate(
        self, source_locale: Locale, target_locale: Locale, strings: Iterable[StringValue]
    ) -> dict[StringValue, StringValue]:
        """Return translations of the texts that may be sent; wagtail-localize passes over the others.

        Raises:
            MachineTranslationError: when the service fails. Nothing was translated then.
        """
        machine = machines_for(source_locale.language_code, target_locale.language_code)[0]
        by_text = {string.data: string for string in strings}
        answer = ask_machine(machine, source_locale, target_locale, by_text)
        if answer.error:
            raise MachineTranslationError(str(answer.error)) from answer.error
        return {by_text[text]: StringValue(html) for text, html in answer.translations.items()}


def sendable(machine: Machine, source_locale: Locale, texts: Iterable[str]) -> list[str]:
    """Limit texts to those that stand in a live page whose label a machine may know of.

    A page that was not live yet when its texts were taken over may have had others than it shows now.
    """
    open_pages = Page.objects.filter(
        translation_key=OuterRef("source__object_id"),
        locale=source_locale,
        live=True,
        first_published_at__lte=OuterRef("source__last_updated_at"),
        access__label__in=machine.markings,
    )
    by_hash = {String._get_data_hash(text): text for text in texts}
    allowed: set[Any] = set()
    for hashes in batched(by_hash, HASHES_PER_QUERY):
        segments = StringSegment.objects.filter(
            Exists(open_pages), source__locale=source_locale, string__data_hash__in=hashes
        )
        allowed.update(segments.values_list("string__data_hash", flat=True))
    return [text for data_hash, text in by_hash.items() if data_hash in allowed]
