"""“View as…”: an editor sees pages and searches as somebody with fewer rights does, and never more than their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AnonymousUser, Group
from django.http import HttpRequest
from django.utils.translation import gettext as _

from access.models import AUTHENTICATED, GROUP, MEMBER, SECOND_FACTOR, SUPERUSER, Audience
from access.readers import Reader

SESSION_KEY = "view_as"
VISITOR = "visitor"
# The admin shows what a role may edit, whoever it is viewed as.
ADMIN_PREFIX = "/admin/"


def facts_of_persona(persona: str) -> frozenset[str] | None:
    """Return what is true of a persona: of a visitor, a member, or a member of a group; None if it is not one.

    Args:
        persona: `visitor`, `member`, or `wagtail-group:` and a primary key.
    """
    if persona == VISITOR:
        return frozenset()
    if persona == MEMBER:
        return frozenset({AUTHENTICATED, MEMBER})
    key = persona.removeprefix(GROUP)
    if persona != key and key.isdecimal():
        return frozenset({AUTHENTICATED, MEMBER, SECOND_FACTOR, persona})
    return None


def name_of_persona(persona: str) -> str:
    """Return what a persona is called, in the active language."""
    if persona == VISITOR:
        return _("a visitor without an account")
    if persona == MEMBER:
        return _("a member")
    group = Group.objects.filter(pk=persona.removeprefix(GROUP)).first()
    return _("a member of “%(group)s”") % {"group": group.name if group else "?"}


def personas() -> list[tuple[str, str]]:
    """Return the personas there are, with what they are called."""
    groups = [f"{GROUP}{pk}" for pk in Group.objects.order_by("name").values_list("pk", flat=True)]
    return [(persona, name_of_persona(persona)) for persona in (VISITOR, MEMBER, *groups)]


def viewed_as(request: HttpRequest) -> str:
    """Return the persona somebody chose to see the site as; nothing in the admin, or when they chose none."""
    session: Any = getattr(request, "session", None)
    if session is None or not request.user.is_authenticated or request.path.startswith(ADMIN_PREFIX):
        return ""
    return str(session.get(SESSION_KEY, ""))


def reader_as(reader: Reader, persona: str) -> Reader:
    """Return the reader that an editor sees the site as (one query).

    What the persona may read that the editor may not stays unseen; administrators may see everything.
    """
    facts = facts_of_persona(persona)
    if facts is None or not reader.edits:
        return reader
    met = {audience.pk for audience in Audience.objects.all() if audience.is_met_by(facts)}
    return replace(
        reader,
        audience_ids=frozenset(met if SUPERUSER in reader.facts else met & reader.audience_ids),
        is_member=MEMBER in facts,
        is_signed_in=AUTHENTICATED in facts,
        edits=False,
        facts=facts,
        user=reader.user if facts else AnonymousUser(),
        persona=persona,
    )
