"""The panel of the editor in which a page is marked, and what it says in plain words."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import RadioSelect
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel
from wagtail.models import Page

from access.audiences import conditions_around, source_of
from access.models import NOBODY, Conditions, conditions_of_marking, is_wider
from members.readership import people_meeting, readership_of
from members.sharing import SharedWithField, named_by

# Whoever has this may write pages in the language they are written in; translators do not have it.
EDIT_ORIGINALS = "knowledge.edit_originals"
# How many people a list shows; more are counted.
MOST_PEOPLE = 500


def live_conditions(page: Page) -> Conditions:
    """Return what is asked of readers of a page as it is live; nobody reads what is not."""
    access = getattr(page, "access", None)
    return access.audience.conditions if page.live and access is not None else NOBODY


class ReadershipPanel(Panel):
    """Says who can read the page now, and who could once it is published as it is here."""

    class BoundPanel(Panel.BoundPanel):
        """The panel beside one page."""

        template_name = "knowledge/admin/readership_panel.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            """Count readers of what is live and of the draft."""
            context = super().get_context_data(parent_context)
            page = self.instance
            parent = getattr(self.form, "parent_page", None)
            live = live_conditions(page) if page.pk else NOBODY
            draft = conditions_of_marking(page.marking, page.shared_with) | conditions_around(page, parent)
            source = source_of(page) if page.pk else None
            return {
                **context,
                "page": page,
                "source": source,
                "live": readership_of(live),
                "draft": readership_of(draft) if draft != live else None,
                "is_wider": page.live and is_wider(draft, live),
                "check_url": reverse("check_readership"),
                "parent_id": parent.pk if parent else "",
            }


def marking_panels() -> list[Panel]:
    """Return the panels of a page's marking: what it is, whom it names, why it opens up, who can read."""
    return [
        MultiFieldPanel(
            [
                FieldPanel("marking", widget=RadioSelect),
                FieldPanel("shared_with"),
                ReadershipPanel(),
                FieldPanel("marking_reason"),
            ],
            heading=gettext_lazy("Who may read this"),
            classname="marking-panel",
        )
    ]


def _editable_page(request: HttpRequest, page_id: int) -> Page:
    page = get_object_or_404(Page, pk=page_id).specific
    # Those who only translate mark nothing, and need not know who the members are.
    if not request.user.has_perm(EDIT_ORIGINALS) or not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return page


@login_required
@require_GET
def list_readers(request: HttpRequest, page_id: int) -> HttpResponse:
    """List who can read a page as it is live now (people who may edit the page)."""
    page = _editable_page(request, page_id)
    conditions = live_conditions(page)
    people = people_meeting(conditions).select_related("organisation").prefetch_related("organisation__names")
    return render(
        request,
        "knowledge/admin/readers.html",
        {
            "page": page,
            "readership": readership_of(conditions),
            "people": people.order_by("last_name", "first_name", "email")[:MOST_PEOPLE],
        },
    )


@login_required
@require_POST
def check_readership(request: HttpRequest) -> JsonResponse:
    """Say who could read a page with the marking that is being chosen (people who may edit it, or add to its section).

    Takes the editor's fields `marking` and `shared_with_*`, and `page` or `parent`. Answers with `sentence`, and
    `warning` when that would be more people than now.
    """
    page, parent = None, None
    if str(request.POST.get("page", "")).isdecimal():
        page = _editable_page(request, int(request.POST["page"]))
    else:
        key = str(request.POST.get("parent", "")).strip()
        parent = get_object_or_404(Page, pk=int(key) if key.isdecimal() else 0)
        if not parent.permissions_for_user(request.user).can_add_subpage():
            raise PermissionDenied
    field = SharedWithField()
    marking = str(request.POST.get("marking", ""))
    try:
        named = field.clean(field.widget.value_from_datadict(request.POST, request.FILES, "shared_with"))
    except ValidationError as error:
        return JsonResponse({"sentence": "", "warning": " ".join(error.messages)})
    shared_with = named_by(marking, named)
    conditions = conditions_of_marking(marking, shared_with) | conditions_around(page or Page(), parent)
    is_opened = page is not None and page.live and is_wider(conditions, live_conditions(page))
    warning = _("More people could read this than can now. Say why, below.") if is_opened else ""
    return JsonResponse({"sentence": readership_of(conditions).sentence, "warning": warning})
