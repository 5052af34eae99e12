"""All that the hub keeps about a person, part by part, so that it can be handed out to them and erased.

An app that keeps something about people says so when it starts, with `contribute`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q, QuerySet
from wagtail.admin.models import EditingSession, FormState
from wagtail.models import APIToken, ModelLogEntry, PageLogEntry, PageSubscription
from wagtail.users.models import UserProfile

from access.models import AuditEntry
from members.expert_questions import collect_expert_questions, erase_expert_questions
from members.models import (
    Application,
    ApplicationStep,
    Attestation,
    FeedKey,
    Invitation,
    Letter,
    Organisation,
    Profile,
    User,
)


@dataclass(frozen=True)
class Part:
    """What one app keeps about people.

    Attributes:
        collect: takes a user, returns what is kept as JSON can say it (dates and times included).
        erase: takes a user, removes what says who they are; runs within the transaction of the erasure.
    """

    collect: Callable[[User], Any]
    erase: Callable[[User], None]


_parts: dict[str, Part] = {}


def contribute(name: str, collect: Callable[[User], Any], erase: Callable[[User], None]) -> None:
    """Make something that an app keeps about people part of what is handed out and erased."""
    _parts[name] = Part(collect, erase)


def collect_personal_data(user: User) -> dict[str, Any]:
    """Return everything that is kept about somebody, by part."""
    return {name: part.collect(user) for name, part in _parts.items()}


def erase_personal_data(user: User) -> None:
    """Remove what every part keeps."""
    for part in _parts.values():
        part.erase(user)


# --- What this app keeps -----------------------------------------------------------------------------


def collect_account(user: User) -> dict[str, Any]:
    """Return the account: who somebody is here, and how they sign in. Secrets are not in it, only that there are."""
    organisation = user.organisation
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "organisation": organisation.slug if organisation else None,
        "language": user.language,
        "time_zone": user.time_zone,
        "is_member": user.is_member,
        "groups": list(user.groups.values_list("name", flat=True)),
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "email_addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "second_factors": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
        "sessions": list(UserSession.objects.filter(user=user).values("created_at", "ip", "user_agent")),
        "connected_services": list(
            SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined", "extra_data")
        ),
        "feed_key_made_at": FeedKey.objects.filter(user=user).values_list("made_at", flat=True).first(),
        "api_tokens": list(APIToken.objects.filter(user=user).values("name", "created", "last_used_at", "revoked_at")),
    }


def collect_profile(user: User) -> dict[str, Any] | None:
    """Return the profile, with who sees what of it."""
    profile = Profile.objects.filter(user=user).first()
    if profile is None:
        return None
    names = ("display_name", "position", "country", "languages", "biography", "visibility", "digest")
    return {
        **{name: getattr(profile, name) for name in names},
        "expertise": list(profile.expertise.values_list("slug", flat=True)),
    }


def collect_records(user: User) -> dict[str, Any]:
    """Return what is written down of what somebody did, and of what was done with their account."""
    kept = AuditEntry.objects.order_by("at", "pk")
    return {
        "page_log": list(PageLogEntry.objects.filter(user=user).values("pk", "action", "timestamp")),
        "other_log": list(ModelLogEntry.objects.filter(user=user).values("pk", "action", "timestamp")),
        "audit_of_what_you_did": list(
            kept.filter(actor_key=user.pk).values("at", "action", "subject_type", "subject_key")
        ),
        "audit_about_you": list(
            kept.filter(subject_type=User._meta.label_lower, subject_key=str(user.pk)).values("at", "action")
        ),
    }


def erase_account(user: User) -> None:
    """Remove every way in; sessions first, as their keys are only in the rows."""
    for session in UserSession.objects.filter(user=user):
        session.end()
    for model in (EmailAddress, Authenticator, SocialAccount, FeedKey, APIToken):
        model.objects.filter(user=user).delete()
    for model in (PageSubscription, EditingSession, FormState):  # How Wagtail's admin was for them.
        model.objects.filter(user=user).delete()


def erase_profile(user: User) -> None:
    """Remove the profile, and Wagtail's with its picture."""
    Profile.objects.filter(user=user).delete()
    for profile in UserProfile.objects.filter(user=user):
        profile.avatar.delete(save=False)
        profile.delete()


def erase_records(user: User) -> None:
    """Take the name out of Wagtail's log of changes to the account; what happened stays."""
    entries = ModelLogEntry.objects.for_instance(user)
    entries.update(label=f"#{user.pk}")


def _applications_of(user: User) -> QuerySet[Application]:
    return Application.objects.filter(Q(member=user) | Q(email__iexact=user.email))


def collect_ways_in(user: User) -> dict[str, Any]:
    """Return how somebody came in, and whom they vouched for; what the secretariat noted among itself is its own."""
    fields = ("first_name", "last_name", "email", "language", "organisation_name", "country", "why", "sponsor_email")
    applications = _applications_of(user)
    steps = ApplicationStep.objects.filter(application__in=applications, action__in=ApplicationStep.SHOWN)
    return {
        "applications": list(applications.values(*fields, "state", "created_at", "decided_at")),
        "application_steps": list(steps.values("action", "text", "at")),
        "invitations": list(Invitation.objects.filter(email__iexact=user.email).values("made_at", "used_at")),
        "attestations": list(Attestation.objects.filter(sponsor=user).values("state", "comment", "answered_at")),
        "focal_point_of": list(Organisation.objects.filter(focal_points=user).values_list("slug", flat=True)),
    }


def erase_ways_in(user: User) -> None:
    """Remove applications, invitations and e-mails; whether they vouched for somebody stays, without their words."""
    _applications_of(user).delete()
    Invitation.objects.filter(Q(email__iexact=user.email) | Q(member=user)).delete()
    Letter.objects.filter(to__iexact=user.email).delete()
    Application.objects.filter(sponsor_email__iexact=user.email).update(sponsor_email="")
    Attestation.objects.filter(sponsor=user).update(sponsor=None, comment="")
    answers = [ApplicationStep.Action.ATTESTED, ApplicationStep.Action.NOT_ATTESTED]
    ApplicationStep.objects.filter(actor=user, action__in=answers).update(text="")
    # Steps from before they named people by key.
    ApplicationStep.objects.filter(action__in=ApplicationStep.NAMING, text=str(user)).update(text="")
    for organisation in Organisation.objects.filter(focal_points=user):
        organisation.focal_points.remove(user)


def contribute_own() -> None:
    """Say what this app keeps."""
    contribute("account", collect_account, erase_account)
    contribute("profile", collect_profile, erase_profile)
    contribute("records", collect_records, erase_records)
    contribute("ways_in", collect_ways_in, erase_ways_in)
    contribute("expert_questions", collect_expert_questions, erase_expert_questions)
