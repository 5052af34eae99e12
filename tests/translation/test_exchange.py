"""Files that go out and come back: the same, all or nothing, and undone."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from wagtail_localize.models import StringTranslation

from access.readers import reader_for
from tests.factories import UserFactory, make_article
from tests.translation.builders import person, submit, told
from tests.translation.test_desk import at, send
from translation import editing
from translation.exchange import batches
from translation.exchange.formats import FORMATS, MAX_BYTES, XLIFF12, read_file
from translation.exchange.importing import import_document
from translation.exchange.tmx import read_tmx
from translation.exchange.units import Document, RefusedFile, Unit, document_of
from translation.memory import matches_for
from translation.models import ImportedFile, MemoryUnit, PendingApproval, SegmentDraft
from translation.segments import State, load_segments

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FRENCH, ARABIC = "Translators: French", "Translators: Arabic"
COUNT = "Count with <1>care</1> & twice."
TEXTS = {"Lock the store.": "Fermez l’entrepôt.", COUNT: "Comptez avec <1>soin</1> & deux fois."}


@pytest.fixture
def translation(tree):
    return submit(
        make_article("The zebra ledger", body="<p>Lock the store.</p><p>Count with <b>care</b> &amp; twice.</p>"), "fr"
    )


@pytest.fixture
def translator(tree):
    return person(FRENCH)


def translated(document: Document, **texts: str) -> Document:
    """A file as somebody sends it back."""
    known = TEXTS | texts
    units = [
        Unit(unit.identifier, unit.source, known.get(unit.source, unit.target), unit.where, unit.base)
        for unit in document.units
    ]
    return Document(document.piece, document.source_language, document.language, tuple(units), document.title)


def import_batch(client, *files: tuple[str, bytes]):
    return client.post(reverse("desk_import_batch"), {"file": [SimpleUploadedFile(*file) for file in files]})


def archive_with(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return written.getvalue()


def cut_off_archive() -> bytes:
    return archive_with("a.po", b"msgid")[:-30]


def archive_of_zeros() -> bytes:
    """Forty megabytes in forty kilobytes."""
    return archive_with("a.po", bytes(40 * 1024**2))


def encrypted_archive() -> bytes:
    """Mark a part as encrypted: the first bit of its flags, in its own header and in the directory's."""
    content = bytearray(archive_with("a.po", b"msgid"))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def archive_of_archives() -> bytes:
    return archive_with("inside.zip", archive_with("a.po", b"msgid"))


def upload(client, translation, content: bytes, name: str = "back.xlf"):
    return client.post(reverse("desk_import", args=[translation.pk]), {"file": SimpleUploadedFile(name, content)})


def without_lines(document: Document) -> list[tuple[str, str, str, str, str]]:
    return [(unit.identifier, unit.source, unit.target, unit.where, unit.base) for unit in document.units]


@pytest.mark.parametrize("suffix", FORMATS)
class TestEveryFormat:
    def test_it_reads_what_it_writes(self, translation, suffix):
        import_document(translated(document_of(translation)), translation, "x", person(FRENCH))
        document = document_of(translation)
        again = read_file(f"file.{suffix}", FORMATS[suffix].write(document))
        assert (again.piece, again.source_language, again.language) == (document.piece, "en", "fr")
        assert without_lines(again) == without_lines(document)

    def test_the_way_there_and_back(self, client, translation, translator, suffix):
        client.force_login(translator)
        exported = client.get(reverse("desk_export", args=[translation.pk, suffix]))
        assert exported["Content-Disposition"].endswith(f'.{suffix}"')
        assert "zebra" not in exported["Content-Disposition"]
        content = FORMATS[suffix].write(translated(read_file(f"x.{suffix}", exported.content)))
        shown = upload(client, translation, content, f"back.{suffix}")
        assert shown.status_code == 200
        assert "Imported, to approve: 2" in shown.content.decode()
        segment = at(translation, "Count")
        assert segment.target.data == "Comptez avec <b>soin</b> &amp; deux fois."
        assert (segment.state, segment.pending.reason) == (State.PENDING, "import")
        assert editing.history_of(translation, segment.row)[0].origin == "import"
        # The same file again changes nothing.
        assert "Unchanged: 2" in upload(client, translation, content, f"back.{suffix}").content.decode()
        assert ImportedFile.objects.count() == 1

    def test_nonsense_is_refused_with_a_reason(self, translation, suffix):
        for content in [b"", b"\x00\xff\xfe nonsense", "نص".encode("utf-16"), b"<a><b></a>", b"id,source\r\n1,2\r\n"]:
            with pytest.raises(RefusedFile, match=r"\w"):
                read_file(f"x.{suffix}", content)

    def test_what_is_too_large_is_not_read(self, suffix):
        with pytest.raises(RefusedFile, match="larger than 10 MB"):
            read_file(f"x.{suffix}", b"a" * (MAX_BYTES + 1))


