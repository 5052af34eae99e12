"""People's own pages, the shared list, and the question whether a page was useful.

Pages of knowledge are shared among readers with the same rights (`hub.page_cache`), so they hold nothing personal:
`state` tells a script what a reader keeps of a page, and gives it the token that its requests need.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.policy import readable_pages
from access.readers import reader_of
from knowledge.addresses import reading_address_of
from knowledge.models import (
    FollowedTopic,
    KnowledgePage,
    ReadingList,
    ReadingListItem,
    ReadingProgress,
    SavedItem,
)
from knowledge.shelf import actions
from knowledge.shelf.forms import KeepForm, NoteForm, ProgressForm, ReadingListForm, UsefulnessForm
from knowledge.shelf.own_pages import own_pages, with_readers
from knowledge.shelf.queries import (
    for_rows,
    items_of,
    lists_of,
    my_page,
    reading_progress,
    saved_by,
    shared_list,
    topic_address,
    topics_to_follow,
    with_pieces,
)
from knowledge.views import MAX_ID
from members.feed_keys import feed_token
from members.models import User
from vocabulary.queries import Term, current_vocabulary

PAGE_SIZE = 30
# For each of these, its readers are counted.
OWN_PAGES_SHOWN = 10


def _language() -> str:
    return get_language() or "en"


def _user(request: HttpRequest) -> User:
    """Return the signed-in user of a request; for anybody else the address is unknown."""
    if not request.user.is_authenticated:
        raise Http404
    return request.user


def _piece(request: HttpRequest, page_id: int) -> KnowledgePage:
    """Return a piece of knowledge that the reader may read; what they may not is as unknown as what is not there."""
    if page_id > MAX_ID:
        raise Http404
    pages = for_rows(KnowledgePage.objects.filter(alias_of__isnull=True))
    return get_object_or_404(readable_pages(pages, reader_of(request)), pk=page_id)


def _topic(request: HttpRequest, slug: str) -> Term:
    """Return a topic that can be followed."""
    vocabulary = current_vocabulary(reader_of(request).generation)
    topic = vocabulary.by_slug.get(slug)
    if topic is None or topic not in topics_to_follow(vocabulary, _language()):
        raise Http404
    return topic


def _page_of(request: HttpRequest, entries: QuerySet) -> Any:
    """Return one page of a list of entries, with the pieces they keep."""
    shown = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    shown.object_list = with_pieces(shown.object_list, reader_of(request), _language())
    return shown


# --- The member's page ------------------------------------------------------------------------------


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show somebody's own page: what they read, save and follow, and their account (signed-in users only)."""
    user = _user(request)
    shelf, last_visit = actions.note_visit(user, request.session)
    mine = my_page(user, reader_of(request), _language(), last_visit)
    token = feed_token(user) if reader_of(request).is_member else ""
    feed_address = request.build_absolute_uri(reverse("member_feed", args=[token])) if token else ""
    context = {"mine": mine, "shelf": shelf, "feed_address": feed_address}
    return render(request, "knowledge/shelf/my_page.html", context)


@never_cache
@login_required
@require_safe
def shared_by_me(request: HttpRequest) -> HttpResponse:
    """Show a member what they shared, who can read it, and who did where that is recorded (members: their own)."""
    reader = reader_of(request)
    if not reader.is_member:
        raise Http404
    shown = Paginator(own_pages(_user(request), reader), OWN_PAGES_SHOWN).get_page(request.GET.get("page"))
    shown.object_list = with_readers(list(shown.object_list), reader, _language())
    return render(request, "knowledge/shelf/shared_by_me.html", {"list": shown})


