"""What pieces of knowledge are to search engines, in the words of schema.org.

One function per page type, registered with `describe`: a new type needs no more than its own. Only pages that
everyone may read are described (`home.machine_readable` sees to it).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from wagtail.models import Page

from access.readers import visitor
from knowledge import captions
from knowledge.loading import Version, sections_of
from knowledge.models import Author, CaseStudy, KnowledgePage, ReadablePage, WebinarRecording, WebinarSeries
from knowledge.queries import ReadingContext
from vocabulary.exports import concept_uri, scheme_uri
from vocabulary.queries import Term


@dataclass(frozen=True)
class Setting:
    """What a page is described with, besides itself.

    Attributes:
        absolute: puts scheme and host before an address.
        address: of the page, with scheme and host.
        publisher: reference to the organisation that publishes the site.
        image: address of the page's picture, or nothing.
        reading: what stands around its text; None for pages without one.
        versions: the live versions by language code.
    """

    absolute: Callable[[str], str]
    address: str
    publisher: dict[str, str]
    image: str = ""
    reading: ReadingContext | None = None
    versions: Mapping[str, Version] = field(default_factory=dict)


@singledispatch
def describe(page: Page, setting: Setting) -> dict[str, Any]:
    """Return what a page is, as a node of JSON-LD without context; values that are empty are left out later."""
    return {
        "@id": setting.address,
        "@type": "WebPage",
        "url": setting.address,
        "name": page.seo_title or page.title,
        "description": page.search_description,
        "inLanguage": page.locale.language_code,
        "dateModified": in_iso(page.last_published_at),
        "publisher": setting.publisher,
    }


@describe.register
def describe_readable_page(page: ReadablePage, setting: Setting) -> dict[str, Any]:
    """A page with a text: also its summary, date and picture."""
    return describe.dispatch(Page)(page, setting) | {
        "description": page.search_description or page.summary,
        "datePublished": in_iso(page.published_on),
        "image": setting.image,
    }


@describe.register
def describe_knowledge(page: KnowledgePage, setting: Setting) -> dict[str, Any]:
    """A piece of knowledge: an article that one learns from, with who wrote it and what it is about."""
    language = page.locale.language_code
    reading = setting.reading
    described = describe_readable_page(page, setting) | {
        "@type": ["Article", "LearningResource"],
        "headline": page.title,
        "learningResourceType": capfirst(str(page.specific_class._meta.verbose_name)) if page.specific_class else "",
        "isAccessibleForFree": True,
        "conditionsOfAccess": page.tlp,
        "mainEntityOfPage": setting.address,
    }
    if reading is not None:
        described |= {
            "author": [person(author, language) for author in reading.authors],
            "about": [defined_term(term, language) for term in (*reading.topics, *reading.sectors)],
            "spatialCoverage": [{"@type": "Place", "name": country.name} for country in reading.countries],
            "timeRequired": f"PT{reading.minutes}M",
        }
    others = [
        {"@id": setting.absolute(version.address), "inLanguage": code}
        for code, version in setting.versions.items()
        if code != language
    ]
    if page.source_language == language:
        described["workTranslation"] = others
    else:
        described["translationOfWork"] = [each for each in others if each["inLanguage"] == page.source_language]
    return described


@describe.register
def describe_case_study(page: CaseStudy, setting: Setting) -> dict[str, Any]:
    """A case study: also whose case it is."""
    described = describe_knowledge(page, setting)
    if page.organisation is not None:
        name = page.organisation.name_in(page.locale.language_code)
        described["sourceOrganization"] = {"@type": "Organization", "name": name}
    return described


@describe.register
def describe_series(page: WebinarSeries, setting: Setting) -> dict[str, Any]:
    """A webinar series: a series of creative works; each episode says that it is part of it."""
    return describe_knowledge(page, setting) | {"@type": "CreativeWorkSeries", "startDate": in_iso(page.published_on)}


@describe.register
def describe_recording(page: WebinarRecording, setting: Setting) -> dict[str, Any]:
    """A recording: a video with its chapters as clips, each with the address that begins there."""
    chapters = captions.chapters_from(page.chapters)
    ends = [chapter.seconds for chapter in chapters[1:]] + [page.duration]
    files = [row.media for row in page.media.all()]
    described = describe_knowledge(page, setting)
    speakers = described.pop("author", [])
    # A recording is only as open as its series: who may read the one may read the other.
    above = [section for section in sections_of(page, visitor()) if section.model == "webinarseries"]
    series = above[-1] if above else None
    return described | {
        "@type": ["VideoObject", "LearningResource"],
        "actor": speakers,
        "thumbnailUrl": setting.image,
        "uploadDate": in_iso(page.first_published_at) or in_iso(page.published_on),
        "recordedAt": {"@type": "Event", "startDate": in_iso(page.recorded_on), "name": page.title}
        if page.recorded_on
        else None,
        "duration": f"PT{page.duration}S" if page.duration else None,
        "timeRequired": None,
        "contentUrl": setting.absolute(files[0].url) if files else None,
        "encodingFormat": files[0].media_type if files else None,
        "episodeNumber": page.episode,
        "isPartOf": {"@id": setting.absolute(series.address), "@type": "CreativeWorkSeries", "name": series.title}
        if series
        else None,
        "caption": [
            {
                "@type": "MediaObject",
                "inLanguage": code,
                "encodingFormat": "text/vtt",
                "contentUrl": setting.absolute(reverse("captions", args=[version.pk])),
            }
            for code, version in setting.versions.items()
        ]
        if page.cue_count
        else None,
        "hasPart": [
            {
                "@type": "Clip",
                "name": chapter.text,
                "startOffset": chapter.seconds,
                "endOffset": end,
                "url": f"{setting.address}?t={chapter.seconds}",
            }
            for chapter, end in zip(chapters, ends, strict=False)
        ],
    }


def person(author: Author, language: str) -> dict[str, Any]:
    """Return an author as schema.org's Person."""
    organisation = author.organisation
    affiliation = {"@type": "Organization", "name": organisation.name_in(language)} if organisation else None
    return {"@type": "Person", "name": author.name, "jobTitle": author.role, "affiliation": affiliation}


def defined_term(term: Term, language: str) -> dict[str, Any]:
    """Return a concept as schema.org's DefinedTerm, by the URI that the vocabulary gives it."""
    return {
        "@id": concept_uri(term.slug),
        "@type": "DefinedTerm",
        "name": term.label_in(language),
        "termCode": term.slug,
        "inDefinedTermSet": {"@id": scheme_uri(term.scheme)},
    }


def in_iso(moment: datetime.date | None) -> str:
    """Return a date or a time as ISO 8601 has it; nothing for none."""
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime.datetime) else str(moment or "")


def without_gaps(part: Any) -> Any:
    """Return a description without what is empty."""
    if isinstance(part, dict):
        kept = {key: without_gaps(value) for key, value in part.items()}
        return {key: value for key, value in kept.items() if value not in ("", None, [], {})}
    if isinstance(part, list | tuple):
        return [without_gaps(each) for each in part]
    return part
