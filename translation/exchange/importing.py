"""Taking a file over: all of it or nothing, with a report, and back again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail_localize.models import String, StringSegment, StringTranslation, Translation, TranslationContext

from members.models import User
from translation.editing import keep_draft, written_as
from translation.exchange.units import Document, RefusedFile, Unit
from translation.models import ImportedFile, PendingApproval, SegmentVersion
from translation.placeholders import BrokenPlaceholders, html_from, printable

Reason, Origin = PendingApproval.Reason, SegmentVersion.Origin
TOOL = "File"
MOST_SHOWN = 50
Hashes = tuple[UUID, UUID]


@dataclass(frozen=True)
class Rejection:
    """A unit that cannot be taken over, and why; because of it nothing of the file was."""

    line: int | None
    source: str
    reason: str


@dataclass
class ImportReport:
    """What became of a file.

    Attributes:
        accepted: texts that wait for approval now.
        unchanged: texts that are there already.
        drafts: texts that somebody changed here since the file was made: theirs stand, the file's are drafts.
        moved_on: texts of which the source is another now: kept as suggestions at the new one.
        missing: texts of the page that the file does not have, or has without a translation.
    """

    rejections: list[Rejection] = field(default_factory=list)
    accepted: int = 0
    unchanged: int = 0
    drafts: int = 0
    moved_on: int = 0
    missing: int = 0
    file: ImportedFile | None = None

    @property
    def shown_rejections(self) -> list[Rejection]:
        """The first of the units that cannot be taken over: what is told of them."""
        return self.rejections[:MOST_SHOWN]


@dataclass(frozen=True)
class _Target:
    string: String
    context: TranslationContext
    html: str
    unit: Unit
    stands: bool


def check_document(document: Document, translation: Translation) -> None:
    """Refuse a file of another page or language.

    Raises:
        RefusedFile: it is.
    """
    languages = translation.source.locale.language_code, translation.target_locale.language_code
    if document.piece and document.piece != str(translation.source.object_id):
        raise RefusedFile(_("This file is of another page."))
    if (document.source_language, document.language) != languages:
        raise RefusedFile(
            _("This file is from “%(source)s” to “%(target)s”.")
            % {"source": document.source_language or "?", "target": document.language or "?"}
        )


@transaction.atomic
def import_document(document: Document, translation: Translation, file_name: str, user: User) -> ImportReport:
    """Take a file over into a translation, or, if anything in it cannot be, nothing of it.

    What is taken over waits for approval, text by text. Nothing that somebody wrote here since the file was made is
    overwritten.

    Raises:
        RefusedFile: it is of another page or language.
    """
    check_document(document, translation)
    report = ImportReport()
    targets = _targets(document, translation, report)
    if report.rejections:
        return report
    texts = {
        (text.translation_of_id, text.context_id): text
        for text in StringTranslation.objects.select_for_update().filter(
            locale=translation.target_locale_id, context__object=translation.source.object_id
        )
    }
    before: dict[str, dict[str, str] | None] = {}
    after: dict[str, str] = {}
    for target in targets:
        place = (target.string.pk, target.context.pk)
        now = texts.get(place)
        if now is not None and now.data == target.html and not now.has_error:
            report.unchanged += 1
        elif now is not None and now.updated_at.isoformat() != target.unit.base:
            keep_draft(translation, *place, target.unit.target, now.updated_at.isoformat(), user)
            report.drafts += 1
        else:
            key = f"{place[0]}-{place[1]}"
            before[key] = _state_of(now) if now else None
            after[key] = target.html
            _write(now, translation, target, user)
            if target.stands:
                report.accepted += 1
            else:
                report.moved_on += 1
    if after:
        report.file = ImportedFile.objects.create(
            translation=translation,
            person=user,
            file_name=printable(file_name)[:200],
            before=before,
            after=after,
            counts={"accepted": report.accepted, "unchanged": report.unchanged, "drafts": report.drafts},
        )
    return report


def _targets(document: Document, translation: Translation, report: ImportReport) -> Sequence[_Target]:
    """Find what each unit is of; what cannot be found, or stored, is a rejection."""
    hashes = [unit.hashes for unit in document.units]
    wanted = [each for each in hashes if each is not None]
    strings = {
        each.data_hash: each
        for each in String.objects.filter(
            locale=translation.source.locale_id, data_hash__in={string for string, _context in wanted}
        )
    }
    contexts = {each.path_id: each for each in TranslationContext.objects.filter(object=translation.source.object_id)}
    standing = set(
        StringSegment.objects.filter(source=translation.source_id).values_list("string__data_hash", "context__path_id")
    )
    found: dict[Hashes, _Target] = {}
    for unit, both in zip(document.units, hashes, strict=True):
        string, context = (strings.get(both[0]), contexts.get(both[1])) if both else (None, None)
        if both is None or string is None or context is None:
            report.rejections.append(Rejection(unit.line, unit.source, _("This text is not of this page.")))
            continue
        if not unit.target.strip():
            continue
        try:
            html = html_from(unit.target, string.data)
        except BrokenPlaceholders as error:
            report.rejections.append(Rejection(unit.line, unit.source, str(error)))
            continue
        earlier = found.get(both)
        if earlier is not None and earlier.html != html:
            reason = _("This text is in the file twice, with two translations.")
            report.rejections.append(Rejection(unit.line, unit.source, reason))
            continue
        found[both] = _Target(string, context, html, unit, both in standing)
    report.missing = len(standing - found.keys())
    return list(found.values())


def _state_of(text: StringTranslation) -> dict[str, str]:
    pending = PendingApproval.objects.filter(text=text).first()
    return {
        "data": text.data,
        "type": text.translation_type,
        "tool": text.tool_name,
        "pending": pending.reason if pending else "",
    }


def _write(now: StringTranslation | None, translation: Translation, target: _Target, user: User) -> None:
    text = now or StringTranslation(
        translation_of=target.string, context=target.context, locale_id=translation.target_locale_id
    )
    text.data = target.html
    text.translation_type = StringTranslation.TRANSLATION_TYPE_MANUAL
    text.tool_name, text.field_error, text.has_error = TOOL, "", False
    text.last_translated_by = user
    with written_as(Origin.IMPORT, Reason.IMPORT):
        text.save()


@transaction.atomic
def undo_import(file: ImportedFile, user: User) -> tuple[int, int]:
    """Put back what a file replaced; return how many texts were, and how many somebody changed since, which stay."""
    undone = kept = 0
    for key, earlier in file.before.items():
        string_id, _dash, context_id = key.partition("-")
        text = (
            StringTranslation.objects.select_for_update()
            .filter(translation_of=string_id, context=context_id, locale=file.translation.target_locale_id)
            .first()
        )
        if text is None or text.data != file.after[key]:
            kept += 1
            continue
        undone += 1
        if earlier is None:
            text.delete()
            SegmentVersion.objects.create(
                string_id=string_id,
                context_id=context_id,
                locale_id=file.translation.target_locale_id,
                act=SegmentVersion.Act.REMOVED,
                person=user,
            )
            continue
        text.data, text.translation_type, text.tool_name = earlier["data"], earlier["type"], earlier["tool"]
        text.last_translated_by = user
        with written_as(Origin.IMPORT, earlier["pending"]):
            text.save()
    file.undone_at = timezone.now()
    file.save(update_fields=["undone_at"])
    return undone, kept
