"""Machines are sent what everybody may read anyway, and nothing else."""

from __future__ import annotations

from typing import ClassVar

import pytest
import requests
from django.urls import reverse
from wagtail.models import Locale, PageViewRestriction
from wagtail_localize.machine_translators import get_machine_translator
from wagtail_localize.machine_translators.base import BaseMachineTranslator
from wagtail_localize.models import StringTranslation
from wagtail_localize.strings import StringValue

from tests.factories import make_article
from tests.translation.builders import person, submit, told
from translation.machines import MachineTranslationError, MarkedTranslator

pytestmark = pytest.mark.django_db


class EchoService(BaseMachineTranslator):
    """A service that remembers what it was sent."""

    display_name = "Echo"
    sent: ClassVar[list[str]] = []
    requests: ClassVar[int] = 0
    error: ClassVar[Exception | None] = None

    def translate(self, source_locale, target_locale, strings):
        if self.error:
            raise self.error
        type(self).requests += 1
        self.sent.extend(string.data for string in strings)
        return {string: StringValue(f"{self.options['PREFIX']}{string.data}") for string in strings}

    def can_translate(self, source_locale, target_locale):
        return source_locale != target_locale


@pytest.fixture
def service(settings):
    EchoService.sent, EchoService.requests, EchoService.error = [], 0, None
    settings.MACHINE_TRANSLATION_MARKING = "CLEAR"
    settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {
        "CLASS": "translation.machines.MarkedTranslator",
        "OPTIONS": {"CLASS": f"{__name__}.EchoService", "OPTIONS": {"PREFIX": "ar:"}},
    }
    return EchoService


def ask(*texts: str) -> dict[str, str]:
    translator = get_machine_translator()
    assert isinstance(translator, MarkedTranslator)
    english, arabic = (Locale.objects.get(language_code=code) for code in ("en", "ar"))
    found = translator.translate(english, arabic, {StringValue(text): None for text in texts}.keys())
    return {string.data: translation.data for string, translation in found.items()}


def test_off_by_default(settings):
    del settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR
    assert get_machine_translator() is None


def test_names_and_languages_are_the_services(tree, service):
    translator = get_machine_translator()
    english, arabic = (Locale.objects.get(language_code=code) for code in ("en", "ar"))
    assert translator.display_name == "Echo"
    assert translator.can_translate(english, arabic)
    assert not translator.can_translate(english, english)


def test_public_texts_are_sent(tree, service):
    submit(make_article("Public title"), "ar")
    assert ask("Public title", "Never seen") == {"Public title": "ar:Public title"}
    assert service.sent == ["Public title"]


@pytest.mark.parametrize(
    ("limit", "marking", "is_sent"), [("CLEAR", "GREEN", False), ("GREEN", "GREEN", True), ("GREEN", "", False)]
)
def test_the_limit_is_a_marking(tree, service, settings, limit, marking, is_sent):
    settings.MACHINE_TRANSLATION_MARKING = limit
    submit(make_article("A title", marking=marking, publishing_reason="A test."), "ar")
    assert bool(ask("A title")) is is_sent


def test_drafts_are_not_sent(tree, service):
    submit(make_article("A draft", live=False), "ar")
    assert ask("A draft") == {}


def test_what_was_taken_over_from_a_draft_is_not_sent_once_it_is_live(tree, service):
    draft = make_article("Draft title", live=False)
    translation = submit(draft, "ar")
    draft.title = "Final title"
    draft.save_revision().publish()
    assert ask("Draft title") == {}
    translation.source.update_from_db()
    assert ask("Draft title", "Final title") == {"Final title": "ar:Final title"}


@pytest.mark.parametrize(
    ("kind", "limit"), [(PageViewRestriction.LOGIN, "CLEAR"), (PageViewRestriction.GROUPS, "GREEN")]
)
def test_a_privacy_setting_counts(tree, service, settings, kind, limit):
    settings.MACHINE_TRANSLATION_MARKING = limit
    article = make_article("Private title")
    submit(article, "ar")
    PageViewRestriction.objects.create(page=article, restriction_type=kind)
    assert ask("Private title") == {}


def test_a_text_that_is_public_somewhere_is_public(tree, service):
    submit(make_article("Same title", marking="GREEN"), "ar")
    assert ask("Same title") == {}
    submit(make_article("Same title"), "ar")
    assert ask("Same title") == {"Same title": "ar:Same title"}


def test_many_texts_go_in_several_requests(tree, service):
    body = "".join(f"<p>Sentence number {number}.</p>" for number in range(120))
    submit(make_article("Long", body=body), "ar")
    assert len(ask(*[f"Sentence number {number}." for number in range(120)])) == 120
    assert service.requests == 3


@pytest.mark.parametrize("error", [requests.ConnectionError(), KeyError("translations"), ValueError()])
def test_a_failing_service_is_one_kind_of_error(tree, service, error):
    submit(make_article("Public title"), "ar")
    service.error = error
    with pytest.raises(MachineTranslationError):
        ask("Public title")


class TestDesk:
    def test_a_translator_asks_the_machine(self, tree, service, client):
        translation = submit(make_article("Public title"), "ar")
        client.force_login(person("Translators: Arabic"))
        response = client.post(reverse("wagtail_localize:machine_translate", args=[translation.pk]))
        assert "Successfully translated with Echo" in told(response)
        assert StringTranslation.objects.get(context__path="title").data == "ar:Public title"

    def test_what_was_left_out_is_said(self, tree, service, client):
        translation = submit(make_article("Members' title", marking="GREEN"), "ar")
        client.force_login(person("Translators: Arabic"))
        response = client.post(reverse("wagtail_localize:machine_translate", args=[translation.pk]))
        assert "may not be sent to a machine" in told(response)
        assert not StringTranslation.objects.exists()
        assert service.sent == []

    def test_a_failing_service_is_told(self, tree, service, client):
        translation = submit(make_article("Public title"), "ar")
        service.error = requests.Timeout()
        client.force_login(person("Translators: Arabic"))
        response = client.post(reverse("wagtail_localize:machine_translate", args=[translation.pk]))
        assert "does not answer" in told(response)

    def test_a_failing_service_leaves_a_sync_undone(self, tree, service, client):
        article = make_article("Public title")
        translation = submit(article, "ar")
        before = translation.source.last_updated_at
        service.error = requests.Timeout()
        client.force_login(person("Editors"))
        address = reverse("wagtail_localize:update_translations", args=[translation.source_id])
        response = client.post(address, {"use_machine_translation": "on"})
        assert response.status_code == 200
        assert "does not answer" in told(response)
        translation.source.refresh_from_db()
        assert translation.source.last_updated_at == before
