"""Metadata of what is public for libraries' harvesters: OAI-PMH 2.0 (openarchives.org, 2002, updated 2015-01-08).

One record per language version. A record that is not public any more is reported as deleted, whatever the reason;
what never was public does not exist here.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree

from django.conf import settings
from django.core import signing
from django.db.models import Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from access.policy import readable_pages
from access.readers import visitor
from home.queries import frame_for
from hub.xml_text import writable
from knowledge.addresses import address_of
from knowledge.models import KnowledgePage, PublicRecord
from knowledge.queries import knowledge_types
from vocabulary.countries import country_name
from vocabulary.queries import current_vocabulary

PREFIX = "oai_dc"
BATCH = 100
TOKEN_SECONDS = 24 * 60 * 60
TOKEN_SALT = "hub.oai"  # noqa: S105 - names what is signed
SECONDS = "%Y-%m-%dT%H:%M:%SZ"
OAI = "http://www.openarchives.org/OAI/2.0/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
DC = "http://purl.org/dc/elements/1.1/"
MAX_KEY_DIGITS = 18
# What arguments look like in the protocol's schema, in which the answer repeats them.
NAME = r"[A-Za-z0-9\-_.!~*'()]{1,200}"
FORMS = {
    "metadataPrefix": re.compile(NAME),
    "set": re.compile(f"{NAME}(:{NAME})*"),
    "identifier": re.compile(r"[!-~]{1,200}"),
    "resumptionToken": re.compile(r"[!-~]{1,1000}"),
}

Element = ElementTree.Element


class ProtocolError(Exception):
    """Something that the protocol has a name for.

    Attributes:
        code: the protocol's name for it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


# --- XML --------------------------------------------------------------------------------------------


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    element = ElementTree.SubElement(parent, name, attributes)
    if text is not None:
        element.text = writable(text)
    return element


def _datestamp(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime(SECONDS)


def base_url() -> str:
    """Return the address of the repository."""
    return f"{settings.BASE_URL}{reverse('oai')}"


def identifier_of(page_id: int) -> str:
    """Return the identifier of a record."""
    return f"oai:{urlsplit(settings.BASE_URL).hostname}:{page_id}"


# --- The request ------------------------------------------------------------------------------------


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request: HttpRequest) -> HttpResponse:
    """Answer a harvester (public view: what a visitor may read, whoever asks)."""
    root = Element("OAI-PMH", {"xmlns": OAI, "xmlns:xsi": XSI})
    root.set("xsi:schemaLocation", f"{OAI} {OAI}OAI-PMH.xsd")
    _add(root, "responseDate", _datestamp(timezone.now()))
    asked = _add(root, "request", base_url())
    try:
        verb, arguments = _question(request.POST if request.method == "POST" else request.GET)
    except ProtocolError as error:
        # A question that is not understood is not repeated.
        _add(root, "error", str(error), code=error.code)
        return _answer(root)
    asked.attrib.update({"verb": verb, **{name: writable(value) for name, value in arguments.items()}})
    content = Element(verb)
    try:
        VERBS[verb][0](content, arguments)
        root.append(content)
    except ProtocolError as error:
        _add(root, "error", str(error), code=error.code)
    return _answer(root)


