"""A reader: a visitor or a user, with the set of audiences they belong to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from wagtail.models import PageViewRestriction

from access.generation import cached_for_generation, current_generation
from access.models import AUTHENTICATED, MEMBER, SUPERUSER, Audience

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
    """

    audience_ids: frozenset[int]
    is_member: bool
    is_signed_in: bool
    edits: bool
    generation: int
    user: object

    @property
    def fingerprint(self) -> str:
        """The same for all readers with the same rights; part of the key of what is cached for them."""
        text = f"{sorted(self.audience_ids)}|{self.is_signed_in}|{self.is_member}|{self.edits}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def facts_about(user, session: SessionBase | None = None, generation: int | None = None) -> frozenset[str]:
    """Return what is true of a user, in the words audiences are written in.

    Args:
        user: a user or `AnonymousUser`; `user.is_member` says whether they are vetted.
        session: where Wagtail keeps which page passwords were given.
        generation: when given, group membership is cached for this content generation.
    """
    facts: set[str] = set()
    if session is not None:
        passed = session.get(PageViewRestriction.passed_view_restrictions_session_key, [])
        facts.update(f"password:{pk}" for pk in passed)
    if not user.is_authenticated or not user.is_active:
        return frozenset(facts)

    facts.update({AUTHENTICATED, f"person:{user.pk}"})
    if user.is_member:
        facts.add(MEMBER)
    if user.is_superuser:
        facts.add(SUPERUSER)

    def group_facts() -> list[str]:
        return [f"wagtail-group:{pk}" for pk in user.groups.values_list("pk", flat=True)]

    if generation is None:
        facts.update(group_facts())
    else:
        facts.update(cached_for_generation(f"groups-of:{user.pk}", generation, group_facts))
    return frozenset(facts)


def reader_for(user, session: SessionBase | None = None) -> Reader:
    """Return the reader that a user (or visitor) is now: one query when cached, three or four when not."""
    generation = current_generation()
    facts = facts_about(user, session, generation)
    digest = hashlib.sha256("|".join(sorted(facts)).encode()).hexdigest()

    def audiences_met() -> list[int]:
        return [audience.pk for audience in Audience.objects.all() if audience.is_met_by(facts)]

    audience_ids = cached_for_generation(f"audiences-of:{digest}", generation, audiences_met)
    is_signed_in = AUTHENTICATED in facts
    edits = is_signed_in and cached_for_generation(
        f"edits:{user.pk}", generation, lambda: user.has_perm(ADMIN_PERMISSION)
    )
    return Reader(
        audience_ids=frozenset(audience_ids),
        is_member=MEMBER in facts,
        is_signed_in=is_signed_in,
        edits=bool(edits),
        generation=generation,
        user=user,
    )


def visitor() -> Reader:
    """Return the reader without an account: the one feeds, sitemaps and other public files are made for."""
    return reader_for(AnonymousUser())


def reader_of(request: HttpRequest) -> Reader:
    """Return the reader behind a request, computed once per request."""
    reader = getattr(request, "_reader", None)
    if reader is None:
        reader = reader_for(request.user, getattr(request, "session", None))
        request._reader = reader  # type: ignore[attr-defined]
    return reader
