"""A reader: a visitor or a user, with the set of audiences they belong to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Exists, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest
from wagtail.models import PageViewRestriction

from access.generation import cached_for_generation, current_generation
from access.models import (
    AUTHENTICATED,
    GROUP,
    MEMBER,
    ORGANISATION,
    PERSON,
    SECOND_FACTOR,
    SUPERUSER,
    Audience,
    are_met,
)
from access.rows import JSONRows

ADMIN_PERMISSION = "wagtailadmin.access_admin"


@dataclass(frozen=True)
class Reader:
    """Somebody who asks to read.

    Attributes:
        audience_ids: primary keys of the audiences the reader belongs to.
        is_member: whether they are a vetted member.
        is_signed_in: whether they have an account and used it.
        edits: whether they may enter the admin; files that no page uses are shown to them only.
        generation: the content generation in which the set was computed.
        user: the user, or Django's anonymous user.
        facts: what is true of them, as audiences say it; of the persona, if they see the site as one.
        persona: whom an editor sees the site as (`access.view_as`); nothing for everybody else.
        lacks_second_factor: whether they could read or edit more if they had set up a second factor.
    """

    audience_ids: frozenset[int]
    is_member: bool
    is_signed_in: bool
    edits: bool
    generation: int
    user: object
    facts: frozenset[str] = frozenset()
    persona: str = ""
    lacks_second_factor: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for all readers with the same rights; part of the key of what is cached for them."""
        rights = f"{self.is_signed_in}|{self.is_member}|{self.edits}|{self.lacks_second_factor}"
        text = f"{sorted(self.audience_ids)}|{rights}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def facts_about(
    user: Any,
    session: SessionBase | None = None,
    group_ids: Iterable[int] | None = None,
    has_second_factor: bool | None = None,
) -> frozenset[str]:
    """Return what is true of a user, in the words audiences are written in.

    Args:
        user: a user or `AnonymousUser`; `user.is_current_member` says whether they are vetted, and not paused.
        session: where Wagtail keeps which page passwords were given.
        group_ids: primary keys of the user's groups; looked up (one query) when not given.
        has_second_factor: whether they set one up, which signing in then asks for; looked up when not given.
    """
    facts: set[str] = set()
    if session is not None:
        passed = session.get(PageViewRestriction.passed_view_restrictions_session_key, [])
        facts.update(f"password:{pk}" for pk in passed)
    if not user.is_authenticated or not user.is_active:
        return frozenset(facts)

    if is_lapsed(user):
        # Their groups and their organisation wait for them; until then they read what everyone does.
        return frozenset(facts)
    facts.update({AUTHENTICATED, f"{PERSON}{user.pk}"})
    if user.is_current_member:
        facts.add(MEMBER)
    if user.organisation_id:
        facts.add(f"{ORGANISATION}{user.organisation_id}")
    if user.is_superuser:
        facts.add(SUPERUSER)
    if group_ids is None:
        group_ids = user.groups.values_list("pk", flat=True)
    facts.update(f"{GROUP}{pk}" for pk in group_ids)
    if has_second_factor is None:
        has_second_factor = not settings.SECOND_FACTOR_REQUIRED or has_set_up_second_factor(user)
    if has_second_factor:
        facts.add(SECOND_FACTOR)
    return frozenset(facts)


def is_lapsed(user: Any) -> bool:
    """Tell whether somebody was vetted, and is paused now or over the end of their membership (no query)."""
    return user.is_authenticated and user.is_member and not user.is_current_member


def _second_factors(user: Any) -> QuerySet[Authenticator]:
    """Return somebody's second factors; codes for the day they are lost are not one."""
    return Authenticator.objects.filter(user=user.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)


def has_set_up_second_factor(user: Any) -> bool:
    """Tell whether somebody set up a second factor, be it required or not (one query)."""
    return _second_factors(user).exists()


