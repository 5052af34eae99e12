"""The translators' desk in the admin: what waits, and the editor of a translation, segment by segment.

All of it works without a script; with one, a segment is opened and saved without loading the page again.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.models import Locale, Page
from wagtail_localize.models import String, StringSegment, Translation, TranslationContext

from access.languages import language_choices, language_name
from access.models import Marking
from access.readers import own_reader_of
from access.reading import PAGE_OPENED, PAGE_TAKEN, record_page_reading
from members.models import User
from search.models import SavedSearch
from translation import editing
from translation.assigning import MOST_AT_ONCE, AssignmentForm, CannotTranslate, assign
from translation.checks import CHECKS, Finding, findings
from translation.desk import FREE, MINE, ORDERS, desk_rows, waiting_on_desk
from translation.digests import choose_digest
from translation.exchange.formats import FORMATS, MAX_BYTES, archive_of, file_name_of, read_file
from translation.exchange.importing import import_document, undo_import
from translation.exchange.tmx import import_tmx, write_tmx
from translation.exchange.units import RefusedFile, document_of
from translation.limits import PARTS, texts_left, translatable, translatable_by_key
from translation.machine_services import QuotaUsedUp
from translation.machines import Answer, Machine, ask_machine, draft_by_machine, machines_for
from translation.memory import THRESHOLD, Match, matches_for
from translation.models import DeskDigest, ImportedFile, MemoryUnit, SegmentComment, SegmentVersion
from translation.placeholders import BrokenPlaceholders, editable
from translation.releases import reason_to_wait
from translation.roles import ASSIGN, USE_DESK, has_reviewers, is_reviewer
from translation.segments import Progress, Segment, State, drafts_without_segment, load_segments, next_waiting
from translation.terms import TermHint

PER_PAGE = 25
MOST_TYPED = 20_000
MOST_SAID = 1_000
MOST_NOTED = 200
CHECK_NAMES = {check.name for check in CHECKS if check.can_be_dismissed}
View = Callable[..., HttpResponseBase]


class DeskRequest(HttpRequest):
    """A request of somebody who is signed in, as `for_translators` lets in no others."""

    user: User


def for_translators(view: View) -> View:
    """Let in whoever may use the desk."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(USE_DESK):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(wrapper)


def for_its_translators(view: View) -> View:
    """Let in whoever may write a translation, and hand it to the view; to all others it is not there."""

    @for_translators
    @wraps(view)
    def wrapper(request: HttpRequest, translation_id: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = translatable_by_key(request.user, translation_id)
        return view(request, found, *args, **kwargs) if found else _stopped(cast(DeskRequest, request), translation_id)

    return wrapper


def _stopped(request: DeskRequest, translation_id: int) -> HttpResponse:
    """Tell whoever wrote a translation that it is not theirs to write any more; what they typed is kept."""
    translation = translatable_by_key(request.user, translation_id, stopped=True)
    if translation is None:
        raise Http404
    _keep_what_was_typed(request, translation)
    message = _(
        "This is not handed to translators any more: its original was deleted, or the translation was stopped. "
        "What was written is kept."
    )
    address = reverse("translation_desk")
    if _is_script(request):
        return JsonResponse({"message": message, "address": address}, status=410)
    messages.warning(request, message)
    return redirect(address)


def _keep_what_was_typed(request: DeskRequest, translation: Translation, now: Segment | None = None) -> bool:
    """Keep a text whose segment is gone, at the text that took the place if one did; tell whether that was possible."""
    text, base = request.POST.get("text", ""), request.POST.get("base", "")[:40]
    string_id, context_id = number_in(request.POST.get("string")), number_in(request.POST.get("context"))
    if not text.strip():
        return True
    if now is not None:
        string_id, base = now.row.string_id, now.base
    is_known = (
        String.objects.filter(pk=string_id, locale=translation.source.locale_id).exists()
        and TranslationContext.objects.filter(pk=context_id, object=translation.source.object_id).exists()
    )
    if is_known:
        editing.keep_draft(translation, string_id, context_id, text, base, request.user)
    return is_known


# --- What waits -------------------------------------------------------------------------------------


@for_translators
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: DeskRequest) -> HttpResponse:
    """Show what waits for somebody (people with the desk, of the languages that are theirs); POST assigns it."""
    if request.method == "POST" and (frequency := request.POST.get("digest")):
        if frequency not in SavedSearch.Frequency.values:
            raise Http404
        choose_digest(request.user, frequency)
        messages.success(request, _("Your choice is kept."))
        return redirect("translation_desk")
    if request.method == "POST":
        return _assign(request)
    languages = dict(settings.LANGUAGES)
    chosen = {
        "language": _one_of(request, "language", languages),
        "order": _one_of(request, "order", ORDERS) or next(iter(ORDERS)),
        "who": _one_of(request, "who", (MINE, FREE)),
        "marking": _one_of(request, "marking", Marking.values),
    }
    page = Paginator(waiting_on_desk(request.user, **chosen), PER_PAGE).get_page(request.GET.get("p"))
    return render(
        request,
        "translation/admin/desk.html",
        {
            **chosen,
            "page_title": _("My desk"),
            "header_icon": "wagtail-localize-language",
            "rows": desk_rows(list(page.object_list), request.user),
            "page_obj": page,
            "languages": language_choices(languages),
            "markings": Marking.values,
            "filters": urlencode(chosen),
            "formats": FORMATS.values(),
            "frequencies": SavedSearch.Frequency.choices,
            "digest": DeskDigest.objects.filter(person=request.user).values_list("frequency", flat=True).first(),
            "form": AssignmentForm() if request.user.has_perm(ASSIGN) else None,
        },
    )


