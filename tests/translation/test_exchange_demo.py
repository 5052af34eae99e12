"""All translations of the demonstration go out in every format and come back, and nothing changes."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from wagtail_localize.models import StringTranslation, Translation

from demo.loader import DemoLoader
from search.index import recording_paused
from tests.translation.builders import person
from translation.exchange.formats import FORMATS, archive_of, read_file
from translation.exchange.importing import import_document
from translation.exchange.units import Document, document_of
from translation.models import ImportedFile, PendingApproval, SegmentDraft

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def content(document: Document) -> list[Any]:
    """What a file says, without the lines it says it in."""
    units = [(unit.identifier, unit.source, unit.target, unit.where, unit.base) for unit in document.units]
    return [document.piece, document.source_language, document.language, units]


def stored() -> list[list[Any]]:
    """All that an import may write."""
    models = (StringTranslation, PendingApproval, SegmentDraft, ImportedFile)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_the_whole_demonstration_survives_every_format(tree):
    with recording_paused():
        DemoLoader(lambda step: None).load()
    parts = ("source__locale", "source__object", "source__specific_content_type", "target_locale")
    translations = [
        (each, document) for each in Translation.objects.select_related(*parts) if (document := document_of(each)).units
    ]
    translated = [sum(bool(unit.target) for unit in document.units) for _translation, document in translations]
    # So that the test cannot pass for want of translations.
    assert {document.language for _translation, document in translations} == {"ar", "en", "es", "fr"}
    assert sum(translated) > 3_000
    before, someone = stored(), person("Translators: French")
    for suffix, format in FORMATS.items():
        archive = zipfile.ZipFile(io.BytesIO(archive_of((document for _translation, document in translations), format)))
        names = archive.namelist()
        assert len(names) == len(set(names)) == len(translations)
        for name, (translation, document), number in zip(names, translations, translated, strict=True):
            again = read_file(name, archive.read(name))
            assert content(again) == content(document), f"{suffix}: {document.title}"
            report = import_document(again, translation, name, someone)
            assert (report.unchanged, report.accepted, report.drafts, report.moved_on) == (number, 0, 0, 0)
            assert not report.rejections
        assert stored() == before, suffix