# Without what XML and spreadsheets cannot say.
texts = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=40).map(str.strip).filter(bool)
)


@pytest.mark.parametrize("suffix", FORMATS)
@given(source=texts, target=texts)
def test_any_text_survives_any_format(suffix, source, target):
    unit = Unit(f"s-{'a' * 32}-{'b' * 32}", source, target, "Body › Text", "2026-01-01T00:00:00+00:00")
    document = Document("p", "en", "fr", (unit,), "A title")
    assert without_lines(read_file(f"x.{suffix}", FORMATS[suffix].write(document))) == without_lines(document)


class TestAllOrNothing:
    def send(self, client, translation, document: Document):
        return upload(client, translation, FORMATS["xlf"].write(document))

    @pytest.fixture(autouse=True)
    def _signed_in(self, client, translator):
        client.force_login(translator)

    def test_one_broken_text_refuses_the_file(self, client, translation):
        document = translated(document_of(translation), **{COUNT: "Comptez avec <2>soin</2>."})
        answer = self.send(client, translation, document)
        assert answer.status_code == 422
        assert "&lt;2&gt; is not in the source." in answer.content.decode()
        assert "Nothing was imported" in answer.content.decode()
        assert not StringTranslation.objects.exists()
        assert not ImportedFile.objects.exists()

    def test_a_text_of_another_page_refuses_the_file(self, client, translation):
        other = submit(make_article("Another", body="<p>Sign the list.</p>"), "fr")
        document = document_of(translation)
        mixed = Document(
            document.piece, "en", "fr", (*translated(document).units, *document_of(other).units), document.title
        )
        assert "not of this page" in self.send(client, translation, mixed).content.decode()
        assert not StringTranslation.objects.exists()
        assert "of another page" in self.send(client, translation, document_of(other)).content.decode()
        arabic = document_of(submit(make_article("Arabic"), "ar"))
        assert self.send(client, translation, Document(document.piece, "en", "ar", arabic.units)).status_code == 422

    def test_two_translations_of_one_text_refuse_the_file(self, client, translation):
        document = translated(document_of(translation))
        unit = next(each for each in document.units if each.source == "Lock the store.")
        twice = Document(document.piece, "en", "fr", (*document.units, Unit(unit.identifier, unit.source, "Autre.")))
        assert "twice" in self.send(client, translation, twice).content.decode()
        assert not StringTranslation.objects.exists()

    def test_texts_may_be_missing_and_in_another_order(self, client, translation):
        units = [unit for unit in translated(document_of(translation)).units if unit.source in TEXTS]
        document = document_of(translation)
        answer = self.send(client, translation, Document(document.piece, "en", "fr", tuple(reversed(units))))
        assert "Imported, to approve: 2" in answer.content.decode()
        assert "does not translate: 2" in answer.content.decode()

    def test_entities_are_not_read(self, client, translation):
        bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
        answer = upload(client, translation, bomb)
        assert answer.status_code == 422
        assert "entities" in answer.content.decode()
        assert "Choose a file" in client.post(reverse("desk_import", args=[translation.pk])).content.decode()
        assert "This is no XLIFF" in upload(client, translation, b"x", "x.exe").content.decode()

    def test_what_was_changed_here_meanwhile_stands(self, client, translation, translator):
        document = translated(document_of(translation))
        send(client, translation, at(translation, "Lock"), "Verrouillez l’entrepôt.", do="save")
        answer = self.send(client, translation, document)
        assert "kept as your drafts: 1" in answer.content.decode()
        segment = at(translation, "Lock", translator)
        assert segment.text == "Verrouillez l’entrepôt."
        assert segment.draft.text == "Fermez l’entrepôt."
        assert at(translation, "Count").text == TEXTS[COUNT]

    def test_a_source_that_moved_on_keeps_the_work_as_a_suggestion(
        self, client, translation, django_capture_on_commit_callbacks
    ):
        document = translated(document_of(translation))
        page = translation.source.get_source_instance()
        block = page.body.raw_data[0]
        changed = {**block, "value": block["value"].replace("Lock the store.", "Lock the store at night.")}
        page.body = type(page)._meta.get_field("body").to_python([changed])
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        answer = self.send(client, translation, document)
        assert "kept as suggestions: 1" in answer.content.decode()
        segment = at(translation, "Lock the store at night")
        assert (segment.state, segment.earlier_text) == (State.OUTDATED, "Fermez l’entrepôt.")

    def test_an_import_is_undone(self, client, translation, translator):
        send(client, translation, at(translation, "Lock"), "Verrouillez.", do="approve")
        self.send(client, translation, translated(document_of(translation)))
        (file,) = ImportedFile.objects.all()
        address = reverse("desk_import", args=[translation.pk])
        assert "Put back: 2" in told(client.post(address, {"undo": file.pk}))
        assert (at(translation, "Lock").text, at(translation, "Lock").state) == ("Verrouillez.", State.APPROVED)
        assert at(translation, "Count").state == State.MISSING
        assert client.post(address, {"undo": file.pk}, follow=True).status_code == 404

    def test_undoing_leaves_what_was_changed_since(self, client, translation):
        self.send(client, translation, translated(document_of(translation)))
        send(client, translation, at(translation, "Lock"), "Verrouillez.", do="save")
        (file,) = ImportedFile.objects.all()
        answer = client.post(reverse("desk_import", args=[translation.pk]), {"undo": file.pk})
        assert "Put back: 1. Changed since, and left alone: 1." in told(answer)
        assert at(translation, "Lock").text == "Verrouillez."

    def test_a_crash_in_between_takes_nothing(self, translation, translator, monkeypatch):
        saved = StringTranslation.save
        calls = []

        def crash(self, *args, **kwargs):
            calls.append(self)
            if len(calls) > 1:
                raise RuntimeError("power cut")
            return saved(self, *args, **kwargs)

        monkeypatch.setattr(StringTranslation, "save", crash)
        with pytest.raises(RuntimeError):
            import_document(translated(document_of(translation)), translation, "x", translator)
        assert not StringTranslation.objects.exists()


