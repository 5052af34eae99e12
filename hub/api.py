"""The API for readers: pages, images and documents as JSON, limited to what its caller may read.

It has the shape of Wagtail's API v3 and is built from its parts, but not its access rule: Wagtail's gives a
signed-in user what they may edit, drafts included, and takes no session. Here a visitor gets what is public,
and somebody with a session or with one of Wagtail's API tokens what they may read, live versions only.
Nothing can be written, and what one may not read is answered as what does not exist.
"""

from __future__ import annotations

import datetime
import mimetypes
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Annotated, Any, Literal

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.db.models.fields.related import ForeignKey, ManyToManyField
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils import translation
from django.views.decorators.cache import cache_control
from ninja import NinjaAPI, Query, Router, Schema
from ninja.errors import ValidationError
from pydantic import AfterValidator, ConfigDict, Field
from wagtail.api import APIField
from wagtail.api.conf import get_model_field
from wagtail.api.utils import get_full_url
from wagtail.api.v3.auth import BearerTokenAuth
from wagtail.api.v3.errors import ProblemDetail, register_exception_handlers
from wagtail.api.v3.schemas.base import build_discriminated_union
from wagtail.api.v3.schemas.generators.read import SchemaGenerator, foreign_key_schema, reverse_related_schema
from wagtail.api.v3.schemas.pages import BasePageMetaSchema, BasePageSchema, SimpleBasePageSchema
from wagtail.fields import StreamField
from wagtail.images.models import SourceImageIOError
from wagtail.models import APIToken, Page, get_page_models
from wagtail.query import PageQuerySet
from wagtail.utils.urlpatterns import decorate_urlpatterns

from access.policy import readable_files, readable_pages
from access.readers import Reader, limited_to_members, reader_for, reader_of
from access.reading import PAGE_TAKEN, record_file_reading, record_page_reading
from knowledge.links import resolve_references
from knowledge.models import HubDocument, HubImage, HubRendition, KnowledgePage

MAX_LIMIT = 100
# Far beyond any list, and still a number that every database takes.
MAX_OFFSET = 1_000_000_000
THUMBNAIL = "max-320x320"
# Stands between texts whose links are resolved together; a control character that nobody types.
SEPARATOR = "\x1f"
# What blocks are told of the request: rich text as HTML, whatever the address asks for. Wagtail's other
# formats name the pages that are linked by their numbers, whether or not the reader may know of them.
RICH_TEXT_AS_HTML = {"request": SimpleNamespace(GET={"rich_text_format": "html"})}

# --- What pages look like ---------------------------------------------------------------------------


class PageSummaryMeta(BasePageMetaSchema):
    """What is said about a page in a list."""

    tlp: str = ""

    @staticmethod
    def resolve_tlp(obj: Page, context: dict[str, Any]) -> str:
        """Return the page's live marking as FIRST writes it."""
        return f"TLP:{obj.access.label}" if obj.access.label else ""


class PageSummary(BasePageSchema):
    """A page in a list; fields asked for with `fields` come besides these."""

    model_config = ConfigDict(extra="allow")

    meta: PageSummaryMeta


class PageMeta(PageSummaryMeta):
    """What is said about a page by itself."""

    seo_title: str | None = None
    search_description: str | None = None
    last_published_at: datetime.datetime | None = None
    parent: SimpleBasePageSchema | None = None

    @staticmethod
    def resolve_parent(obj: Page, context: dict[str, Any]) -> Page | None:
        """Return the section, if the reader may read it."""
        return obj._readable_parent


class PageBase(BasePageSchema):
    """A page by itself; each type adds the fields it declares as `api_fields`."""

    meta: PageMeta


def _concepts_schema(generator: SchemaGenerator, field: Any) -> tuple[Any, Any, Callable | None]:
    """Name concepts by their identifiers, which are stable, and which the filters take."""
    name = field.name

    def resolve(obj: Model) -> list[str]:
        return sorted(concept.slug for concept in getattr(obj, name).all())

    return list[str], [], staticmethod(resolve)


