"""What applicants and the secretariat do with applications: one function an action, each step kept and told.

Every action locks the application's row and asks for its state again, so that two people at once do not decide twice.
"""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext
from wagtail.log_actions import LogContext

from access.audit import record
from members.accounts import NotPossible, account_with, make_member, password_address, password_days
from members.letters import site_address, write_letter
from members.links import Purpose, address_of
from members.models import Application, ApplicationStep, Organisation, OrganisationName, User
from members.models.applications import REFUSED_FOR, UNVERIFIED_FOR
from members.sponsors import ask_sponsors

Action = ApplicationStep.Action
State = Application.State

MEDIAN_OF = 20
MEDIAN_FROM = 5


def locked(pk: int) -> Application:
    """Return an application that nobody else changes until the transaction ends."""
    return Application.objects.select_for_update().get(pk=pk)


def note_step(application: Application, action: Action, actor: User | None = None, text: str = "") -> None:
    """Keep what was done."""
    ApplicationStep.objects.create(application=application, action=action, actor=actor, text=text)


def write_to_applicant(application: Application, kind: str, **context: Any) -> None:
    """E-mail the applicant in their language, with the address of the status page."""
    status_url = address_of(Purpose.APPLICATION, application.secret, application.language)
    write_letter(
        kind, application.email, application.language, application=application, status_url=status_url, **context
    )


def _open_with(email: str) -> Application | None:
    return Application.objects.filter(email__iexact=email, state__in=Application.OPEN).first()


def organisation_named(name: str) -> Organisation | None:
    """Return the one organisation that has a name, in whatever language."""
    found = list(Organisation.objects.filter(names__text__iexact=name.strip()).distinct()[:2])
    return found[0] if len(found) == 1 else None


# --- Applicants -------------------------------------------------------------------------------------


@transaction.atomic
def submit(application: Application) -> None:
    """Take an application in, and e-mail its address whichever of three things is true.

    The applicant confirms the address; or is told that they have an account; or that an application of theirs is
    under way. Whoever sent the form cannot tell which.
    """
    known = account_with(application.email)
    under_way = _open_with(application.email)
    if known and known.is_active and known.is_member and not known.has_ended:
        write_letter(
            "application_has_account",
            application.email,
            application.language,
            login_url=site_address("account_login", application.language),
            password_url=site_address("account_reset_password", application.language),
        )
    elif under_way:
        write_to_applicant(under_way, "application_under_way")
    else:
        application.organisation = organisation_named(application.organisation_name)
        application.save()
        note_step(application, Action.SUBMITTED)
        url = address_of(Purpose.CONFIRMATION, application.confirmation_secret or "", application.language)
        write_to_applicant(application, "application_confirm", url=url, days=UNVERIFIED_FOR.days)


def confirm_address_of(pk: int) -> Application:
    """Receive an application whose applicant has proven that the address is theirs.

    Returns:
        The application; or another one of the same address that is under way, in whose favour this one is dropped.

    Raises:
        NotPossible: when it was confirmed already, or too late.
    """
    try:
        with transaction.atomic():
            return _receive(pk)
    except IntegrityError:
        # Another one of the same address was confirmed at this moment.
        with transaction.atomic():
            return _receive(pk)


def _receive(pk: int) -> Application:
    application = locked(pk)
    if not application.can_be_confirmed:
        raise NotPossible(gettext("This link cannot be used any more."))
    other = _open_with(application.email)
    if other:
        application.delete()
        return other
    application.state = State.RECEIVED
    application.received_at = timezone.now()
    application.confirmation_secret = None
    application.save()
    note_step(application, Action.CONFIRMED)
    record("application.submitted", subject=application)
    write_to_applicant(application, "application_received", working_days=usual_working_days())
    ask_sponsors(application)
    return application


@transaction.atomic
def withdraw(pk: int) -> None:
    """Let an applicant take their application back, as long as it is not decided."""
    application = locked(pk)
    if not application.is_open:
        raise NotPossible(gettext("This application cannot be withdrawn any more."))
    application.state, application.decided_at = State.WITHDRAWN, timezone.now()
    application.save()
    note_step(application, Action.WITHDRAWN)
    record("application.withdrawn", subject=application)
    write_to_applicant(application, "application_withdrawn")


@transaction.atomic
def answer(pk: int, text: str) -> None:
    """Take the applicant's answer to a question, and tell whoever the application is assigned to."""
    application = locked(pk)
    if application.state != State.QUESTION:
        raise NotPossible(gettext("There is no question to answer."))
    application.state = State.IN_REVIEW
    application.save()
    note_step(application, Action.ANSWERED, text=text)
    assignee = application.assignee
    if assignee and assignee.is_active:
        url = settings.BASE_URL + vetting_path(application)
        write_letter("application_answered", assignee.email, assignee.language, application=application, url=url)


def vetting_path(application: Application) -> str:
    """Return where the secretariat vets an application."""
    return f"/admin/applications/{application.pk}/"


def forget_unconfirmed() -> int:
    """Delete the applications whose address nobody confirmed in time; return how many."""
    late = Application.objects.filter(state=State.UNVERIFIED, created_at__lt=timezone.now() - UNVERIFIED_FOR)
    return late.delete()[1].get(Application._meta.label, 0)


def forget_refused() -> int:
    """Delete the applications that were declined or withdrawn long ago; return how many."""
    refused = Application.objects.filter(state__in=[State.DECLINED, State.WITHDRAWN])
    old = refused.filter(decided_at__lt=timezone.now() - REFUSED_FOR)
    return old.delete()[1].get(Application._meta.label, 0)


