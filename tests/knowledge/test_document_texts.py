"""The texts of attachments: what is read, what is refused, and that nobody finds what they may not have."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from docx import Document as WordDocument
from openpyxl import Workbook
from PIL import ImageFile
from pptx import Presentation
from wagtail.models import Collection, CollectionViewRestriction
from weasyprint import HTML

from knowledge.document_texts import read_document, texts_of_pages
from knowledge.models import Attachment, DocumentText, HubDocument
from knowledge.text_extraction import TEXT_LENGTH, Unreadable, extract_text
from tests.factories import MemberFactory, make_article
from tests.search.test_results_page import hits, results  # noqa: F401

pytestmark = pytest.mark.django_db
# As in `knowledge.pdf`: other tests in this process upload images that are cut short.
ImageFile.LOAD_TRUNCATED_IMAGES = False


def word(text: str) -> bytes:
    file, document = io.BytesIO(), WordDocument()
    document.add_paragraph(text)
    table = document.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "in a table"
    document.save(file)
    return file.getvalue()


def powerpoint(text: str) -> bytes:
    file, slides = io.BytesIO(), Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[0])
    slide.shapes.title.text = text
    slide.notes_slide.notes_text_frame.text = "in the notes"
    slides.save(file)
    return file.getvalue()


def excel(text: str) -> bytes:
    file, book = io.BytesIO(), Workbook()
    book.active.append(["drums", text, 12])
    book.save(file)
    return file.getvalue()


def pdf(text: str) -> bytes:
    return HTML(string=f"<p>{text}</p>").write_pdf()


@pytest.mark.parametrize("make", [word, powerpoint, excel, pdf])
def test_texts_are_read(make):
    extension = {"word": "docx", "powerpoint": "pptx", "excel": "xlsx", "pdf": "pdf"}[make.__name__]
    assert "Counterfoils of 2024" in extract_text(make("Counterfoils of 2024"), extension)


@pytest.mark.parametrize("extension", ["pdf", "docx", "pptx", "xlsx"])
@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"PK\x03\x04" + bytes(200), pdf("a page")[:400]])
def test_what_is_broken_is_refused_and_harms_nothing(extension, content):
    with pytest.raises(Unreadable):
        extract_text(content, extension)


def test_long_texts_are_cut():
    assert len(extract_text(excel("word " * 6000), "xlsx")) <= TEXT_LENGTH
    book = Workbook()
    for _row in range(200):
        book.active.append(["w" * 30_000])
    file = io.BytesIO()
    book.save(file)
    assert len(extract_text(file.getvalue(), "xlsx")) == TEXT_LENGTH


def attached(page, content: bytes, name: str = "form.docx", **fields):
    """Attach a file to a page that is published then."""
    file = ContentFile(content, name)
    document = HubDocument.objects.create(title="A form", file=file, **fields)
    document._set_document_file_metadata()
    document.save()
    Attachment.objects.create(page=page, document=document, locale=page.locale)
    page.save_revision().publish()
    return document


def test_a_page_is_found_by_what_its_attachment_says(results, tree):  # noqa: F811
    page = make_article("Zebra ledger")
    document = attached(page, word("Every counterfoil is kept."))
    read_document(document.pk)
    shown = results(q="counterfoils")
    assert hits(shown) == ["Zebra ledger"]
    assert "<mark>counterfoil</mark>" in shown


@pytest.mark.parametrize("marking", ["GREEN", "RED"])
def test_a_file_with_a_marking_of_its_own_is_not_found(results, client, tree, marking):  # noqa: F811
    page = make_article("Zebra ledger")
    document = attached(page, word("Every counterfoil is kept."))
    read_document(document.pk)
    assert hits(results(q="counterfoils")) == ["Zebra ledger"]
    document.refresh_from_db()
    document.marking = marking
    document.save()
    assert hits(results(q="counterfoils")) == []
    assert texts_of_pages([page.pk]) == {}
    client.force_login(MemberFactory())
    assert hits(results(q="counterfoils")) == []
    document.marking = ""
    document.save()
    assert hits(results(q="counterfoils")) == ["Zebra ledger"]


def test_a_file_in_a_private_collection_is_not_found(results, tree):  # noqa: F811
    page = make_article("Zebra ledger")
    collection = Collection.get_first_root_node().add_child(name="Private")
    document = attached(page, word("Every counterfoil is kept."), collection=collection)
    read_document(document.pk)
    assert hits(results(q="counterfoils")) == ["Zebra ledger"]
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    assert hits(results(q="counterfoils")) == []


def test_what_cannot_be_read_is_noted_and_not_tried_again(tree):
    # A PDF by its first bytes, and no more.
    document = attached(make_article(), b"%PDF-1.7\n%%EOF\n", "form.pdf")
    assert not read_document(document.pk)
    known = DocumentText.objects.get(document=document)
    assert known.fault
    call_command("read_documents", verbosity=0)
    assert DocumentText.objects.get(document=document).read_at == known.read_at