def _body_schema(generator: SchemaGenerator, field: Any) -> tuple[Any, Any, Callable | None]:
    """Give a text block by block."""
    name = field.name

    def resolve(obj: Model) -> Any:
        value = getattr(obj, name)
        return value.stream_block.get_api_representation(value, RICH_TEXT_AS_HTML)

    return list[Any], [], staticmethod(resolve)


def _no_body_schema(generator: SchemaGenerator, field: Any) -> tuple[Any, Any, Callable | None]:
    """Leave a text where it is: each would cost queries of its own."""
    return list[Any], [], staticmethod(lambda obj: [])


def _page_schemas(body_schema: Callable[..., Any]) -> dict[str, type[Schema]]:
    generator = SchemaGenerator()
    generator.register_field_schema(ForeignKey, foreign_key_schema)
    generator.register_field_schema(ForeignObjectRel, reverse_related_schema)
    generator.register_field_schema(ManyToManyField, _concepts_schema)
    generator.register_field_schema(StreamField, body_schema)
    return {label: generator.generate_schema(model, base_class=PageBase) for label, model in PAGE_TYPES.items()}


# The types of which there are pages; not those that others are only made from.
PAGE_TYPES = {model._meta.label: model for model in get_page_models() if model not in {Page, KnowledgePage}}
PAGE_SCHEMAS = _page_schemas(_body_schema)
ROW_SCHEMAS = _page_schemas(_no_body_schema)
PageDetail = build_discriminated_union(list(PAGE_TYPES.values()), lambda model: PAGE_SCHEMAS[model._meta.label])


def _body_fields() -> set[str]:
    fields = [field for model in PAGE_TYPES.values() for field in model._meta.get_fields()]
    return {field.name for field in fields if isinstance(field, StreamField)}


def _declared_fields(models: list[type[Page]]) -> set[str]:
    return {field.name for model in models for field in APIField.get_fields_for_model(model)}


# --- What can be asked ------------------------------------------------------------------------------


def _known_language(value: str) -> str:
    if value not in dict(settings.LANGUAGES):
        raise ValueError("is not a language of this site")
    return value


def _known_type(value: str) -> str:
    if value not in PAGE_TYPES:
        raise ValueError(f"must be one of {', '.join(PAGE_TYPES)}")
    return value


Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$", max_length=100)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
FieldNames = Annotated[str, Field(pattern=r"^[a-z_]+(,[a-z_]+)*$", max_length=500)]


class Window(Schema):
    """Which part of a list is wanted."""

    limit: int = Field(20, ge=1, le=MAX_LIMIT)
    offset: int = Field(0, ge=0, le=MAX_OFFSET)


class PageQuestion(Window):
    """Which pages are wanted, in which order, with which fields."""

    type: list[Annotated[str, AfterValidator(_known_type)]] = []
    locale: Annotated[str, AfterValidator(_known_language)] | None = None
    translation_of: Number | None = None
    child_of: Number | None = None
    topic: Slug | None = None
    sector: Slug | None = None
    country: Annotated[str, Field(pattern=r"^[A-Za-z]{2}$")] | None = None
    order: Literal[
        "id",
        "-id",
        "title",
        "-title",
        "first_published_at",
        "-first_published_at",
        "last_published_at",
        "-last_published_at",
    ] = "id"
    fields: FieldNames | None = None


class PageList(Schema):
    """A part of the list of pages, and how many there are in all."""

    count: int
    items: list[PageSummary]


class ImageDetail(Schema):
    """An image that a page uses.

    `thumbnail_url` is null in lists until the image was asked for by itself once, or if its file is broken.
    """

    id: int
    title: str
    credit: str
    alt: str
    width: int
    height: int
    url: str
    thumbnail_url: str | None = None


class ImageList(Schema):
    """A part of the list of images, and how many there are in all."""

    count: int
    items: list[ImageDetail]