# --- The secretariat --------------------------------------------------------------------------------


def _locked_open(pk: int) -> Application:
    application = locked(pk)
    if not application.is_open:
        raise NotPossible(
            gettext("Somebody was quicker: this application is “%(state)s” already. Nothing was changed.")
            % {"state": application.get_state_display()}
        )
    return application


@transaction.atomic
def assign(pk: int, actor: User, assignee: User) -> None:
    """Say who looks at an application; the applicant is told the first time."""
    application = _locked_open(pk)
    application.assignee = assignee
    is_first = application.state == State.RECEIVED
    if is_first:
        application.state = State.IN_REVIEW
    application.save()
    note_step(application, Action.ASSIGNED, actor, str(assignee.pk))
    if is_first:
        write_to_applicant(application, "application_in_review", working_days=usual_working_days())


@transaction.atomic
def ask(pk: int, actor: User, text: str) -> None:
    """Ask the applicant something; they answer on their status page."""
    application = _locked_open(pk)
    application.state = State.QUESTION
    application.assignee = application.assignee or actor
    application.save()
    note_step(application, Action.ASKED, actor, text)
    write_to_applicant(application, "application_question", text=text)


@transaction.atomic
def note(pk: int, actor: User, text: str) -> None:
    """Keep a note that only the secretariat sees."""
    note_step(locked(pk), Action.NOTED, actor, text)


def may_decide(application: Application, actor: User) -> bool:
    """Tell whether somebody may decide: not the applicant, nor anybody who was asked to vouch for them."""
    own = {actor.email.lower()}
    if own & {application.email.lower(), application.sponsor_email.lower()} or account_with(application.email) == actor:
        return False
    return not application.attestations.filter(sponsor=actor).exists()


def _locked_to_decide(pk: int, actor: User) -> Application:
    application = _locked_open(pk)
    if not may_decide(application, actor):
        raise NotPossible(gettext("The applicant and their sponsors cannot decide. Please ask a colleague."))
    return application


@transaction.atomic
def approve(
    pk: int,
    actor: User,
    *,
    groups: Iterable[Group] = (),
    organisation: Organisation | None = None,
    new_organisation: str = "",
    member_until: datetime.date | None = None,
) -> User:
    """Make an applicant a member and e-mail them a link to set a password.

    Args:
        pk: of the application.
        actor: who approves.
        groups: those they come into; groups with permissions are left out.
        organisation: theirs.
        new_organisation: its name, when it is not in the hub yet; made with the applicant's country and sector.
        member_until: the last day of the membership; None for one without an end.

    Raises:
        NotPossible: when it was decided by somebody else, or is not for this person to decide.
    """
    application = _locked_to_decide(pk, actor)
    groups = list(groups)
    with LogContext(user=actor):
        if new_organisation and organisation is None:
            organisation = _make_organisation(application, new_organisation)
        member = make_member(
            email=application.email,
            first_name=application.first_name,
            last_name=application.last_name,
            language=application.language,
            organisation=organisation,
            groups=groups,
            member_until=member_until,
        )
    application.state, application.decided_at = State.APPROVED, timezone.now()
    application.member, application.organisation = member, organisation
    application.save()
    note_step(application, Action.APPROVED, actor)
    details = {
        "member": member.pk,
        "groups": sorted(group.pk for group in groups),
        "organisation": organisation.pk if organisation else None,
        "member_until": str(member_until or ""),
    }
    record("application.approved", actor=actor, subject=application, details=details)
    write_to_applicant(application, "application_approved", **way_in(member, application.language))
    return member


def way_in(member: User, language: str) -> dict[str, Any]:
    """Return what a letter says of signing in: where to set a password, or where to sign in with the one they have."""
    return {
        "password_url": "" if member.has_usable_password() else password_address(member, language),
        "days": password_days(),
        "login_url": site_address("account_login", language),
        "reset_url": site_address("account_reset_password", language),
    }


def _make_organisation(application: Application, name: str) -> Organisation:
    slug = slugify(name)[:80] or f"organisation-{application.pk}"
    if Organisation.objects.filter(slug=slug).exists():
        slug = f"{slug}-{application.pk}"
    organisation = Organisation.objects.create(slug=slug, country=application.country, sector=application.sector)
    OrganisationName.objects.create(organisation=organisation, language=application.language, text=name)
    return organisation


@transaction.atomic
def decline(pk: int, actor: User, reason: str) -> None:
    """Decline an application with a reason that the applicant reads."""
    application = _locked_to_decide(pk, actor)
    application.state, application.decided_at = State.DECLINED, timezone.now()
    application.save()
    note_step(application, Action.DECLINED, actor, reason)
    record("application.declined", actor=actor, subject=application)
    write_to_applicant(application, "application_declined", reason=reason)


# --- How long it takes ------------------------------------------------------------------------------


def _working_days(start: datetime.date, end: datetime.date) -> int:
    """Return how many days from Monday to Friday lie between two dates, the first one left out."""
    days = (start + datetime.timedelta(days=number + 1) for number in range((end - start).days))
    return sum(day.weekday() < 5 for day in days)


def usual_working_days() -> int:
    """Return how many working days a decision took lately (the median); the configured number when few were made."""
    decided = Application.objects.filter(state__in=[State.APPROVED, State.DECLINED], received_at__isnull=False)
    times = list(decided.order_by("-decided_at").values_list("received_at", "decided_at")[:MEDIAN_OF])
    if len(times) < MEDIAN_FROM:
        return settings.APPLICATION_WORKING_DAYS
    days = [_working_days(start.date(), end.date()) for start, end in times if start and end]
    return max(1, round(statistics.median(days)))
