"""The tables of the access spine: a thing has one audience, a reader has a set of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

# A clause is a set of alternatives, of which a reader needs one ("group:4", "group:7").
# Conditions are a set of clauses, all of which must be met: conjunctive normal form.
Clause = frozenset[str]
Conditions = frozenset[Clause]

AUTHENTICATED = "authenticated"
MEMBER = "member"
SUPERUSER = "superuser"

EVERYONE: Conditions = frozenset()
# An empty clause has no alternative, so nobody meets it: what has no marking is for editors only.
NOBODY: Conditions = frozenset({frozenset()})


class Marking(models.TextChoices):
    """The TLP 2.0 labels in use (FIRST, Traffic Light Protocol, version 2.0, August 2022)."""

    CLEAR = "CLEAR", _("TLP:CLEAR (everyone)")
    GREEN = "GREEN", _("TLP:GREEN (members)")

    @property
    def conditions(self) -> Conditions:
        """What a reader must meet to read a thing with this marking."""
        return {Marking.CLEAR: EVERYONE, Marking.GREEN: frozenset({frozenset({MEMBER})})}[self]


def conditions_of_marking(marking: str) -> Conditions:
    """Return the conditions of a stored marking; an empty or unknown one is for nobody."""
    try:
        return Marking(marking).conditions
    except ValueError:
        return NOBODY


class AudienceManager(models.Manager["Audience"]):
    """Finds the row of a rule, and makes it when it is new."""

    def for_conditions(self, conditions: Conditions) -> Audience:
        """Return the one audience whose rule is `conditions`, creating it if need be."""
        clauses = sorted(sorted(clause) for clause in conditions)
        canonical = json.dumps(clauses, separators=(",", ":"))
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        return self.get_or_create(digest=digest, defaults={"clauses": clauses})[0]


class Audience(models.Model):
    """A rule made into a row: the distinct combination of conditions a reader must meet.

    `clauses` is a list of lists of facts, e.g. `[["member"], ["wagtail-group:2", "wagtail-group:5"]]`:
    one fact of every inner list must be true of the reader. `[]` is everyone, `[[]]` nobody.
    """

    digest = models.CharField(max_length=64, unique=True)
    clauses = models.JSONField(default=list)

    objects = AudienceManager()

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")

    def __str__(self) -> str:
        return " & ".join(" | ".join(clause) or "nobody" for clause in self.clauses) or "everyone"

    def is_met_by(self, facts: Iterable[str]) -> bool:
        """Tell whether somebody of whom `facts` are true belongs to this audience."""
        known = set(facts)
        return all(known.intersection(clause) for clause in self.clauses)


class PageAccess(models.Model):
    """The access side of one page: its own live marking, and the audience that follows from it.

    Kept for every page type in one table, so that any queryset of pages, a join away, can be limited
    to what a reader may read. A page without a row is readable by nobody.
    """

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="access")
    marking = models.CharField(max_length=16, blank=True)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="pages")

    class Meta:
        verbose_name = _("page access")
        verbose_name_plural = _("page access")

    def __str__(self) -> str:
        return f"{self.page_id}: {self.marking or 'unmarked'} ({self.audience})"


class ContentGeneration(models.Model):
    """One row whose number grows with every change of content, markings or people.

    Part of every cache key of what readers see: a change makes the old keys unreachable at once, in
    all processes, in the transaction of the change itself.
    """

    value = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("content generation")
        verbose_name_plural = _("content generation")

    def __str__(self) -> str:
        return str(self.value)


class MarkedPage(Page):
    """Base of every page of the hub: it carries a marking."""

    marking = models.CharField(
        _("marking"),
        max_length=16,
        choices=Marking.choices,
        blank=True,
        help_text=_(
            "Who may read this, in the Traffic Light Protocol's terms. Without a marking only editors can. "
            "A page is never more open than the section it is in, and translations follow their source."
        ),
    )

    # Markings do what a shared password would do, and can be audited (docs/administrators.md).
    private_page_options = {"password": False, "login": True, "groups": True}

    class Meta:
        abstract = True

    @property
    def tlp(self) -> str:
        """The marking as FIRST writes it, e.g. `TLP:GREEN`, or nothing when it has none."""
        return f"TLP:{self.marking}" if self.marking else ""