@never_cache
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Tell a script what its reader keeps of `?page=` or `?topic=` (signed-in users; the policy for pages)."""
    user = _user(request)
    page_id = request.GET.get("page", "")
    if page_id.isascii() and page_id.isdigit() and len(page_id) < 12:
        key = _piece(request, int(page_id)).translation_key
        progress = reading_progress(user, key) or ReadingProgress()
        found = {
            "kept": SavedItem.objects.filter(user=user, translation_key=key).exists(),
            "keeps_history": actions.keeps_history(user),
            "position": progress.position,
            "duration": progress.duration,
            "anchor": progress.anchor,
            "is_finished": progress.is_finished,
        }
    elif "topic" in request.GET:
        topic = _topic(request, request.GET["topic"])
        found = {"kept": FollowedTopic.objects.filter(user=user, concept_id=topic.pk).exists()}
    else:
        raise Http404
    return JsonResponse({"csrf": get_token(request), **found})


# --- Saving -----------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST", "PUT", "DELETE"])
def save_piece(request: HttpRequest, page_id: int) -> HttpResponse:
    """Let somebody choose where to keep a piece (signed-in users; the policy).

    Scripts save it with PUT and take it off with DELETE.
    """
    user, piece = _user(request), _piece(request, page_id)
    key = piece.translation_key
    saved = SavedItem.objects.filter(user=user, translation_key=key).first()
    if request.method == "DELETE":
        actions.take_off(user, key)
        return HttpResponse(status=204)
    if request.method == "PUT":
        return _try(lambda: actions.save(user, key))

    lists = ReadingList.objects.filter(owner=user, items__translation_key=key)
    # Whoever comes here wants to save: what is not saved yet is chosen already.
    nothing_kept = saved is None and not lists
    form = KeepForm(
        request.POST if request.method == "POST" else None,
        user=user,
        initial={"saved": saved is not None or nothing_kept, "lists": lists},
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            actions.keep(user, key, saved=chosen["saved"], lists=list(chosen["lists"]), new_list=chosen["new_list"])
        except actions.LimitReached as limit:
            form.add_error(None, str(limit))
        else:
            is_kept = chosen["saved"] or chosen["lists"] or chosen["new_list"]
            messages.success(
                request, gettext("Kept. You find it on your page.") if is_kept else gettext("Not kept any more.")
            )
            return redirect(reading_address_of(piece, _language()))
    context = {"piece": piece, "form": form, "saved": saved, "nothing_kept": nothing_kept}
    return render(request, "knowledge/shelf/save.html", context)


def _try(action: Any) -> HttpResponse:
    """Answer a script: done (204), or why there is no room for more (409)."""
    try:
        action()
    except actions.LimitReached as limit:
        return JsonResponse({"message": str(limit)}, status=409)
    return HttpResponse(status=204)


@never_cache
@login_required
@require_safe
def saved_items(request: HttpRequest) -> HttpResponse:
    """List all that somebody saved (signed-in users: their own, of that what they may read)."""
    entries = saved_by(_user(request), reader_of(request), _language())
    return render(request, "knowledge/shelf/saved.html", {"list": _page_of(request, entries)})


# --- Lists ------------------------------------------------------------------------------------------


def _own_list(request: HttpRequest, list_id: int) -> ReadingList:
    return get_object_or_404(ReadingList, pk=list_id, owner=_user(request))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """Show somebody's lists, and begin another (signed-in users: their own)."""
    user = _user(request)
    form = ReadingListForm(request.POST or None, instance=ReadingList(owner=user))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_list(user, form.cleaned_data["name"])
        except actions.LimitReached as limit:
            form.add_error(None, str(limit))
        else:
            return redirect("own_list", made.pk)
    context = {"form": form, "lists": lists_of(user, reader_of(request), _language())}
    return render(request, "knowledge/shelf/lists.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """Show one of somebody's lists, and rename it (its owner; the policy for its items)."""
    reading_list = _own_list(request, list_id)
    name = reading_list.name
    form = ReadingListForm(request.POST or None, instance=reading_list)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("The list has its new name."))
        return redirect("own_list", list_id)
    shared_url = (
        request.build_absolute_uri(reverse("shared_list", args=[reading_list.token])) if (reading_list.token) else ""
    )
    context = {
        "reading_list": reading_list,
        "name": name,
        "form": form,
        "list": _page_of(request, items_of(reading_list, reader_of(request), _language())),
        "shared_url": shared_url,
    }
    return render(request, "knowledge/shelf/own_list.html", context)


@login_required
@require_POST
def share_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """Give a list an address for other members, or take it away (its owner, if a member)."""
    reading_list = _own_list(request, list_id)
    if request.POST.get("share") != "yes":
        actions.stop_sharing(reading_list)
        messages.success(request, gettext("The list is not shared any more: its address leads nowhere now."))
    elif reader_of(request).is_member:
        actions.share(reading_list)
        messages.success(request, gettext("The list is shared. Give its address to other members."))
    return redirect("own_list", list_id)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """Delete a list, asking once more before (its owner)."""
    reading_list = _own_list(request, list_id)
    if request.method == "POST":
        reading_list.delete()
        messages.success(request, gettext("The list is deleted."))
        return redirect("lists")
    return render(request, "knowledge/shelf/delete_list.html", {"reading_list": reading_list})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def list_item(request: HttpRequest, list_id: int, item_id: int) -> HttpResponse:
    """Write a note to an item of a list, or take it off (the list's owner; the policy for the item)."""
    reading_list = _own_list(request, list_id)
    entry = get_object_or_404(reading_list.items, pk=item_id)
    kept = with_pieces([entry], reader_of(request), _language())
    if not kept:
        raise Http404
    if request.method == "POST" and "remove" in request.POST:
        ReadingListItem.objects.filter(pk=entry.pk).delete()
        messages.success(request, gettext("Taken off the list."))
        return redirect("own_list", list_id)
    form = NoteForm(request.POST or None, instance=entry)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("The note is saved."))
        return redirect("own_list", list_id)
    context = {"reading_list": reading_list, "piece": kept[0].page, "form": form}
    return render(request, "knowledge/shelf/list_item.html", context)


