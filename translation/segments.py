"""The segments of a translation, each with all that its row on the desk shows."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import quote

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, ForeignObjectRel, Model, OuterRef, Value
from wagtail.blocks import Block
from wagtail.fields import StreamField
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource

from knowledge.captions import clock
from members.models import User
from translation.freshness import predecessors
from translation.limits import approved_here
from translation.memory import difference
from translation.models import PendingApproval, SegmentComment, SegmentDraft
from translation.placeholders import editable, kinds_in, plain

WORD = re.compile(r"\w+(?:[’'‐-]\w+)*")
Place = tuple[int, int]
MOST_WORDS_TO_FIND = 12
# How the paths of captions begin.
CUES = "cues."


class State(StrEnum):
    """How far a segment is."""

    MISSING = "missing"
    OUTDATED = "outdated"
    BROKEN = "broken"
    PENDING = "pending"
    REVIEW = "review"
    APPROVED = "approved"


OPEN = (State.MISSING, State.OUTDATED, State.BROKEN, State.PENDING, State.REVIEW)


def words_in(text: str) -> int:
    """Return how many words a plain text has."""
    return len(WORD.findall(text))


@dataclass
class Segment:
    """A text of a source, and what there is of it in one language.

    Attributes:
        row: wagtail-localize's segment, with its string and context.
        label: where it stands on the page, in words.
        target: its translation, approved or not.
        earlier: the translation of the text that stood here before, when this one has none.
        draft: what this person has typed and not saved.
        typing: the names of others who have.
        comments: the remarks at it, the oldest first.
    """

    row: StringSegment
    label: str
    target: StringTranslation | None = None
    earlier: StringTranslation | None = None
    draft: SegmentDraft | None = None
    typing: list[str] = field(default_factory=list)
    comments: list[SegmentComment] = field(default_factory=list)

    @property
    def pk(self) -> int:
        """The key of the segment."""
        return int(self.row.pk)

    @property
    def path(self) -> str:
        """The path of its place in the page, such as `title` or `body.<block>.text`."""
        return str(self.row.context.path)

    @property
    def pending(self) -> PendingApproval | None:
        """What its translation waits for; nothing if it is approved, or not there."""
        return getattr(self.target, "pending", None)

    @property
    def state(self) -> State:
        """How far it is."""
        if self.target is None:
            return State.OUTDATED if self.earlier else State.MISSING
        if self.target.has_error:
            return State.BROKEN
        if self.pending is None:
            return State.APPROVED
        return State.REVIEW if self.pending.reason == PendingApproval.Reason.REVIEW else State.PENDING

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something with it."""
        return self.state in OPEN

    @property
    def source(self) -> str:
        """The source as translators see it."""
        return editable(self.row.string.data, self.row.string.data)

    @property
    def text(self) -> str:
        """The translation as translators type it."""
        return editable(self.target.data, self.row.string.data) if self.target else ""

    @property
    def shown(self) -> str:
        """What stands in the field: what this person typed last, the translation, or the earlier one."""
        if self.draft:
            return self.draft.text
        return self.text or self.earlier_text

    @property
    def earlier_text(self) -> str:
        """The earlier translation, with this source's placeholders."""
        return editable(self.earlier.data, self.row.string.data) if self.earlier else ""

    @property
    def change(self) -> Sequence[tuple[str, str]]:
        """How the source that the earlier translation is of became this one."""
        if not self.earlier:
            return []
        old = self.earlier.translation_of.data
        return difference(editable(old, old), self.source)

    @property
    def place_in_preview(self) -> str:
        """The part of an address that has a browser go to this text on the page (W3C, "Text Fragments")."""
        words = plain(self.target.data if self.target else self.row.string.data).split()
        # Some words are enough; a hyphen means something else in such an address.
        return f"#:~:text={quote(' '.join(words[:MOST_WORDS_TO_FIND]), safe='').replace('-', '%2D')}"

    @property
    def base(self) -> str:
        """What a save has to name, so that it overwrites nothing it has not seen."""
        return self.target.updated_at.isoformat() if self.target else ""

    @property
    def placeholders(self) -> list[tuple[str, str]]:
        """The placeholders of the source: opening and closing."""
        return [(f"<{number}>", f"</{number}>") for number, _kind in enumerate(kinds_in(self.row.string.data), start=1)]

    @property
    def open_comments(self) -> int:
        """How many remarks wait for an answer."""
        return sum(comment.resolved_at is None for comment in self.comments)


