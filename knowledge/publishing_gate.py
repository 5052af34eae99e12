"""The publishing gate: what must be there before readers see a page, and how it may be passed all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue
from wagtail.contrib.typed_table_block.blocks import TypedTable
from wagtail.log_actions import log
from wagtail.rich_text import RichText

from access.audiences import conditions_around, is_stopped_translation, source_of, widens
from access.models import MarkedPage, Marking, conditions_of_marking, is_wider
from knowledge.file_choosers import chosen_in
from knowledge.signals import about_to_publish

if TYPE_CHECKING:
    from knowledge.models import ReadablePage

LOG_ACTION = "knowledge.publish_with_gaps"
HEADING = re.compile(r"<h([2-6])\b", re.IGNORECASE)


class GateClosed(PermissionDenied):
    """Raised when a page with gaps is to be published and nobody gave a reason."""


@dataclass(frozen=True)
class Gap:
    """Something a reader will miss.

    Attributes:
        field: name of the form field it is found in.
        message: what is missing and where, in the active language.
        logged: the same without what not all who see the log may know, where that is something else.
    """

    field: str
    message: str
    logged: str = ""


def find_gaps(page: MarkedPage) -> list[Gap]:
    """Return what is missing in a page before it may be published; needs the page as it would be live."""
    gaps = []
    if not page.marking:
        gaps.append(Gap("marking", _("No marking is chosen: nobody but editors could read the page.")))
    elif not is_shared(page):
        gaps.append(Gap("shared_with", _("The marking names nobody: nobody but editors could read the page.")))
    if getattr(page, "lead_image_id", None) and not page.lead_image_alternative_text.strip():
        gaps.append(Gap("lead_image_alternative_text", _("The lead image has no alternative text.")))
    stricter = _("Some readers of the page could not open this file, which is more restricted: %s")
    gaps.extend(Gap("marking", stricter % title, stricter % _("Restricted file")) for title in _closed_files(page))
    for name in getattr(page, "body_fields", ()):
        gaps.extend(Gap(name, message) for message in _body_gaps(getattr(page, name)))
    return gaps


def is_shared(page: MarkedPage) -> bool:
    """Tell whether a marking that names groups, organisations or people names somebody."""
    kind = Marking(page.marking).names
    return not kind or any(fact.startswith(kind) for fact in page.shared_with)


def _files_of(page: MarkedPage) -> Iterator[Any]:
    """Yield the images, documents and media that a page uses, where they have a marking of their own."""
    chosen = {each for name in getattr(page, "body_fields", ()) for each in _chosen_in_body(getattr(page, name))}
    for model in {model for model, _pk in chosen}:
        keys = [pk for of_model, pk in chosen if of_model is model]
        yield from model._default_manager.filter(pk__in=keys)
    for name in ("lead_image", "slides"):
        yield getattr(page, name, None)
    for name, field in (("attachments", "document"), ("media", "media")):
        rows = getattr(page, name, None)
        yield from (getattr(row, field) for row in rows.all()) if rows is not None else ()


def _chosen_in_body(body: StreamValue) -> Iterator[tuple[type[Any], int]]:
    return chosen_in(body.stream_block, body.get_prep_value())


def _closed_files(page: MarkedPage) -> Iterator[str]:
    """Yield the titles of files that are more restricted by themselves than the page that uses them."""
    conditions = conditions_of_marking(page.marking, page.shared_with) | conditions_around(page)
    for file in _files_of(page):
        if file is not None and file.audience is not None and is_wider(conditions, file.audience.conditions):
            yield str(file)


def _body_gaps(body: StreamValue) -> Iterator[str]:
    """Yield what is missing in a body, naming the block by its place."""
    level = 2  # The page's title is the h1; a body, or a part of a case study, stands under an h2.
    for number, block in enumerate(body, start=1):
        place = {"number": number, "kind": block.block.label}
        match block.block_type:
            case "heading":
                level = 2
            case "text":
                for found in HEADING.findall(block.value.source if isinstance(block.value, RichText) else ""):
                    if int(found) > level + 1:
                        yield _("Block %(number)d (%(kind)s): a heading level is left out.") % place
                    level = int(found)
            case "figure" if not (block.value.get("alternative_text") or "").strip():
                yield _("Block %(number)d (%(kind)s): alternative text is missing.") % place
            case "figure" if not (block.value.get("caption") or "").strip():
                yield _("Block %(number)d (%(kind)s): the caption is missing.") % place
            case "gallery":
                if not (block.value.get("caption") or "").strip():
                    yield _("Block %(number)d (%(kind)s): the caption is missing.") % place
                for figure in block.value.get("figures") or []:
                    if not (figure.get("alternative_text") or "").strip():
                        yield _("Block %(number)d (%(kind)s): alternative text is missing.") % place
            case "table" if not (isinstance(block.value, TypedTable) and (block.value.caption or "").strip()):
                yield _("Block %(number)d (%(kind)s): the caption is missing.") % place
            case "recording" if not (block.value.get("caption") or "").strip():
                yield _("Block %(number)d (%(kind)s): the caption is missing.") % place


def pass_gate(page: ReadablePage, user: Any) -> None:
    """Let a page pass to its readers, or raise.

    A translation passes with its source: the structure is the same, until it goes its own way. A reason given
    by the publisher opens the gate and is kept in Wagtail's log of the page with what was missing.

    Raises:
        GateClosed: when something is missing and no reason was given, or another app has a reason against it.
    """
    about_to_publish.send(type(page), page=page)
    is_original = source_of(page) is None
    if not is_original and not is_stopped_translation(page):
        return
    if is_original and user is not None and not page.marking_reason.strip() and widens(page):
        raise GateClosed(_("More people could read this than can now. Say why."))
    gaps = find_gaps(page)
    if not gaps:
        return
    if not page.publishing_reason.strip():
        raise GateClosed(" ".join(gap.message for gap in gaps))
    log(
        instance=page,
        action=LOG_ACTION,
        user=user,
        data={"reason": page.publishing_reason, "gaps": [gap.logged or gap.message for gap in gaps]},
    )
