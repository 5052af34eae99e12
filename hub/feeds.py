"""Feeds of what is new: for everyone, and for a member under an address of their own."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib.syndication.views import Feed
from django.db.models import Max, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.http import http_date
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from access.readers import Reader, limited_to_members, reader_for, visitor
from access.sharing import share_among_equals
from home.queries import frame_for
from hub.xml_text import writable
from knowledge.addresses import reading_address_of
from knowledge.models import Author, KnowledgePage, PublicRecord
from knowledge.queries import knowledge_types, readable_knowledge
from members.feed_keys import member_with_token
from vocabulary.models import TOPIC_SCHEMES
from vocabulary.queries import Term, Vocabulary, current_vocabulary

COUNT = 30


@dataclass(frozen=True)
class Selection:
    """What a feed holds.

    Attributes:
        reader: who it is made for.
        language: of the feed; an entry has it too, or the one it was written in.
        vocabulary: what the pieces are about.
        type: only pieces of this type.
        topic: only pieces about this topic, or one below it.
    """

    reader: Reader
    language: str
    vocabulary: Vocabulary
    type: type[KnowledgePage] | None = None
    topic: Term | None = None


class AtomFeed(Atom1Feed):
    """Atom whose entries say which language they are in."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        """Add the language to an entry."""
        return {**super().item_attributes(item), "xml:lang": item["language"]}


class RSSFeed(Rss201rev2Feed):
    """RSS 2.0 whose items say which language they are in (RSS itself has no word for it, Dublin Core has)."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Add the language to an item."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("dc:language", item["language"], {"xmlns:dc": "http://purl.org/dc/elements/1.1/"})


class LatestFeed(Feed):
    """The latest public knowledge in one language: all, of one type, or about one topic (public view).

    Feed readers do not sign in, so a feed holds what a visitor may read, whoever asks.
    """

    feed_type: type[SyndicationFeed] = AtomFeed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the feed, which has changed when anything public has: what was withdrawn leaves it too."""
        response = super().__call__(request, *args, **kwargs)
        changed = PublicRecord.objects.aggregate(last=Max("changed_at"))["last"]
        if changed:
            response["Last-Modified"] = http_date(changed.timestamp())
        return share_among_equals(response)

    def get_object(self, request: HttpRequest, type: str = "", topic: str = "") -> Selection:
        """Return what is asked for; unknown types and topics are not found."""
        reader = visitor()
        selection = Selection(reader, get_language() or "en", current_vocabulary(reader.generation))
        if type:
            selection = dataclasses.replace(selection, type=_type_named(type))
        if topic:
            selection = dataclasses.replace(selection, topic=_topic_named(topic, selection.vocabulary))
        return selection

    def title(self, selection: Selection) -> str:
        """Return the feed's title."""
        site = writable(frame_for(selection.reader, selection.language).name)
        if selection.topic:
            about = writable(selection.topic.label_in(selection.language))
            return gettext("%(site)s: what is new on “%(topic)s”") % {"site": site, "topic": about}
        if selection.type:
            kind = capfirst(str(selection.type._meta.verbose_name_plural))
            return gettext("%(site)s: what is new among “%(type)s”") % {"site": site, "type": kind}
        return gettext("%(site)s: what is new") % {"site": site}

    def link(self, selection: Selection) -> str:
        """Return the address of the site in the feed's language."""
        return f"/{selection.language}/"

    def description(self, selection: Selection) -> str:
        """Return what the site is."""
        return writable(frame_for(selection.reader, selection.language).tagline)

    def author_name(self, selection: Selection) -> str:
        """Return who publishes the feed; Atom asks for somebody."""
        return writable(frame_for(selection.reader, selection.language).name)

    def items(self, selection: Selection) -> list[KnowledgePage]:
        """Return the latest pieces that exist in the feed's language (seven queries at most)."""
        language = selection.language
        pages = readable_knowledge(selection.reader, language).filter(locale__language_code=language)
        if selection.type:
            pages = pages.filter(content_type__model=selection.type._meta.model_name)
        if selection.topic:
            slugs = [term.slug for term in selection.vocabulary.with_narrower(selection.topic)]
            pages = pages.filter(pk__in=KnowledgePage.objects.filter(topics__slug__in=slugs).values("pk"))
        return _entries(pages, selection)

    def item_title(self, item: KnowledgePage) -> str:
        """Return the title of an entry."""
        return writable(item.title)

    def item_description(self, item: KnowledgePage) -> str:
        """Return the summary of an entry."""
        return writable(item.summary)

    def item_link(self, item: KnowledgePage) -> str:
        """Return the address of an entry."""
        return reading_address_of(item, get_language() or "en")

    def item_author_name(self, item: KnowledgePage) -> str | None:
        """Return who wrote it."""
        return writable(", ".join(author.name for author in item.authors.all())) or None

    def item_categories(self, item: KnowledgePage) -> list[str]:
        """Return what the entry is about, in the feed's language."""
        return [writable(label) for label in item.feed_categories]

    def item_pubdate(self, item: KnowledgePage) -> datetime.datetime:
        """Return when the entry was published (midnight UTC of the date readers see)."""
        return datetime.datetime.combine(item.published_on, datetime.time(), tzinfo=datetime.UTC)

    def item_updateddate(self, item: KnowledgePage) -> datetime.datetime | None:
        """Return when the entry last changed."""
        return item.last_published_at

    def item_extra_kwargs(self, item: KnowledgePage) -> dict[str, Any]:
        """Add the entry's language."""
        return {"language": item.locale.language_code}


