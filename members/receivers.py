"""What follows when an account is saved: addresses that open it, its group, sponsors who left, the audit."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from wagtail.log_actions import get_active_log_context
from wagtail.users.models import UserProfile

from access.audit import record
from members.models import User
from members.roles import MEMBERS, keep_in_members_group
from members.sponsors import void_requests_of

# What says whether somebody is a member, as the audit compares it.
WATCHED = ("is_active", "is_member", "is_superuser", "paused_at", "pause_reason", "member_until", "organisation_id")


def _is_watched(update_fields: Any) -> bool:
    return update_fields is None or bool({name.removesuffix("_id") for name in WATCHED} & set(update_fields))


@receiver(post_save, sender=User, dispatch_uid="members.forget_former_address")
def forget_former_address(instance: User, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """An address that an administrator replaced no longer signs in, nor gets links to a new password.

    What its owner does on their own page writes the address alone (`update_fields`), and allauth's records first.
    """
    if raw or update_fields is not None:
        return
    former = EmailAddress.objects.filter(user=instance, primary=True).exclude(email__iexact=instance.email)
    former.delete()


@receiver(post_save, sender=User, dispatch_uid="members.follow_membership")
def follow_membership(instance: User, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """Put a new member into the group of members, and take out who is none any more."""
    if not raw and (update_fields is None or "is_member" in update_fields):
        keep_in_members_group(instance)


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="members.keep_members_group")
def keep_members_group(instance: Any, action: str, reverse: bool, pk_set: Any, **kwargs: Any) -> None:
    """Undo what was done to that group by hand: the account says who is a member."""
    if action not in {"post_add", "post_remove", "post_clear"}:
        return
    if not reverse:
        keep_in_members_group(instance)
    elif isinstance(instance, Group) and instance.name == MEMBERS:
        touched = User.objects.filter(pk__in=pk_set) if pk_set is not None else User.objects.filter(is_member=True)
        for user in touched:
            keep_in_members_group(user)


@receiver(pre_save, sender=UserProfile, dispatch_uid="members.take_over_language")
def take_over_language(instance: UserProfile, raw: bool = False, **kwargs: Any) -> None:
    """Wagtail writes its e-mails in the language of a profile of its own, which begins with the person's."""
    if not raw and instance._state.adding and not instance.preferred_language:
        instance.preferred_language = instance.user.language


# --- The audit --------------------------------------------------------------------------------------


@receiver(pre_save, sender=User, dispatch_uid="members.remember_former_membership")
def remember_former_membership(instance: User, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """Look up what is about to be changed, so that the audit can say it."""
    if not raw and instance.pk and _is_watched(update_fields):
        instance._former = User.objects.filter(pk=instance.pk).values(*WATCHED).first()  # type: ignore[attr-defined]


@receiver(post_save, sender=User, dispatch_uid="members.record_changed_membership")
def record_changed_membership(instance: User, raw: bool = False, created: bool = False, **kwargs: Any) -> None:
    """Append to the audit what changed in somebody's membership, and who did it in the admin or by an action."""
    former = instance.__dict__.pop("_former", None)
    if raw:
        return
    actor = get_active_log_context().user
    if created and instance.is_member:
        record("member.added", actor=actor, subject=instance)
    if former is None:
        return
    now = {name: getattr(instance, name) for name in WATCHED}
    for action in _changes(former, now):
        details = {"reason": now["pause_reason"]} if action == "member.paused" else {}
        if action == "member.until_changed":
            details = {"before": str(former["member_until"] or ""), "after": str(now["member_until"] or "")}
        if action == "member.organisation_changed":
            details = {"before": former["organisation_id"], "after": now["organisation_id"]}
        record(action, actor=actor, subject=instance, details=details)


def _changes(former: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return the actions that lead from one state of a membership to another."""
    pairs = {
        "is_active": ("account.closed", "account.opened"),
        "is_member": ("member.ended", "member.added"),
        "is_superuser": ("administrator.removed", "administrator.added"),
        "paused_at": ("member.unpaused", "member.paused"),
    }
    found = [words[bool(now[name])] for name, words in pairs.items() if bool(former[name]) != bool(now[name])]
    if former["paused_at"] and now["paused_at"] and former["pause_reason"] != now["pause_reason"]:
        found.append("member.paused")
    if former["member_until"] != now["member_until"]:
        found.append("member.until_changed")
    if former["organisation_id"] != now["organisation_id"]:
        found.append("member.organisation_changed")
    return found


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="members.record_changed_groups")
def record_changed_groups(instance: Any, action: str, reverse: bool, pk_set: Any, **kwargs: Any) -> None:
    """Append to the audit who came into which groups, and out of them."""
    if action == "pre_clear":
        # Afterwards nobody knows what was cleared.
        related = instance.user_set if isinstance(instance, Group) else instance.groups
        instance._cleared = list(related.values_list("pk", flat=True))
        return
    if action not in {"post_add", "post_remove", "post_clear"}:
        return
    keys = instance.__dict__.pop("_cleared", []) if action == "post_clear" else sorted(pk_set or [])
    # Who is in that group follows from the account, whose changes are told.
    members_group = Group.objects.filter(name=MEMBERS).values_list("pk", flat=True).first()
    if reverse and instance.pk == members_group:
        return
    if not reverse:
        keys = [key for key in keys if key != members_group]
    if not keys:
        return
    change = "added" if action == "post_add" else "removed"
    actor = get_active_log_context().user
    members = User.objects.filter(pk__in=keys) if reverse else [instance]
    for member in members:
        groups = [instance.pk] if reverse else keys
        record("group.changed", actor=actor, subject=member, details={change: groups})


# --- Sponsors ---------------------------------------------------------------------------------------


@receiver(post_save, sender=User, dispatch_uid="members.void_requests_of_former_member")
def void_requests_of_former_member(
    instance: User, raw: bool = False, created: bool = False, update_fields: Any = None, **kwargs: Any
) -> None:
    """Whoever is not a member any more vouches for nobody."""
    if not raw and not created and _is_watched(update_fields) and not instance.is_current_member:
        void_requests_of(instance)


@receiver(pre_delete, sender=User, dispatch_uid="members.void_requests_of_deleted_member")
def void_requests_of_deleted_member(instance: User, **kwargs: Any) -> None:
    """Nor does anybody whose account is deleted."""
    void_requests_of(instance)


@receiver(authenticator_added, dispatch_uid="members.record_added_factor")
def record_added_factor(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Write down that somebody set up a second factor."""
    record("second-factor.added", actor=user, subject=user, details={"type": authenticator.type})


@receiver(authenticator_added, dispatch_uid="members.end_sessions_without_factor")
def end_sessions_without_factor(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever signed in before with the password alone does so again, save where the second factor was set up."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        end_other_sessions(request, user)


@receiver(authenticator_removed, dispatch_uid="members.record_removed_factor")
def record_removed_factor(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Write down that somebody gave one up."""
    record("second-factor.removed", actor=user, subject=user, details={"type": authenticator.type})


@receiver([password_changed, password_set, password_reset], dispatch_uid="members.record_new_password")
def record_new_password(user: User, **kwargs: Any) -> None:
    """Write down that an account has a new password."""
    record("password.changed", actor=user, subject=user)


@receiver(email_changed, dispatch_uid="members.record_new_address")
def record_new_address(user: User, **kwargs: Any) -> None:
    """Write down that an account has another address; not which."""
    record("address.changed", actor=user, subject=user)
