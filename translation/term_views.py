"""The desk's page of terms: suggestions to the vocabulary's keepers, and TBX out and in."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages

from access.languages import language_choices
from translation.desk_views import DeskRequest, attachment, for_translators, number_in
from translation.exchange.formats import MAX_BYTES
from translation.exchange.tbx import TermReport, import_tbx, write_tbx
from translation.exchange.units import RefusedFile
from translation.models import TermSuggestion
from translation.roles import ASSIGN
from translation.suggestions import DecidedAlready, accept_term, decline_term, keeps_vocabulary, suggest_term
from vocabulary.models import Concept

PER_PAGE = 50
MOST_REJECTIONS = 50


@for_translators
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: DeskRequest) -> HttpResponse:
    """Show suggestions: the open ones to who keeps the vocabulary, to others their own (people with the desk).

    POST decides about one (keepers), or makes suggestions of a TBX file (coordinators and keepers).
    """
    is_keeper = keeps_vocabulary(request.user)
    may_import = is_keeper or request.user.has_perm(ASSIGN)
    report, error = None, ""
    if request.method == "POST" and request.POST.get("do") == "import":
        if not may_import:
            raise PermissionDenied
        report, error = _import(request)
    elif request.method == "POST":
        if not is_keeper:
            raise PermissionDenied
        return _decide(request)
    found = TermSuggestion.objects.select_related("concept", "person", "decided_by").prefetch_related("concept__labels")
    own = Q(person=request.user)
    found = found.filter(own | Q(decision="")) if is_keeper else found.filter(own)
    page = Paginator(found.order_by("decision", "-at", "-pk"), PER_PAGE).get_page(request.GET.get("p"))
    return render(
        request,
        "translation/admin/terms.html",
        {
            "page_title": _("Terms"),
            "header_icon": "tag",
            "page_obj": page,
            "is_keeper": is_keeper,
            "may_import": may_import,
            "concepts": _concepts() if is_keeper else [],
            "report": report,
            "rejections": report.rejections[:MOST_REJECTIONS] if report else [],
            "error": error,
        },
        status=422 if error else 200,
    )


def _concepts() -> list[tuple[str, str]]:
    concepts = Concept.objects.prefetch_related("labels")
    return sorted(((concept.slug, str(concept)) for concept in concepts), key=lambda each: each[1].casefold())


def _import(request: DeskRequest) -> tuple[TermReport | None, str]:
    upload = request.FILES.get("file")
    if upload is None:
        return None, _("Choose a file first.")
    try:
        return import_tbx(upload.read(MAX_BYTES + 1), request.user), ""
    except RefusedFile as refusal:
        return None, refusal.reason


def _decide(request: DeskRequest) -> HttpResponse:
    suggestion = get_object_or_404(TermSuggestion, pk=number_in(request.POST.get("suggestion")))
    do = request.POST.get("do")
    try:
        if do == "accept":
            concept = Concept.objects.filter(slug=request.POST.get("concept", "")).first()
            if concept is None:
                raise ValidationError(_("Choose the concept that is meant."))
            accept_term(suggestion, concept, request.user)
            messages.success(request, _("“%(term)s” is in the vocabulary.") % {"term": suggestion.term})
        elif do == "decline":
            decline_term(suggestion, request.POST.get("reason", ""), request.user)
            messages.success(request, _("“%(term)s” is left out.") % {"term": suggestion.term})
        else:
            raise Http404
    except DecidedAlready:
        messages.warning(request, _("Somebody else has decided about this meanwhile."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("desk_terms")


@for_translators
@require_safe
def export_terms(request: DeskRequest) -> HttpResponse:
    """Hand the vocabulary out as TBX (people with the desk; the vocabulary is public)."""
    return attachment(write_tbx(), "vocabulary.tbx", "application/x-tbx+xml")


@for_translators
@require_http_methods(["GET", "HEAD", "POST"])
def suggest(request: DeskRequest) -> HttpResponse:
    """Show the form for a suggestion, filled in from the address; POST makes it (people with the desk)."""
    asked = request.POST if request.method == "POST" else request.GET
    values = {name: asked.get(name, "").strip() for name in ("concept", "source", "language", "term", "note", "next")}
    error = ""
    concept = Concept.objects.filter(slug=values["concept"]).first() if values["concept"] else None
    back = number_in(values["next"])
    if request.method == "POST":
        try:
            suggest_term(values["source"], values["language"], values["term"], request.user, concept, values["note"])
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("Thank you. The keepers of the vocabulary decide, and you are told."))
            return redirect("desk_translation", back) if back else redirect("desk_terms")
    return render(
        request,
        "translation/admin/suggest_term.html",
        {
            "page_title": _("Suggest a term"),
            "header_icon": "tag",
            "values": values,
            "concept": concept,
            "languages": language_choices(),
            "error": error,
            "back": back,
        },
        status=422 if error else 200,
    )


URLS: list[URLPattern] = [
    path("desk/terms/", terms, name="desk_terms"),
    path("desk/terms/export/", export_terms, name="desk_export_terms"),
    path("desk/terms/suggest/", suggest, name="desk_suggest_term"),
]