def load_segments(
    translation: Translation, user: User | None = None, only: Collection[int] | None = None
) -> list[Segment]:
    """Return the segments of a translation in the order of the page (five queries).

    Args:
        translation: with its source.
        user: whose drafts are theirs; without one no drafts are looked up.
        only: keys of the segments that are wanted (up to two queries more, however long the page is).
    """
    rows = StringSegment.objects.filter(source=translation.source_id)
    texts = StringTranslation.objects.filter(
        locale=translation.target_locale_id, context__object=translation.source.object_id
    )
    if only is not None:
        rows = rows.filter(pk__in=only)
        texts = texts.filter(Exists(rows.filter(string=OuterRef("translation_of"), context=OuterRef("context"))))
    found = list(rows.select_related("string", "context").order_by("order", "pk"))
    known = list(texts.select_related("translation_of", "pending", "last_translated_by"))
    by_place: dict[Place, StringTranslation] = {(each.translation_of_id, each.context_id): each for each in known}
    if only is None:
        earlier = predecessors(found, known)
    else:
        new = {row.context_id for row in found if (row.string_id, row.context_id) not in by_place}
        earlier = _earlier_at(translation, new) if new else {}
    model = model_of(translation.source)
    is_spoken = any(row.context.path.startswith(CUES) for row in found)
    times = cue_times(translation.source) if is_spoken else {}
    segments = [
        Segment(
            row=row,
            label=_label(model, row, times),
            target=by_place.get((row.string_id, row.context_id)),
            earlier=earlier.get(row.pk),
        )
        for row in found
    ]
    if user is not None:
        _add_people(translation, user, segments)
    return segments


def model_of(source: TranslationSource) -> type[Model] | None:
    """Return the type of the page that a source is of (no query: content types are kept)."""
    return ContentType.objects.get_for_id(source.specific_content_type_id).model_class()


def cue_times(source: TranslationSource) -> dict[str, tuple[int, int]]:
    """Return when the captions of a recording are shown, in milliseconds, by the paths of their segments."""
    cues = json.loads(source.content_json).get("cues") or []
    cues = json.loads(cues) if isinstance(cues, str) else cues
    return {f"{CUES}{cue['id']}": (cue["start"], cue["end"]) for cue in cues}


def _label(model: type[Model] | None, row: StringSegment, times: Mapping[str, tuple[int, int]]) -> str:
    label = place_label(model, row.context.field_path or row.context.path)
    shown = times.get(row.context.path)
    return f"{label} {clock(shown[0])}–{clock(shown[1])}" if shown else label


def _earlier_at(translation: Translation, contexts: Collection[int]) -> dict[int, StringTranslation]:
    """Return the earlier translations at some places (two queries)."""
    rows = StringSegment.objects.filter(source=translation.source_id, context__in=contexts)
    texts = StringTranslation.objects.filter(locale=translation.target_locale_id, context__in=contexts)
    return predecessors(
        list(rows.select_related("string").order_by("order", "pk")), texts.select_related("translation_of")
    )