def _one_of(request: DeskRequest, name: str, allowed: Container[str]) -> str:
    """Return a parameter of the address, if it is one of those there are."""
    value = request.GET.get(name, "")
    return value if value in allowed else ""


def _assign(request: DeskRequest) -> HttpResponse:
    """Assign the translations that are ticked (coordinators, of those that wait for them)."""
    if not request.user.has_perm(ASSIGN):
        raise PermissionDenied
    back = redirect(f"{request.path}?{request.GET.urlencode()}")
    form = AssignmentForm(request.POST)
    keys = [number_in(key) for key in request.POST.getlist("translation")[:MOST_AT_ONCE]]
    chosen = list(translatable(request.user).filter(pk__in=keys).select_related("target_locale"))
    if not chosen:
        messages.error(request, _("Tick what you want to assign."))
    elif not form.is_valid():
        messages.error(request, " ".join(str(message) for errors in form.errors.values() for message in errors))
    else:
        values = form.cleaned_data
        try:
            number = assign(chosen, values["person"], values["deadline"], values["priority"], request.user)
        except CannotTranslate as error:
            name = language_name(str(error))
            messages.error(
                request,
                _("%(person)s does not translate into %(language)s. Nothing was assigned.")
                % {"person": values["person"], "language": name},
            )
        else:
            messages.success(
                request,
                ngettext("%(count)d translation is assigned.", "%(count)d translations are assigned.", number)
                % {"count": number},
            )
    return back


# --- The editor -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Help:
    """What helps with the segment that is open.

    Attributes:
        findings: what checks find in the text that is saved.
        dismissed: what people dismissed of it.
        matches: suggestions of the memory.
        terms: concepts of the vocabulary in the source.
        history: what happened to it.
        is_overtaken: whether somebody else saved another translation than this person began from.
    """

    findings: list[Finding]
    dismissed: list[Any]
    matches: list[Match]
    terms: list[TermHint]
    history: list[SegmentVersion]
    is_overtaken: bool


def _help_for(request: DeskRequest, translation: Translation, segment: Segment) -> Help:
    reader = own_reader_of(request)
    subject = editing.subject_of(translation, segment.row, segment.text, reader)
    target = segment.target
    return Help(
        findings=findings(subject, editing.dismissed_checks(target)) if target else [],
        dismissed=[each for each in target.dismissed.select_related("person") if each.data == target.data]
        if target
        else [],
        matches=matches_for(segment.row, translation.target_locale, reader),
        terms=list(subject.terms),
        history=editing.history_of(translation, segment.row),
        is_overtaken=bool(segment.draft and segment.target and segment.draft.base != segment.base),
    )


