"""The desk's page of the hub's words that stand in no page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from access.languages import language_choices, language_name
from translation.desk_views import MOST_TYPED, DeskRequest, for_translators
from translation.wordings import kinds, languages_worded_by, word

PER_PAGE = 50


@for_translators
@require_http_methods(["GET", "HEAD", "POST"])
def wordings(request: DeskRequest) -> HttpResponse:
    """Show how the hub is worded in a language; POST words one text (that language's translators, or its reviewers)."""
    languages = languages_worded_by(request.user)
    if not languages:
        raise PermissionDenied
    language = request.GET.get("language", languages[0])
    known = kinds(request.user)
    name = request.GET.get("kind", next(iter(known)))
    if language not in languages or name not in known:
        raise Http404
    kind = known[name]
    show = "missing" if request.GET.get("show") == "missing" else ""
    chosen = {"language": language, "kind": name, "show": show}
    back = f"{reverse('desk_wordings')}?{urlencode({**chosen, 'p': request.GET.get('p', '1')})}"
    typed, error, failed = "", "", ""
    if request.method == "POST":
        failed, typed = request.POST.get("key", ""), request.POST.get("text", "")[:MOST_TYPED]
        try:
            word(kind, failed, language, typed, request.user)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
            messages.error(request, error)
        else:
            messages.success(request, _("Saved"))
            return redirect(back)
    found = [each for each in kind.wordings(language) if not (show and each.text) or each.key == failed]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
    return render(
        request,
        "translation/admin/wordings.html",
        {
            **chosen,
            "page_title": _("Words of the hub"),
            "page_subtitle": language_name(language),
            "header_icon": "tag",
            "languages": language_choices(languages),
            "target_language": get_language_info(language),
            "has_standard": kind.has_standard,
            "kinds": [(key, each.title) for key, each in known.items()],
            "page_obj": page,
            "filters": urlencode(chosen),
            "address": back,
            "failed": failed,
            "typed": typed,
            "error": error,
        },
        status=422 if error else 200,
    )