def reader_for(user: Any, session: SessionBase | None = None) -> Reader:
    """Return the reader that a user (or visitor) is now: one query when cached, two when not."""
    generation = current_generation()
    # What is known of somebody without asking the database: what was unlocked, and what is on their account.
    known = "|".join(sorted(facts_about(user, session, group_ids=(), has_second_factor=False)))
    digest = hashlib.sha256(known.encode()).hexdigest()
    facts, audience_ids, edits, lacks_second_factor = cached_for_generation(
        f"rights:{digest}", generation, lambda: _look_up_rights(user, session)
    )
    return Reader(
        audience_ids=audience_ids,
        is_member=MEMBER in facts,
        is_signed_in=user.is_authenticated and user.is_active,
        edits=edits,
        generation=generation,
        user=user,
        facts=facts,
        lacks_second_factor=lacks_second_factor,
    )


def _look_up_rights(user: Any, session: SessionBase | None) -> tuple[frozenset[str], frozenset[int], bool, bool]:
    """Return what a reader is made of (one query).

    Returns:
        Facts about somebody, the audiences they meet, whether they may enter the admin, and whether a second
        factor would give them more of either.
    """
    if not user.is_authenticated or not user.is_active:
        facts = facts_about(user, session)
        return facts, _met_by(facts, Audience.objects.values_list("pk", "clauses")), False, False
    app_label, _dot, codename = ADMIN_PERMISSION.partition(".")
    permission = Permission.objects.filter(codename=codename, content_type__app_label=app_label)
    # One row, however many audiences there are: as rows of their own each would bring the groups along.
    group_rows, audience_rows, has_second_factor, enters_admin = (
        get_user_model()
        ._base_manager.filter(pk=user.pk)
        .values_list(
            JSONRows(Group.objects.filter(user=user.pk).order_by("pk"), "pk"),
            JSONRows(Audience.objects.annotate(text=Cast("clauses", TextField())), "pk", "text"),
            Exists(_second_factors(user)),
            Exists(permission.filter(Q(group__user=user.pk) | Q(user=user.pk))),
        )
        .first()
    ) or ([], [], False, False)
    has_second_factor = has_second_factor or not settings.SECOND_FACTOR_REQUIRED
    edits = (user.is_superuser or bool(enters_admin)) and not is_lapsed(user)
    audiences = [(pk, _clauses_from(text)) for pk, text in audience_rows]
    facts = facts_about(user, session, [pk for (pk,) in group_rows], has_second_factor)
    met = _met_by(facts, audiences)
    if has_second_factor or is_lapsed(user):
        return facts, met, edits, False
    return facts, met, False, edits or met != _met_by(facts | {SECOND_FACTOR}, audiences)


@lru_cache(maxsize=10_000)
def _clauses_from(text: str) -> list[list[str]]:
    """Read stored clauses; the same ones are asked for again for every reader."""
    clauses: list[list[str]] = json.loads(text)
    return clauses


def _met_by(facts: frozenset[str], audiences: Iterable[tuple[int, list[list[str]]]]) -> frozenset[int]:
    """Return which of the audiences, given by key with their clauses, somebody meets of whom `facts` are true."""
    return frozenset(pk for pk, clauses in audiences if are_met(clauses, facts))


def limited_to_members(reader: Reader) -> Reader:
    """Return a reader without the rights that not every member has, such as those of their groups (one query)."""
    audiences = Audience.objects.filter(pk__in=reader.audience_ids)
    shared = frozenset(audience.pk for audience in audiences if audience.is_met_by({AUTHENTICATED, MEMBER}))
    return replace(reader, audience_ids=shared, edits=False, facts=reader.facts & {AUTHENTICATED, MEMBER})


def visitor() -> Reader:
    """Return the reader without an account: the one feeds, sitemaps and other public files are made for."""
    return reader_for(AnonymousUser())


def reader_of(request: HttpRequest) -> Reader:
    """Return the reader behind a request, or whom an editor sees it as; computed once per request."""
    from access.view_as import reader_as, viewed_as

    reader = getattr(request, "_reader", None)
    if reader is None:
        reader = own_reader_of(request)
        if reader.edits and (persona := viewed_as(request)):
            reader = reader_as(reader, persona)
        request._reader = reader  # type: ignore[attr-defined]
    return reader


def own_reader_of(request: HttpRequest) -> Reader:
    """Return the reader behind a request, whomever they see the site as; computed once per request."""
    reader = getattr(request, "_own_reader", None)
    if reader is None:
        reader = reader_for(request.user, getattr(request, "session", None))
        request._own_reader = reader  # type: ignore[attr-defined]
    return reader