def _machines(translation: Translation) -> list[Machine]:
    return machines_for(translation.source.locale.language_code, translation.target_locale.language_code)


def _machine_named(translation: Translation, name: str) -> Machine:
    machine = next((each for each in _machines(translation) if each.name == name), None)
    if machine is None:
        raise Http404
    return machine


def _address(translation: Translation, segment: int | None = None) -> str:
    address = reverse("desk_translation", args=[translation.pk])
    return f"{address}?segment={segment}#segment-{segment}" if segment else address


def _is_script(request: DeskRequest) -> bool:
    return request.headers.get("x-requested-with") == "XMLHttpRequest"


@for_its_translators
@require_safe
def edit_on_desk(request: DeskRequest, translation: Translation) -> HttpResponse:
    """Show the segments of a translation, one of them open (whoever may edit the translated page)."""
    _tell_audit(request, translation, PAGE_OPENED)
    if _is_script(request):
        return _segment_for_script(request, translation)
    wanted = number_in(request.GET.get("segment")) or _next(request, translation) or 0
    segments = load_segments(translation, request.user)
    chosen = next((each for each in segments if each.pk == wanted), None)
    return _editor(request, translation, segments, chosen or next((each for each in segments if each.is_open), None))


def _tell_audit(request: DeskRequest, translation: Translation, action: str, **details: str) -> None:
    """Record that somebody is about to be shown the texts of a page that is TLP:AMBER or stricter."""
    for page in Page.objects.filter(pk=translation.page_id).select_related("access"):
        record_page_reading(own_reader_of(request), page, action, **details)


def _next(request: DeskRequest, translation: Translation, after: StringSegment | None = None) -> int | None:
    """Return the next segment that waits for this person."""
    reviews = is_reviewer(request.user, translation.target_locale.language_code)
    return next_waiting(translation, request.user, reviews, after)


def _editor(
    request: DeskRequest,
    translation: Translation,
    segments: list[Segment],
    chosen: Segment | None,
    status: int = 200,
    suggestion: str = "",
) -> HttpResponse:
    page = get_object_or_404(Page.objects.select_related("access"), pk=translation.page_id)
    language = translation.target_locale.language_code
    progress = Progress.of(segments)
    show = "open" if request.GET.get("show") == "open" else ""
    return render(
        request,
        "translation/admin/editor.html",
        {
            **_row_context(request, translation),
            "page_title": translation.source.object_repr,
            "page_subtitle": _("%(source)s to %(target)s")
            % {
                "source": language_name(translation.source.locale.language_code),
                "target": language_name(language),
            },
            "header_icon": "wagtail-localize-language",
            "page": page,
            "shown": [each for each in segments if each.is_open or each == chosen] if show else segments,
            "show": show,
            "progress": progress,
            "counts": [(state, STATE_NAMES[state](), progress.states[state]) for state in State],
            "chosen": chosen,
            "suggestion": suggestion,
            "leftovers": drafts_without_segment(translation, request.user, segments),
            "help": _help_for(request, translation, chosen) if chosen else None,
            "may_publish": page.permissions_for_user(request.user).can_publish(),
        },
        status=status,
    )


def _row_context(request: DeskRequest, translation: Translation) -> dict[str, Any]:
    source, target = translation.source.locale.language_code, translation.target_locale.language_code
    return {
        "translation": translation,
        "source_language": get_language_info(source),
        "target_language": get_language_info(target),
        "threshold": THRESHOLD,
        "machines": _machines(translation),
        "reviewed": has_reviewers(target) and not is_reviewer(request.user, target),
    }


STATE_NAMES: dict[State, Callable[[], str]] = {
    State.MISSING: lambda: _("not translated"),
    State.OUTDATED: lambda: _("source changed"),
    State.BROKEN: lambda: _("with an error"),
    State.PENDING: lambda: _("to approve"),
    State.REVIEW: lambda: _("in review"),
    State.APPROVED: lambda: _("approved"),
}