class LatestRSSFeed(LatestFeed):
    """The same as RSS 2.0 (public view)."""

    feed_type = RSSFeed


class MemberFeed(LatestFeed):
    """What one member may read now, for their feed reader: titles, and summaries of what is public.

    Never more than every member may read, so that what somebody's groups may read stays on the site.
    """

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the feed; no cache keeps it, no other site learns its address."""
        response = Feed.__call__(self, request, *args, **kwargs)
        del response["Last-Modified"]
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def get_object(self, request: HttpRequest, token: str = "") -> Selection:  # type: ignore[override]
        """Return what the member with this token may read; any other token is an unknown address."""
        user = member_with_token(token)
        if user is None:
            raise Http404
        reader = limited_to_members(reader_for(user))
        return Selection(reader, get_language() or "en", current_vocabulary(reader.generation))

    def title(self, selection: Selection) -> str:
        """Return the feed's title."""
        site = writable(frame_for(selection.reader, selection.language).name)
        return gettext("%(site)s: what is new for members") % {"site": site}

    def items(self, selection: Selection) -> list[KnowledgePage]:
        """Return the latest pieces in the best language; of what is not public, no more than is named here."""
        entries = _entries(readable_knowledge(selection.reader, selection.language), selection)
        public = visitor().audience_ids
        for entry in entries:
            if entry.access.audience_id not in public:
                entry.summary, entry.feed_categories = "", []
                entry._prefetched_objects_cache["authors"] = Author.objects.none()
        return entries


@require_safe
def member_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a member's feed reader (whoever has the address: what its member may read, GREEN at most)."""
    return MemberFeed()(request, token=token)


def _entries(pages: Any, selection: Selection) -> list[KnowledgePage]:
    """Return the latest of some pages with what entries say of them."""
    found = (
        pages.select_related("locale", "access")
        .prefetch_related("topics", Prefetch("authors", Author.objects.order_by("sort_order")))
        .order_by("-published_on", "-pk")
    )
    entries = list(found[:COUNT])
    for entry in entries:
        terms = (selection.vocabulary.by_pk[concept.pk] for concept in entry.topics.all())
        entry.feed_categories = [term.label_in(selection.language) for term in terms]
    return entries


def _type_named(name: str) -> type[KnowledgePage]:
    found = next((model for model in knowledge_types() if model._meta.model_name == name), None)
    if found is None:
        raise Http404
    return found


def _topic_named(slug: str, vocabulary: Vocabulary) -> Term:
    term = vocabulary.by_slug.get(slug)
    if term is None or term.scheme not in TOPIC_SCHEMES:
        raise Http404
    return term