def next_waiting(
    translation: Translation, user: User, is_reviewer: bool, after: StringSegment | None = None
) -> int | None:
    """Return the key of the next segment that waits for somebody, from the beginning again after the end (one query).

    Args:
        translation: with its source.
        user: what they wrote themselves waits for a reviewer, not for them.
        is_reviewer: whether they review in this language.
        after: where they are.
    """
    in_review = PendingApproval.objects.filter(
        text__translation_of=OuterRef("string"),
        text__context=OuterRef("context"),
        text__locale=translation.target_locale_id,
        reason=PendingApproval.Reason.REVIEW,
    )
    if is_reviewer:
        in_review = in_review.filter(text__last_translated_by=user)
    waiting = (
        StringSegment.objects.filter(source=translation.source_id)
        .annotate(target_locale_id=Value(translation.target_locale_id))
        .filter(~Exists(approved_here()), ~Exists(in_review))
        .order_by("order", "pk")
        .values_list("order", "pk")
    )
    places = [place for place in waiting if after is None or place[1] != after.pk]
    here = (after.order, after.pk) if after else (-1, -1)
    return next((pk for _order, pk in sorted(places, key=lambda place: (place < here, place))), None)


def _add_people(translation: Translation, user: User, segments: Sequence[Segment]) -> None:
    """Add what people have typed and remarked. What belongs to an earlier text of a place is shown at the new one."""
    at: dict[Place, list[Segment]] = defaultdict(list)
    for segment in segments:
        at[segment.row.string_id, segment.row.context_id].append(segment)
        if segment.earlier:
            at[segment.earlier.translation_of_id, segment.row.context_id].append(segment)
    here = {"translation": translation, "context__in": {segment.row.context_id for segment in segments}}
    for draft in SegmentDraft.objects.filter(**here).select_related("person").order_by("saved_at"):
        for segment in at.get((draft.string_id, draft.context_id), ()):
            if draft.person_id == user.pk:
                segment.draft = draft
            else:
                segment.typing.append(str(draft.person))
    for comment in SegmentComment.objects.filter(**here).select_related("person", "resolved_by").order_by("at"):
        for segment in at.get((comment.string_id, comment.context_id), ()):
            segment.comments.append(comment)


def drafts_without_segment(translation: Translation, user: User, segments: Sequence[Segment]) -> list[SegmentDraft]:
    """Return what somebody typed for texts that the source does not have any more (one query)."""
    shown = [segment.draft.pk for segment in segments if segment.draft]
    drafts = SegmentDraft.objects.filter(translation=translation, person=user).exclude(pk__in=shown)
    return list(drafts.select_related("string").order_by("saved_at"))


@dataclass(frozen=True)
class Progress:
    """How far a translation is: segments by state, and words that are left."""

    states: Mapping[State, int]
    words_left: int

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> Progress:
        """Count."""
        states = dict.fromkeys(State, 0)
        for segment in segments:
            states[segment.state] += 1
        words = sum(words_in(plain(segment.row.string.data)) for segment in segments if segment.is_open)
        return cls(states, words)

    @property
    def total(self) -> int:
        """All segments."""
        return sum(self.states.values())

    @property
    def done(self) -> int:
        """Those with nothing left to do."""
        return self.states[State.APPROVED]

    @property
    def left(self) -> int:
        """Those with something left to do."""
        return self.total - self.done


def place_label(model: type[Model] | None, field_path: str) -> str:
    """Return where a segment stands, in words: "Body › Text", in the active language."""
    return " › ".join(str(name) for name in _place_names(model, field_path)) if model else field_path


@cache
def _place_names(model: type[Model], field_path: str) -> tuple[Any, ...]:
    name, *rest = field_path.split(".")
    try:
        place: Any = model._meta.get_field(name)
    except LookupError:
        return (name,)
    if isinstance(place, ForeignObjectRel):
        return (place.related_model._meta.verbose_name, *(_place_names(place.related_model, rest[-1]) if rest else ()))
    if isinstance(place, StreamField):
        return (place.verbose_name, *_block_names(place.stream_block, rest))
    return (place.verbose_name,)


def _block_names(block: Block, names: Sequence[str]) -> tuple[Any, ...]:
    found = []
    for name in names:
        child = getattr(block, "child_blocks", {}).get(name) or getattr(block, "child_block", None)
        if child is None:
            break
        if child.label:
            found.append(child.label)
        block = child
    return tuple(found)