class TestFiles:
    def test_xliff_12_is_read(self, client, translation, translator):
        document = document_of(translation)
        units = "".join(
            f'<trans-unit id="{unit.identifier}"><source>x</source><target>{target}</target></trans-unit>'
            for unit in document.units
            for target in {
                "Lock the store.": ["Fermez."],
                COUNT: ['Comptez avec <g id="1">soin</g>.'],
            }.get(unit.source, [])
        )
        content = (
            f'<xliff xmlns="{XLIFF12}" version="1.2"><file original="{document.piece}" source-language="en" '
            f'target-language="fr" datatype="html"><body>{units}</body></file></xliff>'
        )
        client.force_login(translator)
        assert "Imported, to approve: 2" in upload(client, translation, content.encode(), "a.xliff").content.decode()
        assert at(translation, "Count").target.data == "Comptez avec <b>soin</b>."

    def test_a_spreadsheet_takes_nothing_for_a_formula(self, translation):
        unit = Unit(f"s-{'a' * 32}-{'b' * 32}", "=1+1", "@SUM(A1)")
        document = Document("p", "en", "fr", (unit,))
        assert b"'=1+1" in FORMATS["csv"].write(document)
        sheet = load_workbook(io.BytesIO(FORMATS["xlsx"].write(document))).worksheets[0]
        assert {sheet["C3"].data_type, sheet["D3"].data_type} == {"s"}

    def test_several_pages_are_one_archive(self, client, translation, translator):
        other = submit(make_article("Another"), "fr")
        foreign = submit(make_article("Arabic"), "ar")
        client.force_login(translator)
        sent = {"translation": [translation.pk, other.pk, foreign.pk, "x"], "format": "po"}
        archive = zipfile.ZipFile(io.BytesIO(client.post(reverse("desk_export_batch"), sent).content))
        assert len(archive.namelist()) == 2
        for name in archive.namelist():
            assert read_file(name, archive.read(name)).language == "fr"
        assert "Tick what you want" in told(client.post(reverse("desk_export_batch"), {"format": "po"}))
        assert client.post(reverse("desk_export_batch"), {**sent, "format": "exe"}).status_code == 302

    def test_an_archive_comes_back_file_by_file(self, client, translation, translator):
        other, foreign = (
            submit(make_article("Another", body="<p>Lock the store.</p>"), "fr"),
            submit(make_article("Arabic"), "ar"),
        )
        client.force_login(translator)
        french, broken = (translated(document_of(each)) for each in (translation, other))
        broken = replace(broken, units=(*broken.units, Unit(f"s-{'a' * 32}-{'b' * 32}", "Of another page", "Ailleurs")))
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            archive.writestr("back/one.po", FORMATS["po"].write(french))
            archive.writestr("back/two.csv", FORMATS["csv"].write(broken))
            archive.writestr("three.xlf", FORMATS["xlf"].write(document_of(foreign)))
            archive.writestr("notes.txt", "Bonjour")
            archive.writestr("__MACOSX/back/._one.po", "aside")
        response = import_batch(client, ("back.zip", written.getvalue()))
        assert response.status_code == 422
        names = [each.name for each in response.context["reports"]]
        assert names == ["one.po", "two.csv", "three.xlf", "notes.txt"]
        first, second, third, fourth = response.context["reports"]
        assert (first.translation, first.report.accepted) == (translation, 2)
        assert at(translation, "Lock").target.data == "Fermez l’entrepôt."
        # Of the second nothing was taken, of the third nothing is told.
        assert [each.source for each in second.report.rejections] == ["Of another page"]
        assert at(other, "Lock").target is None
        assert third.translation is None
        assert "yours to write" in third.refusal
        assert "no XLIFF, PO, XLSX or CSV" in fourth.refusal
        for said in ("one.po", "Imported, to approve: 2", "Of another page", "The zebra ledger"):
            assert said in response.text
        # Sent again, mended: what is there already is not written twice.
        again = import_batch(
            client,
            ("a.po", FORMATS["po"].write(french)),
            ("b.csv", FORMATS["csv"].write(translated(document_of(other)))),
        )
        assert again.status_code == 200
        assert [each.report.accepted for each in again.context["reports"]] == [0, 1]
        assert ImportedFile.objects.count() == 2

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"PK no archive", "no ZIP archive"),
            (cut_off_archive(), "no ZIP archive"),
            (archive_of_zeros(), "larger than 10 MB"),
            (encrypted_archive(), "cannot be taken out"),
            (archive_of_archives(), "no XLIFF, PO, XLSX or CSV"),
        ],
    )
    def test_an_archive_that_cannot_be_read_is_refused(self, client, translation, translator, content, said):
        client.force_login(translator)
        response = import_batch(client, ("back.zip", content))
        assert response.status_code == 422
        assert said in response.text
        assert not ImportedFile.objects.exists()

    def test_too_many_files_and_none_at_all(self, client, translation, translator, monkeypatch):
        client.force_login(translator)
        assert "no file to import" in import_batch(client).text
        monkeypatch.setattr(batches, "MOST_FILES", 1)
        document = FORMATS["po"].write(translated(document_of(translation)))
        first, second = import_batch(client, ("1.po", document), ("2.po", document)).context["reports"]
        assert first.report.accepted == 2
        assert "more than 1 file" in second.refusal
        monkeypatch.setattr(batches, "SECONDS_FOR_ALL", -1)
        assert "too long" in import_batch(client, ("1.po", document)).text

    def test_a_file_that_does_not_say_its_page_is_refused_in_a_batch(self, client, translation, translator):
        client.force_login(translator)
        document = replace(translated(document_of(translation)), piece="")
        assert "does not say which page" in import_batch(client, ("1.csv", FORMATS["csv"].write(document))).text

    def test_a_batch_is_for_those_who_translate(self, client, translation):
        client.force_login(UserFactory())
        assert import_batch(client, ("1.po", b"")).status_code == 302

    def test_files_are_for_those_who_translate(self, client, translation):
        client.force_login(person(ARABIC))
        for name, arguments in [("desk_export", ["xlf"]), ("desk_import", [])]:
            assert client.get(reverse(name, args=[translation.pk, *arguments]), follow=True).status_code == 404
        client.force_login(person(FRENCH))
        assert client.get(reverse("desk_export", args=[translation.pk, "exe"]), follow=True).status_code == 404
        assert client.get(reverse("desk_import", args=[translation.pk])).status_code == 200

    def test_nothing_of_it_is_shown_to_others(self, client, translation, translator):
        import_document(translated(document_of(translation)), translation, "back.xlf", translator)
        assert not SegmentDraft.objects.exists()
        assert all(segment.state != State.APPROVED for segment in load_segments(translation))


