"""What is done in the background."""

from __future__ import annotations

from collections import defaultdict

from django.conf import settings
from django.urls import reverse
from django_tasks import task
from wagtail.models import Page
from wagtail.permissions import policy_registry

from knowledge.remarking import mark_next
from members.letters import write_letter
from members.models import User


@task()
def tell_of_lost_readers(page_ids: list[int]) -> int:
    """Write to owners and moderators of pages that nobody but editors may read any more; without their titles.

    Args:
        page_ids: of live pages whose group, organisation or person is gone.

    Returns:
        How many people were written to.
    """
    policy = policy_registry.get_by_type(Page)
    pages_of: dict[User, list[int]] = defaultdict(list)
    for page in Page.objects.filter(pk__in=page_ids).select_related("owner"):
        told = set(policy.users_with_permission_for_instance("publish", page))
        if page.owner is not None and page.owner.is_active:
            told.add(page.owner)
        for user in told:
            pages_of[user].append(page.pk)
    for user, pks in pages_of.items():
        addresses = [f"{settings.BASE_URL}{reverse('wagtailadmin_pages:edit', args=[pk])}" for pk in pks]
        write_letter("lost_readers", user.email, user.language, addresses=addresses)
    return len(pages_of)


@task()
def mark_section(remarking_id: int) -> int:
    """Mark a section page by page until all are done; what was cut off goes on where it stopped.

    Returns:
        How many pages have the marking.
    """
    remarking = mark_next(remarking_id)
    while remarking.finished_at is None and not remarking.waits_for_approval:
        remarking = mark_next(remarking_id)
    return remarking.done


@task()
def read_document_text(document_id: int) -> bool:
    """Read the text of a document for search; return whether it has one now."""
    from knowledge.document_texts import read_document

    return read_document(document_id)
