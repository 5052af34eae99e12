"""The vocabulary's own screens in the admin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from vocabulary.forms import ImportForm
from vocabulary.imports import import_file
from vocabulary.models import Concept

IMPORT_PERMISSIONS = ("vocabulary.add_concept", "vocabulary.change_concept")


class ImportView(WagtailAdminTemplateMixin, FormView):
    """Upload a file with concepts, and read what became of each."""

    form_class = ImportForm
    template_name = "vocabulary/admin/import.html"
    page_title = _("Import concepts")
    header_icon = "tag"
    success_url = reverse_lazy("import_vocabulary")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let in who may add and change concepts."""
        if not request.user.has_perms(IMPORT_PERMISSIONS):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Lead back to the list of concepts."""
        concepts = reverse(Concept.snippet_viewset.get_url_name("list"))
        return [
            *super().get_breadcrumbs_items(),
            {"url": concepts, "label": Concept._meta.verbose_name_plural},
            {"url": "", "label": self.page_title},
        ]

    def form_valid(self, form: ImportForm) -> HttpResponse:
        """Import, and show the report with an empty form below it."""
        report = import_file(form.cleaned_data["file"].file, form.cleaned_data["format"])
        context = self.get_context_data(report=report, form=self.form_class())
        return self.render_to_response(context)
