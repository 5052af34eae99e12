"""The sensitivity review: nothing is published, and nothing opened to more readers, by one person alone.

What counts is the version itself: an approval is of one version with one content, by somebody who did not write it.
Closing is quick: a change that makes the marking stricter and does nothing else needs no review.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision

from access.audiences import is_stopped_translation, source_of, widens
from access.models import MarkedPage
from access.strictness import has_live_pages, opens_marking

if TYPE_CHECKING:
    from knowledge.models import SensitivityReviewState

# What says who may read a version.
READERS = ("marking", "shared_with")
# What a version says of who may read it and why, and what Wagtail writes beside the text.
NOT_CONTENT = {
    *("marking", "shared_with", "marking_reason", "publishing_reason"),
    *("pk", "path", "depth", "numchild", "url_path", "draft_title", "live", "has_unpublished_changes", "expired"),
    *("first_published_at", "last_published_at", "latest_revision_created_at", "latest_revision", "live_revision"),
    *("locked", "locked_at", "locked_by", "wagtail_admin_comments", "owner"),
}
# Wagtail's editor numbers paragraphs when it first sees them.
BLOCK_KEY = re.compile(r' ?data-block-key=\\*"[^"]*"')


class ReviewRequiredError(PermissionDenied):
    """Raised when somebody publishes, or opens, what nobody else has reviewed."""


class ReviewRefusedError(PermissionDenied):
    """Raised when a review cannot be taken: its reviewer is an author, or it is of another version."""


def digest_of(revision: Revision) -> str:
    """Return what tells a version's content from any other; Wagtail may save a version over itself."""
    text = json.dumps(revision.content, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


def authors_of_change(page: Page) -> set[int]:
    """Return who made what would be published: primary keys of those who wrote a version since the last publication.

    The one who submitted it belongs to them, and whoever owns a page that was never published.
    """
    revisions = page.revisions.order_by("created_at", "pk")
    latest = revisions.last()
    if page.live_revision_id:
        since = page.revisions.filter(pk=page.live_revision_id).values_list("created_at", flat=True).first()
    else:
        since = page.last_published_at
    unpublished = revisions.filter(created_at__gt=since) if since else revisions
    authors = set(unpublished.values_list("user_id", flat=True))
    if latest is not None:
        authors.add(latest.user_id)
    workflow_state = page.current_workflow_state
    if workflow_state is not None:
        authors.add(workflow_state.requested_by_id)
    if not page.first_published_at:
        authors.add(page.owner_id)
    return {author for author in authors if author is not None}


def approval_of(revision: Revision) -> SensitivityReviewState | None:
    """Return the approved review of a version as it is now, or None."""
    from knowledge.models import SensitivityReviewState

    states = SensitivityReviewState.objects.filter(
        revision=revision, status=SensitivityReviewState.STATUS_APPROVED, digest=digest_of(revision)
    )
    return states.exclude(finished_by=None).exclude(finished_by=revision.user_id).last()


def is_reviewed_type(page: Page) -> bool:
    """Tell whether pages like this one are reviewed: originals, and translations that go their own way.

    The others follow their source's text. The marking is the source's in any case.
    """
    return isinstance(page, MarkedPage) and (source_of(page) is None or is_stopped_translation(page))


def needs_review(page: MarkedPage) -> bool:
    """Tell whether publishing a page as it is given (a version, not what is live) needs a second person.

    Texts do, unless only their marking becomes stricter. Home pages and sections do when they open something.
    """
    from knowledge.models import ReadablePage

    if not settings.SENSITIVITY_REVIEW_REQUIRED or not is_reviewed_type(page):
        return False
    if isinstance(page, ReadablePage):
        return not _only_closes(page)
    return opens_unreviewed(page)


def opens_unreviewed(page: MarkedPage) -> bool:
    """Tell whether saving a page with its marking would open something that is read now, below it too."""
    if not settings.SENSITIVITY_REVIEW_REQUIRED or not page.pk or not is_reviewed_type(page):
        return False
    return opens_marking(page) and has_live_pages(page)


def _only_closes(page: MarkedPage) -> bool:
    """Tell whether a version differs from the live page in its marking alone, and that is as strict or stricter."""
    live = type(page)._base_manager.filter(pk=page.pk, live=True).first()
    if live is None or opens_marking(page) or widens(page):
        return False
    return _text_of(page.serializable_data()) == _text_of(live.serializable_data())


def differs(page: MarkedPage, revision: Revision) -> bool:
    """Tell whether a page says something else than a version, or to others."""
    now, before = page.serializable_data(), revision.content
    return _text_of(now) != _text_of(before) or any(now.get(name) != before.get(name) for name in READERS)


def _text_of(content: dict[str, Any]) -> str:
    """Return a version's content without what it says of its readers and without Wagtail's own fields."""
    kept = {name: _plain(value) for name, value in content.items() if name not in NOT_CONTENT}
    return BLOCK_KEY.sub("", json.dumps(kept, sort_keys=True, cls=DjangoJSONEncoder))


def _plain(value: Any) -> Any:
    """Return a part of a version so that the same content is the same value, however it was stored."""
    if isinstance(value, str) and value.startswith("["):  # A body, as its field writes it.
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if name not in {"pk", "page"}}
    return value


def pass_review(page: MarkedPage, revision: Revision, user: Any) -> None:
    """Let a version pass to its readers, or raise.

    Programs publish without a user: loaders, and Wagtail's command for what was scheduled, which passed here before.

    Args:
        page: the page as the version has it.
        revision: the version.
        user: who publishes it.

    Raises:
        ReviewRequiredError: when nobody else approved this version, and it needs that.
    """
    if user is None or not needs_review(page) or approval_of(revision) is not None:
        return
    raise ReviewRequiredError(explanation(page))


def explanation(page: MarkedPage) -> str:
    """Return what somebody is told whose publication needs a second person."""
    from knowledge.models import ReadablePage

    if isinstance(page, ReadablePage):
        return _(
            "Somebody else must check this before it is published. Please submit it for review. "
            "Only a stricter marking, and nothing else, can be published at once."
        )
    return _(
        "This would let more people read what is in this section. Somebody else must check that: "
        "please submit it for review."
    )
