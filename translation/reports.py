"""Reports on how far the languages are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import ContentTypeFilter, WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import PageReportView
from wagtail.coreutils import get_content_type_label
from wagtail.models import Page, get_page_content_types
from wagtail_localize.models import Translation
from wagtail_localize.views.report import TranslationsReportView

from access.languages import language_name
from access.permissions import PermissionMixin
from access.readers import Reader, own_reader_of
from access.spreadsheets import plain_cell
from knowledge.reports import editable_pages, language_of, originals, type_of
from members.models import User
from translation.limits import translatable
from translation.models import TranslationWish
from translation.queries import (
    CURRENT,
    DRAFT,
    MISSING,
    OUTDATED,
    has_pending,
    left_name,
    pending_reasons,
    state_name,
    texts_left_of,
    with_texts_left,
    with_translation_states,
)
from translation.roles import USE_DESK

LANGUAGE_CODES = [code for code, _name in settings.LANGUAGES]
REVIEW, MACHINE, DONE, OPEN = "review", "machine", "current", "open"
# What a cell says. "In review" and "made by a machine" are said of what is begun or outdated.
STATES = {
    MISSING: _("Missing"),
    DRAFT: _("In work"),
    REVIEW: _("In review"),
    MACHINE: _("Machine-made"),
    OUTDATED: _("Out of date"),
    DONE: _("Current"),
}
CHOICES = {OPEN: _("Anything to do"), **STATES}


def cell_of(page: Page, language_code: str) -> tuple[str, int]:
    """Return the state of an original in a language, and how many texts are to be done.

    The page comes from `matrix_pages`, through `add_what_is_shown`. The state of its own language is an empty text.
    """
    if page.locale.language_code == language_code:
        return "", 0
    state = getattr(page, state_name(language_code)) or DONE
    left = page.left[language_code]
    if state == MISSING:
        return state, 0
    for reason in (REVIEW, MACHINE) if left else ():
        if reason in page.pending[language_code]:
            return reason, left
    return state, left


def cell_text(state: str, left: int) -> str:
    """Return what a cell says: "Out of date (3)"."""
    label = str(STATES.get(state, ""))
    return f"{label} ({left})" if left else label


def _condition(language_code: str, state: str) -> Q:
    name = state_name(language_code)
    if state == OPEN:
        return Q(**{f"{name}__in": [MISSING, DRAFT, OUTDATED]})
    if state in (REVIEW, MACHINE):
        return Q(has_pending(language_code, state))
    if state == DONE:
        return Q(**{name: CURRENT}) & ~Q(locale__language_code=language_code)
    return Q(**{name: state})


class MatrixFilterSet(WagtailFilterSet):
    """Filters of the matrix: language, state, section, type, and (added by Wagtail) language of the source."""

    into = django_filters.ChoiceFilter(
        label=_("Translation into"), choices=lambda: settings.LANGUAGES, method="filter_into"
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=list(CHOICES.items()), method="filter_into")
    section = django_filters.ModelChoiceFilter(
        label=_("Section"), queryset=lambda request: sections_of(request.user), method="in_section"
    )
    content_type = ContentTypeFilter(
        label=_("Type"),
        queryset=lambda request: get_page_content_types(include_base_page_type=False),
    )

    class Meta:
        model = Page
        fields = ["into", "state", "section", "content_type"]

    def filter_into(self, pages: QuerySet[Page], name: str, value: str) -> QuerySet[Page]:
        """Keep pages that are in the chosen state in the chosen language, or in any."""
        chosen = self.form.cleaned_data
        if not chosen.get("state"):
            return pages
        condition = Q(pk__in=[])
        for code in [chosen["into"]] if chosen.get("into") else LANGUAGE_CODES:
            condition |= _condition(code, chosen["state"])
        return pages.filter(condition)

    def in_section(self, pages: QuerySet[Page], name: str, value: Page) -> QuerySet[Page]:
        """Keep what is below a section, in whatever language it was written."""
        versions = Page.objects.filter(translation_key=value.translation_key).values_list("path", flat=True)
        condition = Q(pk__in=[])
        for path in versions:
            condition |= Q(path__startswith=path)
        return pages.filter(condition)


def sections_of(user: User | AnonymousUser) -> QuerySet[Page]:
    """Return the sections in the site's first language that somebody finds pages of the matrix in."""
    home = Page.objects.filter(depth=2, locale__language_code=settings.LANGUAGE_CODE)
    return Page.objects.child_of(home.first()).filter(live=True) if home.exists() else Page.objects.none()


def matrix_pages(user: User | AnonymousUser, reader: Reader) -> QuerySet[Page]:
    """Return the live originals that somebody may edit, or read, with their states in all languages."""
    pages = Page.objects.filter(
        Q(pk__in=editable_pages(user).values("pk")) | Q(access__audience__among=reader.audience_ids), live=True
    )
    return with_translation_states(originals(pages))


