"""Blocks in which an image or document is chosen, able to take files that were loaded ahead.

Wagtail's choosers ask the database once for each kind of block they stand in. A page that is read loads all of
its files together (`knowledge.loading`) and lends them to its blocks for as long as their values are made.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model
from wagtail import blocks
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock as WagtailDocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock as WagtailImageChooserBlock

# A link to a document in rich text, as Wagtail's editor stores it.
DOCUMENT_LINK = re.compile(r'<a\b(?=[^>]*\blinktype="document")[^>]*\bid="(\d{1,18})"')
# Images and documents by model and primary key.
Files = Mapping[type[Model], Mapping[int, Model]]
_loaded: ContextVar[Files | None] = ContextVar("loaded_files", default=None)


@contextmanager
def files_loaded(files: Files) -> Iterator[None]:
    """Lend files to the chooser blocks whose values are made meanwhile."""
    token = _loaded.set(files)
    try:
        yield
    finally:
        _loaded.reset(token)


class _LentFilesMixin:
    """Takes what is lent; asks the database when something else is wanted."""

    def bulk_to_python(self, values: Sequence[int | None]) -> list[Model | None]:
        """Return images or documents in the order of their keys; None for none, and for one that is gone."""
        files = _loaded.get()
        if files is None or self.model_class not in files:  # type: ignore[attr-defined]
            return super().bulk_to_python(values)  # type: ignore[misc]
        lent = files[self.model_class]  # type: ignore[attr-defined]
        # Wagtail makes a copy for each place too: a file is given other attributes in one than in another.
        return [copy.copy(lent.get(value or 0)) for value in values]


class ImageChooserBlock(_LentFilesMixin, WagtailImageChooserBlock):
    """Choose an image."""


class DocumentChooserBlock(_LentFilesMixin, WagtailDocumentChooserBlock):
    """Choose a document."""


def chosen_in(block: blocks.Block, raw: Any) -> Iterator[tuple[type[Model], int]]:
    """Yield model and primary key of what is chosen or linked in the raw form of a block, at any depth."""
    if isinstance(block, ImageChooserBlock | DocumentChooserBlock):
        if isinstance(raw, int):
            yield block.model_class, raw
    elif isinstance(block, blocks.RichTextBlock):
        for pk in DOCUMENT_LINK.findall(raw if isinstance(raw, str) else ""):
            yield get_document_model(), int(pk)
    elif isinstance(block, blocks.StreamBlock):
        for child in raw or []:
            if child["type"] in block.child_blocks:
                yield from chosen_in(block.child_blocks[child["type"]], child["value"])
    elif isinstance(block, blocks.ListBlock):
        for item in raw or []:
            # Older lists hold bare values (Wagtail's docs, "ListBlock").
            is_item = isinstance(item, dict) and item.get("type") == "item"
            yield from chosen_in(block.child_block, item["value"] if is_item else item)
    elif isinstance(block, blocks.StructBlock) and isinstance(raw, dict):
        for name, child_block in block.child_blocks.items():
            yield from chosen_in(child_block, raw.get(name))
