"""The vocabulary in Wagtail's admin."""

from __future__ import annotations

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from vocabulary.models import Concept
from vocabulary.views import IMPORT_PERMISSIONS, ImportView


class ConceptIndexView(IndexView):
    """The list of concepts, from where files are imported."""

    def get_header_more_buttons(self) -> list[Button]:
        """Offer the import to those who may."""
        buttons = super().get_header_more_buttons()
        if self.request.user.has_perms(IMPORT_PERMISSIONS):
            buttons.append(Button(_("Import"), url=reverse("import_vocabulary"), icon_name="upload", priority=30))
        return buttons


class ConceptViewSet(SnippetViewSet):
    """List, edit, and add concepts."""

    model = Concept
    index_view_class = ConceptIndexView
    icon = "tag"
    menu_label = _("Vocabulary")
    add_to_admin_menu = True
    menu_order = 250
    list_display = ["__str__", "slug", "get_scheme_display", "broader"]
    list_filter = ["scheme"]
    list_per_page = 100
    ordering = ["scheme", "slug"]


register_snippet(ConceptViewSet)


@hooks.register("register_admin_urls")
def register_import() -> list[URLPattern]:
    """Put the import at /admin/vocabulary/import/."""
    return [path("vocabulary/import/", ImportView.as_view(), name="import_vocabulary")]
