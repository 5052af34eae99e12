"""Machines are sent what everybody may read anyway, and nothing else; what they make waits for a person."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.cache import cache
from django.urls import reverse
from wagtail.models import Locale, PageViewRestriction
from wagtail_localize.machine_translators import get_machine_translator
from wagtail_localize.models import StringTranslation
from wagtail_localize.strings import StringValue

from tests.factories import make_article
from tests.translation.builders import person, submit, told, translate_texts
from translation import machine_services
from translation.machine_services import DeepL, LibreTranslate, OpenAICompatible, QuotaUsedUp, ServiceError
from translation.machines import MachineTranslationError, MarkedTranslator, usable
from translation.models import MachineUse, PendingApproval
from vocabulary.models import Concept, ConceptLabel

pytestmark = pytest.mark.django_db


@dataclass
class Standin:
    """A service on this machine that answers as its settings say, and remembers what it was asked.

    Attributes:
        asked: path and body of every request.
        status, prefix: of its answers.
        behaviour: "well", or a way of answering badly.
    """

    url: str = ""
    asked: list[tuple[str, dict]] = field(default_factory=list)
    status: int = 200
    prefix: str = "x:"
    behaviour: str = "well"

    @property
    def sent(self) -> list[str]:
        """The texts it was sent, in the words of LibreTranslate."""
        return [text for path, body in self.asked if path == "/translate" for text in body["q"]]


def answer_of(standin: Standin, path: str, body: dict):
    if path == "/translate":
        texts = body["q"]
        return {"translatedText": [f"{standin.prefix}{text}" for text in texts]}
    if path == "/v2/translate":
        return {"translations": [{"text": f"{standin.prefix}{text}"} for text in body["text"]]}
    if path == "/v2/glossaries":
        return {"glossary_id": "made-here", "glossaries": []}
    texts = json.loads(body["messages"][1]["content"])
    said = json.dumps([f"{standin.prefix}{text}" for text in texts])
    return {"choices": [{"message": {"content": f"Here you are:\n```json\n{said}\n```"}}]}


@pytest.fixture
def standin(monkeypatch):
    found = Standin()

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
            found.asked.append((self.path, body))
            if found.behaviour == "hangs":
                time.sleep(2)
            self.send_response(found.status)
            if found.behaviour == "leads elsewhere":
                self.send_header("Location", f"{found.url}/elsewhere")
            self.end_headers()
            try:
                match found.behaviour:
                    case "never ends":
                        for _ in range(20):
                            self.wfile.write(b" ")
                            time.sleep(0.2)
                    case "nonsense":
                        self.wfile.write(b"<html>It works!</html>")
                    case "another shape":
                        self.wfile.write(json.dumps(["translatedText"]).encode())
                    case "too few":
                        self.wfile.write(b'{"translatedText": [], "translations": [], "choices": []}')
                    case _:
                        self.wfile.write(json.dumps(answer_of(found, self.path, body)).encode())
            except OSError:
                pass  # Nobody waits any more.

        do_POST = do_GET = answer

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(machine_services, "SECONDS", 1)
    monkeypatch.setattr(machine_services, "SECONDS_TO_CONNECT", 1)
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def service(settings, standin):
    standin.prefix = "ar:"
    settings.MACHINE_TRANSLATION_MARKING = "CLEAR"
    settings.MACHINE_FOR_LANGUAGE = {}
    settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {"CLASS": "translation.machines.MarkedTranslator"}
    settings.MACHINES = {
        "libretranslate": {
            "CLASS": "translation.machine_services.LibreTranslate",
            "OPTIONS": {"url": standin.url},
            "PRICE": Decimal(20),
        }
    }
    return standin


def ask(*texts: str) -> dict[str, str]:
    translator = get_machine_translator()
    assert isinstance(translator, MarkedTranslator)
    english, arabic = (Locale.objects.get(language_code=code) for code in ("en", "ar"))
    found = translator.translate(english, arabic, {StringValue(text): None for text in texts}.keys())
    return {string.data: translation.data for string, translation in found.items()}


def test_off_by_default():
    assert get_machine_translator() is None


def test_names_and_languages_are_the_services(tree, service):
    translator = get_machine_translator()
    english, arabic = (Locale.objects.get(language_code=code) for code in ("en", "ar"))
    assert translator.display_name == "LibreTranslate"
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
    assert len(service.asked) == 3
    counted = MachineUse.objects.filter(has_failed=False)
    assert sum(use.texts for use in counted) == 120
    characters = sum(len(text) for text in service.sent)
    assert sum(use.characters for use in counted) == characters
    assert sum(use.cost for use in counted) == Decimal(20) * characters / 1_000_000


@pytest.mark.parametrize(
    "behaviour", ["hangs", "never ends", "nonsense", "another shape", "too few", "leads elsewhere"]
)
def test_a_failing_service_is_one_kind_of_error_within_its_time(tree, service, behaviour):
    submit(make_article("Public title"), "ar")
    service.behaviour = behaviour
    service.status = 302 if behaviour == "leads elsewhere" else 200
    begin = time.monotonic()
    with pytest.raises(MachineTranslationError):
        ask("Public title")
    assert time.monotonic() - begin < 4
    assert len(service.asked) == 1
    assert MachineUse.objects.get().has_failed


class TestDesk:
    def test_a_translator_asks_the_machine(self, tree, service, client):
        translation = submit(make_article("Public title"), "ar")
        client.force_login(person("Translators: Arabic"))
        response = client.post(reverse("wagtail_localize:machine_translate", args=[translation.pk]))
        assert "Successfully translated with LibreTranslate" in told(response)
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
        service.status = 500
        client.force_login(person("Translators: Arabic"))
        response = client.post(reverse("wagtail_localize:machine_translate", args=[translation.pk]))
        assert "does not answer" in told(response)

    def test_a_failing_service_leaves_a_sync_undone(self, tree, service, client):
        article = make_article("Public title")
        translation = submit(article, "ar")
        before = translation.source.last_updated_at
        service.status = 500
        client.force_login(person("Editors"))
        address = reverse("wagtail_localize:update_translations", args=[translation.source_id])
        response = client.post(address, {"use_machine_translation": "on"})
        assert response.status_code == 200
        assert "does not answer" in told(response)
        translation.source.refresh_from_db()
        assert translation.source.last_updated_at == before

    def test_a_machine_of_ones_choice_drafts_what_is_missing(self, tree, service, client, settings):
        settings.MACHINES["openai"] = {
            "CLASS": "translation.machine_services.OpenAICompatible",
            "OPTIONS": {"url": service.url, "model": "one"},
        }
        translation = submit(make_article("Public title", body="<p>One.</p><p>Two.</p>"), "ar")
        translate_texts(translation, leave=1)
        kept = set(StringTranslation.objects.values_list("data", flat=True))
        client.force_login(person("Translators: Arabic"))
        page = client.get(reverse("desk_translation", args=[translation.pk])).text
        assert "LibreTranslate (TLP:CLEAR)" in page
        assert "OpenAI (TLP:CLEAR)" in page
        response = client.post(reverse("desk_machine", args=[translation.pk]), {"machine": "openai"})
        assert "1 draft is made by OpenAI" in told(response)
        (made,) = StringTranslation.objects.exclude(data__in=kept)
        assert made.pending.reason == PendingApproval.Reason.MACHINE
        assert [path for path, _body in service.asked] == ["/chat/completions"]

    def test_nothing_made_by_a_machine_is_published_without_a_person(self, tree, service, client):
        translation = submit(make_article("Public title"), "ar")
        client.force_login(person("Translators: Arabic"))
        client.post(reverse("desk_machine", args=[translation.pk]), {"machine": "libretranslate"})
        response = client.post(reverse("desk_publish", args=[translation.pk]))
        assert "Not published" in told(response)
        assert not translation.get_target_instance().live

    def test_a_changed_text_is_left_to_people(self, tree, service, client):
        article = make_article("Public title", body="<p>One.</p>")
        translation = submit(article, "ar")
        translate_texts(translation)
        article.title = "Public title, changed"
        article.save_revision().publish()
        translation.source.update_from_db()
        client.force_login(person("Translators: Arabic"))
        response = client.post(reverse("desk_machine", args=[translation.pk]), {"machine": "libretranslate"})
        assert "0 drafts" in told(response)
        assert service.asked == []

    def test_one_text_is_suggested_and_overwrites_nothing(self, tree, service, client):
        translation = submit(make_article("Public title"), "ar")
        translate_texts(translation)
        segment = translation.source.stringsegment_set.get(context__path="title")
        client.force_login(person("Translators: Arabic"))
        address = reverse("desk_segment", args=[translation.pk, segment.pk])
        response = client.post(address, {"do": "machine", "machine": "libretranslate"})
        assert "ar:Public title" in response.text
        assert StringTranslation.objects.get(context__path="title").data == "ar-Public title"

    @pytest.mark.parametrize(
        ("status", "message"), [(456, "quota is used up"), (429, "quota is used up"), (503, "does not answer")]
    )
    def test_what_is_wrong_is_told_and_what_came_is_kept(self, tree, service, client, status, message):
        translation = submit(make_article("Public title"), "ar")
        service.status = status
        client.force_login(person("Translators: Arabic"))
        response = client.post(reverse("desk_machine", args=[translation.pk]), {"machine": "libretranslate"})
        assert message in told(response)
        assert not StringTranslation.objects.exists()

    def test_texts_for_few_go_nowhere_on_the_desk_either(self, tree, service, client):
        translation = submit(make_article("Members' title", marking="GREEN"), "ar")
        client.force_login(person("Translators: Arabic"))
        response = client.post(reverse("desk_machine", args=[translation.pk]), {"machine": "libretranslate"})
        assert "may not be sent to LibreTranslate" in told(response)
        assert service.asked == []
        assert not MachineUse.objects.exists()

    def test_a_machine_may_have_a_marking_of_its_own(self, tree, service, client, settings):
        settings.MACHINES["libretranslate"]["MARKING"] = "GREEN"
        translation = submit(make_article("Members' title", marking="GREEN"), "ar")
        client.force_login(person("Translators: Arabic"))
        client.post(reverse("desk_machine", args=[translation.pk]), {"machine": "libretranslate"})
        assert "Members' title" in service.sent

    def test_another_language_and_an_unknown_machine_are_not_there(self, tree, service, client):
        translation = submit(make_article("Public title"), "ar")
        address = reverse("desk_machine", args=[translation.pk])
        client.force_login(person("Translators: French"))
        assert client.post(address, {"machine": "libretranslate"}, follow=True).status_code == 404
        client.force_login(person("Translators: Arabic"))
        assert client.post(address, {"machine": "deepl"}, follow=True).status_code == 404
        assert client.get(address).status_code == 405
        assert service.asked == []


class TestServices:
    """Each service in its own words. They are stand-ins on this machine: the real ones need keys and a network."""

    @pytest.mark.parametrize("kind", [LibreTranslate, DeepL, OpenAICompatible])
    def test_texts_come_back_in_their_order(self, standin, kind):
        service = kind(standin.url, key="secret", model="one")
        assert service.translate(["One", "Two"], "en", "fr", {}) == ["x:One", "x:Two"]

    @pytest.mark.parametrize("kind", [LibreTranslate, DeepL, OpenAICompatible])
    @pytest.mark.parametrize("behaviour", ["nonsense", "another shape", "too few"])
    def test_nonsense_is_an_error_without_the_key(self, standin, kind, behaviour):
        standin.behaviour = behaviour
        with pytest.raises(ServiceError) as error:
            kind(standin.url, key="secret").translate(["One"], "en", "fr", {})
        assert "secret" not in str(error.value)

    @pytest.mark.parametrize("kind", [LibreTranslate, DeepL, OpenAICompatible])
    def test_a_used_up_quota_is_told_apart(self, standin, kind):
        standin.status = 429
        with pytest.raises(QuotaUsedUp):
            kind(standin.url).translate(["One"], "en", "fr", {})

    def test_deepl_has_the_terms_in_a_glossary_that_is_made_once(self, standin):
        cache.clear()
        service = DeepL(standin.url, key="secret")
        for _ in range(2):
            service.translate(["Custody"], "en", "fr", {"custody": "garde"})
        made = [body for path, body in standin.asked if path == "/v2/glossaries" and body]
        assert [body["entries"] for body in made] == ["custody\tgarde\n"]
        translated = [body for path, body in standin.asked if path == "/v2/translate"]
        assert [body["glossary_id"] for body in translated] == ["made-here", "made-here"]

    def test_a_model_is_told_the_terms(self, standin):
        OpenAICompatible(standin.url, model="one").translate(["Custody"], "en", "fr", {"custody": "garde"})
        ((_path, body),) = standin.asked
        assert '{"custody": "garde"}' in body["messages"][0]["content"]

    def test_languages_can_be_left_out(self):
        service = LibreTranslate("http://127.0.0.1", languages=["en", "fr"])
        assert service.can_translate("en", "fr")
        assert not service.can_translate("en", "ar")


def test_the_vocabularys_terms_are_sent_along(tree, service, settings):
    settings.MACHINES = {
        "openai": {
            "CLASS": "translation.machine_services.OpenAICompatible",
            "OPTIONS": {"url": service.url, "model": "m"},
        }
    }
    concept = Concept.objects.create(slug="quorindal")
    ConceptLabel.objects.create(concept=concept, language="en", text="quorindal ledger")
    ConceptLabel.objects.create(concept=concept, language="ar", text="دفتر كوريندال")
    submit(make_article("The quorindal ledgers"), "ar")
    ask("The quorindal ledgers")
    assert "دفتر كوريندال" in service.asked[0][1]["messages"][0]["content"]


def test_the_machine_of_a_language_is_asked_first(tree, service, settings):
    settings.MACHINES["deepl"] = {
        "CLASS": "translation.machine_services.DeepL",
        "OPTIONS": {"url": service.url, "key": "k"},
    }
    settings.MACHINE_FOR_LANGUAGE = {"ar": "deepl"}
    submit(make_article("Public title"), "ar")
    ask("Public title")
    assert [path for path, _body in service.asked] == ["/v2/translate"]


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("Voir <a id='a1'>la page</a>.", 'Voir <a id="a1">la page</a>.'),
        ("Voir la page.", ""),
        ("<b>Voir</b> <a id='a1'>la page</a>.", ""),
        ("Voir <a id='a1'>la page</a><script>alert(1)</script>.", ""),
        ("  ", ""),
        ("Voir <a id='a1'>la page</a>" + " encore" * 200, ""),
        ("Voir <a id='a1' onclick='x()'>la page</a>\x00.", 'Voir <a id="a1">la page</a>.'),
    ],
)
def test_an_answer_has_the_sources_tags_and_nothing_else(answer, kept):
    assert usable(answer, 'See <a id="a1">the page</a>.') == kept
