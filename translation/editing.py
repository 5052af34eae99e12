"""What people do with a segment on the desk. Nothing that somebody typed is overwritten or thrown away.

Whoever calls these functions has asked `translation.limits.translatable` for the translation: they do not ask again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from access.readers import Reader
from members.models import User
from translation.checks import Finding, Subject, findings, most_letters
from translation.memory import approved_texts
from translation.models import (
    Assignment,
    DeskDigest,
    DismissedCheck,
    ImportedFile,
    JointRelease,
    MachineUse,
    MemoryUnit,
    PendingApproval,
    SegmentComment,
    SegmentDraft,
    SegmentVersion,
    StandingRequest,
)
from translation.placeholders import editable, html_from, plain, printable
from translation.roles import has_reviewers, is_reviewer
from translation.segments import CUES, cue_times, model_of
from translation.terms import terms_in

Act, Origin, Reason = SegmentVersion.Act, SegmentVersion.Origin, PendingApproval.Reason
REASONS = {Origin.MACHINE: Reason.MACHINE, Origin.IMPORT: Reason.IMPORT}
MOST_ELSEWHERE = 3


class Overtaken(Exception):
    """Somebody else saved another translation meanwhile. Theirs stands; what was typed is kept as a draft."""


class NotApproved(Exception):
    """Checks found something that has to be mended, or dismissed with a note, first."""

    def __init__(self, found: list[Finding]) -> None:
        self.findings = found
        super().__init__("; ".join(each.message for each in found))


@dataclass(frozen=True)
class Writing:
    """How a text is written: where it came from, and what it waits for; nothing if it is approved."""

    origin: str
    pending: str


_writing: ContextVar[Writing | None] = ContextVar("writing", default=None)


@contextmanager
def written_as(origin: str, pending: str) -> Iterator[None]:
    """Say how the texts that are saved inside are written; otherwise it is told from the text's own fields."""
    token = _writing.set(Writing(origin, pending))
    try:
        yield
    finally:
        _writing.reset(token)


def record_writing(text: StringTranslation) -> None:
    """Add a saved text to the history, and note what it waits for.

    Called for every text that is saved, by the desk or by wagtail-localize's own editor, where saving is approving.
    """
    writing = _writing.get()
    if writing is None:
        if text.translation_type == StringTranslation.TRANSLATION_TYPE_MACHINE:
            writing = Writing(Origin.MACHINE, Reason.MACHINE)
        elif text.tool_name:
            writing = Writing(Origin.IMPORT, Reason.IMPORT)
        else:
            needs_review = has_reviewers(text.locale.language_code)
            writing = Writing(Origin.TYPED, Reason.REVIEW if needs_review else "")
    if text.context_id is None:
        return
    SegmentVersion.objects.create(
        string_id=text.translation_of_id,
        context_id=text.context_id,
        locale_id=text.locale_id,
        text=text.data,
        act=Act.WRITTEN,
        origin=writing.origin,
        person_id=text.last_translated_by_id,
    )
    if writing.pending:
        waiting = PendingApproval.objects.filter(text=text)
        if not waiting.update(reason=writing.pending):
            PendingApproval.objects.create(text=text, reason=writing.pending)
    else:
        PendingApproval.objects.filter(text=text).delete()


