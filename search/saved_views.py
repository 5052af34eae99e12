"""Pages of saved searches: each member's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from access.readers import Reader, reader_of
from search.addresses import SearchAddress
from search.models import SavedSearch
from search.saved import MOST_SAVED, address_of_search, save_search
from vocabulary.queries import current_vocabulary


class SavedSearchForm(forms.ModelForm):
    """What a member says of a search that they keep."""

    class Meta:
        model = SavedSearch
        fields = ["name", "frequency"]
        widgets = {"frequency": forms.RadioSelect}


def _member(request: HttpRequest) -> Reader:
    """Return the reader if they are a member; for others the address is unknown."""
    reader = reader_of(request)
    if not reader.is_member:
        raise Http404
    return reader


def described(address: SearchAddress) -> str:
    """Return a question in words: what was typed, and what was chosen."""
    parts = [f"“{address.query.text}”"] if address.query.text else []
    return " · ".join([*parts, *(chip["label"] for chip in address.chips())])


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest) -> HttpResponse:
    """Keep a search (members, for themselves)."""
    reader = _member(request)
    address = SearchAddress(request.GET, reader, get_language() or "en", current_vocabulary(reader.generation))
    if not (address.query.text or address.chips()):
        return redirect("search")
    text = described(address)
    # Names go into letters, which carry no titles of pages.
    name = "" if address.like else text[:100]
    form = SavedSearchForm(request.POST or None, initial={"name": name, "frequency": "weekly"})
    is_full = SavedSearch.objects.filter(member=request.user.pk).count() >= MOST_SAVED
    if request.method == "POST" and not is_full and form.is_valid():
        saved = form.cleaned_data
        save_search(request.user, reader, address, saved["name"], saved["frequency"])  # type: ignore[arg-type]
        messages.success(request, gettext("The search is saved."))
        return redirect("saved_searches")
    context = {"form": form, "described": text, "back_url": address.url(), "is_full": is_full, "most": MOST_SAVED}
    return render(request, "search/save.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD"])
def saved_searches(request: HttpRequest) -> HttpResponse:
    """List the searches that a member keeps (members: their own)."""
    reader = _member(request)
    rows: list[dict[str, Any]] = []
    for saved in SavedSearch.objects.filter(member=request.user.pk):
        address = address_of_search(saved, reader)
        rows.append({"saved": saved, "url": address.url(), "described": described(address)})
    return render(request, "search/saved_searches.html", {"rows": rows})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, search_id: int) -> HttpResponse:
    """Rename a saved search, change how often to be told, or delete it (members: their own)."""
    _member(request)
    saved = get_object_or_404(SavedSearch, pk=search_id, member=request.user.pk)
    if request.method == "POST" and "delete" in request.POST:
        saved.delete()
        messages.success(request, gettext("The saved search is deleted."))
        return redirect("saved_searches")
    form = SavedSearchForm(request.POST or None, instance=saved)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Your changes are saved."))
        return redirect("saved_searches")
    return render(request, "search/change_saved.html", {"form": form, "saved": saved})
