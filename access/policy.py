"""The one policy: who may read what. Every surface asks here, none decides by itself."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, Model, OuterRef, QuerySet
from django.db.models.functions import Cast
from wagtail.models import Page, ReferenceIndex

from access.models import EVERYONE, Audience
from access.readers import Reader


def readable_pages[PageType: Page](pages: QuerySet[PageType], reader: Reader) -> QuerySet[PageType]:
    """Limit a queryset of pages of any type to the live ones that the reader may read."""
    return pages.filter(live=True, access__audience_id__in=sorted(reader.audience_ids))


def may_read_page(page: Page, reader: Reader) -> bool:
    """Tell whether the reader may read a page as it is live now (one query)."""
    return readable_pages(Page.objects.filter(pk=page.pk), reader).exists()


def pages_using(file: Model) -> QuerySet[Page]:
    """Return the pages whose saved content refers to an image or document, by Wagtail's reference index."""
    references = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(file, for_concrete_model=False),
        to_object_id=str(file.pk),
        base_content_type=ContentType.objects.get_for_model(Page),
    )
    ids = {int(pk) for pk in references.values_list("object_id", flat=True)}
    return Page.objects.filter(pk__in=ids)


def may_read_file(file: Model, reader: Reader) -> bool:
    """Tell whether the reader may have an image, one of its renditions, or a document.

    A file is as open as the most open live page that uses it. One that no readable page uses is for
    those who can choose it in the admin.
    """
    return reader.edits or readable_pages(pages_using(file), reader).exists()


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
    return files.filter(Exists(references))


def is_public_file(file: Model) -> bool:
    """Tell whether everyone may have the file, so that shared caches may keep it."""
    everyone = Audience.objects.for_conditions(EVERYONE)
    return pages_using(file).filter(live=True, access__audience=everyone).exists()
