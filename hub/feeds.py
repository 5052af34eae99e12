"""Feeds of what is new."""

from __future__ import annotations

import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext

from access.readers import Reader, visitor
from home.queries import frame_for
from knowledge.addresses import address_of
from knowledge.models import KnowledgePage
from knowledge.queries import readable_knowledge

COUNT = 30


class LatestFeed(Feed):
    """The latest public knowledge in one language, as Atom (public view).

    Feed readers do not sign in, so a feed holds what a visitor may read, whoever asks.
    """

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest) -> Reader:
        """Return the reader the feed is made for."""
        return visitor()

    def title(self, reader: Reader) -> str:
        """Return the feed's title."""
        return gettext("%(site)s: what is new") % {"site": frame_for(reader, get_language() or "en").name}

    def link(self, reader: Reader) -> str:
        """Return the address of the site in the feed's language."""
        return f"/{get_language()}/"

    def items(self, reader: Reader) -> list[KnowledgePage]:
        """Return the latest pieces that exist in the feed's language."""
        language = get_language() or "en"
        pages = readable_knowledge(reader, language).filter(locale__language_code=language)
        return list(pages.select_related("locale").order_by("-published_on", "-pk")[:COUNT])

    def item_title(self, item: KnowledgePage) -> str:
        """Return the title of an entry."""
        return item.title

    def item_description(self, item: KnowledgePage) -> str:
        """Return the summary of an entry."""
        return item.summary

    def item_link(self, item: KnowledgePage) -> str:
        """Return the address of an entry."""
        return address_of(item)

    def item_pubdate(self, item: KnowledgePage) -> datetime.datetime:
        """Return when the entry was published (midnight UTC of the date readers see)."""
        return datetime.datetime.combine(item.published_on, datetime.time(), tzinfo=datetime.UTC)

    def item_updateddate(self, item: KnowledgePage) -> datetime.datetime | None:
        """Return when the entry last changed."""
        return item.last_published_at
