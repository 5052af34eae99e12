"""The own marking of a file, which counts where it is stricter than the pages that use it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import get_active_log_context
from wagtail.models import Collection, ReferenceIndex, Revision, TaskState

from access.audiences import conditions_of_restriction
from access.audit import kind_of, record
from access.clearance import may_name_file
from access.models import EVERYONE, Audience, AuditEntry, Conditions, Marking, conditions_of_marking, is_wider
from access.policy import pages_using

MARKED = "file.marked"


class MarkedFile(models.Model):
    """Base of images, documents and media: without a marking of its own a file follows the pages that use it."""

    marking = models.CharField(
        _("own marking"),
        max_length=16,
        choices=Marking.choices,
        blank=True,
        help_text=_("Only if the file is more restricted than the pages that use it. Empty: it follows them."),
    )
    shared_with = models.JSONField(
        _("shared with"),
        default=list,
        blank=True,
        help_text=_("The groups, organisations or people that the marking names."),
    )
    audience = models.ForeignKey(
        Audience, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """Return the title, but in the admin not to those who are not cleared for the file."""
        return super().__str__() if may_name_file(self) else gettext("Restricted file")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the audience that follows from the marking, whichever fields are written."""
        conditions = conditions_of_marking(self.marking, self.shared_with)
        self.audience = Audience.objects.for_conditions(conditions) if self.marking else None
        fields = kwargs.get("update_fields")
        before = None
        if self.pk and (fields is None or {"marking", "shared_with"} & set(fields)):
            rows = type(self)._base_manager.filter(pk=self.pk)
            before = rows.values_list("marking", "shared_with").first()
        if fields is not None and {"marking", "shared_with"} & set(fields):
            kwargs["update_fields"] = {*fields, "audience"}
        super().save(*args, **kwargs)
        if before is not None and before != (self.marking, self.shared_with):
            details = {"from": before[0], "to": self.marking, "now shared with": self.shared_with}
            actor = get_active_log_context().user
            record(MARKED, actor=actor, subject=self, details=details, marking=self.marking)


def is_used_live(file: MarkedFile) -> bool:
    """Tell whether a page that is live uses a file."""
    return pages_using(file).filter(live=True).exists()


def opens_file(file: MarkedFile, marking: str, shared_with: Iterable[str]) -> bool:
    """Tell whether more people could have a file, as far as it goes itself, with this marking than with its own."""
    kept = type(file)._base_manager.filter(pk=file.pk).values_list("marking", "shared_with").first()
    before = _own_conditions(*kept) if kept is not None else EVERYONE
    return is_wider(_own_conditions(marking, shared_with), before)


def opens_in_collection(file: Any, collection: Collection) -> bool:
    """Tell whether more people could have a file, as far as privacy settings go, in this collection than in its own."""
    kept = type(file)._base_manager.filter(pk=file.pk).values_list("collection", flat=True).first()
    if kept is None or kept == collection.pk:
        return False
    return is_wider(_privacy_of(collection), _privacy_of(Collection.objects.get(pk=kept)))


def _privacy_of(collection: Collection) -> Conditions:
    restrictions = collection.get_view_restrictions().prefetch_related("groups")
    return EVERYONE.union(*(conditions_of_restriction(each) for each in restrictions))


def is_waiting(file: MarkedFile) -> bool:
    """Tell whether a version that is under review, or approved and scheduled, uses a file.

    Wagtail's reference index knows what was saved, not what a version will be.
    """
    reviewed = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).values("revision")
    wanted = (ContentType.objects.get_for_model(file, for_concrete_model=False).pk, str(file.pk))
    for revision in Revision.page_revisions.filter(Q(pk__in=reviewed) | Q(approved_go_live_at__isnull=False)):
        references = ReferenceIndex._extract_references_from_object(revision.as_object())
        if any((kind, str(key)) == wanted for kind, key, _model_path, _content_path in references):
            return True
    return False


def _own_conditions(marking: str, shared_with: Iterable[str]) -> Conditions:
    return conditions_of_marking(marking, shared_with) if marking else EVERYONE


def is_its_author(user: Any, file: Any) -> bool:
    """Tell whether somebody uploaded a file, or was the last to mark it."""
    if user is None:
        return False
    marked = AuditEntry.objects.filter(action=MARKED, subject_type=kind_of(file), subject_key=str(file.pk))
    markers = marked.values_list("actor_key", flat=True)[:1]
    return user.pk in {file.uploaded_by_user_id, *markers}
