"""The line on every sheet of a restricted PDF: who took it, when, under which marking."""

from __future__ import annotations

import datetime
import io

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from pypdf import PdfReader, PdfWriter

from knowledge.models import Attachment, HubDocument
from knowledge.watermark import UnreadablePDFError, with_watermark
from tests.factories import MemberFactory, make_article

AT = datetime.datetime(2026, 11, 25, 9, 30, tzinfo=datetime.UTC)


def pdf(*sizes: tuple[float, float], password: str = "", rotation: int = 0) -> bytes:
    writer = PdfWriter()
    for width, height in sizes:
        writer.add_blank_page(width, height).rotate(rotation)
    if password:
        writer.encrypt(password)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def texts(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


@pytest.mark.parametrize("rotation", [0, 90])
def test_every_sheet_says_who_took_it(rotation):
    content = with_watermark(pdf((595, 842), (842, 595), (595, 842), rotation=rotation), "Amina Otieno", "AMBER", AT)
    assert len(texts(content)) == 3
    for text in texts(content):
        assert "TLP:AMBER" in text
        assert "Amina Otieno" in text
        assert "2026-11-25 09:30 UTC" in text


def test_a_name_cannot_be_markup():
    assert "<b>Amina" in texts(with_watermark(pdf((595, 842)), "<b>Amina", "RED", AT))[0]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 broken", b"PK\x03\x04", pdf((595, 842), password="secret")])
def test_what_cannot_be_written_on_is_said(content):
    with pytest.raises(UnreadablePDFError):
        with_watermark(content, "Amina Otieno", "AMBER", AT)


@pytest.mark.django_db
class TestDownloads:
    """An uploaded PDF, on a page for a group and on one for all members."""

    @pytest.fixture
    def reader(self, tree, client):
        user = MemberFactory(first_name="Amina", last_name="Otieno")
        user.groups.add(Group.objects.create(name="Port security"))
        client.force_login(user)
        return user

    def attach(self, content: bytes, **fields) -> HubDocument:
        document = HubDocument.objects.create(title="Plan", file=ContentFile(content, name="plan.pdf"))
        page = make_article("A", live=False, **fields)
        page.attachments = [Attachment(document=document, locale=page.locale)]
        page.save_revision().publish()
        return document

    def named(self, reader) -> dict:
        return {"marking": "AMBER", "shared_with": [f"wagtail-group:{reader.groups.get(name='Port security').pk}"]}

    def test_a_restricted_one_names_who_takes_it(self, client, reader):
        document = self.attach(pdf((595, 842)), **self.named(reader))
        response = client.get(document.file.url)
        assert response["Cache-Control"] == "private, no-store"
        (text,) = texts(response.content)
        assert "TLP:AMBER" in text
        assert "Amina Otieno" in text

    def test_one_for_all_members_is_as_it_was(self, client, reader):
        document = self.attach(pdf((595, 842)), marking="GREEN")
        response = client.get(document.file.url)
        assert texts(b"".join(response.streaming_content)) == [""]

    def test_one_that_cannot_be_written_on_stays_here(self, client, reader):
        document = self.attach(pdf((595, 842)), **self.named(reader))
        # Uploads are looked into; an older file, or one that a disk has damaged, was not.
        with open(document.file.path, "wb") as file:
            file.write(b"%PDF-1.7 broken")
        response = client.get(document.file.url)
        assert response.status_code == 503
        assert b"%PDF" not in response.content
