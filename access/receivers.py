"""Keeps audiences and the content generation true whenever something is saved, moved or deleted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.utils.translation import gettext
from wagtail.models import ModelLogEntry, Page, PageLogEntry, PageViewRestriction, ReferenceIndex, Revision
from wagtail.signal_handlers import reference_index_auto_update_disabled
from wagtail.signals import page_published, post_page_move

from access.audiences import record_page, refresh_audiences, source_of
from access.files import MarkedFile
from access.generation import start_new_generation
from access.models import GROUP, ORGANISATION, PERSON, MarkedPage, Marking, PageAccess
from access.naming import forget_name
from access.strictness import opens_when_parted

# What is written without anything changing for readers; all else starts a new generation.
SILENT_MODELS = {
    "access.audience",
    "access.auditentry",
    "access.contentgeneration",
    "access.pageaccess",
    "admin.logentry",
    "contenttypes.contenttype",
    # What people keep for themselves; their pages are made anew each time.
    "knowledge.followedtopic",
    "knowledge.readinglist",
    "knowledge.readinglistitem",
    "knowledge.readingprogress",
    "knowledge.saveditem",
    "knowledge.shelf",
    "knowledge.usefulness",
    "knowledge.remarking",  # The pages it marks start one.
    "knowledge.publicrecord",  # Follows from pages, which start a generation themselves.
    # Ways in: whoever comes in by them is saved as a user, which is not silent.
    "members.application",
    "members.applicationstep",
    "members.attestation",
    "members.feedkey",
    "members.invitation",
    "members.invitation_groups",
    "members.letter",
    "members.profile",  # Shown on pages that no cache keeps.
    "members.profile_expertise",
    "sessions.session",
    "wagtailcore.comment",
    "wagtailcore.modellogentry",
    "wagtailcore.pagelogentry",
    "wagtailcore.referenceindex",
    "wagtailcore.revision",
    "wagtailcore.uploadedfile",
    "wagtailadmin.editingsession",
    "wagtailimages.rendition",
    "wagtailusers.userprofile",  # How somebody likes the admin; made when they first see its bar on a page.
}
SILENT_APPS = {
    *("account", "socialaccount", "usersessions"),  # How somebody signs in; who they are, the account says.
    *("migrations", "search", "django_tasks_db", "wagtailsearch", "wagtail_localize"),
    "translation",  # The desk; what readers see of it is a page's publication.
}
# Somebody signed in, gave a second factor, or chose how the hub speaks to them.
SILENT_FIELDS = {frozenset({"last_login"}), frozenset({"last_used_at"}), frozenset({"language", "time_zone"})}


def _is_silent(sender: type, update_fields: frozenset[str] | None = None) -> bool:
    meta = getattr(sender, "_meta", None)
    if sender.__module__ == "__fake__":  # Django's name for models as a migration sees them
        return True
    if meta is None or meta.label_lower in SILENT_MODELS or meta.app_label in SILENT_APPS:
        return True
    if meta.model_name.endswith("rendition"):
        return True
    return update_fields in SILENT_FIELDS


@receiver([post_save, post_delete], dispatch_uid="access.start_generation_on_change")
def start_generation_on_change(sender: type, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """Any change of what readers see, or of who they are, makes cached answers unreachable."""
    if not raw and not _is_silent(sender, update_fields):
        start_new_generation()


@receiver(m2m_changed, dispatch_uid="access.start_generation_on_relation_change")
def start_generation_on_relation_change(sender: type, action: str, **kwargs: Any) -> None:
    """So does a change of a relation: topics of a page, groups of a user, permissions of a group."""
    if action in {"post_add", "post_remove", "post_clear"} and not _is_silent(sender):
        start_new_generation()


@receiver(post_save, dispatch_uid="access.record_saved_page")
def record_saved_page(sender: type, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """Take over the marking of a saved page; saving a draft writes other columns only."""
    if isinstance(instance, Page) and not raw and (update_fields is None or "marking" in update_fields):
        record_page(instance)


@receiver(pre_save, sender=PageLogEntry, dispatch_uid="access.leave_names_out_of_log")
def leave_names_out_of_log(instance: PageLogEntry, **kwargs: Any) -> None:
    """The log of a page that names its readers, or did once, has no titles: it outlives the marking."""
    restricted = [marking.value for marking in Marking if marking.names]
    page_id = instance.page_id
    is_restricted = PageAccess.objects.filter(page_id=page_id, label__in=restricted).exists()
    if not is_restricted:
        revisions = Revision.page_revisions.filter(object_id=str(page_id))
        is_restricted = revisions.filter(content__marking__in=restricted).exists()
    if is_restricted:
        instance.label = gettext("Restricted page")
        instance.data = {key: value for key, value in instance.data.items() if key not in NAMES_IN_LOG}


@receiver(pre_save, sender=ModelLogEntry, dispatch_uid="access.leave_names_of_files_out_of_log")
def leave_names_of_files_out_of_log(instance: ModelLogEntry, **kwargs: Any) -> None:
    """Nor has the log of a file that names its readers."""
    model = instance.content_type.model_class() if instance.content_type else None
    if model is None or not issubclass(model, MarkedFile):
        return
    restricted = [marking.value for marking in Marking if marking.names]
    if model._base_manager.filter(pk=instance.object_id, marking__in=restricted).exists():
        instance.label = gettext("Restricted file")


# Where Wagtail keeps titles in what it logs: of renamed, copied, moved, aliased pages.
NAMES_IN_LOG = {"title", "page", "source", "destination", "permissions"}


@receiver(post_page_move, dispatch_uid="access.refresh_moved_page")
def refresh_moved_page(sender: type, instance: Page, **kwargs: Any) -> None:
    """A moved page is under the markings of its new section."""
    refresh_audiences([instance.pk])
    start_new_generation()


@receiver(pre_delete, sender=Page, dispatch_uid="access.close_followers_of_deleted_page")
def close_followers_of_deleted_page(instance: Page, **kwargs: Any) -> None:
    """Aliases and translations that only their original kept closed are for editors only once it is gone."""
    followers = Page.objects.filter(alias_of=instance.pk)
    if source_of(instance) is None:
        followers |= Page.objects.filter(translation_key=instance.translation_key)
    opened = [page for page in followers.exclude(pk=instance.pk) if opens_when_parted(page)]
    for page in opened:
        model = page.specific_class
        if model is not None and issubclass(model, MarkedPage):
            model._base_manager.filter(pk=page.pk).update(marking="", shared_with=[])
    page_ids = [page.pk for page in opened]
    PageAccess.objects.filter(page_id__in=page_ids).update(marking="", shared_with=[])
    refresh_audiences(page_ids)


@receiver(page_published, dispatch_uid="access.index_files_of_published_page")
def index_files_of_published_page(instance: Page, **kwargs: Any) -> None:
    """A file that was taken off a page is not as open as the page any more, from this moment on.

    Wagtail updates its reference index when a page's row is saved: before the rows that hang on it are deleted, so
    that an attachment that is gone stays in it, and, with workers, some time later.
    """
    if not getattr(reference_index_auto_update_disabled, "value", False):
        ReferenceIndex.create_or_update_for_object(instance)


@receiver([post_save, post_delete], sender=PageViewRestriction, dispatch_uid="access.refresh_restricted_page")
def refresh_restricted_page(instance: PageViewRestriction, **kwargs: Any) -> None:
    """Wagtail's privacy settings count at once, for translations too."""
    refresh_audiences([instance.page_id])


