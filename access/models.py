"""The tables of the access spine: a thing has one audience, a reader has a set of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from access import among  # noqa: F401 - so that queries of these tables know it

# A clause is a set of alternatives, of which a reader needs one ("group:4", "group:7").
# Conditions are a set of clauses, all of which must be met: conjunctive normal form.
Clause = frozenset[str]
Conditions = frozenset[Clause]

AUTHENTICATED = "authenticated"
MEMBER = "member"
SUPERUSER = "superuser"
SECOND_FACTOR = "second-factor"
# What a thing may be shared with by name: facts that begin so, with a primary key behind.
GROUP = "wagtail-group:"
ORGANISATION = "organisation:"
PERSON = "person:"

EVERYONE: Conditions = frozenset()
# An empty clause has no alternative, so nobody meets it: what has no marking is for editors only.
NOBODY: Conditions = frozenset({frozenset()})


class Marking(models.TextChoices):
    """The TLP 2.0 labels, from the most open on (FIRST, Traffic Light Protocol, version 2.0, August 2022)."""

    CLEAR = "CLEAR", _("TLP:CLEAR (everyone)")
    GREEN = "GREEN", _("TLP:GREEN (members)")
    AMBER = "AMBER", _("TLP:AMBER (members of the named groups)")
    AMBER_STRICT = "AMBER+STRICT", _("TLP:AMBER+STRICT (members of the named organisations)")
    RED = "RED", _("TLP:RED (the named people)")

    @property
    def rank(self) -> int:
        """How restricted it is: 0 for CLEAR to 4 for RED."""
        return list(Marking).index(self)

    @property
    def names(self) -> str:
        """What facts begin with that things of this marking are shared with; nothing where nobody is named."""
        return {Marking.AMBER: GROUP, Marking.AMBER_STRICT: ORGANISATION, Marking.RED: PERSON}.get(self, "")


def conditions_of_marking(marking: str, shared_with: Iterable[str] = ()) -> Conditions:
    """Return what a reader must meet to read a thing of its own marking, whatever section it is in.

    Args:
        marking: as stored; an empty or unknown one is for nobody.
        shared_with: the facts that name groups, organisations or people. Those of another kind than the
            marking names do not count; a restricted thing that names nobody is for nobody.
    """
    if marking not in Marking.values:
        return NOBODY
    known = Marking(marking)
    if known == Marking.CLEAR:
        return EVERYONE
    conditions = {frozenset({MEMBER})}
    if known.names:
        conditions |= {
            frozenset(fact for fact in shared_with if fact.startswith(known.names)),
            frozenset({SECOND_FACTOR}),
        }
    return frozenset(conditions)


def are_met(clauses: Iterable[Iterable[str]], facts: frozenset[str]) -> bool:
    """Tell whether somebody of whom `facts` are true meets conditions, given as clauses."""
    return not any(facts.isdisjoint(clause) for clause in clauses)


def is_wider(after: Conditions, before: Conditions) -> bool:
    """Tell whether somebody could meet `after` who does not meet `before`.

    Nobody can if every clause of `before` is asked for by a clause of `after` that leaves no more alternatives.
    """
    return not all(any(all(_fulfils(fact, clause) for fact in asked) for asked in after) for clause in before)


def _fulfils(fact: str, clause: Clause) -> bool:
    """Tell whether whoever a fact is true of meets a clause; all but page passwords are true of accounts only."""
    return fact in clause or (AUTHENTICATED in clause and not fact.startswith("password:"))


def strictest(markings: Iterable[str]) -> str:
    """Return the most restricted of several markings; nothing when one of them is missing or unknown."""
    ranks = {marking.value: marking.rank for marking in Marking}
    known = list(markings)
    if any(marking not in ranks for marking in known):
        return ""
    return max(known, key=ranks.__getitem__, default=Marking.CLEAR.value)


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

    @property
    def conditions(self) -> Conditions:
        """The rule as `conditions_of_marking` gives it."""
        return frozenset(frozenset(clause) for clause in self.clauses)

    def is_met_by(self, facts: Iterable[str]) -> bool:
        """Tell whether somebody of whom `facts` are true belongs to this audience."""
        return are_met(self.clauses, frozenset(facts))


class PageAccess(models.Model):
    """The access side of one page: its own live marking, and the audience and label that follow from it.

    `label` is the marking shown to readers: the strictest of the page's own and those of its sections and its
    source. It follows FIRST's rule that what is passed on keeps the restriction it was received under.

    Kept for every page type in one table, so that any queryset of pages, a join away, can be limited
    to what a reader may read. A page without a row is readable by nobody.
    """

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="access")
    marking = models.CharField(max_length=16, blank=True)
    shared_with = models.JSONField(default=list, blank=True)
    label = models.CharField(max_length=16, blank=True)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="pages")
    # What the latest draft would ask of a reader: editors without it do not see the draft either.
    draft_audience = models.ForeignKey(
        Audience, null=True, blank=True, on_delete=models.PROTECT, related_name="pages_in_draft"
    )

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


class AppendedOnlyError(Exception):
    """Raised when an entry of the audit would be changed or deleted."""


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Entries to read; the database would refuse the rest, this says so before."""

    def update(self, **values: Any) -> int:
        """Refuse."""
        raise AppendedOnlyError

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        """Refuse."""
        raise AppendedOnlyError

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse; `audit.purge` removes what was kept long enough."""
        raise AppendedOnlyError


class AuditEntry(models.Model):
    """One thing that was done, for those who answer for it. Appended only: the database itself refuses to change it.

    Actor and subject are kept by their keys, not by relations or names: an entry outlives both, says nothing of an
    erased person but a number that nobody has any more, and does not give the title of a page away.
    """

    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True, editable=False)
    action = models.CharField(_("action"), max_length=60, db_index=True, editable=False)
    actor_key = models.BigIntegerField(_("person"), null=True, db_index=True, editable=False)
    subject_type = models.CharField(_("kind of subject"), max_length=100, blank=True, editable=False)
    subject_key = models.CharField(_("key of subject"), max_length=64, blank=True, editable=False)
    marking = models.CharField(_("marking"), max_length=16, blank=True, editable=False)
    details = models.JSONField(_("details"), default=dict, editable=False)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject_type", "subject_key"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_type} {self.subject_key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; an entry that is there stays as it is."""
        if not self._state.adding:
            raise AppendedOnlyError
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AppendedOnlyError


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

    shared_with = models.JSONField(
        _("shared with"),
        default=list,
        blank=True,
        help_text=_("The groups, organisations or people that the marking names."),
    )
    marking_reason = models.CharField(
        _("reason for opening this up"),
        max_length=500,
        blank=True,
        help_text=_("Needed when more people could read this than before. It is kept in the audit."),
    )

    # Markings do what a shared password would do, and can be audited (docs/administrators.md).
    private_page_options = {"password": False, "login": True, "groups": True}

    class Meta:
        abstract = True

    def save_revision(self, *args: Any, **kwargs: Any) -> Any:
        """Remember whom the draft is for, beside whom the live text is for."""
        revision = super().save_revision(*args, **kwargs)
        conditions = conditions_of_marking(self.marking, self.shared_with)
        audience = Audience.objects.for_conditions(conditions)
        PageAccess.objects.filter(page=self.pk).update(draft_audience=audience)
        if self.live and conditions != EVERYONE and self.draft_title != self.title_as_live():
            # Wagtail shows the draft's title wherever the page is named, also to those who may read only what is live.
            type(self)._base_manager.filter(pk=self.pk).update(draft_title=F("title"))
        return revision

    def title_as_live(self) -> str:
        """Return the title of what is live (a query)."""
        return Page.objects.filter(pk=self.pk).values_list("title", flat=True).first() or ""

    def get_admin_display_title(self) -> str:
        """Return what the page is called in the admin, without its name for those who are not cleared for it."""
        from access.clearance import may_name_page

        return super().get_admin_display_title() if may_name_page(self) else gettext("Restricted page")

    def permissions_for_user(self, user: Any) -> Any:
        """Return what a user may do with the page in the admin: nothing without clearance."""
        from access.clearance import ClearedPageTester

        return ClearedPageTester(user, self)

    @property
    def tlp(self) -> str:
        """The marking as FIRST writes it, e.g. `TLP:GREEN`, or nothing when it has none."""
        return f"TLP:{self.label}" if self.label else ""

    @property
    def label(self) -> str:
        """The marking readers are shown: the page's own, or a stricter one of its section (a query if not loaded)."""
        access = getattr(self, "access", None)
        return strictest([self.marking, access.label]) if access is not None else self.marking