def _segment_for_script(request: DeskRequest, translation: Translation) -> HttpResponse:
    """Answer with the segment that is asked for, or the one that waits after another; `left` is shown closed."""
    wanted, left = (number_in(request.GET.get(name)) for name in ("segment", "left"))
    if after := number_in(request.GET.get("after")):
        row = get_object_or_404(StringSegment, pk=after, source=translation.source_id)
        # Nothing waits any more: zero.
        return _segment_answer(request, translation, _next(request, translation, row) or 0, left=left)
    return _segment_answer(request, translation, wanted, left=left)


def _segment_answer(
    request: DeskRequest,
    translation: Translation,
    wanted: int,
    message: str = "",
    status: int = 200,
    left: int = 0,
    suggestion: str = "",
) -> HttpResponse:
    """Answer a script with one segment, open, the one that was left for it, and how far the translation is."""
    segments = {each.pk: each for each in load_segments(translation, request.user, only={wanted, left})}
    if wanted and wanted not in segments:
        raise Http404
    common = _row_context(request, translation)
    rows = {}
    for key, segment in segments.items():
        more: dict[str, Any] = {"segment": segment}
        if key == wanted:
            more |= {"help": _help_for(request, translation, segment), "error": message, "suggestion": suggestion}
        rows[key] = render_to_string("translation/admin/segment.html", {**common, **more}, request)
    total = StringSegment.objects.filter(source=translation.source_id).count()
    done = total - texts_left(translation)
    answer = {"open": wanted, "rows": rows, "done": done, "total": total, "message": message}
    return JsonResponse(answer, status=status)


@for_its_translators
@require_POST
def edit_segment(request: DeskRequest, translation: Translation, segment_id: int) -> HttpResponse:
    """Do something with a segment (whoever may edit the translated page).

    What is to be done is in `do`: `keep` what is typed, `save` it as a draft, `approve` it, `discard` what is typed,
    `use` a suggestion, have a `machine` suggest one, `dismiss` a check, `comment`, `resolve` a comment, `forget` a
    draft whose text is gone.
    """
    do = request.POST.get("do", "save")
    if do == "forget":
        editing.forget_draft(translation, number_in(request.POST.get("draft")), request.user)
        return redirect(_address(translation))
    # Of what is too long nothing is cut off: it is kept, and not saved.
    text = request.POST.get("text", "")
    base = request.POST.get("base", "")[:40]
    segment = StringSegment.objects.filter(pk=segment_id, source=translation.source_id)
    row = segment.select_related("string", "context").first()
    if row is None:
        return _segment_is_gone(request, translation)
    message, status, suggestion = "", 200, ""
    if do == "keep":
        editing.keep_draft(translation, row.string_id, row.context_id, text, base, request.user)
        return HttpResponse(status=204)
    if do in ("save", "approve"):
        message, status = _save(request, translation, row, text, base, is_approval=do == "approve")
    elif do == "use":
        suggestion = request.POST.get("suggestion", "")[:MOST_TYPED]
        editing.keep_draft(translation, row.string_id, row.context_id, suggestion, base, request.user)
    elif do == "discard":
        editing.discard_draft(translation, row, request.user)
    elif do == "machine":
        machine = _machine_named(translation, request.POST.get("machine", ""))
        suggestion, message = _suggest_by_machine(request, translation, row, machine)
        status = 422 if message else 200
    elif do == "comment":
        if said := request.POST.get("comment", "").strip()[:MOST_SAID]:
            editing.add_comment(translation, row, said, request.user)
    elif do == "resolve":
        comments = SegmentComment.objects.filter(translation=translation, context=row.context_id, resolved_at=None)
        editing.resolve_comment(get_object_or_404(comments, pk=number_in(request.POST.get("comment"))), request.user)
    elif do == "dismiss":
        message, status = _dismiss(request, translation, row)
    else:
        raise Http404
    is_saved = do in ("save", "approve") and status == 200
    if (is_saved or do == "discard") and (shown := number_in(request.POST.get("draft"))):
        editing.forget_draft(translation, shown, request.user)
    if _is_script(request):
        # A save is answered at once; what comes next is read ahead (see desk.js).
        return (
            JsonResponse({"saved": row.pk})
            if is_saved
            else _segment_answer(request, translation, row.pk, message, status, suggestion=suggestion)
        )
    following = _next(request, translation, row) if is_saved and do == "approve" else None
    if message or suggestion:
        segments = load_segments(translation, request.user)
        if message:
            messages.error(request, message)
        chosen = next(each for each in segments if each.pk == row.pk)
        return _editor(request, translation, segments, chosen, status, suggestion)
    return redirect(_address(translation, following or row.pk))


