"""Reports on how far the languages are."""

from __future__ import annotations

from collections.abc import Callable

import django_filters
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import ContentTypeFilter, WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import PageReportView
from wagtail.coreutils import get_content_type_label
from wagtail.models import Page, get_page_content_types
from wagtail_localize.models import Translation
from wagtail_localize.views.report import TranslationsReportView

from access.permissions import PermissionMixin
from access.spreadsheets import plain_cell
from knowledge.reports import editable_pages, language_of, originals, type_of
from translation.models import TranslationWish
from translation.queries import DRAFT, MISSING, OUTDATED, state_name, with_translation_states
from translation.roles import SUBMIT_TRANSLATION

STATES = {MISSING: _("Missing"), DRAFT: _("Draft"), OUTDATED: _("Outdated")}
LANGUAGE_CODES = [code for code, _name in settings.LANGUAGES]


def _state_label(state: str) -> str:
    return str(STATES.get(state, ""))


def _state_of(language_code: str) -> Callable[[Page], str]:
    name = state_name(language_code)
    return lambda page: _state_label(getattr(page, name))


def _in_state(languages: list[str], states: list[str]) -> Q:
    condition = Q(pk__in=[])
    for code in languages:
        condition |= Q(**{f"{state_name(code)}__in": states})
    return condition


class WithoutTranslationFilterSet(WagtailFilterSet):
    """Filters of the report: which language, which state, type, and (added by Wagtail) language of the source."""

    into = django_filters.ChoiceFilter(
        label=_("Translation into"), choices=lambda: settings.LANGUAGES, method="filter_into"
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=list(STATES.items()), method="filter_into")
    content_type = ContentTypeFilter(
        label=_("Type"),
        queryset=lambda request: get_page_content_types(include_base_page_type=False),
    )

    class Meta:
        model = Page
        fields = ["into", "state", "content_type"]

    def filter_into(self, pages: QuerySet[Page], name: str, value: str) -> QuerySet[Page]:
        """Keep pages that are in the chosen state in the chosen language; each defaults to any."""
        chosen = self.form.cleaned_data
        languages = [chosen["into"]] if chosen.get("into") else LANGUAGE_CODES
        states = [chosen["state"]] if chosen.get("state") else list(STATES)
        return pages.filter(_in_state(languages, states))


class WithoutTranslationView(PermissionMixin, PageReportView):
    """Live originals that some language lacks, or has in an outdated version (those who submit translations)."""

    permission = SUBMIT_TRANSLATION
    page_title = _("Without translation")
    header_icon = "wagtail-localize-language"
    results_template_name = "translation/admin/without_translation_results.html"
    index_url_name = "without_translation"
    index_results_url_name = "without_translation_results"
    filterset_class = WithoutTranslationFilterSet
    any_permission_required = ["change", "publish"]
    default_ordering = ("-wanted", "title")
    list_export = ["title", "content_type", "locale", "wanted", *[state_name(code) for code in LANGUAGE_CODES]]
    custom_field_preprocess = {
        name: {"csv": preprocess, "xlsx": preprocess}
        for name, preprocess in {
            "title": plain_cell,
            "content_type": get_content_type_label,
            "locale": lambda locale: str(get_language_info(locale.language_code)["name_translated"]),
            **{state_name(code): _state_label for code in LANGUAGE_CODES},
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
                Column(
                    state_name(code),
                    label=get_language_info(code)["name_translated"],
                    accessor=_state_of(code),
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
            **{state_name(code): get_language_info(code)["name_translated"] for code in LANGUAGE_CODES},
        }

    def get_filename(self) -> str:
        """Return the name of the spreadsheet."""
        return f"without-translation-{timezone.localdate().isoformat()}"

    def get_base_queryset(self) -> QuerySet[Page]:
        """Return the originals that something is wrong with in some language, and how many members want them.

        Those who want them in the chosen language, if there is one.
        """
        wishes = TranslationWish.objects.filter(piece=OuterRef("translation_key"))
        if (into := self.request.GET.get("into", "")) in LANGUAGE_CODES:
            wishes = wishes.filter(language=into)
        wanted = wishes.order_by().values("piece").annotate(number=Count("pk")).values("number")
        pages = with_translation_states(originals(editable_pages(self.request.user)).filter(live=True))
        pages = pages.filter(_in_state(LANGUAGE_CODES, list(STATES)))
        return pages.annotate(wanted=Coalesce(Subquery(wanted), 0)).select_related("locale", "content_type")


class OwnTranslationsReportView(TranslationsReportView):
    """wagtail-localize's report, limited to the translations whose pages the user may edit."""

    def get_queryset(self) -> QuerySet[Translation]:
        """Leave out what the user may not edit: the report shows titles."""
        pages = editable_pages(self.request.user).filter(
            translation_key=OuterRef("source__object_id"), locale=OuterRef("target_locale")
        )
        found = super().get_queryset().filter(Exists(pages)).order_by("pk")
        return found.select_related("source__locale", "target_locale")