def _answer(root: Element) -> HttpResponse:
    text = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    response = HttpResponse(text, content_type="text/xml; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def _question(parameters: QueryDict) -> tuple[str, dict[str, str]]:
    """Return the verb and its arguments, of which each may be given once."""
    verbs = parameters.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise ProtocolError("badVerb", f"One verb is needed, of {', '.join(VERBS)}.")
    verb = verbs[0]
    _make, required, optional = VERBS[verb]
    arguments: dict[str, str] = {}
    for name, values in parameters.lists():
        if name == "verb":
            continue
        if name not in {*required, *optional} or len(values) != 1:
            raise ProtocolError("badArgument", f"{verb} does not take this argument, or not so often.")
        arguments[name] = str(values[0])
    if "resumptionToken" in arguments:
        if len(arguments) > 1:
            raise ProtocolError("badArgument", "A resumptionToken stands alone.")
    elif missing := set(required) - arguments.keys():
        raise ProtocolError("badArgument", f"{verb} needs {', '.join(sorted(missing))}.")
    for name, value in arguments.items():
        if name in FORMS and not FORMS[name].fullmatch(value):
            raise ProtocolError("badArgument", f"This is no {name}.")
        if name in {"from", "until"}:
            _moment(value, is_end=False)
    if len(arguments.get("from", "")) != len(arguments.get("until", "")) and {"from", "until"} <= arguments.keys():
        raise ProtocolError("badArgument", "from and until must both be days, or both be times.")
    return verb, arguments


def _moment(text: str, *, is_end: bool) -> datetime.datetime:
    """Read a day or a time; a day as its beginning or its end."""
    for form in ("%Y-%m-%d", SECONDS):
        try:
            moment = datetime.datetime.strptime(text, form).replace(tzinfo=datetime.UTC)
        except ValueError:
            continue
        if moment.strftime(form) != text or not text.isascii():
            break  # Python reads less than the protocol writes: 2026-1-1.
        is_day = form != SECONDS
        return moment + datetime.timedelta(days=1, seconds=-1) if is_day and is_end and moment.year < 9999 else moment
    raise ProtocolError("badArgument", "Dates are written as 2026-01-31 or 2026-01-31T12:00:00Z.")


def _check_prefix(prefix: str) -> None:
    if prefix != PREFIX:
        raise ProtocolError("cannotDisseminateFormat", f"The only format is {PREFIX}.")


# --- What is public ---------------------------------------------------------------------------------


def _types() -> dict[str, str]:
    """Return the sets: the types of knowledge, by the names of their models, with what people call them."""
    return {model._meta.model_name or "": capfirst(str(model._meta.verbose_name_plural)) for model in knowledge_types()}


def _record_named(identifier: str) -> PublicRecord:
    beginning, _colon, key = identifier.rpartition(":")
    is_ours = f"{beginning}:" == identifier_of(0)[:-1] and key.isascii() and key.isdigit()
    found = PublicRecord.objects.filter(pk=int(key)).first() if is_ours and len(key) <= MAX_KEY_DIGITS else None
    if found is None:
        raise ProtocolError("idDoesNotExist", "There is no such record.")
    return found


class PublicPages:
    """The pages of some records that a visitor may read, with what is said of them (nine queries or fewer).

    Attributes:
        by_pk: the pages by primary key.
        versions: all public versions of the pieces, by translation key.
        vocabulary: the terms they are about.
        publishers: what the site is called, by language.
    """

    def __init__(self, records: Sequence[PublicRecord]) -> None:
        reader = visitor()
        originals = readable_pages(KnowledgePage.objects.filter(alias_of__isnull=True), reader)
        found = (
            originals.filter(pk__in=[record.pk for record in records if not record.is_withdrawn])
            .select_related("locale", "content_type", "access")
            .prefetch_related("topics", "sectors", "countries", "authors")
        )
        self.by_pk = {page.pk: page for page in found}
        self.versions: dict[UUID, list[KnowledgePage]] = defaultdict(list)
        keys = {page.translation_key for page in self.by_pk.values()}
        for page in originals.filter(translation_key__in=keys).select_related("locale").order_by("path"):
            self.versions[page.translation_key].append(page)
        self.vocabulary = current_vocabulary(reader.generation)
        languages = {page.locale.language_code for page in self.by_pk.values()}
        self.publishers = {language: frame_for(reader, language).name for language in languages}


# --- Verbs ------------------------------------------------------------------------------------------


def _identify(content: Element, arguments: Mapping[str, str]) -> None:
    frame = frame_for(visitor(), settings.LANGUAGE_CODE)
    earliest = PublicRecord.objects.aggregate(first=Min("changed_at"))["first"]
    _add(content, "repositoryName", frame.name)
    _add(content, "baseURL", base_url())
    _add(content, "protocolVersion", "2.0")
    _add(content, "adminEmail", frame.contact_email or settings.DEFAULT_FROM_EMAIL)
    _add(content, "earliestDatestamp", _datestamp(earliest or timezone.now()))
    _add(content, "deletedRecord", "persistent")
    _add(content, "granularity", "YYYY-MM-DDThh:mm:ssZ")


def _list_formats(content: Element, arguments: Mapping[str, str]) -> None:
    if "identifier" in arguments:
        _record_named(arguments["identifier"])
    described = _add(content, "metadataFormat")
    _add(described, "metadataPrefix", PREFIX)
    _add(described, "schema", OAI_DC_SCHEMA)
    _add(described, "metadataNamespace", OAI_DC)


def _list_sets(content: Element, arguments: Mapping[str, str]) -> None:
    if "resumptionToken" in arguments:
        raise ProtocolError("badResumptionToken", "The list of sets is given whole.")
    for name, label in _types().items():
        described = _add(content, "set")
        _add(described, "setSpec", name)
        _add(described, "setName", label)


def _get_record(content: Element, arguments: Mapping[str, str]) -> None:
    record = _record_named(arguments["identifier"])
    _check_prefix(arguments["metadataPrefix"])
    _add_record(content, record, PublicPages([record]))


def _list_identifiers(content: Element, arguments: Mapping[str, str]) -> None:
    records, end = _part_of_list(arguments)
    pages = readable_pages(KnowledgePage.objects.filter(pk__in=[record.pk for record in records]), visitor())
    readable = set(pages.values_list("pk", flat=True))
    for record in records:
        _add_header(content, record, is_deleted=record.pk not in readable)
    end(content)


def _list_records(content: Element, arguments: Mapping[str, str]) -> None:
    records, end = _part_of_list(arguments)
    pages = PublicPages(records)
    for record in records:
        _add_record(content, record, pages)
    end(content)


def _part_of_list(arguments: Mapping[str, str]) -> tuple[list[PublicRecord], Callable[[Element], None]]:
    """Return the records that a list, or its resumption, asks for, and what adds the way to the next ones.

    The token holds the question and the last record given, signed; nothing is kept between requests, and what
    changes meanwhile moves to the end of the list, where it is met again.
    """
    token = arguments.get("resumptionToken")
    if token is None:
        state: dict[str, Any] = {name: arguments.get(name, "") for name in ("from", "until", "set")}
        state |= {"given": 0, "after": None}
        _check_prefix(arguments["metadataPrefix"])
    else:
        try:
            state = signing.loads(token, salt=TOKEN_SALT, max_age=TOKEN_SECONDS)
        except signing.BadSignature:
            raise ProtocolError("badResumptionToken", "The token is not one of ours, or too old.") from None
    wanted = _wanted(state)
    records = wanted
    if state["after"]:
        moment, key = datetime.datetime.fromisoformat(state["after"][0]), state["after"][1]
        records = records.filter(Q(changed_at__gt=moment) | Q(changed_at=moment, pk__gt=key))
    part = list(records.order_by("changed_at", "pk")[: BATCH + 1])
    if not part and token is None:
        raise ProtocolError("noRecordsMatch", "There is nothing for these arguments.")
    shown, is_more = part[:BATCH], len(part) > BATCH
    size = wanted.count() if is_more or token is not None else len(shown)

    def end(content: Element) -> None:
        if not is_more and token is None:
            return
        last = shown[-1] if shown else None
        following = ""
        if is_more and last is not None:
            following = signing.dumps(
                {**state, "given": state["given"] + len(shown), "after": [last.changed_at.isoformat(), last.pk]},
                salt=TOKEN_SALT,
                compress=True,
            )
        attributes = {"completeListSize": str(max(size, state["given"] + len(shown))), "cursor": str(state["given"])}
        if following:
            expires = timezone.now() + datetime.timedelta(seconds=TOKEN_SECONDS)
            attributes["expirationDate"] = _datestamp(expires)
        _add(content, "resumptionToken", following or None, **attributes)

    return shown, end


def _wanted(state: Mapping[str, Any]) -> QuerySet[PublicRecord]:
    records = PublicRecord.objects.all()
    since = _moment(state["from"], is_end=False) if state["from"] else None
    until = _moment(state["until"], is_end=True) if state["until"] else None
    if since and until and since > until:
        raise ProtocolError("badArgument", "from is later than until.")
    if since:
        records = records.filter(changed_at__gte=since)
    if until:
        records = records.filter(changed_at__lte=until)
    if state["set"]:
        records = records.filter(type=state["set"]) if state["set"] in _types() else records.none()
    return records


def _add_header(parent: Element, record: PublicRecord, *, is_deleted: bool) -> None:
    header = _add(parent, "header", **({"status": "deleted"} if is_deleted else {}))
    _add(header, "identifier", identifier_of(record.pk))
    _add(header, "datestamp", _datestamp(record.changed_at))
    _add(header, "setSpec", record.type)


def _add_record(parent: Element, record: PublicRecord, pages: PublicPages) -> None:
    """Add a record as its page is now; what a visitor may not read now is deleted, whatever the record says."""
    page = pages.by_pk.get(record.pk)
    element = _add(parent, "record")
    _add_header(element, record, is_deleted=page is None)
    if page is not None:
        _add_dublin_core(_add(element, "metadata"), page, pages)


def _add_dublin_core(parent: Element, page: KnowledgePage, pages: PublicPages) -> None:
    """Describe a page in the fifteen elements of Dublin Core."""
    described = _add(parent, "oai_dc:dc")
    described.attrib.update({"xmlns:oai_dc": OAI_DC, "xmlns:dc": DC, "xmlns:xsi": XSI})
    described.set("xsi:schemaLocation", f"{OAI_DC} {OAI_DC_SCHEMA}")
    language = page.locale.language_code

    def say(name: str, text: str, *, is_worded: bool = False) -> None:
        if text:
            _add(described, f"dc:{name}", text, **({"xml:lang": language} if is_worded else {}))

    say("title", page.title, is_worded=True)
    for author in page.authors.all():
        say("creator", author.name)
    for concept in (*page.topics.all(), *page.sectors.all()):
        say("subject", pages.vocabulary.by_pk[concept.pk].label_in(language), is_worded=True)
    say("description", page.summary, is_worded=True)
    say("publisher", pages.publishers[language])
    say("date", page.published_on.isoformat())
    say("type", "Text")
    say("format", "text/html")
    say("identifier", f"{settings.BASE_URL}{address_of(page)}")
    say("language", language)
    for version in pages.versions[page.translation_key]:
        if version.pk != page.pk:
            say("relation", f"{settings.BASE_URL}{address_of(version)}")
    for country in page.countries.all():
        say("coverage", country_name(country.code, language), is_worded=True)
    say("rights", f"TLP:{page.access.label}")


Verb = Callable[[Element, Mapping[str, str]], None]
LIST_ARGUMENTS = ("from", "until", "set", "resumptionToken")
# What each verb does, with the arguments it needs and those it takes besides.
VERBS: dict[str, tuple[Verb, tuple[str, ...], tuple[str, ...]]] = {
    "Identify": (_identify, (), ()),
    "ListMetadataFormats": (_list_formats, (), ("identifier",)),
    "ListSets": (_list_sets, (), ("resumptionToken",)),
    "ListIdentifiers": (_list_identifiers, ("metadataPrefix",), LIST_ARGUMENTS),
    "ListRecords": (_list_records, ("metadataPrefix",), LIST_ARGUMENTS),
    "GetRecord": (_get_record, ("identifier", "metadataPrefix"), ()),
}
