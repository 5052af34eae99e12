"""The vocabulary in Wagtail's admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from vocabulary.models import Concept


class ConceptViewSet(SnippetViewSet):
    """List, edit, and add concepts."""

    model = Concept
    icon = "tag"
    menu_label = _("Vocabulary")
    add_to_admin_menu = True
    menu_order = 250
    list_display = ["__str__", "slug", "get_scheme_display", "broader"]
    list_filter = ["scheme"]
    list_per_page = 100
    ordering = ["scheme", "slug"]


register_snippet(ConceptViewSet)
