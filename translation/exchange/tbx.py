"""The vocabulary as TBX (ISO 30042:2019, TBX-Basic in the style DCA): out, and in as suggestions to its keepers.

Files of the older form (ISO 30042:2008: martif, termEntry, langSet, tig) are read, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members.models import User
from translation.exchange.formats import read_xml
from translation.exchange.tmx import LANGUAGE
from translation.exchange.units import RefusedFile
from translation.placeholders import printable
from translation.suggestions import is_known, suggest_term
from vocabulary.models import Concept, ConceptLabel

TBX = "urn:iso:std:iso:30042:ed-2"
PREFERRED, ADMITTED = "preferredTerm-admn-sts", "admittedTerm-admn-sts"
STATUS = "administrativeStatus"
MOST_ENTRIES = 20_000
MOST_LETTERS = 200


def write_tbx() -> bytes:
    """Return the whole vocabulary as a file."""
    root = Element("tbx", {"xmlns": TBX, "style": "dca", "type": "TBX-Basic", "xml:lang": settings.LANGUAGE_CODE})
    description = SubElement(SubElement(root, "tbxHeader"), "fileDesc")
    SubElement(SubElement(description, "titleStmt"), "title").text = "Vocabulary"
    SubElement(SubElement(description, "sourceDesc"), "p").text = settings.BASE_URL
    body = SubElement(SubElement(root, "text"), "body")
    for concept in Concept.objects.prefetch_related("labels", "definitions").order_by("slug"):
        _write_concept(body, concept)
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _write_concept(body: Element, concept: Concept) -> None:
    entry = SubElement(body, "conceptEntry", {"id": f"c-{concept.slug}"})
    SubElement(entry, "descrip", {"type": "subjectField"}).text = concept.scheme
    definitions = {each.language: each.text for each in concept.definitions.all()}
    labels: dict[str, list[ConceptLabel]] = {}
    for label in concept.labels.all():
        labels.setdefault(label.language, []).append(label)
    for language, terms in labels.items():
        section = SubElement(entry, "langSec", {"xml:lang": language})
        if language in definitions:
            group = SubElement(section, "descripGrp")
            SubElement(group, "descrip", {"type": "definition"}).text = printable(definitions[language])
        for label in terms:
            term = SubElement(section, "termSec")
            SubElement(term, "term").text = printable(label.text)
            SubElement(term, "termNote", {"type": STATUS}).text = PREFERRED if label.is_preferred else ADMITTED


@dataclass(frozen=True)
class Entry:
    """A concept as a file has it: its identifier there, and its terms by language."""

    identifier: str
    terms: dict[str, list[str]]


@dataclass
class TermReport:
    """What became of the terms of a file.

    Attributes:
        known: the vocabulary had them, or they were suggested before.
        suggested: they wait for the vocabulary's keepers.
        rejections: which term, and why.
    """

    known: int = 0
    suggested: int = 0
    rejections: list[tuple[str, str]] = field(default_factory=list)


def read_tbx(content: bytes) -> list[Entry]:
    """Return the concepts of a file with their terms in the hub's languages.

    Raises:
        RefusedFile: it is no TBX, or too large.
    """
    root = read_xml(content, has_document_type=True)
    if _name(root) not in ("tbx", "martif"):
        raise RefusedFile(_("This is no TBX file."))
    entries = [_read_entry(each) for each in root.iter() if _name(each) in ("conceptEntry", "termEntry")]
    if len(entries) > MOST_ENTRIES:
        raise RefusedFile(_("The file has more concepts than a vocabulary."))
    if not any(entry.terms for entry in entries):
        raise RefusedFile(_("There is no term in the file."))
    return entries


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _read_entry(entry: Element) -> Entry:
    known = {code for code, _name in settings.LANGUAGES}
    terms: dict[str, list[str]] = {}
    for section in entry:
        if _name(section) not in ("langSec", "langSet"):
            continue
        language = (section.get(LANGUAGE) or "").partition("-")[0].lower()
        found = [" ".join("".join(each.itertext()).split()) for each in section.iter() if _name(each) == "term"]
        if language in known:
            terms.setdefault(language, []).extend(term for term in found if term)
    return Entry(entry.get("id", ""), terms)


@transaction.atomic
def import_tbx(content: bytes, user: User) -> TermReport:
    """Suggest what a file has and the vocabulary does not, all of it or nothing.

    Raises:
        RefusedFile: it is no TBX, or too large.
    """
    report = TermReport()
    entries = read_tbx(content)
    by_slug = {concept.slug: concept for concept in Concept.objects.all()}
    by_label: dict[tuple[str, str], Concept] = {}
    for label in ConceptLabel.objects.select_related("concept").order_by("-is_preferred"):
        by_label.setdefault((label.language, label.text.casefold()), label.concept)
    for entry in entries:
        concept = by_slug.get(entry.identifier.removeprefix("c-")) or _concept_named(entry, by_label)
        for language, term in _terms(entry):
            _suggest(report, entry, concept, language, term, user)
    return report


def _terms(entry: Entry) -> Iterator[tuple[str, str]]:
    for language, terms in entry.terms.items():
        for term in dict.fromkeys(terms):
            yield language, term


def _concept_named(entry: Entry, by_label: dict[tuple[str, str], Concept]) -> Concept | None:
    found = (by_label.get((language, term.casefold())) for language, term in _terms(entry))
    return next((concept for concept in found if concept), None)


def _suggest(report: TermReport, entry: Entry, concept: Concept | None, language: str, term: str, user: User) -> None:
    if len(term) > MOST_LETTERS:
        report.rejections.append((term[:60], _("It is longer than %(most)d letters.") % {"most": MOST_LETTERS}))
        return
    source = concept.label_in(settings.LANGUAGE_CODE) if concept else _other_term(entry.terms, language)
    if not source:
        report.rejections.append((term, _("There is no term in another language to know it by.")))
        return
    if is_known(concept, language, term):
        report.known += 1
        return
    try:
        with transaction.atomic():
            suggest_term(source[:MOST_LETTERS], language, term, user, concept)
    except ValidationError:
        # It is suggested already.
        report.known += 1
    else:
        report.suggested += 1


def _other_term(terms: dict[str, list[str]], language: str) -> str:
    codes: Iterable[str] = (settings.LANGUAGE_CODE, *terms)
    return next((terms[code][0] for code in codes if code != language and terms.get(code)), "")
