"""My desk: what waits for somebody who translates, with what helps to choose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models import Page
from wagtail_localize.models import StringSegment, Translation

from members.models import User
from translation.limits import approved_here
from translation.models import Assignment, SearchDemand, SegmentComment, SegmentDraft, TranslationWish
from translation.placeholders import plain
from translation.queries import waiting
from translation.segments import words_in

MOST_WANTED = ("-wanted", "-searched", "left", "pk")
ORDERS = {
    "soonest": (F("assignment__deadline").asc(nulls_last=True), F("priority").desc(), *MOST_WANTED),
    "wanted": MOST_WANTED,
    "left": ("left", "pk"),
    "oldest": ("source__last_updated_at", "pk"),
}
MINE, FREE = "mine", "free"


def waiting_on_desk(
    user: User, language: str = "", order: str = "", who: str = "", marking: str = ""
) -> QuerySet[Translation]:
    """Return what waits for somebody; each with `wanted`, `searched` and `priority`.

    Wanted is how many members asked for it, searched how often it was opened from a search in that language.

    Args:
        user: who translates.
        language: only translations into this one.
        order: a key of `ORDERS`; anything else is the first.
        who: `MINE` for what this person is asked for, `FREE` for what nobody is.
        marking: only pages with this label.
    """
    wishes = TranslationWish.objects.filter(
        piece=OuterRef("source__object_id"), language=OuterRef("target_locale__language_code")
    )
    wanted = wishes.order_by().values("piece").annotate(number=Count("pk")).values("number")
    searched = SearchDemand.objects.filter(
        piece=OuterRef("source__object_id"), language=OuterRef("target_locale__language_code")
    )
    found = (
        waiting(user)
        .annotate(
            wanted=Coalesce(Subquery(wanted, output_field=IntegerField()), 0),
            searched=Coalesce(Subquery(searched.values("times")[:1], output_field=IntegerField()), 0),
            priority=Coalesce(F("assignment__priority"), Assignment.Priority.NORMAL.value),
        )
        .select_related("source__locale", "target_locale", "assignment__person")
    )
    if language:
        found = found.filter(target_locale__language_code=language)
    if who == MINE:
        found = found.filter(assignment__person=user)
    elif who == FREE:
        found = found.filter(assignment__person=None)
    if marking:
        marked = Page.objects.filter(pk=OuterRef("page_id"), access__label=marking)
        found = found.filter(Exists(marked))
    return found.order_by(*ORDERS.get(order, ORDERS["soonest"]))


@dataclass(frozen=True)
class DeskRow:
    """A translation on the desk.

    Attributes:
        marking: of the page.
        total: texts of the source.
        words: left to translate or to look at.
        people: who else has typed something that is not saved.
        questions: remarks without an answer.
    """

    translation: Translation
    page: Page | None
    total: int
    words: int
    people: Sequence[str]
    questions: int

    @property
    def done(self) -> int:
        """Texts that are approved."""
        return self.total - int(self.translation.left)

    @property
    def assignment(self) -> Assignment | None:
        """Who is asked, until when."""
        return getattr(self.translation, "assignment", None)

    @property
    def is_late(self) -> bool:
        """Whether the deadline is over."""
        assignment = self.assignment
        return bool(assignment and assignment.deadline and assignment.deadline < timezone.localdate())


def desk_rows(translations: Sequence[Translation], user: User) -> list[DeskRow]:
    """Return translations with what their rows show (five queries, however many there are)."""
    keys = [each.pk for each in translations]
    sources = {each.source_id for each in translations}
    totals = dict(
        StringSegment.objects.filter(source__in=sources)
        .order_by()
        .values("source")
        .annotate(number=Count("pk"))
        .values_list("source", "number")
    )
    words: dict[int, int] = defaultdict(int)
    left = StringSegment.objects.filter(source__translations__in=keys).annotate(
        translation_id=F("source__translations"), target_locale_id=F("source__translations__target_locale")
    )
    for key, data in left.filter(~Exists(approved_here())).values_list("translation_id", "string__data"):
        words[key] += words_in(plain(data))
    people: dict[int, dict[str, None]] = defaultdict(dict)
    for draft in SegmentDraft.objects.filter(translation__in=keys).exclude(person=user).select_related("person"):
        people[draft.translation_id][str(draft.person)] = None
    questions = dict(
        SegmentComment.objects.filter(translation__in=keys, resolved_at=None)
        .order_by()
        .values("translation")
        .annotate(number=Count("pk"))
        .values_list("translation", "number")
    )
    pages = Page.objects.filter(pk__in=[each.page_id for each in translations]).select_related("access").in_bulk()
    return [
        DeskRow(
            each,
            pages.get(each.page_id),
            totals.get(each.source_id, 0),
            words[each.pk],
            list(people[each.pk]),
            questions.get(each.pk, 0),
        )
        for each in translations
    ]