def add_what_is_shown(pages: Iterable[Page], user: User | AnonymousUser) -> None:
    """Add to pages of the matrix, by language, texts `left`, what texts are `pending` for, and the `desks` they are on.

    Three queries besides the user's permissions; only what is shown needs them.
    """
    keys = [page.translation_key for page in pages]
    reasons, left = pending_reasons(keys), texts_left_of(keys)
    desks = translatable(user).filter(source__object_id__in=keys)
    found = {
        (key, code): pk
        for key, code, pk in desks.values_list("source__object_id", "target_locale__language_code", "pk")
    }
    for page in pages:
        page.left = {code: left.get((page.translation_key, page.locale_id, code), 0) for code in LANGUAGE_CODES}
        page.pending = {code: reasons.get((page.translation_key, code), set()) for code in LANGUAGE_CODES}
        page.desks = {code: found.get((page.translation_key, code)) for code in LANGUAGE_CODES}


class MatrixView(PermissionMixin, PageReportView):
    """Every piece of content in every language (people with the desk, of what they may edit or read)."""

    permission = USE_DESK
    page_title = _("Languages")
    header_icon = "wagtail-localize-language"
    results_template_name = "translation/admin/matrix_results.html"
    index_url_name = "translation_matrix"
    index_results_url_name = "translation_matrix_results"
    filterset_class = MatrixFilterSet
    any_permission_required = ["change", "publish"]
    default_ordering = ("-wanted", "title")
    list_export = ["title", "content_type", "locale", "wanted", *[f"cell_{code}" for code in LANGUAGE_CODES]]
    custom_field_preprocess = {
        name: {"csv": preprocess, "xlsx": preprocess}
        for name, preprocess in {
            "title": plain_cell,
            "content_type": get_content_type_label,
            "locale": lambda locale: language_name(locale.language_code),
        }.items()
    }

    @cached_property
    def columns(self) -> list[Column]:
        """What it is, and one column for each language."""
        return [
            TitleColumn("title", label=_("Title"), url_name="wagtailadmin_pages:edit"),
            Column("type", label=_("Type"), accessor=type_of),
            Column("language", label=_("Written in"), accessor=language_of),
            Column("wanted", label=_("Asked for by members"), sort_key="wanted"),
            *[
                CellColumn(
                    f"cell_{code}",
                    label=language_name(code),
                    sort_key=left_name(code),
                    code=code,
                )
                for code in LANGUAGE_CODES
            ],
        ]

    @property
    def export_headings(self) -> dict[str, str]:
        """Headings of the spreadsheet, in the active language."""
        return {
            "title": gettext("Title"),
            "content_type": gettext("Type"),
            "locale": gettext("Written in"),
            "wanted": gettext("Asked for by members"),
            **{f"cell_{code}": language_name(code) for code in LANGUAGE_CODES},
        }

    def to_row_dict(self, item: Page) -> dict[str, Any]:
        """Add what the cells say."""
        for code in LANGUAGE_CODES:
            setattr(item, f"cell_{code}", cell_text(*cell_of(item, code)))
        return super().to_row_dict(item)

    def get_filename(self) -> str:
        """Return the name of the spreadsheet."""
        return f"languages-{timezone.localdate().isoformat()}"

    def get_base_queryset(self) -> QuerySet[Page]:
        """Return the originals, and how many members want them: in the chosen language, if there is one."""
        wishes = TranslationWish.objects.filter(piece=OuterRef("translation_key"))
        if (into := self.request.GET.get("into", "")) in LANGUAGE_CODES:
            wishes = wishes.filter(language=into)
        wanted = wishes.order_by().values("piece").annotate(number=Count("pk")).values("number")
        pages = matrix_pages(self.request.user, own_reader_of(self.request))
        if "left_" in self.request.GET.get("ordering", ""):
            pages = with_texts_left(pages)
        pages = pages.annotate(wanted=Coalesce(Subquery(wanted), 0))
        return pages.select_related("locale", "content_type")

    def decorate_paginated_queryset(self, object_list: QuerySet[Page]) -> QuerySet[Page]:
        """Add what the cells show of the pages that are shown, or exported."""
        add_what_is_shown(object_list, self.request.user)
        return object_list


class CellColumn(Column):
    """What there is of a piece in one language, with the way to the desk for those who work on it."""

    cell_template_name = "translation/admin/matrix_cell.html"

    def __init__(self, name: str, label: str, sort_key: str, *, code: str) -> None:
        super().__init__(name, label=label, sort_key=sort_key)
        self.code = code

    def get_cell_context_data(self, instance: Page, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Add the state, and the translation on the desk."""
        context = super().get_cell_context_data(instance, parent_context)
        state, left = cell_of(instance, self.code)
        return {**context, "state": state, "text": cell_text(state, left), "desk": instance.desks[self.code]}

    def get_value(self, instance: Page) -> str:
        """Return what the cell says."""
        return cell_text(*cell_of(instance, self.code))


class OwnTranslationsReportView(TranslationsReportView):
    """wagtail-localize's report, limited to the translations whose pages the user may edit."""

    def get_queryset(self) -> QuerySet[Translation]:
        """Leave out what the user may not edit: the report shows titles."""
        pages = editable_pages(self.request.user).filter(
            translation_key=OuterRef("source__object_id"), locale=OuterRef("target_locale")
        )
        found = super().get_queryset().filter(Exists(pages)).order_by("pk")
        return found.select_related("source__locale", "target_locale")
