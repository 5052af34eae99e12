"""Reads the content folder: YAML files in, page fields and StreamField data out."""

from __future__ import annotations

import csv
import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

# The one in C, where PyYAML was built with it, needs a tenth of the time.
SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FOLDER = Path(__file__).parent / "content"
# In the order they are made: a recording stands below its series.
KINDS = ("articles", "case_studies", "pages", "series", "recordings")
# Blocks keep their identifiers in all languages: they are what segments of translations are found by.
NAMESPACE = uuid.UUID("6c1f3a52-6d0b-4c5e-9a41-4c1f9c0f6f35")


@dataclass(frozen=True)
class Item:
    """One folder of content: facts, and a text per language."""

    kind: str
    key: str
    meta: dict[str, Any]
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Language code of the text the others were made from."""
        return self.meta["source"]

    @property
    def published(self) -> datetime.date:
        """The date readers see."""
        return self.meta["published"]


def read_item(folder: Path) -> Item:
    """Read one folder of content."""
    texts = {path.stem: _read(path) for path in sorted(folder.glob("??.yaml"))}
    return Item(folder.parent.name, folder.name, _read(folder / "meta.yaml"), texts)


@cache
def read_items(kind: str) -> list[Item]:
    """Read all content of a kind, in the order of its keys."""
    return [read_item(folder) for folder in sorted((FOLDER / kind).iterdir()) if (folder / "meta.yaml").exists()]


def read_times(key: str) -> list[tuple[int, int]]:
    """Read when each cue of a recording begins and ends, in milliseconds (made by scripts/make_demo_media.py)."""
    with (FOLDER / "recordings" / key / "times.csv").open(encoding="ascii", newline="") as file:
        return [(int(row["start"]), int(row["end"])) for row in csv.DictReader(file)]


def read_organisations() -> dict[str, dict[str, Any]]:
    """Read the invented organisations by key."""
    return _read(FOLDER / "organisations.yaml")


def _read(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=SafeLoader)  # noqa: S506 - it is a safe one


class BodyBuilder:
    """Turns blocks as written in the content folder into a StreamField's raw data."""

    def __init__(self, key: str, images: Mapping[str, int], documents: Mapping[str, int]) -> None:
        self.key = key
        self.images = images
        self.documents = documents
        self.count = 0

    def identifier(self) -> str:
        """Return the next block identifier: the same on every run and in every language."""
        self.count += 1
        return str(uuid.uuid5(NAMESPACE, f"{self.key}/{self.count}"))

    def block(self, written: dict[str, Any]) -> dict[str, Any]:
        """Return the raw data of one block."""
        ((kind, value),) = written.items()
        identifier = self.identifier()
        match kind:
            case "key_message":
                value = {"text": value}
            case "figure":
                value = self.figure(value)
            case "gallery":
                figures = self.listed([self.figure(figure) for figure in value["figures"]])
                value = {"caption": value["caption"], "figures": figures}
            case "document":
                value = {"document": self.documents[value["form"]], "note": value["note"]}
            case "table":
                value = {
                    "columns": [{"type": "text", "heading": heading} for heading in value["header"]],
                    "rows": [{"values": [str(cell) for cell in row]} for row in value["rows"]],
                    "caption": value["caption"],
                }
            case "steps" | "resources":
                value = {"title": value["title"], "items": self.listed(value["items"])}
            case "references":
                value = self.listed(value)
            case "callout" | "comparison" | "quotation" | "heading" | "text":
                pass
            case _:
                raise ValueError(f"{self.key}: unknown block {kind!r}")
        return {"type": kind, "value": value, "id": identifier}

    def figure(self, written: dict[str, Any]) -> dict[str, Any]:
        """Return the raw data of a figure."""
        return {
            "image": self.images[written["image"]],
            "alternative_text": written["alt"],
            "caption": written["caption"],
            "credit": written.get("credit", ""),
        }

    def listed(self, values: list[Any]) -> list[dict[str, Any]]:
        """Return the raw data of a list block."""
        return [{"type": "item", "value": value, "id": self.identifier()} for value in values]

    def body(self, written: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the raw data of a stream."""
        return [self.block(each) for each in written]