def number_in(text: str | None) -> int:
    """Return the key that is written in a parameter; zero, which no row has, if there is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


def _save(
    request: DeskRequest, translation: Translation, row: StringSegment, text: str, base: str, *, is_approval: bool
) -> tuple[str, int]:
    """Save, and approve; return what to tell, and the status. Whatever fails, what was typed is kept."""
    user = request.user
    said = request.POST.get("origin", "")
    origin = SegmentVersion.Origin(said) if said in ("memory", "machine") else SegmentVersion.Origin.TYPED
    if is_approval and not text.strip():
        return _("There is no text to approve."), 422
    if len(text) > MOST_TYPED:
        editing.keep_draft(translation, row.string_id, row.context_id, text, base, user)
        return _("Not saved: the text is longer than %(limit)d characters. What you typed is kept.") % {
            "limit": MOST_TYPED
        }, 422
    try:
        saved = editing.save_text(translation, row, text, base, user, origin)
        if is_approval and saved is not None:
            subject = editing.subject_of(translation, row, text, own_reader_of(request))
            editing.approve_text(saved, subject, user)
    except BrokenPlaceholders as error:
        editing.keep_draft(translation, row.string_id, row.context_id, text, base, user)
        return str(error), 422
    except editing.Overtaken:
        editing.keep_draft(translation, row.string_id, row.context_id, text, base, user)
        return _("Somebody else saved this text meanwhile. Both texts are kept: compare them."), 409
    except editing.NotApproved:
        return _("Saved, not approved: look at what the checks found."), 422
    return "", 200


def _dismiss(request: DeskRequest, translation: Translation, row: StringSegment) -> tuple[str, int]:
    """Dismiss a check for the text that is saved."""
    name, note = request.POST.get("check", ""), request.POST.get("note", "").strip()[:MOST_NOTED]
    if name not in CHECK_NAMES:
        raise Http404
    (segment,) = load_segments(translation, only={row.pk})
    target = segment.target
    if target is None:
        raise Http404
    if not note:
        return _("Say in a few words why this is right."), 422
    editing.dismiss_check(target, name, note, request.user)
    return "", 200


def _segment_is_gone(request: DeskRequest, translation: Translation) -> HttpResponse:
    """The source changed while somebody typed: what they typed is kept, at the text that took the place, if one did."""
    context_id = number_in(request.POST.get("context"))
    segments = load_segments(translation, request.user)
    now = next((each for each in segments if each.row.context_id == context_id and each.is_open), None)
    if not _keep_what_was_typed(request, translation, now):
        raise Http404
    message = _("The source changed meanwhile. What you typed is kept.")
    if _is_script(request):
        return JsonResponse({"message": message, "address": _address(translation, now.pk if now else None)}, status=410)
    messages.error(request, message)
    return redirect(_address(translation, now.pk if now else None))


# --- Machines ---------------------------------------------------------------------------------------


def _why_not(answer: Answer, machine: Machine) -> str:
    """Say why a machine did less than it was asked for; an empty text if it did all."""
    names = {"machine": machine.title}
    if isinstance(answer.error, QuotaUsedUp):
        return _("%(machine)s does not translate more for us at the moment: its quota is used up.") % names
    if answer.error:
        return _("%(machine)s does not answer as it should. Try again later, or ask another machine.") % names
    if answer.closed:
        return ngettext(
            "%(count)d text may not be sent to %(machine)s: too few people may read it.",
            "%(count)d texts may not be sent to %(machine)s: too few people may read them.",
            answer.closed,
        ) % (names | {"count": answer.closed})
    if answer.refused:
        return ngettext(
            "%(count)d answer of %(machine)s was of no use: it was empty, or had lost a link.",
            "%(count)d answers of %(machine)s were of no use: they were empty, or had lost a link.",
            answer.refused,
        ) % (names | {"count": answer.refused})
    return ""


def _suggest_by_machine(
    request: DeskRequest, translation: Translation, row: StringSegment, machine: Machine
) -> tuple[str, str]:
    """Return what a machine makes of one text, as translators type it, and what to tell if there is none."""
    source, target = translation.source.locale, translation.target_locale
    answer = ask_machine(machine, source, target, [row.string.data], request.user)
    html = answer.translations.get(row.string.data)
    return (editable(html, row.string.data), "") if html else ("", _why_not(answer, machine))


@for_its_translators
@require_POST
def translate_by_machine(request: DeskRequest, translation: Translation) -> HttpResponse:
    """Have a machine draft the texts that nobody has translated (whoever may edit the translated page)."""
    machine = _machine_named(translation, request.POST.get("machine", ""))
    answer, made = draft_by_machine(translation, machine, request.user)
    if reason := _why_not(answer, machine):
        messages.warning(request, reason)
    messages.success(
        request,
        ngettext(
            "%(count)d draft is made by %(machine)s. Somebody has to approve it.",
            "%(count)d drafts are made by %(machine)s. Somebody has to approve them.",
            made,
        )
        % {"count": made, "machine": machine.title},
    )
    return redirect(_address(translation))


@for_its_translators
@require_POST
def publish_from_desk(request: DeskRequest, translation: Translation) -> HttpResponse:
    """Publish a translation in which nothing is left (whoever may publish the translated page)."""
    page = get_object_or_404(Page, pk=translation.page_id)
    if not page.permissions_for_user(request.user).can_publish():
        raise PermissionDenied
    if reason := reason_to_wait(page):
        messages.info(request, reason)
        return redirect(_address(translation))
    if left := texts_left(translation):
        messages.error(
            request,
            ngettext(
                "Not published: %(count)d text is left to translate or to approve.",
                "Not published: %(count)d texts are left to translate or to approve.",
                left,
            )
            % {"count": left},
        )
        return redirect(_address(translation))
    try:
        translation.save_target(user=request.user, publish=True)
    except ValidationError as error:
        messages.error(request, _("Not published: %(reason)s") % {"reason": " ".join(error.messages)})
        return redirect(_address(translation))
    messages.success(
        request, _("Published in %(language)s.") % {"language": translation.target_locale.get_display_name()}
    )
    return redirect("translation_desk")


# --- Files ------------------------------------------------------------------------------------------


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Return an answer that is saved as a file."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@for_its_translators
@require_safe
def export_translation(request: DeskRequest, translation: Translation, suffix: str) -> HttpResponse:
    """Hand out a translation as a file (whoever may edit the translated page)."""
    format = FORMATS.get(suffix)
    if format is None:
        raise Http404
    document = document_of(translation)
    _tell_audit(request, translation, PAGE_TAKEN, form=suffix)
    return attachment(format.write(document), file_name_of(document, format), format.content_type)


@for_translators
@require_POST
def export_batch(request: DeskRequest) -> HttpResponse:
    """Hand out the translations that are ticked on the desk as a ZIP archive (of what somebody may edit)."""
    format = FORMATS.get(request.POST.get("format", ""))
    keys = [number_in(key) for key in request.POST.getlist("translation")[:MOST_AT_ONCE]]
    chosen = translatable(request.user).filter(pk__in=keys).select_related(*PARTS)
    if format is None or not chosen:
        messages.error(request, _("Tick what you want to export."))
        return redirect("translation_desk")
    for translation in chosen:
        _tell_audit(request, translation, PAGE_TAKEN, form=format.suffix)
    return attachment(archive_of(map(document_of, chosen), format), "translations.zip", "application/zip")


@for_its_translators
@require_http_methods(["GET", "HEAD", "POST"])
def import_translation(request: DeskRequest, translation: Translation) -> HttpResponse:
    """Take a file over, all of it or nothing, and show the report (whoever may edit the translated page)."""
    report, error, line, status = None, "", None, 200
    if request.method == "POST" and (undone := request.POST.get("undo")):
        file = get_object_or_404(ImportedFile, pk=number_in(undone), translation=translation, undone_at=None)
        number, kept = undo_import(file, request.user)
        messages.success(
            request,
            _("Put back: %(undone)d. Changed since, and left alone: %(kept)d.") % {"undone": number, "kept": kept},
        )
        return redirect("desk_import", translation.pk)
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise RefusedFile(_("Choose a file first."))
            name = upload.name or ""
            # One byte more than may be, so that a larger file is told from one that fits.
            document = read_file(name, upload.read(MAX_BYTES + 1))
            report = import_document(document, translation, name, request.user)
        except RefusedFile as refusal:
            error, line = refusal.reason, refusal.line
        if error or (report and report.rejections):
            status = 422
    return render(
        request,
        "translation/admin/exchange.html",
        {
            **_row_context(request, translation),
            "page_title": _("Files"),
            "page_subtitle": translation.source.object_repr,
            "header_icon": "doc-full-inverse",
            "formats": FORMATS.values(),
            "report": report,
            "error": error,
            "line": line,
            "files": translation.imported_files.select_related("person").order_by("-pk")[:PER_PAGE],
        },
        status=status,
    )


# --- The memory -------------------------------------------------------------------------------------


@for_translators
@require_http_methods(["GET", "HEAD", "POST"])
def memory(request: DeskRequest) -> HttpResponseBase:
    """Take the memory out as TMX (people with the desk, of what they may read); POST adds a file (coordinators)."""
    may_import = request.user.has_perm(ASSIGN)
    error = ""
    if request.method == "POST":
        if not may_import:
            raise PermissionDenied
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise RefusedFile(_("Choose a file first."))
            new, known = import_tmx(upload.read(MAX_BYTES + 1), upload.name or "", request.user)
        except RefusedFile as refusal:
            error = refusal.reason
        else:
            counts = {"new": new, "known": known}
            messages.success(request, _("New translations: %(new)d. Known already: %(known)d.") % counts)
            return redirect("desk_memory")
    source, target = (_one_of(request, name, dict(settings.LANGUAGES)) for name in ("from", "to"))
    locales = Locale.objects.in_bulk([source, target], field_name="language_code")
    if source != target and len(locales) == 2:
        lines = write_tmx(own_reader_of(request), locales[source], locales[target])
        response = StreamingHttpResponse(lines, content_type="application/x-tmx+xml")
        response["Content-Disposition"] = f'attachment; filename="memory-{source}-{target}.tmx"'
        return response
    languages = language_choices()
    context = {
        "page_title": _("Memory"),
        "header_icon": "wagtail-localize-language",
        "languages": languages,
        "may_import": may_import,
        "error": error,
        "number": MemoryUnit.objects.count(),
    }
    return render(request, "translation/admin/memory.html", context, status=422 if error else 200)


URLS = [
    path("desk/memory/", memory, name="desk_memory"),
    path("desk/", desk, name="translation_desk"),
    path("desk/export/", export_batch, name="desk_export_batch"),
    path("desk/<int:translation_id>/export/<slug:suffix>/", export_translation, name="desk_export"),
    path("desk/<int:translation_id>/import/", import_translation, name="desk_import"),
    path("desk/<int:translation_id>/", edit_on_desk, name="desk_translation"),
    path("desk/<int:translation_id>/segments/<int:segment_id>/", edit_segment, name="desk_segment"),
    path("desk/<int:translation_id>/machine/", translate_by_machine, name="desk_machine"),
    path("desk/<int:translation_id>/publish/", publish_from_desk, name="desk_publish"),
]
