"""What changes underneath a translation while somebody works on it: they are told, and nothing is lost."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ProtectedError
from django.urls import reverse
from wagtail.models import Locale, Page
from wagtail_localize.models import StringTranslation, Translation, TranslationSource
from wagtail_localize.operations import translate_object

from access.models import AuditEntry
from access.readers import reader_for
from knowledge.publishing_gate import GateClosed
from tests.factories import UserFactory, make_article, section
from tests.translation.builders import person, submit, told, translate_texts
from translation.desk_views import MOST_TYPED
from translation.digests import choose_digest, send_digests
from translation.exchange.formats import FORMATS, MAX_BYTES, MOST_AROUND, MOST_UNITS, file_name_of, read_file
from translation.exchange.units import Document, RefusedFile, Unit, document_of
from translation.memory import matches_for
from translation.models import DeskDigest, ImportedFile, SegmentComment, SegmentDraft
from translation.segments import Segment, State, load_segments

pytestmark = pytest.mark.django_db

SCRIPT = {"x-requested-with": "XMLHttpRequest"}


@pytest.fixture
def article(tree):
    return make_article("Ledger", body="<p>Lock the store.</p>", marking="CLEAR")


@pytest.fixture
def translation(article):
    return submit(article, "fr")


@pytest.fixture
def translator(tree):
    return person("Translators: French")


def at(translation: Translation, path: str) -> Segment:
    return next(each for each in load_segments(translation) if each.path == path)


def fields(segment: Segment, text: str, do: str = "save") -> dict[str, object]:
    row = segment.row
    return {"do": do, "text": text, "base": segment.base, "string": row.string_id, "context": row.context_id}


def send(client, translation: Translation, segment: Segment, text: str, do: str = "save"):
    address = reverse("desk_segment", args=[translation.pk, segment.pk])
    return client.post(address, fields(segment, text, do), headers=SCRIPT)


def everything(translation: Translation, segment: Segment) -> list[str]:
    """Return the addresses of the desk that name a translation."""
    return [
        reverse("desk_translation", args=[translation.pk]),
        f"{reverse('desk_translation', args=[translation.pk])}?segment={segment.pk}",
        reverse("desk_export", args=[translation.pk, "po"]),
        reverse("desk_import", args=[translation.pk]),
    ]


def upload(client, translation: Translation, name: str, content: bytes):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("desk_import", args=[translation.pk]), {"file": file})


def in_body(translation: Translation) -> Segment:
    return next(each for each in load_segments(translation) if each.path.startswith("body"))


def lists() -> list[str]:
    return [
        reverse("translation_desk"),
        reverse("translation_matrix"),
        f"{reverse('translation_matrix')}?export=csv",
        reverse("wagtailadmin_home"),
    ]


class TestTheSourceIsDeleted:
    def test_the_desk_knows_nothing_of_it_any_more_and_says_no_error(self, client, article, translation, translator):
        client.force_login(translator)
        title = at(translation, "title")
        send(client, translation, title, "Registre", "approve")
        article.delete()
        for address in everything(translation, title):
            assert client.get(address, follow=True).status_code in (200, 404), address
        for do in ("keep", "save", "approve"):
            assert send(client, translation, title, "Un registre", do).status_code < 500
        assert client.post(reverse("desk_publish", args=[translation.pk]), follow=True).status_code < 500
        for address in lists():
            assert client.get(address).status_code == 200, address
        choose_digest(translator, "daily")
        DeskDigest.objects.update(sent_at="2026-01-01T00:00:00Z")
        send_digests()

    def test_what_was_written_and_typed_is_not_deleted_with_it(self, client, article, translation, translator):
        client.force_login(translator)
        title, slug = at(translation, "title"), at(translation, "slug")
        send(client, translation, title, "Registre", "approve")
        article.delete()
        answer = send(client, translation, slug, "registre", "save")
        assert answer.status_code == 410
        assert "What was written is kept" in answer.json()["message"]
        assert StringTranslation.objects.filter(data="Registre").exists()
        assert SegmentDraft.objects.get().text == "registre"
        answer = client.get(reverse("desk_translation", args=[translation.pk]))
        assert "original was deleted" in told(answer)
        client.force_login(person("Translators: Arabic"))
        assert client.get(reverse("desk_translation", args=[translation.pk]), follow=True).status_code == 404

    def test_with_its_last_language_all_of_it_goes(self, client, article, translation, translator):
        translate_texts(translation)
        article.delete()
        translation.refresh_from_db()
        Page.objects.get(translation_key=article.translation_key).delete()
        assert not StringTranslation.objects.exists()
        assert not TranslationSource.objects.filter(object_id=article.translation_key).exists()

    def test_a_file_that_comes_back_after_it_changes_nothing(self, client, article, translation, translator):
        translate_texts(translation)
        document = document_of(translation)
        StringTranslation.objects.all().delete()
        client.force_login(translator)
        article.delete()
        answer = upload(client, translation, "a.po", FORMATS["po"].write(document))
        assert "original was deleted" in told(answer)
        assert not StringTranslation.objects.exists()
        assert not ImportedFile.objects.exists()

    def test_nobody_is_suggested_what_nobody_can_read_any_more(self, article, translation, translator):
        translate_texts(translation)
        other = submit(make_article("Another", body="<p>Lock the store.</p>"), "fr")
        article.delete()
        assert matches_for(in_body(other).row, other.target_locale, reader_for(translator)) == []


class TestTheTranslatedPageIsDeleted:
    def test_it_is_handed_out_again_with_what_was_written_and_typed(self, client, article, translation, translator):
        client.force_login(translator)
        send(client, translation, at(translation, "title"), "Registre", "approve")
        send(client, translation, in_body(translation), "Fermez", "keep")
        translation.get_target_instance().delete()
        assert client.get(reverse("desk_translation", args=[translation.pk]), follow=True).status_code == 404
        for address in lists():
            assert client.get(address).status_code == 200, address
        translate_object(article, [translation.target_locale])
        assert translation.get_target_instance().title == "Registre"
        shown = client.get(
            reverse("desk_translation", args=[translation.pk]), {"segment": in_body(translation).pk}
        ).text
        assert "Registre" in shown
        assert "Fermez" in shown


class TestTheSourceIsMoved:
    def test_what_is_published_stays_published_and_can_be_published_again(
        self, client, article, translation, translator, django_capture_on_commit_callbacks
    ):
        translate_texts(translation)
        client.force_login(translator)
        for _time in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                client.post(reverse("desk_publish", args=[translation.pk]))
            page = translation.get_target_instance()
            assert page.live
            assert "fr-Lock the store." in str(page.specific.body)
            Page.objects.get(pk=article.pk).move(section("en", 1), pos="last-child")
            page.refresh_from_db()
            assert page.live

    def test_its_translators_go_on_where_they_were(self, client, article, translation, translator):
        client.force_login(translator)
        send(client, translation, at(translation, "title"), "Registre", "approve")
        send(client, translation, at(translation, "slug"), "registre", "keep")
        article.move(section("en", 1), pos="last-child")
        page = client.get(reverse("desk_translation", args=[translation.pk]))
        assert page.status_code == 200
        assert "Registre" in page.text
        assert SegmentDraft.objects.get(person=translator).text == "registre"
        assert "Ledger" in client.get(reverse("translation_desk")).text


class TestTheSourceIsUnpublished:
    def test_nothing_is_lost_and_no_list_breaks(self, client, article, translation, translator):
        client.force_login(translator)
        send(client, translation, at(translation, "title"), "Registre", "approve")
        article.unpublish()
        assert "Registre" in client.get(reverse("desk_translation", args=[translation.pk])).text
        for address in lists():
            assert client.get(address).status_code == 200, address

    def test_its_translation_is_not_published_before_it_is_again(
        self, client, article, translation, translator, django_capture_on_commit_callbacks
    ):
        translate_texts(translation)
        article.unpublish()
        client.force_login(translator)
        page = translation.get_target_instance()
        for address, values in [
            (reverse("desk_publish", args=[translation.pk]), {}),
            (reverse("wagtailadmin_pages:edit", args=[page.pk]), {"action": "publish"}),
        ]:
            with django_capture_on_commit_callbacks(execute=True):
                answer = client.post(address, values)
            assert "The original is not published" in told(answer), address
        with pytest.raises(GateClosed):
            page.save_revision().publish()
        client.force_login(person("Moderators"))
        with django_capture_on_commit_callbacks(execute=True):
            address = reverse("wagtail_localize:update_translations", args=[translation.source_id])
            assert "The original is not published" in told(client.post(address, {"publish_translations": "on"}))
        assert not translation.get_target_instance().live
        with django_capture_on_commit_callbacks(execute=True):
            article.save_revision().publish()
        client.force_login(translator)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("desk_publish", args=[translation.pk]))
        assert translation.get_target_instance().live

    def test_what_nobody_has_published_yet_does_not_come_out_in_another_language(
        self, client, tree, translator, django_capture_on_commit_callbacks
    ):
        draft = submit(make_article("Draft", live=False, marking="CLEAR"), "fr")
        translate_texts(draft)
        client.force_login(translator)
        with django_capture_on_commit_callbacks(execute=True):
            assert "The original is not published" in told(client.post(reverse("desk_publish", args=[draft.pk])))
        assert not draft.get_target_instance().live

    def test_its_translation_is_read_by_nobody_who_could_not_read_it(self, client, article, translation, translator):
        translate_texts(translation)
        article.marking = "GREEN"
        article.save_revision().publish()
        article.unpublish()
        client.force_login(translator)
        client.post(reverse("desk_publish", args=[translation.pk]))
        client.logout()
        page = translation.get_target_instance()
        assert client.get(page.url).status_code == 404


class TestTheSourceIsRemarked:
    def close(self, article: Page) -> None:
        article.refresh_from_db()
        article.marking, article.shared_with = "RED", ["person:0"]
        article.save_revision().publish()

    def reopen(self, article: Page) -> None:
        article.refresh_from_db()
        article.marking, article.shared_with = "CLEAR", []
        article.marking_reason = "It was a mistake."
        article.save_revision().publish()

    def test_it_is_unknown_from_the_next_request_on_and_what_was_typed_comes_back(
        self, client, article, translation, translator
    ):
        client.force_login(translator)
        title = at(translation, "title")
        send(client, translation, title, "Registre gardé", "keep")
        self.close(article)
        for address in everything(translation, title):
            answer = client.get(address, follow=True)
            assert answer.status_code == 404, address
            assert "Lock the store" not in answer.text
        for do in ("keep", "save", "approve", "machine"):
            assert send(client, translation, title, "Autre", do).status_code in (302, 404)
        for address in lists():
            assert b"Ledger" not in b"".join(client.get(address)), address
        answer = client.post(reverse("desk_export_batch"), {"translation": [translation.pk], "format": "po"})
        assert "Tick what you want" in told(answer)
        for name in ("desk_publish", "desk_machine", "desk_import"):
            address = reverse(name, args=[translation.pk])
            assert client.post(address, {"machine": "x"}, follow=True).status_code == 404, name
        assert SegmentDraft.objects.get().text == "Registre gardé"
        self.reopen(article)
        assert "Registre gardé" in client.get(reverse("desk_translation", args=[translation.pk])).text

    def test_the_memory_of_others_forgets_it(self, article, translation, translator):
        translate_texts(translation)
        other = submit(make_article("Another", body="<p>Lock the store.</p>"), "fr")
        segment = in_body(other)
        reader = reader_for(translator)
        assert [match.text for match in matches_for(segment.row, other.target_locale, reader)] == ["fr-Lock the store."]
        self.close(article)
        assert matches_for(segment.row, other.target_locale, reader_for(translator)) == []


class TestLocales:
    def test_a_locale_that_the_hub_does_not_speak_breaks_nothing(self, client, article, translation, translator):
        Locale.objects.create(language_code="ru")
        client.force_login(translator)
        for address in [*lists(), reverse("desk_translation", args=[translation.pk])]:
            assert client.get(address).status_code == 200, address

    def test_a_translation_into_it_breaks_nothing_either(self, client, article, translation, translator):
        russian = Locale.objects.create(language_code="ru")
        Translation.objects.create(source=translation.source, target_locale=russian)
        client.force_login(person("Editors"))
        for address in [*lists(), reverse("translation_throughput")]:
            assert client.get(address).status_code == 200, address

    @pytest.mark.parametrize("code", ["ru", "tlh"])
    def test_pages_in_a_language_that_was_taken_away_stay_where_they_are(self, client, article, code):
        locale = Locale.objects.create(language_code=code)
        page = article.copy_for_translation(locale, copy_parents=True)
        source, _created = TranslationSource.get_or_create_from_instance(article)
        translation = Translation.objects.create(source=source, target_locale=locale)
        segment = at(translation, "title")
        client.force_login(UserFactory(is_superuser=True, is_staff=True))
        for address in everything(translation, segment):
            assert client.get(address, follow=True).status_code == 404, address
        in_explorer = reverse("wagtailadmin_explore", args=[page.get_parent().pk])
        for address in [*lists(), reverse("translation_throughput"), in_explorer]:
            assert client.get(address).status_code == 200, address
        for do in ("keep", "save", "approve"):
            assert send(client, translation, segment, "Текст", do).status_code < 500
        values = {"translation": [translation.pk], "format": "xlf"}
        assert "Tick what you want" in told(client.post(reverse("desk_export_batch"), values))
        client.post(reverse("wagtaillocales:delete", args=[locale.pk]))
        assert Page.objects.filter(pk=page.pk, locale=locale).exists()

    def test_a_locale_with_pages_is_not_deleted(self, client, translation, admin_user):
        translate_texts(translation)
        client.force_login(admin_user)
        french = Locale.objects.get(language_code="fr")
        answer = client.post(reverse("wagtaillocales:delete", args=[french.pk]))
        assert "cannot be deleted" in told(answer)
        with pytest.raises(ProtectedError):
            french.delete()
        assert StringTranslation.objects.filter(locale=french).exists()
        assert Translation.objects.filter(pk=translation.pk).exists()


class TestTheTranslationIsStopped:
    def test_it_is_closed_and_comes_back_as_it_was(self, client, translation, translator):
        client.force_login(translator)
        title = at(translation, "title")
        send(client, translation, title, "Registre", "keep")
        translation.enabled = False
        translation.save()
        assert "stopped" in told(client.get(reverse("desk_translation", args=[translation.pk])))
        assert send(client, translation, title, "Autre", "save").status_code == 410
        assert not StringTranslation.objects.exists()
        translation.enabled = True
        translation.save()
        assert "Autre" in client.get(reverse("desk_translation", args=[translation.pk])).text


class TestOddInput:
    @pytest.mark.parametrize("do", ["save", "approve"])
    def test_a_text_that_is_too_long_is_refused_and_kept_whole(self, client, translation, translator, do):
        client.force_login(translator)
        segment, text = in_body(translation), "x" * (MOST_TYPED + 1000)
        answer = send(client, translation, segment, text, do)
        assert answer.status_code == 422
        assert "longer than 20000 characters" in answer.json()["message"].replace(",", "")
        assert SegmentDraft.objects.get().text == text
        assert not StringTranslation.objects.exists()
        assert send(client, translation, segment, text[:MOST_TYPED], "save").status_code == 200
        assert not SegmentDraft.objects.exists()

    def test_what_no_database_can_keep_is_left_out_and_the_rest_is_not(self, client, translation, translator):
        client.force_login(translator)
        segment = in_body(translation)
        send(client, translation, segment, "Fermez\x00 l’entre\x0bpôt,\r\nvite.", "keep")
        assert SegmentDraft.objects.get().text == "Fermez l’entrepôt,\nvite."
        send(client, translation, segment, "Fermez\x00 l’entrepôt.\uffff", "save")
        assert StringTranslation.objects.get().data == "Fermez l’entrepôt."
        address = reverse("desk_segment", args=[translation.pk, segment.pk])
        client.post(address, {"do": "comment", "comment": "Which\x00 store?"})
        assert SegmentComment.objects.get().text == "Which store?"

    def test_wagtail_localizes_own_editor_leaves_them_out_too(self, client, translation, translator):
        client.force_login(translator)
        address = reverse("wagtail_localize:edit_string_translation", args=[translation.pk, in_body(translation).pk])
        answer = client.put(address, "value=a%00b", content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (200, 201)
        assert StringTranslation.objects.get().data == "ab"

    def test_markup_in_a_link_is_harmless_on_the_page(
        self, client, translator, article, django_capture_on_commit_callbacks
    ):
        linked = make_article("Linked", body='<p>See <a href="https://example.org/">this</a>.</p>', marking="CLEAR")
        translation = submit(linked, "fr")
        translate_texts(translation)
        client.force_login(translator)
        segment = in_body(translation)
        typed = 'Voir <1><script>alert(1)</script><a onclick="x()" id="a1">ceci</a></1>.'
        send(client, translation, segment, typed, "approve")
        broken = send(client, translation, in_body(translation), 'Voir <1 href="javascript:x()">ceci</1>.')
        assert broken.status_code == 422
        assert at(translation, segment.path).text == typed
        with django_capture_on_commit_callbacks(execute=True):
            translation.save_target(publish=True)
        client.logout()
        shown = client.get(translation.get_target_instance().url).text
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert(1)" not in shown
        assert "<a onclick" not in shown
        assert "https://example.org/" in shown

    @pytest.mark.parametrize("do", ["keep", "save", "approve", "comment", "use"])
    def test_a_text_with_nul_bytes_and_one_that_is_too_long(self, client, translation, translator, do):
        client.force_login(translator)
        segment = at(translation, "title")
        for text in ("Un\x00registre", "x" * 25_000, "\ud7ff\u202e\x0b"):
            values = {**fields(segment, text, do), "comment": text, "suggestion": text}
            answer = client.post(reverse("desk_segment", args=[translation.pk, segment.pk]), values, headers=SCRIPT)
            assert answer.status_code < 500

    @pytest.mark.parametrize(
        ("name", "value"), [("base", "yesterday"), ("base", "\x00"), ("do", "\x00"), ("check", "x"), ("origin", "x")]
    )
    def test_fields_that_no_form_sends(self, client, translation, translator, name, value):
        client.force_login(translator)
        segment = at(translation, "title")
        values = {**fields(segment, "Registre"), name: value}
        answer = client.post(reverse("desk_segment", args=[translation.pk, segment.pk]), values, headers=SCRIPT)
        assert answer.status_code < 500

    @pytest.mark.parametrize("number", [0, 2**31, 2**63, 2**70])
    def test_numbers_of_nothing(self, client, translation, translator, number):
        client.force_login(translator)
        desk = reverse("desk_translation", args=[translation.pk])
        for query in (f"segment={number}", f"after={number}", f"segment=1&left={number}"):
            assert client.get(f"{desk}?{query}", headers=SCRIPT).status_code in (200, 302, 404)
            assert client.get(f"{desk}?{query}").status_code in (200, 302, 404)
        assert client.get(f"/admin/desk/{number}/", follow=True).status_code == 404
        values = {"do": "save", "text": "x", "string": number, "context": number}
        answer = client.post(f"/admin/desk/{translation.pk}/segments/{number}/", values, headers=SCRIPT)
        assert answer.status_code in (302, 404)

    def test_a_segment_of_another_translation_is_not_written(self, client, translation, translator):
        other = at(submit(make_article("Other"), "fr"), "title")
        client.force_login(translator)
        address = reverse("desk_segment", args=[translation.pk, other.pk])
        assert client.post(address, fields(other, "Autre"), headers=SCRIPT).status_code in (302, 404)
        assert not StringTranslation.objects.exists()

    def test_markup_is_text(self, client, translation, translator):
        client.force_login(translator)
        text = '<script>alert(1)</script><a onclick="x()">'
        send(client, translation, at(translation, "title"), text)
        assert StringTranslation.objects.get().data.startswith("&lt;script&gt;")
        page = client.get(reverse("desk_translation", args=[translation.pk])).text
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


class TestFiles:
    @pytest.mark.parametrize("suffix", list(FORMATS))
    def test_a_file_of_another_language_is_refused(self, client, article, translation, translator, suffix):
        arabic = submit(article, "ar")
        translate_texts(arabic)
        document = document_of(arabic)
        client.force_login(translator)
        format = FORMATS[suffix]
        answer = upload(client, translation, file_name_of(document, format), format.write(document))
        assert answer.status_code == 422
        assert not StringTranslation.objects.filter(locale__language_code="fr").exists()

    @pytest.mark.parametrize("suffix", list(FORMATS))
    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
    def test_another_encoding_is_read_or_refused_whole(self, client, translation, translator, suffix, encoding):
        translate_texts(translation)
        document = document_of(translation)
        content = FORMATS[suffix].write(document)
        try:
            content = content.decode().replace("fr-", "é-").encode(encoding, "replace")
        except UnicodeDecodeError:
            content = content[: len(content) // 2]  # A spreadsheet that was cut short.
        client.force_login(translator)
        before = set(StringTranslation.objects.values_list("data", flat=True))
        answer = upload(client, translation, f"a.{suffix}", content)
        assert answer.status_code in (200, 422)
        after = set(StringTranslation.objects.values_list("data", flat=True))
        if answer.status_code == 422:
            assert after == before
        else:
            assert not any("\ufffd" in text or "Ã" in text for text in after)

    @pytest.mark.parametrize("suffix", list(FORMATS))
    @pytest.mark.parametrize("content", [b"", b"\x00" * 40, b"PK\x03\x04" + b"x" * 40, b"<x>" * 2000])
    def test_what_is_no_such_file_is_refused_with_a_reason(self, client, translation, translator, suffix, content):
        client.force_login(translator)
        answer = upload(client, translation, f"a.{suffix}", content)
        assert answer.status_code == 422
        assert "Nothing was imported" in answer.text

    def test_a_hundred_megabytes_are_refused(self, client, translation, translator):
        client.force_login(translator)
        answer = upload(client, translation, "a.po", b"#" * (100 * 1024 * 1024))
        assert answer.status_code in (413, 422)
        assert not StringTranslation.objects.exists()

    @pytest.mark.parametrize("suffix", list(FORMATS))
    def test_units_may_be_missing_and_moved_and_none_may_be_new(self, client, translation, translator, suffix):
        document = document_of(translation)
        units = [Unit(unit.identifier, unit.source, f"fr-{unit.source}") for unit in document.units]
        client.force_login(translator)
        format, name = FORMATS[suffix], f"a.{suffix}"
        for identifier in ("", "x", f"s-{'a' * 32}-{'b' * 32}", units[0].identifier[:-1]):
            more = [*units, Unit(identifier, "Unknown text", "Texte inconnu")]
            answer = upload(client, translation, name, format.write(Document(document.piece, "en", "fr", more)))
            assert answer.status_code == 422
            assert "Nothing was imported" in answer.text
            assert "Unknown text" in answer.text
            assert not StringTranslation.objects.exists()
        fewer = Document(document.piece, "en", "fr", units[:0:-1])
        assert upload(client, translation, name, format.write(fewer)).status_code == 200
        assert StringTranslation.objects.count() == len(units) - 1
        assert not any(segment.state == State.APPROVED for segment in load_segments(translation))

    @pytest.mark.parametrize("suffix", list(FORMATS))
    def test_what_no_format_can_say_is_left_out_of_it(self, client, translation, translator, suffix):
        document = document_of(translation)
        units = [Unit(unit.identifier, unit.source, "Texte\x00\uffff.") for unit in document.units]
        client.force_login(translator)
        content = FORMATS[suffix].write(Document(document.piece, "en", "fr", units))
        assert upload(client, translation, f"a.{suffix}", content).status_code in (200, 422)
        assert {text.data for text in StringTranslation.objects.all()} <= {"Texte."}

    @pytest.mark.parametrize("suffix", ["csv", "xlsx"])
    def test_of_a_table_that_is_too_long_no_line_is_left_out(self, suffix):
        unit = Unit(f"s-{'a' * 32}-{'b' * 32}", "a", "b")
        content = FORMATS[suffix].write(Document("p", "en", "fr", (unit,) * (MOST_UNITS + 1)))
        with pytest.raises(RefusedFile, match="more texts"):
            read_file(f"a.{suffix}", content)

    def test_a_file_with_plural_forms_is_refused_with_its_line(self, client, translation, translator):
        content = FORMATS["po"].write(document_of(translation)).decode()
        content += '\nmsgid "a store"\nmsgid_plural "stores"\nmsgstr[0] "un"\nmsgstr[1] "des"\n'
        client.force_login(translator)
        answer = upload(client, translation, "a.po", content.encode())
        assert answer.status_code == 422
        assert "plural forms" in answer.text

    def test_what_is_nested_too_deeply_is_refused(self, client, translation, translator):
        content = FORMATS["xlf"].write(document_of(translation)).decode()
        nested = "<pc>" * 5000 + "</pc>" * 5000
        client.force_login(translator)
        answer = upload(client, translation, "a.xlf", content.replace("</source>", f"{nested}</source>", 1).encode())
        assert answer.status_code == 422
        assert "nested too deeply" in answer.text


class TestSpreadsheetBombs:
    """A few kilobytes that would be gigabytes in memory, or minutes of work."""

    @pytest.fixture
    def spreadsheet(self) -> bytes:
        unit = Unit(f"s-{'a' * 32}-{'b' * 32}", "Lock the store.", "Fermez.")
        return FORMATS["xlsx"].write(Document("p", "en", "fr", (unit,)))

    def with_part(self, content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
        written = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
            for part in {*old.namelist(), name}:
                text = old.read(part) if part in old.namelist() else b""
                new.writestr(part, change(text) if part == name else text)
        assert len(written.getvalue()) < MAX_BYTES / 10
        return written.getvalue()

    @pytest.mark.parametrize(
        ("name", "size"),
        [
            ("xl/worksheets/sheet1.xml", 2 * MAX_BYTES),
            ("xl/sharedStrings.xml", 2 * MAX_BYTES),
            ("xl/styles.xml", 2 * MOST_AROUND),
            ("xl/workbook.xml", 2 * MOST_AROUND),
            ("anything", 2 * MOST_AROUND),
        ],
    )
    def test_what_is_large_unpacked_is_not_unpacked(self, spreadsheet, name, size):
        bomb = self.with_part(spreadsheet, name, lambda text: text + b" " * size)
        with pytest.raises(RefusedFile, match="Unpacked"):
            read_file("a.xlsx", bomb)

    def test_no_part_passes_for_another(self, spreadsheet):
        name = b"/xl/worksheets/sheet1.xml"
        bomb = self.with_part(
            spreadsheet, "[Content_Types].xml", lambda text: text.replace(b"/xl/workbook.xml", name + b"x")
        )
        with pytest.raises(RefusedFile, match="no XLSX"):
            read_file("a.xlsx", bomb)

    def test_entities_are_not_read(self, spreadsheet):
        begin = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
        bomb = self.with_part(spreadsheet, "xl/worksheets/sheet1.xml", lambda text: begin + text)
        with pytest.raises(RefusedFile):
            read_file("a.xlsx", bomb)

    def test_what_is_neither_is_read(self, spreadsheet):
        assert len(read_file("a.xlsx", self.with_part(spreadsheet, "docProps/x", lambda text: b"x")).units) == 1


class TestAudit:
    @pytest.mark.parametrize(
        ("name", "arguments", "action"),
        [("desk_translation", [], "page.opened"), ("desk_export", ["po"], "page.taken")],
    )
    def test_reading_what_is_for_few_on_the_desk_is_recorded(
        self, client, article, translation, name, arguments, action
    ):
        admin = UserFactory(is_superuser=True, is_staff=True)
        article.refresh_from_db()
        article.marking, article.shared_with = "RED", [f"person:{admin.pk}"]
        article.save_revision().publish()
        client.force_login(admin)
        assert client.get(reverse(name, args=[translation.pk, *arguments])).status_code == 200
        assert AuditEntry.objects.filter(action=action, actor_key=admin.pk, marking="RED").count() == 1


def test_a_text_is_shown_where_it_stands(client, translation, translator):
    client.force_login(translator)
    segment = next(each for each in load_segments(translation) if each.path.startswith("body"))
    page = client.get(reverse("desk_translation", args=[translation.pk]), {"segment": segment.pk}).text
    assert "#:~:text=Lock%20the%20store." in page
