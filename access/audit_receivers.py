"""Tells the audit who changed groups and privacy settings, added and deleted accounts, by whichever screen or program.

The one who acts is the user of Wagtail's log, which its admin sets; programs act for the hub itself. What the
secretariat does with applications, and why, is recorded where it is done.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.log_actions import get_active_log_context
from wagtail.models import (
    BaseViewRestriction,
    CollectionViewRestriction,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    PageViewRestriction,
)

from access.audit import record


def _tell(action: str, subject: Model, **details: Any) -> None:
    record(action, actor=get_active_log_context().user, subject=subject, details=details)


# --- Accounts: what changes in them, and their groups, is told by `members.receivers` ----------------


@receiver(post_save, sender=get_user_model(), dispatch_uid="access.tell_of_new_account")
def tell_of_new_account(instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """Tell of a new account."""
    if created and not raw:
        _tell("account.added", instance)


@receiver(pre_delete, sender=get_user_model(), dispatch_uid="access.tell_of_deleted_account")
def tell_of_deleted_account(instance: Any, **kwargs: Any) -> None:
    """Tell of an account that goes, while it has its key."""
    _tell("account.deleted", instance)


# --- Groups -----------------------------------------------------------------------------------------


@receiver(pre_save, sender=Group, dispatch_uid="access.remember_group")
def remember_group(instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Remember what a group was called."""
    is_kept = not raw and instance.pk
    before = Group.objects.filter(pk=instance.pk).values_list("name", flat=True).first() if is_kept else None
    instance._name_before = before


@receiver(post_save, sender=Group, dispatch_uid="access.tell_of_group")
def tell_of_group(instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """Tell of a new group, and of one that has another name."""
    before = instance.__dict__.pop("_name_before", None)
    if raw:
        return
    if created:
        _tell("group.added", instance, name=instance.name)
    elif before != instance.name:
        _tell("group.renamed", instance, name=[before, instance.name])


@receiver(pre_delete, sender=Group, dispatch_uid="access.tell_of_deleted_group")
def tell_of_deleted_group(instance: Group, **kwargs: Any) -> None:
    """Tell of a group that goes, with how many people were in it."""
    _tell("group.deleted", instance, name=instance.name, people=instance.user_set.count())


@receiver(m2m_changed, sender=Group.permissions.through, dispatch_uid="access.tell_of_permissions")
def tell_of_permissions(instance: Any, action: str, reverse: bool, model: Any, pk_set: Any, **kwargs: Any) -> None:
    """Tell what a group may do now that it could not, or the other way round."""
    if reverse or action not in {"post_add", "post_remove"} or not pk_set:
        return
    names = sorted(
        f"{app}.{codename}"
        for app, codename in model.objects.filter(pk__in=pk_set).values_list("content_type__app_label", "codename")
    )
    _tell("group.permitted" if action == "post_add" else "group.forbidden", instance, permissions=names)


@receiver([post_save, post_delete], sender=GroupPagePermission, dispatch_uid="access.tell_of_page_permission")
@receiver([post_save, post_delete], sender=GroupCollectionPermission, dispatch_uid="access.tell_of_file_permission")
def tell_of_permission_there(instance: Any, signal: Any, raw: bool = False, **kwargs: Any) -> None:
    """Tell where in the tree of pages, or of collections, a group may do something."""
    if raw:
        return
    place = {"page": instance.page_id} if hasattr(instance, "page_id") else {"collection": instance.collection_id}
    action = "group.permitted" if signal is post_save else "group.forbidden"
    group = Group(pk=instance.group_id)
    _tell(action, group, permissions=[instance.permission.codename], **place)


# --- Privacy settings -------------------------------------------------------------------------------


def _tell_of_restriction(restriction: BaseViewRestriction, kind: str, groups: list[int]) -> None:
    if isinstance(restriction, PageViewRestriction):
        subject: Model = Page(pk=restriction.page_id)
    else:
        subject = restriction.collection
    action = "page.restricted" if isinstance(restriction, PageViewRestriction) else "collection.restricted"
    _tell(action, subject, kind=kind, groups=groups)


@receiver([post_save, pre_delete], sender=PageViewRestriction, dispatch_uid="access.tell_of_privacy")
@receiver([post_save, pre_delete], sender=CollectionViewRestriction, dispatch_uid="access.tell_of_collection_privacy")
def tell_of_privacy(instance: BaseViewRestriction, signal: Any, raw: bool = False, **kwargs: Any) -> None:
    """Tell of Wagtail's privacy setting of a page or a collection; its groups are saved after it."""
    if not raw:
        kind = instance.restriction_type if signal is post_save else BaseViewRestriction.NONE
        _tell_of_restriction(instance, kind, [])


@receiver(m2m_changed, sender=PageViewRestriction.groups.through, dispatch_uid="access.tell_of_private_groups")
@receiver(m2m_changed, sender=CollectionViewRestriction.groups.through, dispatch_uid="access.tell_of_file_groups")
def tell_of_private_groups(instance: Any, action: str, reverse: bool, **kwargs: Any) -> None:
    """Tell which groups a privacy setting names now."""
    if not reverse and action in {"post_add", "post_remove"}:
        groups = sorted(instance.groups.values_list("pk", flat=True))
        _tell_of_restriction(instance, instance.restriction_type, groups)