class DocumentDetail(Schema):
    """A file that a page uses: its address, its size in bytes (if known) and its media type."""

    id: int
    title: str
    url: str
    size: int | None = None
    type: str


class DocumentList(Schema):
    """A part of the list of documents, and how many there are in all."""

    count: int
    items: list[DocumentDetail]


# --- Who asks ---------------------------------------------------------------------------------------


def session_user_or_visitor(request: HttpRequest) -> Any:
    """Take the user of the session, or nobody; runs when there is no token, or a wrong one."""
    return request.user


def _reader(request: HttpRequest) -> Reader:
    if isinstance(getattr(request, "auth", None), APIToken):
        # What a browser's session unlocked is not the token's, nor is the second factor that its owner gave there.
        reader = reader_for(request.user)
        return limited_to_members(reader) if settings.SECOND_FACTOR_REQUIRED else reader
    return reader_of(request)


def _pages_for(reader: Reader) -> PageQuerySet:
    """Return what the reader may read; no aliases, which show a text under a language it is not in."""
    pages = Page.objects.filter(depth__gt=1, alias_of__isnull=True)
    return readable_pages(pages, reader).select_related("locale", "content_type", "access")


# --- Answers ----------------------------------------------------------------------------------------


def _answered_here(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep "not found" what it is: Django would look for the same address below a language."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Read by LocaleMiddleware when the answer goes out; an empty list of addresses has no languages.
        request.urlconf = ()  # type: ignore[assignment]
        return view(request, *args, **kwargs)

    return answer


class ReaderAPI(NinjaAPI):
    """An API whose answers no cache keeps: they differ from reader to reader, and end with their rights."""

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        urls = decorate_urlpatterns(super()._get_urls(), _answered_here)
        return decorate_urlpatterns(urls, cache_control(private=True, no_store=True))


api = ReaderAPI(
    title="Knowledge hub",
    version="3.0.0",
    description="Pages, images and documents that the caller may read. Live versions only; nothing is written.",
    # The name by which Wagtail's parts of the API find the addresses of its entries.
    urls_namespace="wagtailapi_v3",
    openapi_url="/openapi.json",
    # The interactive pages load scripts from elsewhere, or run scripts inside the page.
    docs_url=None,
    auth=[BearerTokenAuth(), session_user_or_visitor],
)
register_exception_handlers(api)

pages_router = Router(tags=["pages"])
images_router = Router(tags=["images"])
documents_router = Router(tags=["documents"])
PROBLEMS = {404: ProblemDetail, 422: ProblemDetail}


def _invalid(name: str, message: str) -> ValidationError:
    return ValidationError([{"type": "value_error", "loc": ["query", name], "msg": message}])


@pages_router.get("/", response={200: PageList, 422: ProblemDetail}, url_name="list_pages", operation_id="pages_list")
def list_pages(request: HttpRequest, question: Query[PageQuestion]) -> HttpResponse:
    """List pages. The texts themselves are in each page's own entry."""
    models = [PAGE_TYPES[label] for label in question.type]
    wanted = _wanted_fields(question.fields, models or list(PAGE_TYPES.values()))
    if bodies := wanted & _body_fields():
        raise _invalid("fields", f"Only in a page's own entry: {', '.join(sorted(bodies))}.")
    pages = _narrowed(_pages_for(_reader(request)), question, models)
    count = pages.count()
    rows = list(pages.order_by(question.order, "pk")[question.offset : question.offset + question.limit])
    context = {"request": request}
    items = [PageSummary.model_validate(row, context=context).model_dump(mode="json") for row in rows]
    if wanted:
        declared = _declared_values(rows, wanted, context)
        for item in items:
            item.update(declared[item["id"]])
    return api.create_response(request, {"count": count, "items": items}, status=200)


def _narrowed(pages: PageQuerySet, question: PageQuestion, models: list[type[Page]]) -> PageQuerySet:
    """Apply the filters; around a page the reader may not read there is nothing, as if it were not there."""
    everything = pages
    if models:
        pages = pages.filter(content_type__in=list(ContentType.objects.get_for_models(*models).values()))
    if question.locale:
        pages = pages.filter(locale__language_code=question.locale)
    if question.child_of:
        section = everything.filter(pk=question.child_of).first()
        pages = pages.child_of(section) if section else pages.none()
    if question.translation_of:
        original = everything.filter(pk=question.translation_of).first()
        pages = pages.translation_of(original) if original else pages.none()
    conditions = {
        "topics__slug": question.topic,
        "sectors__slug": question.sector,
        "countries__code": question.country.upper() if question.country else None,
    }
    for lookup, value in conditions.items():
        if value:
            pages = pages.filter(pk__in=KnowledgePage.objects.filter(**{lookup: value}).order_by().values("pk"))
    return pages


def _wanted_fields(names: str | None, models: list[type[Page]]) -> set[str]:
    """Return the fields asked for by name; refuse names that none of the types declares."""
    wanted = set(names.split(",")) if names else set()
    if unknown := wanted - _declared_fields(models):
        raise _invalid("fields", f"No such field: {', '.join(sorted(unknown))}.")
    return wanted


def _declared_values(rows: list[Page], wanted: set[str], context: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Return, by page, the wanted fields that its type declares; queries grow with the types only."""
    ids_by_type: dict[str, list[int]] = {}
    for row in rows:
        ids_by_type.setdefault(row.specific_class._meta.label, []).append(row.pk)
    values: dict[int, dict[str, Any]] = {}
    for label, ids in ids_by_type.items():
        model = PAGE_TYPES[label]
        fields = {name: get_model_field(model, name) for name in _declared_fields([model])}
        relations = [name for name, field in fields.items() if field.one_to_many or field.many_to_many]
        pages = model.objects.filter(pk__in=ids).select_related("locale", "access").prefetch_related(*relations)
        for page in pages.defer(*(_body_fields() & fields.keys())):
            page._readable_parent = None
            found = ROW_SCHEMAS[label].model_validate(page, context=context)
            values[page.pk] = found.model_dump(mode="json", include=wanted)
    return values


@pages_router.get(
    "/{page_id}/", response={200: PageDetail, **PROBLEMS}, url_name="detail_page", operation_id="pages_detail"
)
def get_page(request: HttpRequest, page_id: int, fields: Query[FieldNames | None] = None) -> HttpResponse:
    """Give one page with its texts, in which links lead only to what the reader may read."""
    reader = _reader(request)
    row = _found(_pages_for(reader), page_id)
    label = row.specific_class._meta.label
    wanted = _wanted_fields(fields, [PAGE_TYPES[label]])
    page = row.specific
    page._readable_parent = readable_pages(Page.objects.filter(depth__gt=1).parent_of(row), reader).first()
    page.access = row.access
    record_page_reading(reader, page, PAGE_TAKEN, form="api")
    entry = PAGE_SCHEMAS[label].model_validate(page, context={"request": request})
    content = entry.model_dump(mode="json", include={"id", "meta", "title", *wanted} if wanted else None)
    with translation.override(row.locale.language_code):
        content = _with_links(content, reader)
    return api.create_response(request, content, status=200)


def _found[Kind: Model](things: QuerySet[Kind], pk: int) -> Kind:
    """Return one of the things the reader may have; the same answer whether it is hidden or not there."""
    found = things.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _with_links(content: Any, reader: Reader) -> Any:
    """Turn the references in all texts of an entry into links, together, through the policy."""
    texts: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, str) and "hub:" in value:
            texts.append(value)
        elif isinstance(value, dict):
            for child in value.values():
                collect(child)
        elif isinstance(value, list):
            for child in value:
                collect(child)

    collect(content)
    if not texts:
        return content
    resolved = resolve_references(SEPARATOR.join(texts), reader).split(SEPARATOR)
    if len(resolved) != len(texts):  # Somebody managed to write the separator into a text.
        resolved = [resolve_references(text, reader) for text in texts]
    by_text = dict(zip(texts, resolved, strict=True))

    def replaced(value: Any) -> Any:
        if isinstance(value, str):
            return by_text.get(value, value)
        if isinstance(value, dict):
            return {key: replaced(child) for key, child in value.items()}
        return [replaced(child) for child in value] if isinstance(value, list) else value

    return replaced(content)


@images_router.get(
    "/", response={200: ImageList, 422: ProblemDetail}, url_name="list_images", operation_id="images_list"
)
def list_images(request: HttpRequest, window: Query[Window]) -> dict[str, Any]:
    """List the images that pages use, newest last."""
    images = readable_files(HubImage.objects.prefetch_renditions(THUMBNAIL).order_by("pk"), _reader(request))
    rows = images[window.offset : window.offset + window.limit]
    items = [_image_entry(image, _thumbnails(image), request) for image in rows]
    return {"count": images.count(), "items": items}


@images_router.get(
    "/{image_id}/", response={200: ImageDetail, **PROBLEMS}, url_name="detail_image", operation_id="images_detail"
)
def get_image(request: HttpRequest, image_id: int) -> dict[str, Any]:
    """Give one image that a page uses."""
    reader = _reader(request)
    image = _found(readable_files(HubImage.objects.all(), reader), image_id)
    record_file_reading(reader, image)
    try:
        thumbnails = [image.get_rendition(THUMBNAIL)]
    except (SourceImageIOError, OSError):
        thumbnails = []
    return _image_entry(image, thumbnails, request)


def _thumbnails(image: HubImage) -> list[HubRendition]:
    """Return the thumbnail if it was made already: making them for a whole list would take too long."""
    return [each for each in image.prefetched_renditions if each.filter_spec == THUMBNAIL]


def _image_entry(image: HubImage, thumbnails: list[HubRendition], request: HttpRequest) -> dict[str, Any]:
    return {
        "id": image.pk,
        "title": image.title,
        "credit": image.credit,
        "alt": image.description,
        "width": image.width,
        "height": image.height,
        "url": get_full_url(request, image.file.url),
        "thumbnail_url": get_full_url(request, thumbnails[0].url) if thumbnails else None,
    }


@documents_router.get(
    "/", response={200: DocumentList, 422: ProblemDetail}, url_name="list_documents", operation_id="documents_list"
)
def list_documents(request: HttpRequest, window: Query[Window]) -> dict[str, Any]:
    """List the documents that pages use, newest last."""
    documents = readable_files(HubDocument.objects.order_by("pk"), _reader(request))
    rows = documents[window.offset : window.offset + window.limit]
    return {"count": documents.count(), "items": [_document_entry(document, request) for document in rows]}


@documents_router.get(
    "/{document_id}/",
    response={200: DocumentDetail, **PROBLEMS},
    url_name="detail_document",
    operation_id="documents_detail",
)
def get_document(request: HttpRequest, document_id: int) -> dict[str, Any]:
    """Give one document that a page uses."""
    reader = _reader(request)
    document = _found(readable_files(HubDocument.objects.all(), reader), document_id)
    record_file_reading(reader, document)
    if document.file_size is None:
        with suppress(OSError):  # When the file is gone, its record says what it can.
            document.file_size = document.file.size
    return _document_entry(document, request)


def _document_entry(document: HubDocument, request: HttpRequest) -> dict[str, Any]:
    return {
        "id": document.pk,
        "title": document.title,
        "url": get_full_url(request, document.url),
        "size": document.file_size,
        "type": mimetypes.guess_type(document.filename)[0] or "application/octet-stream",
    }


api.add_router("/v3/pages/", pages_router)
api.add_router("/v3/images/", images_router)
api.add_router("/v3/documents/", documents_router)
