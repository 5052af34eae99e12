"""The one policy: who may read what. Every surface asks here, none decides by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from wagtail.models import Collection, CollectionMember, CollectionViewRestriction, Page, ReferenceIndex
from wagtail.permissions import policy_registry

from access.audiences import conditions_of_restriction
from access.models import EVERYONE, SUPERUSER, Audience
from access.readers import Reader


def readable_pages[PageType: Page](pages: QuerySet[PageType], reader: Reader) -> QuerySet[PageType]:
    """Limit a queryset of pages of any type to the live ones that the reader may read."""
    return pages.filter(live=True, access__audience__among=reader.audience_ids)


def may_read_page(page: Page, reader: Reader) -> bool:
    """Tell whether the reader may read a page as it is live now (one query)."""
    return readable_pages(Page.objects.filter(pk=page.pk), reader).exists()


def public_pages[PageType: Page](pages: QuerySet[PageType]) -> QuerySet[PageType]:
    """Limit a queryset of pages to the live ones that everyone may read, as the surrounding transaction has them."""
    return pages.filter(live=True, access__audience=Audience.objects.for_conditions(EVERYONE))


def is_public_page(page: Page) -> bool:
    """Tell whether everyone may read a page as it is live now (no query if its audience was loaded with it)."""
    access = getattr(page, "access", None)
    return page.live and access is not None and access.audience.is_met_by(())


def pages_using(file: Model) -> QuerySet[Page]:
    """Return the pages whose saved content refers to an image or document, by Wagtail's reference index."""
    references = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(file, for_concrete_model=False),
        to_object_id=str(file.pk),
        base_content_type=ContentType.objects.get_for_model(Page),
    )
    ids = {int(pk) for pk in references.values_list("object_id", flat=True)}
    return Page.objects.filter(pk__in=ids)


def may_read_file(file: CollectionMember, reader: Reader) -> bool:
    """Tell whether the reader may have an image, one of its renditions, or a document.

    A file is as open as the most open live page that uses it, unless its own marking or Wagtail's privacy setting
    of its collection closes it. Besides, it is for those who may choose it in the admin, or edit a page that uses it.
    """
    pages = pages_using(file)
    if not own_marking_lets(file, reader):
        return False
    is_on_readable_page = readable_pages(pages, reader).exists()
    if is_on_readable_page and not _collections_closed_to(reader).filter(pk=file.collection_id).exists():
        return True
    return reader.edits and _may_work_with(file, pages, reader)


def own_marking_lets(file: Any, reader: Reader) -> bool:
    """Tell whether a file's own marking, if it has one, lets the reader have it; administrators see to all files.

    What a page shows of a file, its title and thumbnail as much as its address, asks this besides the page's policy.
    """
    audience_id = getattr(file, "audience_id", None)
    return audience_id is None or audience_id in reader.audience_ids or _is_administrator(reader)


def _is_administrator(reader: Reader) -> bool:
    """Tell whether somebody sees to everything, and does so now: not as somebody else, nor without a second factor."""
    return reader.edits and SUPERUSER in reader.facts


def _not_closed_by_own_marking(audience_ids: Iterable[int]) -> Q:
    """Return the condition, for queries of files, that their own marking does not close them to these audiences."""
    return Q(audience=None) | Q(audience__among=audience_ids)


def _may_work_with(file: CollectionMember, pages: QuerySet[Page], reader: Reader) -> bool:
    """Tell whether somebody in the admin may choose a file, or edit one of the pages that use it."""
    policy = policy_registry.get_by_type(type(file))
    if policy.user_has_any_permission_for_instance(reader.user, ["add", "change", "choose"], file):
        return True
    editable = policy_registry.get_by_type(Page).instances_user_has_any_permission_for(
        reader.user, ["change", "publish"]
    )
    return editable.filter(pk__in=pages.values("pk")).exists()


def _collections_closed_to(reader: Reader) -> QuerySet[Collection]:
    """Return the collections that Wagtail's privacy settings, theirs or one's above, keep from the reader."""
    restrictions = list(CollectionViewRestriction.objects.select_related("collection").prefetch_related("groups"))
    closed = Q(pk__in=[])
    for restriction in restrictions:
        # Passwords are not offered, and a page's must not open a collection: no clause of one is met here.
        if not all(reader.facts & clause for clause in conditions_of_restriction(restriction)):
            closed |= Q(path__startswith=restriction.collection.path)
    return Collection.objects.filter(closed)


def readable_files[FileType: Model](files: QuerySet[FileType], reader: Reader) -> QuerySet[FileType]:
    """Limit a queryset of images or of documents to those that a page the reader may read uses.

    The same rule as `may_read_file` in one query for all, but without what only editors see: no page
    that is live uses it yet.
    """
    # Wagtail keeps the keys of both ends of a reference as text, for models of any kind.
    pages = readable_pages(Page.objects.order_by(), reader).values_list(Cast("pk", CharField()))
    references = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(files.model, for_concrete_model=False),
        to_object_id=Cast(OuterRef("pk"), CharField()),
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id__in=pages,
    )
    files = files.filter(_not_closed_by_own_marking(reader.audience_ids))
    return files.filter(Exists(references)).exclude(collection__in=_collections_closed_to(reader))


def is_closed_by_itself() -> ExpressionWrapper:
    """Tell, in a query for files, whether own marking or Wagtail's privacy of the collection keep it from anybody."""
    asked = ExpressionWrapper(OuterRef("collection__path"), output_field=CharField())
    restrictions = CollectionViewRestriction.objects.annotate(asked=asked)
    in_closed_collection = Exists(restrictions.filter(asked__startswith=F("collection__path")))
    open_to_all = Q(audience=None) | Q(audience__clauses=[])
    return ExpressionWrapper(in_closed_collection | ~open_to_all, output_field=BooleanField())


def is_public_with_its_page(file: Any, page: Page) -> bool:
    """Tell whether everyone may have a file that a page uses (no query if `is_closed` was loaded)."""
    if not is_public_page(page):
        return False
    return not file.is_closed if hasattr(file, "is_closed") else is_public_file(file)


def is_public_file(file: CollectionMember) -> bool:
    """Tell whether everyone may have the file, so that shared caches may keep it."""
    if not public_pages(pages_using(file)).exists():
        return False
    own = getattr(file, "audience", None)
    if own is not None and not own.is_met_by(()):
        return False
    return not Collection.objects.get(pk=file.collection_id).get_view_restrictions().exists()