@transaction.atomic
def save_text(
    translation: Translation, segment: StringSegment, text: str, base: str, user: User, origin: str = Origin.TYPED
) -> StringTranslation | None:
    """Save what was typed as a draft that waits for approval; return it, or nothing when the field is empty.

    Args:
        translation: into the language that is written.
        segment: with its string and context.
        text: as typed, with placeholders.
        base: what the person began from (see `translation.segments.Segment.base`).
        user: who typed it.
        origin: where the text came from.

    Raises:
        BrokenPlaceholders: it cannot be stored.
        Overtaken: the translation is not the one that the person began from.
    """
    html = html_from(text, segment.string.data)
    place = {
        "translation_of_id": segment.string_id,
        "locale_id": translation.target_locale_id,
        "context_id": segment.context_id,
    }
    now = StringTranslation.objects.select_for_update().filter(**place).first()
    if now is not None and now.data == html and not now.has_error:
        discard_draft(translation, segment, user)
        return now
    if (now.updated_at.isoformat() if now else "") != base:
        raise Overtaken
    if not text.strip():
        if now is not None:
            now.delete()
            SegmentVersion.objects.create(
                string_id=segment.string_id,
                context_id=segment.context_id,
                locale_id=translation.target_locale_id,
                act=Act.REMOVED,
                person=user,
            )
        discard_draft(translation, segment, user)
        return None
    saved = now or StringTranslation(**place)
    # What signals ask of it is known here.
    saved.translation_of, saved.context = segment.string, segment.context
    saved.data = html
    saved.translation_type = StringTranslation.TRANSLATION_TYPE_MANUAL
    saved.tool_name = saved.field_error = ""
    saved.has_error = False
    saved.last_translated_by = user
    with written_as(origin, REASONS.get(Origin(origin), Reason.DRAFT)):
        if now is not None:
            saved.save()
        else:
            _save_first(saved)
    discard_draft(translation, segment, user)
    return saved


def _save_first(text: StringTranslation) -> None:
    try:
        with transaction.atomic():
            text.save()
    except IntegrityError as error:
        # Both began from nothing, at the same moment.
        raise Overtaken from error


@transaction.atomic
def approve_text(text: StringTranslation, subject: Subject, user: User) -> bool:
    """Approve a saved text, or hand it to the language's reviewers; tell whether it is approved.

    Where a language has reviewers, one of them approves what another person wrote, corrected or not.

    Raises:
        NotApproved: checks found something.
    """
    found = findings(subject, dismissed_checks(text))
    if found or text.has_error:
        raise NotApproved(found)
    pending = PendingApproval.objects.filter(text=text).first()
    if pending is None:
        return True
    language = text.locale.language_code
    if has_reviewers(language) and not (is_reviewer(user, language) and _has_other_writer(text, user)):
        if pending.reason != Reason.REVIEW:
            pending.reason = Reason.REVIEW
            pending.save()
            _record(text, Act.PROPOSED, user)
        return False
    pending.delete()
    _record(text, Act.APPROVED, user)
    return True


def _has_other_writer(text: StringTranslation, user: User) -> bool:
    """Tell whether another person wrote this translation, or a version of it; a machine is nobody."""
    written = SegmentVersion.objects.filter(
        string=text.translation_of_id, context=text.context_id, locale=text.locale_id, act=Act.WRITTEN
    ).exclude(origin=Origin.MACHINE)
    return written.filter(person__isnull=False).exclude(person=user).exists()


def _record(text: StringTranslation, act: str, user: User) -> None:
    SegmentVersion.objects.create(
        string_id=text.translation_of_id,
        context_id=text.context_id,
        locale_id=text.locale_id,
        text=text.data,
        act=act,
        person=user,
    )


def dismissed_checks(text: StringTranslation) -> list[str]:
    """Return the names of the checks that a person dismissed for this very text."""
    return [each.check_name for each in text.dismissed.all() if each.data == text.data]


def dismiss_check(text: StringTranslation, name: str, note: str, user: User) -> None:
    """Note why what a check found is right all the same."""
    DismissedCheck.objects.update_or_create(
        text=text,
        check_name=name,
        defaults={"data": text.data, "note": printable(note), "person": user, "at": timezone.now()},
    )


def keep_draft(translation: Translation, string_id: int, context_id: int, text: str, base: str, user: User) -> None:
    """Keep what somebody has typed so far. It is shown to them again, and to nobody else."""
    SegmentDraft.objects.update_or_create(
        translation=translation,
        string_id=string_id,
        context_id=context_id,
        person=user,
        defaults={"text": printable(text), "base": printable(base)},
    )


def discard_draft(translation: Translation, segment: StringSegment, user: User) -> None:
    """Forget what somebody typed at a segment."""
    SegmentDraft.objects.filter(
        translation=translation, context=segment.context_id, string=segment.string_id, person=user
    ).delete()


def forget_draft(translation: Translation, key: int, user: User) -> None:
    """Forget one thing that somebody typed: it may stand at the text that was there before."""
    SegmentDraft.objects.filter(pk=key, translation=translation, person=user).delete()