@never_cache
@login_required
@require_safe
def shared_list_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show a list that a member shares, as far as its reader may read it (members only).

    Not shared any more, never shared, and not for this reader are the same "not found".
    """
    reader = reader_of(request)
    reading_list = shared_list(token) if reader.is_member else None
    if reading_list is None:
        raise Http404
    context = {
        "reading_list": reading_list,
        "owner_name": reading_list.owner.get_full_name(),
        "list": _page_of(request, items_of(reading_list, reader, _language())),
    }
    return render(request, "knowledge/shelf/shared_list.html", context)


# --- Topics -----------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST", "PUT", "DELETE"])
def follow_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Let somebody follow a topic, or no more (signed-in users). Scripts use PUT and DELETE."""
    user, topic = _user(request), _topic(request, slug)
    if request.method == "DELETE":
        actions.unfollow(user, topic.pk)
        return HttpResponse(status=204)
    if request.method == "PUT":
        return _try(lambda: actions.follow(user, topic.pk))
    if request.method == "POST":
        _follow(request, user, topic, follows=request.POST.get("follow") == "yes")
        return redirect(topic_address(slug) if "back" in request.POST else f"{reverse('account')}#topics")
    context = {"topic": topic, "follows": FollowedTopic.objects.filter(user=user, concept_id=topic.pk).exists()}
    return render(request, "knowledge/shelf/follow.html", context)


@login_required
@require_POST
def follow_chosen_topic(request: HttpRequest) -> HttpResponse:
    """Follow the topic that was chosen on the member's page (signed-in users)."""
    slug = request.POST.get("topic", "")
    if slug:
        _follow(request, _user(request), _topic(request, slug), follows=True)
    else:
        messages.error(request, gettext("Choose a topic first."))
    return redirect(f"{reverse('account')}#topics")


def _follow(request: HttpRequest, user: User, topic: Term, *, follows: bool) -> None:
    """Follow a topic or not, and say so."""
    name = {"topic": topic.label_in(_language())}
    if not follows:
        actions.unfollow(user, topic.pk)
        messages.success(request, gettext("You do not follow “%(topic)s” any more.") % name)
        return
    try:
        actions.follow(user, topic.pk)
    except actions.LimitReached as limit:
        messages.error(request, str(limit))
    else:
        messages.success(request, gettext("You follow “%(topic)s”. Your page shows what is new in it.") % name)


# --- Progress ---------------------------------------------------------------------------------------


@require_POST
def note_progress(request: HttpRequest, page_id: int) -> HttpResponse:
    """Remember how far somebody is in a piece (signed-in users; the policy).

    Takes a form or JSON with `position`, `duration` (recordings) and `anchor` (texts); 204 when it is remembered,
    and when its reader does not want that.
    """
    user, piece = _user(request), _piece(request, page_id)
    given: Any = request.POST
    if request.content_type == "application/json":
        try:
            # Whole numbers too are made floats, so that none is too large for one.
            given = json.loads(request.body, parse_int=float)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            return JsonResponse({"errors": {"__all__": ["not an object in JSON"]}}, status=400)
    form = ProgressForm(given)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    actions.note_progress(user, piece.translation_key, **form.cleaned_data)
    return HttpResponse(status=204)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def history(request: HttpRequest) -> HttpResponse:
    """Say what is remembered of somebody's reading; let them clear it and switch it off (signed-in users)."""
    user = _user(request)
    if request.method == "POST":
        match request.POST.get("do"):
            case "clear":
                actions.forget_history(user)
                messages.success(request, gettext("What you have read and watched is forgotten."))
            case "stop":
                actions.keep_history(user, False)
                messages.success(request, gettext("From now on it is not remembered how far you read."))
            case "start":
                actions.keep_history(user, True)
                messages.success(request, gettext("From now on your page remembers how far you read."))
        return redirect("history")
    context = {
        "keeps_history": actions.keeps_history(user),
        "has_history": ReadingProgress.objects.filter(user=user).exists(),
        "most": actions.MOST_PROGRESS,
    }
    return render(request, "knowledge/shelf/history.html", context)


# --- Usefulness -------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def was_this_useful(request: HttpRequest, page_id: int) -> HttpResponse:
    """Take an answer to "Was this useful?" (everyone; the policy).

    A script that asks for JSON gets 204 when the answer is recorded.
    """
    piece = _piece(request, page_id)
    before = actions.answer_of(request.user, request.session, piece)
    chosen = request.GET.get("answer") or (("yes" if before.is_useful else "no") if before else None)
    form = UsefulnessForm(
        request.POST if request.method == "POST" else None,
        initial={"is_useful": chosen, "comment": before.comment if before else ""},
    )
    wants_json = request.headers.get("Accept") == "application/json"
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.answer(request.user, request.session, piece, **given)
        except actions.LimitReached as limit:
            form.add_error(None, str(limit))
        else:
            if wants_json:
                return HttpResponse(status=204)
            messages.success(request, gettext("Thank you for your answer."))
            return redirect(reading_address_of(piece, _language()))
    status = 409 if wants_json and request.method == "POST" else 200
    context = {"piece": piece, "form": form, "has_answered": before is not None}
    return render(request, "knowledge/shelf/useful.html", context, status=status)
