"""What becomes of things that are shared with a group, an organisation or a person that is gone."""

from __future__ import annotations

from django.apps import apps
from django.db import transaction
from wagtail.models import Page

from access import audit
from access.audiences import refresh_audiences
from access.files import MarkedFile
from access.models import Audience, Marking, PageAccess
from access.signals import readers_lost


@transaction.atomic
def forget_name(fact: str) -> set[int]:
    """Take a group, organisation or person out of all that is shared with it: markings, drafts, files.

    What it was shared with alone is for editors only from now on; `readers_lost` tells whose pages these are.

    Args:
        fact: as in `shared_with`, e.g. `wagtail-group:4`. Its key is never given to anything else.

    Returns:
        The primary keys of the live originals that nobody may read any more.
    """
    named = {
        pk
        for pk, facts in PageAccess.objects.exclude(shared_with=[]).values_list("page", "shared_with")
        if fact in facts
    }
    lost = set()
    for page in Page.objects.filter(pk__in=named).specific():
        shared_with = [each for each in page.shared_with if each != fact]
        type(page)._base_manager.filter(pk=page.pk).update(shared_with=shared_with)
        PageAccess.objects.filter(page=page.pk).update(shared_with=shared_with)
        kind = Marking(page.marking).names if page.marking in Marking.values else ""
        if kind and not any(each.startswith(kind) for each in shared_with):
            audit.record("page.lost-readers", subject=page, details={"was shared with": fact}, marking=page.marking)
            if page.live and page.alias_of_id is None:
                lost.add(page.pk)
    refresh_audiences(named)
    _forget_in_drafts(fact)
    _forget_in_files(fact)
    if lost:
        readers_lost.send(sender=PageAccess, page_ids=lost)
    return lost


def _forget_in_drafts(fact: str) -> None:
    for audience in Audience.objects.exclude(pages_in_draft=None).distinct():
        if any(fact in clause for clause in audience.clauses):
            conditions = frozenset(clause - {fact} for clause in audience.conditions)
            PageAccess.objects.filter(draft_audience=audience).update(
                draft_audience=Audience.objects.for_conditions(conditions)
            )


def _forget_in_files(fact: str) -> None:
    for model in apps.get_models():
        if not issubclass(model, MarkedFile):
            continue
        for file in model._default_manager.exclude(shared_with=[]):
            if fact in file.shared_with:
                file.shared_with = [each for each in file.shared_with if each != fact]
                file.save(update_fields=["shared_with"])