def add_comment(translation: Translation, segment: StringSegment, text: str, user: User) -> SegmentComment:
    """Add a remark at a segment."""
    return SegmentComment.objects.create(
        translation=translation,
        string_id=segment.string_id,
        context_id=segment.context_id,
        person=user,
        text=printable(text),
    )


def resolve_comment(comment: SegmentComment, user: User) -> None:
    """Note that a remark is answered."""
    comment.resolved_at, comment.resolved_by = timezone.now(), user
    comment.save()


def history_of(translation: Translation, segment: StringSegment) -> list[SegmentVersion]:
    """Return what happened to the translation of a segment, the latest first."""
    return list(
        SegmentVersion.objects.filter(
            string=segment.string_id, context=segment.context_id, locale=translation.target_locale_id
        )
        .select_related("person")
        .order_by("-pk")
    )


def collect_desk(user: User) -> dict[str, Any]:
    """Return what the desk keeps about somebody: what they typed and did not save, remarks, what they are asked for."""
    return {
        "assignments": list(Assignment.objects.filter(person=user).values("translation", "deadline", "assigned_at")),
        "drafts": list(SegmentDraft.objects.filter(person=user).values("text", "saved_at")),
        "digest": DeskDigest.objects.filter(person=user).values_list("frequency", flat=True).first(),
        "files": list(ImportedFile.objects.filter(person=user).values("file_name", "at")),
        "comments": list(SegmentComment.objects.filter(person=user).values("text", "at")),
        "machines": list(MachineUse.objects.filter(person=user).values("service", "language", "characters", "at")),
        "standing_requests": list(StandingRequest.objects.filter(person=user).values("section", "language")),
        "joint_releases": list(JointRelease.objects.filter(person=user).values("source", "since")),
    }


def erase_desk(user: User) -> None:
    """Remove what somebody typed and did not save, and their name from what they did."""
    SegmentDraft.objects.filter(person=user).delete()
    Assignment.objects.filter(person=user).update(person=None)
    DeskDigest.objects.filter(person=user).delete()
    Assignment.objects.filter(assigned_by=user).update(assigned_by=None)
    ImportedFile.objects.filter(person=user).update(person=None)
    MemoryUnit.objects.filter(person=user).update(person=None)
    SegmentComment.objects.filter(person=user).update(person=None)
    SegmentComment.objects.filter(resolved_by=user).update(resolved_by=None)
    SegmentVersion.objects.filter(person=user).update(person=None)
    DismissedCheck.objects.filter(person=user).update(person=None)
    for model in (MachineUse, StandingRequest, JointRelease):
        model.objects.filter(person=user).update(person=None)


def subject_of(translation: Translation, segment: StringSegment, text: str, reader: Reader) -> Subject:
    """Return a text of a segment, with all that checks want to know of it.

    Args:
        translation: with its source.
        segment: with its string and context.
        text: with placeholders.
        reader: whose rights limit what the text is compared with.
    """
    source = segment.string.data
    source_language = translation.source.locale.language_code
    language = translation.target_locale.language_code
    path = segment.context.path
    elsewhere = (
        approved_texts(reader, translation.source.locale_id, translation.target_locale_id)
        .filter(translation_of=segment.string_id)
        .exclude(context=segment.context_id)
        .order_by("-updated_at")
        .values_list("data", flat=True)
    )
    return Subject(
        source=editable(source, source),
        text=text,
        source_html=source,
        source_language=source_language,
        language=language,
        path=path,
        most_letters=most_letters(model_of(translation.source), path),
        seconds=_seconds(translation, path),
        terms=tuple(terms_in(plain(source), source_language, language)),
        elsewhere=[editable(each, source) for each in elsewhere[:MOST_ELSEWHERE]],
    )


def _seconds(translation: Translation, path: str) -> float | None:
    """Return how long the cue at a path is shown."""
    if not path.startswith(CUES):
        return None
    times = cue_times(translation.source).get(path)
    return max(0.001, (times[1] - times[0]) / 1000) if times else None
