"""The translators' desk in Wagtail's admin: their limits, what is published, reports and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Select
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.components import Component
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.pages.ordering import SetPagePositionView
from wagtail.admin.views.pages.revisions import RevisionsUnscheduleView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.admin.widgets import Button
from wagtail.models import Page

from access.audiences import source_of
from access.models import MarkedPage
from access.permissions import PermittedMenuItem
from knowledge.editing import EditingViewSet, ReadablePageViewSet, ReviewedPrivacyView
from knowledge.models import WebinarRecording
from knowledge.reports import editable_pages
from translation import views
from translation.assigning import translators
from translation.batch_views import import_batch
from translation.captions import upload_captions
from translation.desk_views import URLS
from translation.limits import may_edit, may_edit_originals, texts_left, translation_into
from translation.models import StandingRequest
from translation.queries import waiting_translations
from translation.release_views import joint_release, may_release
from translation.releases import reason_to_wait, source_held
from translation.reports import MatrixView, OwnTranslationsReportView, sections_of
from translation.roles import ASSIGN, USE_DESK, translators_group_name
from translation.suggestions import KEEP_VOCABULARY
from translation.tasks import take_over_source
from translation.term_views import URLS as TERM_URLS
from translation.throughput import throughput
from translation.wording_views import wordings

# Before wagtail-localize's own hooks, which answer the request of a translation's editor.
FIRST = -20
SECOND = -10


def refuse(request: HttpRequest, page: Page, message: str) -> HttpResponse:
    """Tell somebody what they cannot do and lead them back to the page's section.

    Scripts get a plain refusal.
    """
    is_script = request.headers.get("x-requested-with") == "XMLHttpRequest"
    if is_script or "application/json" in request.headers.get("accept", ""):
        raise PermissionDenied(message)
    messages.error(request, message)
    section = page.get_parent()
    return redirect("wagtailadmin_explore", section.pk if section else page.pk)


# --- Translators edit translations, and nothing else ------------------------------------------------


@hooks.register("before_edit_page", order=FIRST)
@hooks.register("before_unpublish_page", order=FIRST)
def keep_to_translations(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Let translators edit, publish and unpublish translations only."""
    if may_edit(request.user, page):
        return None
    return refuse(
        request,
        page,
        _("“%(title)s” was written in this language, or is not handed to translators. Editors can change it.")
        % {"title": page.get_admin_display_title()},
    )


