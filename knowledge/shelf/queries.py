"""What somebody's own pages show: theirs alone, and of that only what they may read now."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from access.readers import Reader
from access.rows import JSONRows
from knowledge.models import (
    FollowedTopic,
    KnowledgePage,
    ReadingList,
    ReadingListItem,
    ReadingProgress,
    SavedItem,
)
from knowledge.queries import readable_knowledge
from members.models import User
from vocabulary.models import TOPIC_SCHEMES
from vocabulary.queries import Term, Vocabulary, current_vocabulary

# How many of each a member's page shows; the rest is a link away.
SHOWN = 6
SHOWN_OF_TOPIC = 3
# What is looked through for news of followed topics.
MOST_NEWS = 200
# What counts as new for somebody who comes for the first time.
FIRST_LOOK = datetime.timedelta(days=30)


def for_rows(pages: QuerySet[KnowledgePage]) -> QuerySet[KnowledgePage]:
    """Load with each page what a row of a list shows (templates/components/shelf_item.html)."""
    return pages.select_related("locale", "content_type", "access")


def still_readable[Entry: (SavedItem, ReadingListItem, ReadingProgress)](
    entries: QuerySet[Entry], reader: Reader, language: str
) -> QuerySet[Entry]:
    """Limit what is kept to pieces that the reader may read now."""
    pages = readable_knowledge(reader, language).filter(translation_key=OuterRef("translation_key"))
    return entries.filter(Exists(pages))


def pieces_by_key(keys: Iterable[UUID], reader: Reader, language: str) -> dict[UUID, KnowledgePage]:
    """Return the readable ones among pieces of knowledge, each in the best language (one query)."""
    wanted = set(keys)
    if not wanted:
        return {}
    pages = for_rows(readable_knowledge(reader, language)).filter(translation_key__in=wanted)
    return {page.translation_key: page for page in pages}


def reading_progress(user: Any, translation_key: UUID) -> ReadingProgress | None:
    """Return how far somebody is in a piece of knowledge, if that is remembered (one query)."""
    if not user.is_authenticated:
        return None
    return ReadingProgress.objects.filter(user=user, translation_key=translation_key).first()


def topics_to_follow(vocabulary: Vocabulary, language: str) -> list[Term]:
    """Return the topics that can be followed, in the order of their labels."""
    return vocabulary.in_schemes([scheme.value for scheme in TOPIC_SCHEMES], language)


def topic_address(slug: str) -> str:
    """Return the address of a topic's page, or, where there is none, of a search for it."""
    try:
        return reverse("topic", args=[slug])
    except NoReverseMatch:
        return f"{reverse('search')}?topic={slug}"


@dataclass(frozen=True)
class Kept:
    """A piece of knowledge with what is kept about it: progress, or an entry of a list."""

    page: KnowledgePage
    entry: Any


@dataclass(frozen=True)
class TopicNews:
    """A followed topic with the newest of what came since."""

    topic: Term
    pages: Sequence[KnowledgePage]
    has_more: bool

    @property
    def url(self) -> str:
        """Where everything about the topic is."""
        return topic_address(self.topic.slug)


@dataclass(frozen=True)
class MyPage:
    """A member's page.

    Attributes:
        begun: what they have begun and not finished, the latest first.
        saved: the latest of what they saved.
        lists: all their lists, each with `readable_count`.
        topics: all topics they follow, with news.
        others: the topics they could follow besides.
        since: what came after this is new.
        is_first_visit: `since` is not a visit but a month ago.
        news: the latest of what is new.
    """

    begun: Sequence[Kept]
    saved: Sequence[KnowledgePage]
    has_more_saved: bool
    lists: Sequence[ReadingList]
    topics: Sequence[TopicNews]
    others: Sequence[Term]
    since: datetime.datetime
    is_first_visit: bool
    news: Sequence[KnowledgePage]
    has_more_news: bool