class TestMemoryFiles:
    HEADER = '<tmx version="1.4"><header srclang="en"/><body>'

    def post(self, client, content: str, name: str = "memory.tmx"):
        return client.post(reverse("desk_memory"), {"file": SimpleUploadedFile(name, content.encode())})

    def unit(self, source: str, target: str, language: str = "fr-FR") -> str:
        variants = (
            f'<tuv xml:lang="en-GB"><seg>{source}</seg></tuv><tuv xml:lang="{language}"><seg>{target}</seg></tuv>'
        )
        return f"<tu>{variants}</tu>"

    def test_a_file_is_added_and_suggested(self, client, translation, translator):
        coordinator = person("Editors")
        client.force_login(coordinator)
        content = f"{self.HEADER}{self.unit('Lock the stores.', 'Fermez les entrepôts.')}</body></tmx>"
        assert "New translations: 2. Known already: 0." in told(self.post(client, content))
        assert "New translations: 0. Known already: 2." in told(self.post(client, content))
        segment = at(translation, "Lock")
        (match,) = matches_for(segment.row, translation.target_locale, reader_for(translator))
        assert (match.text, match.where) == ("Fermez les entrepôts.", "memory.tmx")
        assert 70 <= match.percent < 100

    def test_out_and_in_again_is_the_same(self, client, translation, translator):
        import_document(translated(document_of(translation)), translation, "x", translator)
        PendingApproval.objects.all().delete()
        client.force_login(translator)
        exported = client.get(reverse("desk_memory"), {"from": "en", "to": "fr"}).getvalue()
        pairs = {(each.source, each.target) for each in read_tmx(exported) if each.language == "fr"}
        assert pairs == set(TEXTS.items())

    def test_what_one_may_not_read_is_not_in_it(self, client, translator):
        secret = submit(make_article("Secret", body="<p>Lock the store.</p>", marking="GREEN"), "fr")
        import_document(translated(document_of(secret)), secret, "x", translator)
        PendingApproval.objects.all().delete()
        client.force_login(translator)
        exported = client.get(reverse("desk_memory"), {"from": "en", "to": "fr"}).getvalue().decode()
        assert "Lock the store" not in exported
        translator.is_member = True
        translator.save()
        assert "Lock the store" in client.get(reverse("desk_memory"), {"from": "en", "to": "fr"}).getvalue().decode()

    def test_nonsense_is_refused(self, client, tree):
        client.force_login(person("Editors"))
        bomb = '<!DOCTYPE x [<!ENTITY a "a">]><tmx><body>&a;</body></tmx>'
        for content, reason in [
            ("", "no well-formed XML"),
            ("<html></html>", "no TMX"),
            (f"{self.HEADER}</body></tmx>", "no text"),
            (f"{self.HEADER}{self.unit('Hello', 'Hallo', 'de')}</body></tmx>", "no text"),
            (bomb, "entities"),
        ]:
            answer = self.post(client, content)
            assert answer.status_code == 422
            assert reason in answer.content.decode()
        assert not MemoryUnit.objects.exists()

    def test_translators_take_out_and_do_not_put_in(self, client, translator):
        client.force_login(translator)
        assert "Import" not in client.get(reverse("desk_memory")).content.decode().partition("<main")[2]
        assert self.post(client, f"{self.HEADER}{self.unit('A text', 'Un texte')}</body></tmx>").status_code == 302
        assert not MemoryUnit.objects.exists()
