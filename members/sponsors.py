"""Sponsors: members who are asked whether they vouch for an applicant."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from access.audit import record
from members.accounts import NotPossible, account_with
from members.letters import write_letter
from members.links import Purpose, address_of
from members.models import Application, ApplicationStep, Attestation, User

Action = ApplicationStep.Action
State = Attestation.State


def ask_sponsors(application: Application) -> None:
    """Ask the sponsor whom the applicant named, if a member, and a focal point of the organisation, if it has one."""
    named = User.objects.current_members().filter(email__iexact=application.sponsor_email).first()
    if application.sponsor_email and named and named != account_with(application.email):
        _request(application, named)
    _ask_focal_point(application)


def _ask_focal_point(application: Application) -> None:
    """Ask a focal point who was not asked before; none when one has the request or has answered it."""
    if application.organisation is None:
        return
    focal_points = User.objects.current_members().filter(focal_point_of=application.organisation)
    asked = application.attestations.exclude(state=State.VOID).values("sponsor")
    if focal_points.filter(pk__in=asked).exists():
        return
    applicant = account_with(application.email)
    left = focal_points.exclude(pk__in=application.attestations.filter(sponsor__isnull=False).values("sponsor"))
    next_one = left.exclude(pk=applicant.pk if applicant else 0).order_by("pk").first()
    if next_one:
        _request(application, next_one)


def _request(application: Application, sponsor: User) -> None:
    attestation = Attestation.objects.create(application=application, sponsor=sponsor)
    ApplicationStep.objects.create(application=application, action=Action.SPONSOR_ASKED, text=str(sponsor.pk))
    language = sponsor.mail_language
    url = address_of(Purpose.ATTESTATION, attestation.secret, language)
    write_letter(
        "attestation_request", sponsor.email, language, application=application, attestation=attestation, url=url
    )


@transaction.atomic
def attest(pk: int, user: User, *, vouches: bool, comment: str) -> None:
    """Take a sponsor's answer, once.

    Raises:
        NotPossible: for anybody else, or too late.
    """
    attestation = Attestation.objects.select_for_update().get(pk=pk)
    if attestation.sponsor != user or not attestation.can_be_answered:
        raise NotPossible(gettext("This link cannot be used any more."))
    attestation.state = State.ATTESTED if vouches else State.DECLINED
    attestation.comment = comment
    attestation.answered_at = timezone.now()
    attestation.save()
    action = Action.ATTESTED if vouches else Action.NOT_ATTESTED
    ApplicationStep.objects.create(application=attestation.application, action=action, actor=user, text=comment)
    record("application.attested", actor=user, subject=attestation.application, details={"vouches": vouches})


@transaction.atomic
def void_requests_of(user: User) -> int:
    """Take back what somebody who left has not answered, and pass it on to another focal point.

    Returns:
        How many requests are void now.
    """
    waiting = Attestation.objects.select_for_update().filter(sponsor=user, state=State.WAITING)
    requests = list(waiting)
    for attestation in requests:
        attestation.state = State.VOID
        attestation.save(update_fields=["state"])
        application = attestation.application
        ApplicationStep.objects.create(application=application, action=Action.SPONSOR_LEFT, text=str(user.pk))
        if application.is_open:
            _ask_focal_point(application)
    return len(requests)


def void_requests_of_former_members() -> int:
    """Do so for all whose membership has ended by its date, which nothing is saved for. Returns how many."""
    waiting = Attestation.objects.filter(state=State.WAITING)
    former = User.objects.filter(attestations__in=waiting).exclude(pk__in=User.objects.current_members().values("pk"))
    return sum(void_requests_of(user) for user in former.distinct())