def my_page(user: User, reader: Reader, language: str, last_visit: datetime.datetime | None) -> MyPage:
    """Return what a member's page shows: eight queries at most, however much there is."""
    since = last_visit or timezone.now() - FIRST_LOOK
    vocabulary = current_vocabulary(reader.generation)
    begun = list(still_readable(ReadingProgress.objects.filter(user=user, is_finished=False), reader, language)[:SHOWN])
    saved = list(still_readable(SavedItem.objects.filter(user=user), reader, language)[: SHOWN + 1])
    followed = [
        vocabulary.by_pk[pk]
        for pk in FollowedTopic.objects.filter(user=user).values_list("concept_id", flat=True)
        if pk in vocabulary.by_pk
    ]
    followed.sort(key=lambda term: term.label_in(language).casefold())
    newest = readable_knowledge(reader, language).filter(first_published_at__gt=since)
    newest = newest.order_by("-first_published_at", "-pk")
    news = list(newest.values_list("translation_key", flat=True)[: SHOWN + 1])
    by_topic = _news_by_topic(newest, followed, vocabulary) if followed else {}

    keys = {entry.translation_key for entry in [*begun, *saved]} | {*news}
    keys.update(key for found_keys in by_topic.values() for key in found_keys[:SHOWN_OF_TOPIC])
    pieces = pieces_by_key(keys, reader, language)

    def found(wanted: Iterable[UUID]) -> list[KnowledgePage]:
        return [pieces[key] for key in wanted if key in pieces]

    followed_pks = {term.pk for term in followed}
    return MyPage(
        begun=[Kept(pieces[entry.translation_key], entry) for entry in begun if entry.translation_key in pieces],
        saved=found(entry.translation_key for entry in saved[:SHOWN]),
        has_more_saved=len(saved) > SHOWN,
        lists=lists_of(user, reader, language),
        topics=[
            TopicNews(
                term,
                found(by_topic.get(term.pk, [])[:SHOWN_OF_TOPIC]),
                len(by_topic.get(term.pk, [])) > SHOWN_OF_TOPIC,
            )
            for term in followed
        ],
        others=[term for term in topics_to_follow(vocabulary, language) if term.pk not in followed_pks],
        since=since,
        is_first_visit=last_visit is None,
        news=found(news[:SHOWN]),
        has_more_news=len(news) > SHOWN,
    )


def _news_by_topic(
    newest: QuerySet[KnowledgePage], followed: Iterable[Term], vocabulary: Vocabulary
) -> dict[int, list[UUID]]:
    """Return the newest pieces of each followed topic and of the topics below it, one more than is shown."""
    slugs = {term.slug: term.pk for term in followed}
    # By primary key of a topic, the followed topics that it is or is below.
    above = {
        term.pk: [slugs[slug] for slug in vocabulary.with_broader([term.slug]) if slug in slugs]
        for term in vocabulary.by_pk.values()
    }
    through = KnowledgePage.topics.through.objects.filter(
        knowledgepage_id=OuterRef("pk"), concept_id__in=[pk for pk, topics in above.items() if topics]
    )
    rows = newest.filter(Exists(through)).annotate(topic_rows=JSONRows(through, "concept_id"))
    news: dict[int, list[UUID]] = defaultdict(list)
    for key, topic_rows in rows.values_list("translation_key", "topic_rows")[:MOST_NEWS]:
        for topic in {topic for (pk,) in topic_rows for topic in above[pk]}:
            if len(news[topic]) <= SHOWN_OF_TOPIC:
                news[topic].append(key)
    return news


def lists_of(user: User, reader: Reader, language: str) -> list[ReadingList]:
    """Return somebody's lists, each with `readable_count`: how many of its items they may read (two queries)."""
    lists = list(ReadingList.objects.filter(owner=user))
    items = still_readable(ReadingListItem.objects.filter(reading_list__owner=user), reader, language)
    counted = items.order_by().values_list("reading_list_id").annotate(Count("pk")) if lists else []
    counts = dict(counted)
    for each in lists:
        each.readable_count = counts.get(each.pk, 0)  # type: ignore[attr-defined]
    return lists


def saved_by(user: User, reader: Reader, language: str) -> QuerySet[SavedItem]:
    """Return what somebody saved and may read, the latest first."""
    return still_readable(SavedItem.objects.filter(user=user), reader, language)


def items_of(reading_list: ReadingList, reader: Reader, language: str) -> QuerySet[ReadingListItem]:
    """Return what the reader may read of a list, in the order in which it was added."""
    return still_readable(ReadingListItem.objects.filter(reading_list=reading_list), reader, language)


def with_pieces(entries: Iterable[SavedItem | ReadingListItem], reader: Reader, language: str) -> list[Kept]:
    """Return entries with the pieces they keep (one query)."""
    entries = list(entries)
    pieces = pieces_by_key((entry.translation_key for entry in entries), reader, language)
    return [Kept(pieces[entry.translation_key], entry) for entry in entries if entry.translation_key in pieces]


def shared_list(token: str) -> ReadingList | None:
    """Return the list that its owner, a member still, shares at an address."""
    of_members = ReadingList.objects.filter(owner__in=User.objects.current_members())
    return of_members.select_related("owner").filter(token=token).first()
