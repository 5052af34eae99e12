"""Invitations: made, sent again, revoked, used."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from wagtail.log_actions import LogContext

from access.audit import record
from members.accounts import NotPossible, account_with, make_member
from members.letters import write_letter
from members.links import Purpose, address_of, new_secret
from members.models import Invitation, PauseReason, User
from members.models.invitations import VALID_FOR, invitation_end


def send_invitation(invitation: Invitation) -> None:
    """E-mail a saved invitation in its language (in the transaction that made it)."""
    url = address_of(Purpose.INVITATION, invitation.secret, invitation.language)
    write_letter(
        "invitation", invitation.email, invitation.language, invitation=invitation, url=url, days=VALID_FOR.days
    )


def note_made(invitation: Invitation, actor: User) -> None:
    """Put into the audit who invited, into what."""
    details = {
        "groups": sorted(invitation.groups.values_list("pk", flat=True)),
        "organisation": invitation.organisation_id,
    }
    record("invitation.made", actor=actor, subject=invitation, details=details)


def _locked(pk: int) -> Invitation:
    return Invitation.objects.select_for_update().get(pk=pk)


@transaction.atomic
def resend(pk: int, actor: User) -> None:
    """Send an invitation again with a new link; the old one is dead. Not one that was used."""
    invitation = _locked(pk)
    if invitation.used_at:
        raise NotPossible(gettext("This invitation was used already."))
    invitation.secret, invitation.expires_at, invitation.revoked_at = new_secret(), invitation_end(), None
    invitation.save()
    record("invitation.resent", actor=actor, subject=invitation)
    send_invitation(invitation)


@transaction.atomic
def revoke(pk: int, actor: User) -> None:
    """Make the link of an invitation dead. Not of one that was used."""
    invitation = _locked(pk)
    if invitation.used_at:
        raise NotPossible(gettext("This invitation was used already."))
    if invitation.revoked_at is None:
        invitation.revoked_at = timezone.now()
        invitation.save()
        record("invitation.revoked", actor=actor, subject=invitation)


def is_closed_to(known: User, invitation: Invitation) -> bool:
    """Tell whether an account is not for an invitation to open: what was decided of it since counts more."""
    was_paused_since = (
        known.pause_reason == PauseReason.SECRETARIAT
        and known.paused_at is not None
        and known.paused_at > invitation.made_at
    )
    return not known.is_active or was_paused_since or (known.is_member and not known.has_ended)


@transaction.atomic
def accept(pk: int, *, first_name: str, last_name: str) -> User:
    """Use an invitation: whoever has its link becomes a member, once.

    Raises:
        NotPossible: when it was used, revoked, has expired, or the account of its address was closed, is a member's,
            or was paused by the secretariat since.
    """
    invitation = _locked(pk)
    known = account_with(invitation.email)
    if not invitation.can_be_used or (known and is_closed_to(known, invitation)):
        raise NotPossible(gettext("This link cannot be used any more."))
    with LogContext(user=known):
        member = make_member(
            email=invitation.email,
            first_name=first_name,
            last_name=last_name,
            language=invitation.language,
            organisation=invitation.organisation,
            groups=invitation.groups.all(),
        )
    invitation.used_at, invitation.member = timezone.now(), member
    invitation.save()
    record("invitation.used", actor=member, subject=invitation)
    return member
