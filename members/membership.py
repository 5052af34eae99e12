"""A membership in time: paused and taken up again, asked about once a year, ended on its day.

Everything compares times as they were stored, in UTC. What was sent is counted before it goes out, so that running
again, or a clock that goes backwards, sends nothing twice.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from wagtail.log_actions import LogContext

from access.audit import record
from members.letters import site_address, write_letter
from members.models import PauseReason, User, utc_today

ASK_AFTER = datetime.timedelta(days=365)
REMIND_AFTER = datetime.timedelta(days=14)
# The question and two reminders; the third time nothing is sent any more, and the membership pauses.
MOST_ASKED = 3
ANNOUNCE_END_BEFORE = datetime.timedelta(days=30)


# --- Pauses -----------------------------------------------------------------------------------------


@transaction.atomic
def pause(user: User, reason: PauseReason, actor: User | None = None) -> None:
    """Suspend somebody's membership, and tell them; whoever is paused already stays so for the first reason.

    The secretariat's pause takes the place of one that an answer would lift.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.paused_at and (user.pause_reason == reason or reason != PauseReason.SECRETARIAT):
        return
    user.paused_at = user.paused_at or timezone.now()
    user.pause_reason = reason
    with LogContext(user=actor):
        user.save(update_fields=["paused_at", "pause_reason"])
    write_letter("paused", user.email, user.language, user=user, reason=reason, url=confirm_address(user))


@transaction.atomic
def unpause(user: User, actor: User | None = None) -> None:
    """Take a membership up again, whatever the pause's reason; the next yearly question is a year away."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.paused_at:
        return
    user.paused_at, user.pause_reason = None, ""
    user.confirmed_at, user.times_asked, user.asked_at = timezone.now(), 0, None
    with LogContext(user=actor):
        user.save(update_fields=["paused_at", "pause_reason", "confirmed_at", "times_asked", "asked_at"])
    write_letter("unpaused", user.email, user.language, user=user, url=site_address("account", user.language))


# --- The yearly question ----------------------------------------------------------------------------


def confirm_address(user: User) -> str:
    """Return where somebody answers the yearly question."""
    return site_address("confirm_membership", user.language)


@transaction.atomic
def confirm(user: User) -> None:
    """Note that what the hub knows of somebody is right. Lifts a pause for want of this answer, and no other."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.paused_at and user.pause_reason == PauseReason.UNCONFIRMED:
        unpause(user, actor=user)
    else:
        # Not `save`: nothing changes in what anybody may read.
        User.objects.filter(pk=user.pk).update(confirmed_at=timezone.now(), times_asked=0, asked_at=None)


def ask_members() -> dict[str, int]:
    """Send what is due today: questions, reminders, pauses, and news of memberships that end.

    Returns:
        How many of each, by name.
    """
    return {
        "asked": sum(_ask(pk) for pk in _due_for_a_question()),
        "paused": sum(_pause_unanswered(pk) for pk in _left_unanswered()),
        "end announced": sum(_announce_end(pk) for pk in _ending_soon()),
        "ended": sum(_tell_end(pk) for pk in _ended()),
    }


def _start_of(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.min, datetime.UTC)


def _is_due() -> Q:
    """Say who is to be asked today: a year after they confirmed, or two weeks after they were asked last.

    Counted in days, so that it does not matter at which time of the day the question is sent.
    """
    tomorrow = _start_of(utc_today() + datetime.timedelta(days=1))
    first = Q(times_asked=0, confirmed_at__lt=tomorrow - ASK_AFTER)
    again = Q(times_asked__gt=0, times_asked__lt=MOST_ASKED, asked_at__lt=tomorrow - REMIND_AFTER)
    return first | again


def _due_for_a_question() -> list[int]:
    return list(User.objects.current_members().filter(_is_due()).values_list("pk", flat=True))


@transaction.atomic
def _ask(pk: int) -> int:
    due = User.objects.current_members().filter(_is_due(), pk=pk)
    if not due.update(times_asked=F("times_asked") + 1, asked_at=timezone.now()):
        return 0
    user = User.objects.get(pk=pk)
    kind = "confirm_membership" if user.times_asked == 1 else "confirm_membership_reminder"
    is_last = user.times_asked == MOST_ASKED
    write_letter(kind, user.email, user.language, user=user, url=confirm_address(user), is_last=is_last)
    return 1


def _unanswered() -> Q:
    tomorrow = _start_of(utc_today() + datetime.timedelta(days=1))
    return Q(times_asked__gte=MOST_ASKED, asked_at__lt=tomorrow - REMIND_AFTER)


def _left_unanswered() -> list[int]:
    return list(User.objects.current_members().filter(_unanswered()).values_list("pk", flat=True))


@transaction.atomic
def _pause_unanswered(pk: int) -> int:
    user = User.objects.current_members().select_for_update().filter(_unanswered(), pk=pk).first()
    if user is None:
        return 0
    pause(user, PauseReason.UNCONFIRMED)
    return 1


# --- The last day -----------------------------------------------------------------------------------


def _not_yet(field: str) -> Q:
    """Say whose present last day of membership is not the one that a field remembers."""
    return Q(**{f"{field}__isnull": True}) | ~Q(**{field: F("member_until")})


def _ending_soon() -> list[int]:
    soon = User.objects.current_members().filter(member_until__lte=utc_today() + ANNOUNCE_END_BEFORE)
    return list(soon.filter(_not_yet("end_announced_for")).values_list("pk", flat=True))


@transaction.atomic
def _announce_end(pk: int) -> int:
    due = User.objects.filter(_not_yet("end_announced_for"), pk=pk, member_until__isnull=False)
    if not due.update(end_announced_for=F("member_until")):
        return 0
    user = User.objects.get(pk=pk)
    write_letter("membership_ends", user.email, user.language, user=user, date=user.member_until)
    return 1


def _ended() -> list[int]:
    over = User.objects.filter(is_active=True, is_member=True, member_until__lt=utc_today())
    return list(over.filter(_not_yet("end_told_for")).values_list("pk", flat=True))


@transaction.atomic
def _tell_end(pk: int) -> int:
    due = User.objects.filter(_not_yet("end_told_for"), pk=pk, member_until__lt=utc_today())
    if not due.update(end_told_for=F("member_until")):
        return 0
    user = User.objects.get(pk=pk)
    details: dict[str, Any] = {"member_until": str(user.member_until)}
    record("member.ended", subject=user, details=details)
    write_letter("membership_ended", user.email, user.language, user=user, date=user.member_until)
    return 1
