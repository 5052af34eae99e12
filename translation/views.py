"""wagtail-localize's views, where they ask too little of who calls them or of what is published.

What was found in version 1.14.5, and is closed here:

- Submitting and syncing ask for one permission that counts for the whole site, not for the page. A page that
  is itself a translation can be submitted, which makes a second source of the same texts.
- "Publish immediately" of a sync publishes texts in the original language wherever a translation is missing.
- Stopping a translation, and turning it into an alias, ask only whether the translated page may be edited.
  Both take the page out of translators' hands; the second deletes their work and puts a text under a
  language that it is not in.
- Texts of a translation that was stopped can still be written.
- A PO file without wagtail-localize's header, a form without a file, and a translation service that does not
  answer end in a server error.
- The report lists the titles of all translations to everybody in the admin.

Its views for single texts, PO files, previews and machine translation do check that the caller may edit the
translated page, and so that a translator of one language cannot write into another.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.views.pages.utils import get_valid_next_url_from_request
from wagtail.models import Page
from wagtail_localize.models import Translation
from wagtail_localize.views import edit_translation
from wagtail_localize.views.submit_translations import SubmitPageTranslationView
from wagtail_localize.views.update_translations import UpdateTranslationsForm, UpdateTranslationsView

from access.audiences import source_of
from translation.limits import followers_of, may_edit_originals, texts_left
from translation.machines import MachineTranslationError
from translation.releases import reason_to_wait
from translation.roles import SUBMIT_TRANSLATION

View = Callable[..., HttpResponse]


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(get_valid_next_url_from_request(request) or "wagtailadmin_home")


class SubmitView(SubmitPageTranslationView):
    """Submit a page for translation: who may edit it, and only in the language it was written in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the page besides the permission."""
        page = get_object_or_404(Page, pk=kwargs["page_id"])
        may_submit = request.user.has_perm(SUBMIT_TRANSLATION) and page.permissions_for_user(request.user).can_edit()
        if not may_submit:
            raise PermissionDenied
        source = source_of(page)
        if source is not None:
            messages.info(request, _("Translations are made from the original, which is this page."))
            return redirect("wagtail_localize:submit_page_translation", source.pk)
        return super().dispatch(request, *args, **kwargs)


class SyncForm(UpdateTranslationsForm):
    """Says what this hub publishes: whole translations only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["publish_translations"].help_text = gettext_lazy(
            "Publishes the translations in which no text is left to translate. The others wait for their translators."
        )


class SyncView(UpdateTranslationsView):
    """Take over the original's texts into its translations; never publish one in two languages."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the original besides the permission."""
        source = self.get_object().get_source_instance()
        if isinstance(source, Page) and not source.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form(self) -> SyncForm:
        """Return the form."""
        return SyncForm(self.request.POST) if self.request.method == "POST" else SyncForm()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Sync; when the translation service fails, nothing has changed."""
        try:
            return super().post(request, **kwargs)
        except MachineTranslationError:
            _explain_failed_machine(request)
            return self.render_to_response(self.get_context_data(**kwargs))

    @transaction.atomic
    def form_valid(self, form: SyncForm) -> HttpResponse:
        """Sync, then publish what is complete and may be published."""
        is_to_publish = form.cleaned_data["publish_translations"]
        # Taken out of the hands of the original view, which publishes whatever there is.
        form.cleaned_data["publish_translations"] = False
        response = super().form_valid(form)
        if is_to_publish:
            for each in followers_of(self.object):
                self.publish_if_complete(each)
        return response

    def publish_if_complete(self, each: Translation) -> None:
        """Publish a translation, or say why not."""
        language = each.target_locale.get_display_name()
        target = each.get_target_instance()
        if isinstance(target, Page) and not target.permissions_for_user(self.request.user).can_publish():
            messages.warning(self.request, _("You may not publish in %(language)s.") % {"language": language})
        elif isinstance(target, Page) and (reason := reason_to_wait(target)):
            messages.warning(self.request, reason)
        elif left := texts_left(each):
            messages.warning(self.request, unfinished_message(language, left))
        else:
            each.save_target(user=self.request.user, publish=True)


def unfinished_message(language: str, left: int) -> str:
    """Say how much of a translation is left, and that it is not published."""
    return ngettext(
        "%(language)s is not published: %(count)d text is left to translate.",
        "%(language)s is not published: %(count)d texts are left to translate.",
        left,
    ) % {"language": language, "count": left}


def _explain_failed_machine(request: HttpRequest) -> None:
    messages.error(request, _("The translation service does not answer as it should. Try again later."))


def while_followed(view: View) -> View:
    """Let translators write into a translation only while it follows its source.

    A form that lacks what the view reads from it is a bad request, no server error.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, translation_id: int, *args: Any, **kwargs: Any) -> HttpResponse:
        translation = get_object_or_404(Translation, pk=translation_id)
        if not translation.enabled and not may_edit_originals(request.user):
            raise PermissionDenied
        try:
            return view(request, translation_id, *args, **kwargs)
        except MultiValueDictKeyError:
            return HttpResponseBadRequest()

    return wrapper


edit_text = while_followed(edit_translation.edit_string_translation)
edit_override = while_followed(edit_translation.edit_override)


@require_POST
@while_followed
def upload_pofile(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Import a PO file; what cannot be read as one is refused with a message."""
    if "file" not in request.FILES:
        messages.error(request, _("Choose a PO file first."))
        return _back(request)
    try:
        return edit_translation.upload_pofile(request, translation_id)
    except (LookupError, ValueError, SyntaxError):
        messages.error(request, _("This is not a PO file that was downloaded here."))
        return _back(request)


@require_POST
@while_followed
def machine_translate(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Translate by machine what may be sent to it, and say what was left out."""
    try:
        response = edit_translation.machine_translate(request, translation_id)
    except MachineTranslationError:
        _explain_failed_machine(request)
        return _back(request)
    if left := texts_left(Translation.objects.get(pk=translation_id)):
        messages.info(
            request,
            ngettext(
                "%(count)d text is left: it may not be sent to a machine, or it has an error.",
                "%(count)d texts are left: they may not be sent to a machine, or they have errors.",
                left,
            )
            % {"count": left},
        )
    return response


@require_POST
def stop_translation(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Let a translated page go its own way (editors only)."""
    if not may_edit_originals(request.user):
        raise PermissionDenied
    return edit_translation.stop_translation(request, translation_id)


def convert_to_alias(request: HttpRequest, page_id: int) -> HttpResponse:
    """Refuse to turn a translation into an alias, whoever asks."""
    get_object_or_404(Page, pk=page_id)
    messages.error(
        request,
        _(
            "A translation cannot become an alias: that would show the original's text under another language. "
            "Unpublish it instead; readers are then offered the original."
        ),
    )
    return redirect("wagtailadmin_pages:edit", page_id)
