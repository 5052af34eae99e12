"""Reading concepts from CSV and SKOS files.

A file adds and replaces, it never empties: what it does not say about a concept stays as it is. Rows that
cannot be taken over are rejected one by one, with the reason; the others are stored in one transaction.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from codecs import BOM_UTF8
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

import defusedxml.sax
from defusedxml.common import DefusedXmlException
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from rdflib import RDF, SKOS, Graph, Literal, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node
from wagtail.models import ReferenceIndex
from wagtail.search.backends import get_search_backends

from access.generation import start_new_generation
from vocabulary.models import Concept, ConceptDefinition, ConceptLabel, Scheme
from vocabulary.signals import vocabulary_changed

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 20_000
MAX_LINES = 10 * MAX_ROWS
MAX_SLUG = 100
MAX_LABEL = 200
MAX_ALTERNATIVES = 100
MAX_DEFINITION = 5_000
BATCH = 500

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
COLUMNS = (
    "id",
    "scheme",
    "broader",
    "related",
    *(f"{kind}_{code}" for kind in ("label", "alt", "definition") for code in LANGUAGES),
)
#: Formats by the endings that their files have.
FORMATS = {
    ".csv": "csv",
    ".ttl": "turtle",
    ".rdf": "xml",
    ".xml": "xml",
    ".jsonld": "json-ld",
    ".json": "json-ld",
}
SLUG = re.compile(r"[-a-zA-Z0-9_]+")
# Characters that turn the direction of what follows by force, and so can make a label look like another one.
OVERRIDES = "\u202d\u202e"


@dataclass(frozen=True)
class Rejection:
    """What was not taken over, and why.

    Attributes:
        line: where the row begins in the file; None where lines mean nothing.
        identifier: of the concept; empty if the whole file is meant.
        reason: a sentence in the active language.
    """

    line: int | None
    identifier: str
    reason: str


@dataclass
class ImportReport:
    """What an import did."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """How many concepts of the file are in the vocabulary now."""
        return self.created + self.updated + self.unchanged

    def reject(self, line: int | None, identifier: str, reason: str) -> None:
        """Note that something was not taken over."""
        shown = "".join(character if character.isprintable() else "\ufffd" for character in identifier[:MAX_SLUG])
        self.rejected.append(Rejection(line, shown, reason))


class RefusedFile(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass
class Draft:
    """A concept as a file describes it. What is empty is left as it is in the vocabulary."""

    slug: str
    line: int | None = None
    scheme: str = ""
    broader: str = ""
    related: list[str] = field(default_factory=list)
    preferred: dict[str, str] = field(default_factory=dict)
    alternatives: dict[str, list[str]] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)


def import_csv(stream: BinaryIO) -> ImportReport:
    """Import concepts from a CSV file in UTF-8 with the columns `COLUMNS`, or some of them."""
    return _import(stream, _read_csv)


def import_skos(stream: BinaryIO, format: str) -> ImportReport:
    """Import concepts from a SKOS file.

    Args:
        stream: the file.
        format: `turtle`, `xml` or `json-ld`.
    """
    return _import(stream, lambda content, report: _read_skos(content, format, report))


def import_file(stream: BinaryIO, format: str) -> ImportReport:
    """Import concepts from a file in any of the formats of `FORMATS`."""
    return import_csv(stream) if format == "csv" else import_skos(stream, format)


def split_cell(cell: str) -> list[str]:
    r"""Return the values of a cell that holds several, separated by `|`; `\|` is a bar that belongs to a value."""
    values = [re.sub(r"\\([\\|])", r"\1", value) for value in re.findall(r"(?:[^\\|]|\\.|\\$)+", cell, re.DOTALL)]
    return list(dict.fromkeys(filter(None, map(tidy, values))))


def join_cell(values: Iterable[str]) -> str:
    """Return values as one cell, which `split_cell` takes apart again."""
    return "|".join(re.sub(r"([\\|])", r"\\\1", value) for value in values)


def tidy(text: str) -> str:
    """Return a text in Unicode's composed form, with plain line ends and no blanks around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def _import(stream: BinaryIO, read: Callable[[bytes, ImportReport], list[Draft]]) -> ImportReport:
    report = ImportReport()
    content = stream.read(MAX_BYTES + 1)
    try:
        if len(content) > MAX_BYTES:
            raise RefusedFile(_("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024 // 1024})
        if not content.strip():
            raise RefusedFile(_("The file is empty."))
        drafts = read(content, report)
        with transaction.atomic():
            _store(drafts, report)
    except RefusedFile as refusal:
        return ImportReport(rejected=[Rejection(refusal.line, "", refusal.reason)])
    except IntegrityError:
        reason = _("Somebody else changed the vocabulary at the same moment. Nothing was imported; try again.")
        return ImportReport(rejected=[Rejection(None, "", reason)])
    report.rejected.sort(key=lambda rejection: (rejection.line or 0, rejection.identifier))
    return report


def _too_many_rows() -> RefusedFile:
    return RefusedFile(_("The file has more than %(limit)d rows.") % {"limit": MAX_ROWS})


# --- CSV ---------------------------------------------------------------------------------------


def _read_csv(content: bytes, report: ImportReport) -> list[Draft]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RefusedFile(_("The file is not UTF-8 text. Save it as “CSV UTF-8” and try again."), line) from error
    if text.count("\n") + text.count("\r") > MAX_LINES:
        raise _too_many_rows()
    lines = io.StringIO(text, newline="").readlines()
    # Spreadsheet programs write semicolons where a comma is the decimal sign.
    delimiter = max(",;\t", key=lines[0].count)
    rows = _csv_rows(lines, delimiter)
    _line, header = next(rows, (1, ""))
    if isinstance(header, str):
        raise RefusedFile(header or _("The file is empty."), 1)
    columns = _checked_header([name.strip().lower() for name in header])
    drafts: list[Draft] = []
    seen: dict[str, int] = {}
    for count, (line, cells) in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise _too_many_rows()
        if isinstance(cells, str):
            report.reject(line, "", cells)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        identifier = tidy(cells[columns.index("id")]) if len(cells) > columns.index("id") else ""
        if len(cells) != len(columns):
            reason = _("The row has %(found)d cells; the first row has %(expected)d.") % {
                "found": len(cells),
                "expected": len(columns),
            }
            report.reject(line, identifier, reason)
            continue
        draft = _draft_of_row(line, dict(zip(columns, cells, strict=True)))
        if fault := _fault_in_texts(draft, {"label": "label_{}", "alt": "alt_{}", "definition": "definition_{}"}):
            report.reject(line, identifier, fault)
        elif draft.slug in seen:
            reason = _("The identifier is used in line %(line)d already.") % {"line": seen[draft.slug]}
            report.reject(line, identifier, reason)
        else:
            drafts.append(draft)
        seen.setdefault(draft.slug, line)
    return drafts


def _checked_header(columns: list[str]) -> list[str]:
    unknown = [name for name in columns if name not in COLUMNS]
    if "id" not in columns:
        reason = _("The first row must name the columns, and one of them must be “id”. The columns are: %(columns)s.")
        raise RefusedFile(reason % {"columns": ", ".join(COLUMNS)}, 1)
    if unknown:
        reason = _("There is no such column: %(unknown)s. The columns are: %(columns)s.")
        shown = ", ".join(f"“{name[:40]}”" for name in unknown[:5])
        raise RefusedFile(reason % {"unknown": shown, "columns": ", ".join(COLUMNS)}, 1)
    if repeated := [name for name in COLUMNS if columns.count(name) > 1]:
        raise RefusedFile(_("The column “%(name)s” is there more than once.") % {"name": repeated[0]}, 1)
    return columns


def _csv_rows(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield (line the row begins in, its cells, or what is wrong with it)."""
    start = 0
    while start < len(lines):
        # After a fault, reading begins anew in the next line: a stray quotation mark must not swallow the rest.
        base = start
        reader = csv.reader((lines[number] for number in range(base, len(lines))), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield start + 1, cells
                start = base + reader.line_num
        except csv.Error as error:
            if "field limit" in str(error):
                reason = _("A cell is too long, or its quotation mark is not closed.")
            elif "unexpected end" in str(error):
                reason = _("A quotation mark is not closed.")
            else:
                reason = _("The quotation marks are not right: inside a quoted cell, write them twice.")
            yield start + 1, reason
            start += 1


def _draft_of_row(line: int, row: dict[str, str]) -> Draft:
    draft = Draft(
        slug=tidy(row["id"]),
        line=line,
        scheme=tidy(row.get("scheme", "")).lower(),
        broader=tidy(row.get("broader", "")),
        related=split_cell(row.get("related", "")),
    )
    for code in LANGUAGES:
        if label := tidy(row.get(f"label_{code}", "")):
            draft.preferred[code] = label
        if alternatives := split_cell(row.get(f"alt_{code}", "")):
            draft.alternatives[code] = alternatives
        if definition := tidy(row.get(f"definition_{code}", "")):
            draft.definitions[code] = definition
    return draft


def _fault_in_texts(draft: Draft, names: dict[str, str]) -> str:
    """Return what is wrong with a draft seen alone, or an empty string."""
    if not draft.slug:
        return _("The identifier is missing.")
    if len(draft.slug) > MAX_SLUG:
        return _("The identifier is longer than %(limit)d characters.") % {"limit": MAX_SLUG}
    if not SLUG.fullmatch(draft.slug):
        return _("The identifier may hold only the letters a to z, digits, hyphens and underscores.")
    if draft.scheme and draft.scheme not in Scheme.values:
        return _("There is no scheme “%(scheme)s”. The schemes are: %(schemes)s.") % {
            "scheme": draft.scheme[:40],
            "schemes": ", ".join(Scheme.values),
        }
    texts = [(names["label"].format(code), text, MAX_LABEL) for code, text in draft.preferred.items()]
    for code, alternatives in draft.alternatives.items():
        if len(alternatives) > MAX_ALTERNATIVES:
            return _("%(where)s has more than %(limit)d values.") % {
                "where": names["alt"].format(code),
                "limit": MAX_ALTERNATIVES,
            }
        texts += [(names["alt"].format(code), text, MAX_LABEL) for text in alternatives]
    texts += [(names["definition"].format(code), text, MAX_DEFINITION) for code, text in draft.definitions.items()]
    for where, text, limit in texts:
        if len(text) > limit:
            return _("%(where)s is longer than %(limit)d characters.") % {"where": where, "limit": limit}
        # A definition may have paragraphs; a label is one line.
        allowed = "\n\t" if limit == MAX_DEFINITION else ""
        for character in text:
            if character in OVERRIDES or (unicodedata.category(character) in ("Cc", "Cs") and character not in allowed):
                return _("%(where)s holds a control character (U+%(code)s).") % {
                    "where": where,
                    "code": f"{ord(character):04X}",
                }
    return ""


# --- SKOS --------------------------------------------------------------------------------------


def _read_skos(content: bytes, format: str, report: ImportReport) -> list[Draft]:
    graph = _parse_graph(content, format)
    concepts = sorted(set(graph.subjects(RDF.type, SKOS.Concept)), key=str)
    if not concepts:
        raise RefusedFile(_("The file has no SKOS concepts."))
    if len(concepts) > MAX_ROWS:
        raise _too_many_rows()
    drafts: list[Draft] = []
    seen: dict[str, Node] = {}
    names = {"label": "skos:prefLabel@{}", "alt": "skos:altLabel@{}", "definition": "skos:definition@{}"}
    for concept in concepts:
        if not isinstance(concept, URIRef):
            report.reject(None, "", _("A concept has no URI."))
            continue
        draft = Draft(slug=_slug(concept))
        fault = _fill_from_graph(draft, graph, concept) or _fault_in_texts(draft, names)
        if not fault and draft.slug in seen:
            fault = _("The identifier is the same as that of %(uri)s.") % {"uri": seen[draft.slug]}
        seen.setdefault(draft.slug, concept)
        if fault:
            report.reject(None, draft.slug or str(concept), fault)
        else:
            drafts.append(draft)
    return drafts


def _parse_graph(content: bytes, format: str) -> Graph:
    """Parse RDF from bytes alone: nothing that the file points to is fetched."""
    graph = Graph()
    try:
        if format == "xml":
            defusedxml.sax.parseString(content, ContentHandler(), forbid_dtd=True)
            graph.parse(data=content, format="xml")
        elif format == "json-ld":
            document = json.loads(content)
            _refuse_remote_contexts(document)
            # Written anew, so that what is parsed is what was checked.
            graph.parse(data=json.dumps(document), format="json-ld")
        elif format == "turtle":
            graph.parse(data=content.removeprefix(BOM_UTF8), format="turtle")
        else:
            raise ValueError(f"unknown format {format!r}")
    except RefusedFile:
        raise
    except DefusedXmlException as error:
        reason = _("The file has a document type declaration (DOCTYPE). For safety such files are not read.")
        raise RefusedFile(reason) from error
    # rdflib's parsers raise whatever they stumble over: KeyError, TypeError, RecursionError and more.
    except Exception as error:
        names = {"xml": "RDF/XML", "json-ld": "JSON-LD", "turtle": "Turtle"}
        if format not in names:
            raise
        line = None
        if isinstance(error, BadSyntax):
            line = error.lines + 1
        elif isinstance(error, SAXParseException):
            line = error.getLineNumber()
        elif isinstance(error, json.JSONDecodeError):
            line = error.lineno
        raise RefusedFile(_("The file is not valid %(format)s.") % {"format": names[format]}, line) from error
    return graph


def _refuse_remote_contexts(document: Any) -> None:
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            contexts = [part.get("@context")]
            while contexts:
                context = contexts.pop()
                if isinstance(context, str):
                    reason = _("The file points to a context elsewhere (%(context)s). Put the context into the file.")
                    raise RefusedFile(reason % {"context": context[:100]})
                if isinstance(context, list):
                    contexts.extend(context)
            if "@import" in part:
                raise RefusedFile(_("The file imports a context from elsewhere. Put the context into the file."))
            waiting.extend(part.values())


def _slug(uri: Node) -> str:
    """Return the identifier in a URI: what is after the last slash or hash."""
    end = unquote(re.split(r"[/#:]", str(uri).rstrip("/#"))[-1]) if urlsplit(str(uri)).scheme else ""
    return end if SLUG.fullmatch(end) else slugify(end)


def _fill_from_graph(draft: Draft, graph: Graph, concept: URIRef) -> str:
    """Fill a draft with what a graph says about a concept; return what is wrong, or an empty string."""
    groups = {*graph.objects(concept, SKOS.inScheme), *graph.subjects(SKOS.member, concept)}
    schemes = sorted({_slug(group).lower() for group in groups} & set(Scheme.values))
    if len(schemes) > 1:
        return _("It is in more than one scheme: %(schemes)s.") % {"schemes": ", ".join(schemes)}
    draft.scheme = schemes[0] if schemes else ""
    above = {*graph.objects(concept, SKOS.broader), *graph.subjects(SKOS.narrower, concept)}
    if len(above) > 1:
        return _("It has more than one broader concept: %(broader)s.") % {
            "broader": ", ".join(sorted(_slug(each) for each in above)[:5])
        }
    draft.broader = "".join(_slug(each) for each in above)
    beside = {*graph.objects(concept, SKOS.related), *graph.subjects(SKOS.related, concept)}
    draft.related = sorted({_slug(each) for each in beside})
    preferred = _texts(graph, concept, SKOS.prefLabel)
    for code, texts in preferred.items():
        if len(texts) > 1:
            return _("It has more than one preferred label in the language “%(language)s”.") % {"language": code}
        draft.preferred[code] = texts[0]
    draft.alternatives = _texts(graph, concept, SKOS.altLabel)
    definitions = _texts(graph, concept, SKOS.definition)
    draft.definitions = {code: "\n".join(texts) for code, texts in definitions.items()}
    return ""


def _texts(graph: Graph, concept: URIRef, predicate: URIRef) -> dict[str, list[str]]:
    """Return literals by language of the hub. Text for a region (`fr-CA`) counts where there is none without."""
    found: dict[str, set[str]] = defaultdict(set)
    for literal in graph.objects(concept, predicate):
        if isinstance(literal, Literal) and (text := tidy(str(literal))):
            found[(literal.language or settings.LANGUAGE_CODE).lower()].add(text)
    texts: dict[str, list[str]] = {}
    for code in LANGUAGES:
        regional = {text for tag, each in found.items() if tag.startswith(f"{code}-") for text in each}
        if chosen := found.get(code) or regional:
            texts[code] = sorted(chosen)
    return texts


# --- Relations between concepts ---------------------------------------------------------------


@dataclass
class _Stored:
    """A concept as it is in the vocabulary before the import."""

    concept: Concept
    broader: str = ""


class _Relations:
    """Finds the drafts that would leave a relation to nothing, across schemes, or in a circle."""

    def __init__(self, drafts: Iterable[Draft], stored: dict[str, _Stored], report: ImportReport) -> None:
        self.drafts = {draft.slug: draft for draft in drafts}
        self.named = set(self.drafts) | {rejection.identifier for rejection in report.rejected}
        self.stored = stored
        self.report = report
        self.narrower: dict[str, list[str]] = defaultdict(list)
        for slug, each in stored.items():
            self.narrower[each.broader].append(slug)
        self.pointing: dict[str, list[str]] = defaultdict(list)
        for draft in self.drafts.values():
            for target in {draft.broader, *draft.related}:
                self.pointing[target].append(draft.slug)

    def scheme_of(self, slug: str) -> str:
        """Return the scheme that a concept would have."""
        draft = self.drafts.get(slug)
        if draft and draft.scheme:
            return draft.scheme
        return self.stored[slug].concept.scheme if slug in self.stored else ""

    def broader_of(self, slug: str) -> str:
        """Return the broader concept that a concept would have."""
        draft = self.drafts.get(slug)
        if draft and draft.broader:
            return draft.broader
        return self.stored[slug].broader if slug in self.stored else ""

    def settle(self) -> list[Draft]:
        """Reject until what is left fits together, and return it."""
        waiting = deque(self.drafts)
        while waiting:
            while waiting:
                draft = self.drafts.get(waiting.popleft())
                if draft and (fault := self.fault(draft)):
                    waiting.extend(self.reject(draft, fault))
            for circle in self.circles():
                shown = " → ".join([*circle[:5], *(["…"] if len(circle) > 5 else []), circle[0]])
                for slug in circle:
                    if slug in self.drafts and self.drafts[slug].broader:
                        reason = _("Its broader concepts lead back to itself: %(circle)s.") % {"circle": shown}
                        waiting.extend(self.reject(self.drafts[slug], reason))
        return list(self.drafts.values())

    def reject(self, draft: Draft, reason: str) -> list[str]:
        """Reject a draft and return the identifiers of the drafts for which that can make a difference."""
        self.report.reject(draft.line, draft.slug, reason)
        del self.drafts[draft.slug]
        above = self.stored[draft.slug].broader if draft.slug in self.stored else ""
        return [*self.pointing[draft.slug], *self.narrower[draft.slug], above]

    def fault(self, draft: Draft) -> str:
        """Return what is wrong with a draft's relations, or an empty string."""
        is_new = draft.slug not in self.stored
        if is_new and not draft.scheme:
            return _("The scheme is missing. The schemes are: %(schemes)s.") % {"schemes": ", ".join(Scheme.values)}
        if is_new and settings.LANGUAGE_CODE not in draft.preferred:
            return _("The label in the language “%(language)s” is missing.") % {"language": settings.LANGUAGE_CODE}
        for target in filter(None, [draft.broader, *draft.related]):
            if target in self.drafts or target in self.stored:
                continue
            if target in self.named:
                return _("It points to “%(slug)s”, which was rejected.") % {"slug": target[:MAX_SLUG]}
            return _("It points to “%(slug)s”, which is neither in the file nor in the vocabulary.") % {
                "slug": target[:MAX_SLUG]
            }
        if draft.slug in draft.related:
            return _("A concept cannot be related to itself.")
        scheme, above = self.scheme_of(draft.slug), self.broader_of(draft.slug)
        if above and self.scheme_of(above) != scheme:
            return _("The broader concept “%(slug)s” is of another scheme.") % {"slug": above}
        for below in self.narrower[draft.slug]:
            if self.broader_of(below) == draft.slug and self.scheme_of(below) != scheme:
                return _("The narrower concept “%(slug)s” is of another scheme.") % {"slug": below}
        return ""

    def circles(self) -> list[list[str]]:
        """Return the circles of broader concepts that the drafts would make."""
        found = []
        done: set[str] = set()
        for first in self.drafts:
            path: dict[str, None] = {}
            slug = first
            while slug and slug not in done and slug not in path:
                path[slug] = None
                slug = self.broader_of(slug)
            if slug in path:
                circle = list(path)[list(path).index(slug) :]
                # A circle without a draft that says so was there before; it is not this file's fault.
                if any(each in self.drafts and self.drafts[each].broader for each in circle):
                    found.append(circle)
            done.update(path)
        return found


# --- Storing -----------------------------------------------------------------------------------


def _store(drafts: list[Draft], report: ImportReport) -> None:
    concepts = list(Concept.objects.select_for_update().order_by("pk"))
    slugs = {concept.pk: concept.slug for concept in concepts}
    stored = {concept.slug: _Stored(concept, slugs.get(concept.broader_id or 0, "")) for concept in concepts}
    accepted = _Relations(drafts, stored, report).settle()
    created = [Concept(slug=draft.slug, scheme=draft.scheme) for draft in accepted if draft.slug not in stored]
    Concept.objects.bulk_create(created, batch_size=BATCH)
    by_slug = {concept.slug: concept for concept in [*concepts, *created]}
    changed = {concept.slug for concept in created}
    moved = _store_places(accepted, by_slug)
    changed |= {concept.slug for concept in moved}
    changed |= _store_preferred_labels(accepted, by_slug)
    changed |= _store_alternative_labels(accepted, by_slug)
    changed |= _store_definitions(accepted, by_slug)
    changed |= _store_related(accepted, by_slug)
    named = {draft.slug for draft in accepted}
    report.created = len(created)
    report.updated = len(changed & named) - len(created)
    report.unchanged = len(named) - len(changed & named)
    if changed:
        _announce([by_slug[slug].pk for slug in sorted(changed)], moved)


def _announce(concept_ids: list[int], moved: list[Concept]) -> None:
    """Do what saving one by one would have done: operations in bulk send no signals."""
    for backend in get_search_backends(with_auto_update=True):
        for batch in batched(concept_ids, BATCH):
            backend.add_bulk(Concept, Concept.objects.filter(pk__in=batch).prefetch_related("labels"))
    for concept in moved:
        ReferenceIndex.create_or_update_for_object(concept)
    start_new_generation()
    vocabulary_changed.send(sender=Concept, concept_ids=concept_ids)


def _store_places(drafts: list[Draft], by_slug: dict[str, Concept]) -> list[Concept]:
    """Store schemes and broader concepts, and return the concepts that have others now."""
    moved = []
    for draft in drafts:
        concept = by_slug[draft.slug]
        scheme = draft.scheme or concept.scheme
        broader_id = by_slug[draft.broader].pk if draft.broader else concept.broader_id
        if (scheme, broader_id) != (concept.scheme, concept.broader_id):
            concept.scheme, concept.broader_id = scheme, broader_id
            moved.append(concept)
    Concept.objects.bulk_update(moved, ["scheme", "broader"], batch_size=BATCH)
    return moved


def _store_preferred_labels(drafts: list[Draft], by_slug: dict[str, Concept]) -> set[str]:
    stored = {(label.concept_id, label.language): label for label in ConceptLabel.objects.filter(is_preferred=True)}
    new, other, changed = [], [], set()
    for draft in drafts:
        concept = by_slug[draft.slug]
        for code, text in draft.preferred.items():
            label = stored.get((concept.pk, code))
            if label is None:
                new.append(ConceptLabel(concept=concept, language=code, text=text, is_preferred=True))
            elif label.text != text:
                label.text = text
                other.append(label)
            else:
                continue
            changed.add(draft.slug)
    ConceptLabel.objects.bulk_create(new, batch_size=BATCH)
    ConceptLabel.objects.bulk_update(other, ["text"], batch_size=BATCH)
    return changed


def _store_alternative_labels(drafts: list[Draft], by_slug: dict[str, Concept]) -> set[str]:
    stored: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    rows = ConceptLabel.objects.filter(is_preferred=False).values_list("concept_id", "language", "text", "pk")
    for concept_id, code, text, pk in rows:
        stored[concept_id, code][text] = pk
    new, gone, changed = [], [], set()
    for draft in drafts:
        concept = by_slug[draft.slug]
        for code, texts in draft.alternatives.items():
            before = stored.get((concept.pk, code), {})
            gone += [pk for text, pk in before.items() if text not in texts]
            new += [
                ConceptLabel(concept=concept, language=code, text=text, is_preferred=False)
                for text in texts
                if text not in before
            ]
            if set(texts) != set(before):
                changed.add(draft.slug)
    ConceptLabel.objects.bulk_create(new, batch_size=BATCH)
    for batch in batched(gone, BATCH):
        ConceptLabel.objects.filter(pk__in=batch).delete()
    return changed


def _store_definitions(drafts: list[Draft], by_slug: dict[str, Concept]) -> set[str]:
    stored = {(each.concept_id, each.language): each for each in ConceptDefinition.objects.all()}
    new, other, changed = [], [], set()
    for draft in drafts:
        concept = by_slug[draft.slug]
        for code, text in draft.definitions.items():
            definition = stored.get((concept.pk, code))
            if definition is None:
                new.append(ConceptDefinition(concept=concept, language=code, text=text))
            elif tidy(definition.text) != text:
                definition.text = text
                other.append(definition)
            else:
                continue
            changed.add(draft.slug)
    ConceptDefinition.objects.bulk_create(new, batch_size=BATCH)
    ConceptDefinition.objects.bulk_update(other, ["text"], batch_size=BATCH)
    return changed


def _store_related(drafts: list[Draft], by_slug: dict[str, Concept]) -> set[str]:
    """Store related concepts. A pair counts from either side, so it goes only when no side names it any more."""
    slugs = {concept.pk: slug for slug, concept in by_slug.items()}
    through = Concept.related.through
    rows = through.objects.values_list("from_concept_id", "to_concept_id", "pk")
    before: dict[frozenset[str], list[int]] = defaultdict(list)
    for first, second, pk in rows:
        before[frozenset((slugs[first], slugs[second]))].append(pk)
    wanted = {frozenset((draft.slug, slug)) for draft in drafts for slug in draft.related}
    speaking = {draft.slug for draft in drafts if draft.related}
    gone = [pair for pair in before if pair not in wanted and pair & speaking]
    added = wanted - before.keys()
    through.objects.bulk_create(
        [
            through(from_concept_id=by_slug[first].pk, to_concept_id=by_slug[second].pk)
            for pair in sorted(map(sorted, added))
            for first, second in (pair, reversed(pair))
        ],
        batch_size=BATCH,
    )
    for batch in batched([pk for pair in gone for pk in before[pair]], BATCH):
        through.objects.filter(pk__in=batch).delete()
    return {slug for pair in [*gone, *added] for slug in pair}