@receiver(m2m_changed, sender=PageViewRestriction.groups.through, dispatch_uid="access.refresh_regrouped_page")
def refresh_regrouped_page(instance: Any, action: str, reverse: bool, pk_set: Any, **kwargs: Any) -> None:
    """The groups of a privacy setting are saved after it."""
    if not action.startswith("post_"):
        return
    restrictions = PageViewRestriction.objects.filter(pk__in=pk_set or []) if reverse else [instance]
    refresh_audiences([restriction.page_id for restriction in restrictions])


# What things are shared with by name: models by their labels, since this app imports no other.
NAMED = {
    "auth.group": GROUP,
    "members.organisation": ORGANISATION,
    settings.AUTH_USER_MODEL.lower(): PERSON,
}


@receiver(pre_delete, dispatch_uid="access.forget_what_is_deleted")
def forget_what_is_deleted(sender: type, instance: Any, **kwargs: Any) -> None:
    """What was shared with a group, organisation or person that goes is for the others named, or for editors only."""
    if kind := NAMED.get(getattr(getattr(sender, "_meta", None), "label_lower", "")):
        forget_name(f"{kind}{instance.pk}")


@receiver(post_delete, sender=Group, dispatch_uid="access.refresh_pages_of_deleted_group")
def refresh_pages_of_deleted_group(**kwargs: Any) -> None:
    """A rule that names a group which is gone is written anew."""
    page_ids = PageViewRestriction.objects.filter(restriction_type=PageViewRestriction.GROUPS).values_list(
        "page_id", flat=True
    )
    refresh_audiences(page_ids)