@hooks.register("before_delete_page", order=FIRST)
@hooks.register("before_copy_page", order=FIRST)
@hooks.register("before_convert_alias_page", order=FIRST)
def keep_the_tree(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Leave deleting, copying and converting pages to editors."""
    if may_edit_originals(request.user):
        return None
    return refuse(request, page, _("Only editors delete, copy, convert, move or add pages."))


@hooks.register("before_move_page", order=FIRST)
def keep_the_tree_as_it_is(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    """Leave moving pages to editors."""
    return keep_the_tree(request, page)


@hooks.register("before_create_page", order=FIRST)
def keep_the_tree_from_growing(request: HttpRequest, parent_page: Page, page_class: type[Page]) -> HttpResponse | None:
    """Leave adding pages to editors."""
    return keep_the_tree(request, parent_page)


@hooks.register("before_bulk_action", order=FIRST)
def keep_to_translations_in_bulk(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: BulkAction
) -> HttpResponse | None:
    """Let translators unpublish several translations together, and do nothing else to several pages."""
    if action.model is not Page or may_edit_originals(request.user):
        return None
    pages = list(objects)
    if action.cleaned_form.cleaned_data.get("include_descendants"):
        for page in objects:
            pages.extend(page.get_descendants())
    if action_type == "unpublish" and all(translation_into(page) for page in pages):
        return None
    messages.error(request, _("Nothing was changed: translators may only unpublish translations together."))
    return redirect(action.next_url)


class EditorsOnlyMixin:
    """A view for those who may write originals: it changes who sees pages, or where and when."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse translators, whom Wagtail lets in because they may publish."""
        if not may_edit_originals(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class EditorsPrivacyView(EditorsOnlyMixin, ReviewedPrivacyView):
    """Privacy: a translation's is its source's."""


class EditorsPositionView(EditorsOnlyMixin, SetPagePositionView):
    """The order of pages in a section."""


class EditorsUnscheduleView(EditorsOnlyMixin, RevisionsUnscheduleView):
    """Publication at a set time."""


class EditorsViewsMixin:
    """The views that translators are kept from, for viewsets of pages."""

    set_privacy_view_class = EditorsPrivacyView
    set_page_position_view_class = EditorsPositionView
    revisions_unschedule_view_class = EditorsUnscheduleView


class MarkedPageViewSet(EditorsViewsMixin, EditingViewSet):
    """The editing views of all pages of the hub."""

    model = MarkedPage


class TranslatedPageViewSet(EditorsViewsMixin, ReadablePageViewSet):
    """The editing views of pages that people read."""


# After the viewset of `knowledge`, which this one takes the place of.
@hooks.register("register_admin_viewset", order=10)
def register_limited_viewsets() -> list[PageViewSet]:
    """Use the editing views that know of translators."""
    return [MarkedPageViewSet(), TranslatedPageViewSet()]


# --- A page is in one language ----------------------------------------------------------------------


@hooks.register("before_edit_page", order=SECOND)
def publish_whole_translations(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse to publish a translation in which texts are left: they would go out in the original language."""
    if request.method != "POST" or request.POST.get("action") != "publish":
        return None
    translation = translation_into(page)
    if translation and (reason := reason_to_wait(page)):
        messages.error(request, reason)
        return redirect(request.path)
    left = texts_left(translation) if translation else 0
    if not left:
        return None
    messages.error(
        request,
        ngettext(
            "Not published: %(count)d text is left to translate, or has an error.",
            "Not published: %(count)d texts are left to translate, or have errors.",
            left,
        )
        % {"count": left},
    )
    return redirect(request.path)


@hooks.register("before_bulk_action", order=SECOND)
def publish_translations_in_their_editor(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: BulkAction
) -> HttpResponse | None:
    """Refuse to publish translations together.

    The saved draft of a translation has the original's texts wherever none was translated when it was made;
    only its editor puts the texts together anew.
    """
    if action.model is not Page or action_type != "publish":
        return None
    pages = list(objects)
    if action.cleaned_form.cleaned_data.get("include_descendants"):
        for page in objects:
            pages.extend(page.get_descendants().not_live())
    titles = [page.get_admin_display_title() for page in pages if translation_into(page)]
    if not titles:
        return None
    message = _("Nothing was published. Publish translations one by one, in their editor: %(titles)s.")
    messages.error(request, message % {"titles": ", ".join(titles)})
    return redirect(action.next_url)


@hooks.register("after_edit_page")
def hand_on_held_draft(request: HttpRequest, page: Page) -> None:
    """What is held for a joint release is translated as its draft stands now."""
    source = None if page.live else source_held(page)
    if source is not None and source.locale_id == page.locale_id:
        take_over_source.enqueue(source.pk)


@hooks.register("register_page_header_buttons")
@hooks.register("register_page_listing_more_buttons")
def offer_joint_release(
    page: Page, user: Any, next_url: str | None = None, view_name: str | None = None
) -> Iterator[Button]:
    """Offer to publish all languages together, as long as the original is a draft."""
    if not page.live and page.depth > 2 and source_of(page) is None and may_release(user, page):
        url = reverse("joint_release", args=[page.pk])
        yield Button(_("Publish all languages together"), url, icon_name="wagtail-localize-language", priority=65)


@hooks.register("construct_page_action_menu")
def hide_conversion_to_alias(menu_items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """Do not offer what is refused (see `translation.views.convert_to_alias`)."""
    menu_items[:] = [item for item in menu_items if item.name != "localize-convert-to-alias"]


# --- Addresses, reports, dashboard ------------------------------------------------------------------


@hooks.register("register_admin_urls", order=FIRST)
def register_limited_views() -> list[URLPattern]:
    """Answer these addresses of wagtail-localize before it does; their names stay its own."""
    translation = "localize/translate/<int:translation_id>"
    return [
        path("localize/submit/page/<int:page_id>/", views.SubmitView.as_view()),
        path("localize/update/<int:translation_source_id>/", views.SyncView.as_view()),
        path(f"{translation}/strings/<int:string_segment_id>/edit/", views.edit_text),
        path(f"{translation}/overrides/<int:overridable_segment_id>/edit/", views.edit_override),
        path(f"{translation}/pofile/upload/", views.upload_pofile),
        path(f"{translation}/machine_translate/", views.machine_translate),
        path(f"{translation}/disable/", views.stop_translation),
        path("localize/page/<int:page_id>/convert_to_alias/", views.convert_to_alias),
        path("localize/reports/translations/", OwnTranslationsReportView.as_view()),
        path("localize/reports/translations/results/", OwnTranslationsReportView.as_view(results_only=True)),
    ]


@hooks.register("register_admin_urls")
def register_desk_urls() -> list[URLPattern]:
    """Add the addresses of the desk."""
    return [
        path("desk/words/", wordings, name="desk_wordings"),
        path("desk/import/", import_batch, name="desk_import_batch"),
        *TERM_URLS,
        *URLS,
    ]


@hooks.register("register_admin_menu_item")
def register_desk_menu_item() -> MenuItem:
    """Add the desk to the menu."""
    return PermittedMenuItem(
        gettext_lazy("My desk"),
        reverse("translation_desk"),
        permission=USE_DESK,
        icon_name="wagtail-localize-language",
        order=150,
    )


@hooks.register("register_admin_urls")
def register_release_urls() -> list[URLPattern]:
    """Add the address at which all languages of a page are held for a joint release."""
    return [path("desk/together/<int:page_id>/", joint_release, name="joint_release")]


def own_sections(user: Any) -> QuerySet[Page]:
    """Return the sections that somebody may edit."""
    return sections_of(user).filter(pk__in=editable_pages(user).values("pk"))


class StandingRequestForm(WagtailAdminModelForm):
    """Which section, which language, and who is asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].queryset = own_sections(self.for_user)
        self.fields["person"].queryset = translators()

    def clean(self) -> dict[str, Any] | None:
        """Refuse a person who does not translate into the language."""
        cleaned = super().clean() or {}
        language, person = cleaned.get("language"), cleaned.get("person")
        if person and language and not person.groups.filter(name=translators_group_name(language)).exists():
            self.add_error("person", _("This person does not translate into this language."))
        return cleaned


class StandingRequestIndexView(IndexView):
    """The list, of sections that somebody may edit."""

    def get_base_queryset(self) -> QuerySet[StandingRequest]:
        """Leave out the others: the list shows titles."""
        mine = own_sections(self.request.user).values("pk")
        return super().get_base_queryset().filter(section__in=mine).select_related("section", "person")


class StandingRequestViewSet(ModelViewSet):
    """List, edit and add standing requests (permissions: Django's on the model; of sections that one may edit)."""

    model = StandingRequest
    index_view_class = StandingRequestIndexView
    icon = "wagtail-localize-language"
    menu_label = gettext_lazy("Standing requests")
    add_to_settings_menu = True
    menu_order = 720
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["section", "get_language_display", "days", "get_priority_display", "person"]
    panels = [
        FieldPanel("section", widget=Select),
        FieldPanel("language"),
        FieldPanel("days"),
        FieldPanel("priority"),
        FieldPanel("person"),
    ]

    def get_edit_handler(self) -> Any:
        """Return the panels with the form that checks them."""
        return ObjectList(self.panels, base_form_class=StandingRequestForm).bind_to_model(self.model)


@hooks.register("register_admin_viewset")
def register_standing_requests() -> ModelViewSet:
    """Add the standing requests to the settings."""
    return StandingRequestViewSet("standing_requests", url_prefix="standing-requests")


@hooks.register("register_admin_urls")
def register_captions_url() -> list[URLPattern]:
    """Add the address at which captions made elsewhere are taken over."""
    return [path("captions/<int:page_id>/", upload_captions, name="upload_captions")]


@hooks.register("register_page_listing_more_buttons")
def offer_captions_upload(page: Page, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """Offer it in the menu of a translation of a recording."""
    if (
        page.specific_class is WebinarRecording
        and page.permissions_for_user(user).can_edit()
        and translation_into(page)
    ):
        url = reverse("upload_captions", args=[page.pk])
        yield Button(_("Captions from a file"), url, icon_name="media", priority=60)


@hooks.register("register_admin_urls")
def register_report_urls() -> list[URLPattern]:
    """Add the addresses of the matrix."""
    return [
        path("reports/languages/", MatrixView.as_view(), name="translation_matrix"),
        path("reports/throughput/", throughput, name="translation_throughput"),
        path(
            "reports/languages/results/",
            MatrixView.as_view(results_only=True),
            name="translation_matrix_results",
        ),
    ]


@hooks.register("register_reports_menu_item")
def register_matrix_menu_item() -> MenuItem:
    """Add the matrix to the menu."""
    return PermittedMenuItem(
        gettext_lazy("Languages"),
        reverse("translation_matrix"),
        permission=USE_DESK,
        icon_name="wagtail-localize-language",
        order=710,
    )


@hooks.register("register_reports_menu_item")
def register_throughput_menu_item() -> MenuItem:
    """Add the report of throughput and age to the menu."""
    return PermittedMenuItem(
        gettext_lazy("Translation throughput"),
        reverse("translation_throughput"),
        permission=ASSIGN,
        icon_name="time",
        order=711,
    )


@hooks.register("register_reports_menu_item")
def register_terms_menu_item() -> MenuItem:
    """Add the suggested terms to the menu."""
    return PermittedMenuItem(
        gettext_lazy("Suggested terms"), reverse("desk_terms"), permission=KEEP_VOCABULARY, icon_name="tag", order=712
    )


class WaitingTranslationsPanel(Component):
    """The translations somebody can go on with."""

    name = "waiting_translations"
    template_name = "translation/admin/waiting_translations_panel.html"
    order = 60

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Look them up."""
        user = parent_context["request"].user
        return {**waiting_translations(user), "is_translator": not may_edit_originals(user)}


@hooks.register("construct_homepage_panels")
def add_waiting_translations_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Put what waits for translators on the dashboard."""
    panels.append(WaitingTranslationsPanel())
