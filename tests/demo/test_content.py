"""The demonstration's content: what readers judge the hub by, checked as it is written, without a database."""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest
from django.conf import settings

from access.models import Marking
from demo.accounts import ACCOUNTS
from demo.content import FOLDER, KINDS, BodyBuilder, Item, read_item, read_items, read_organisations, read_times
from demo.illustrations import NAMES
from knowledge.captions import Cue, find_remarks, find_wrong_language, read_captions, write_captions
from knowledge.media_files import look_into
from knowledge.models import Article, CaseStudy
from vocabulary.countries import CODES
from vocabulary.models import Scheme

LANGUAGES = {code for code, _name in settings.LANGUAGES}
BODIES = {
    "articles": Article.body_fields,
    "case_studies": CaseStudy.body_fields,
    **dict.fromkeys(("pages", "series", "recordings"), ("body",)),
}
KNOWLEDGE = [item for kind in ("articles", "case_studies") for item in read_items(kind)]
RECORDINGS = read_items("recordings")
ITEMS = [item for kind in KINDS for item in read_items(kind)]
TEXTS = [(item, language) for item in ITEMS for language in item.texts]
# What no reader reads as a word: names of files, addresses, kinds.
NO_WORDS = {"form", "image", "tone", "url"}
# Words that are frequent in one of the languages and in no other.
FREQUENT = {
    "en": {"the", "and", "of", "to", "was", "with", "that", "it"},
    "es": {"el", "los", "y", "del", "una", "con", "por", "lo"},
    "fr": {"le", "et", "des", "du", "une", "avec", "dans", "est"},
}


def named(item: Item) -> str:
    return f"{item.kind}/{item.key}"


def named_text(value: Any) -> str:
    return named(value) if isinstance(value, Item) else str(value)


def strings(written: Any) -> list[str]:
    """Return everything in a body that readers read, without tags."""
    match written:
        case str():
            return [re.sub(r"<[^>]+>", " ", written)]
        case dict():
            return [text for key, value in written.items() if key not in NO_WORDS for text in strings(value)]
        case list():
            return [text for value in written for text in strings(value)]
    return [str(written)]


def body(item: Item, language: str) -> list[Any]:
    return [block for name in BODIES[item.kind] for block in item.texts[language].get(name) or []]


def words(item: Item, language: str) -> list[str]:
    text = re.sub(r"\S+@\S+|TLP:\S+|#\S+", " ", " ".join(strings(body(item, language))))
    return re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", text)


def shape(written: Any) -> Any:
    """Return what a body is made of, without its words."""
    match written:
        case dict():
            return {key: value if key in NO_WORDS else shape(value) for key, value in written.items()}
        case list():
            return [shape(value) for value in written]
    return "…"


def text_tags(written: Any) -> list[str]:
    return re.findall(r"</?[a-z0-9]+", " ".join(str(written).split()))


def read_vocabulary() -> dict[str, dict[str, str]]:
    with (FOLDER / "vocabulary.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


CONCEPTS = read_vocabulary()


def of_scheme(scheme: Scheme) -> set[str]:
    return {slug for slug, row in CONCEPTS.items() if row["scheme"] == scheme}


def split(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


# --- How much there is -------------------------------------------------------------------------


def test_there_is_enough_to_read():
    assert len(read_items("articles")) >= 12
    assert len(read_items("case_studies")) >= 10
    assert {"about", "annual-meetings", "advisory-group", "contact"} <= {item.key for item in read_items("pages")}


@pytest.mark.parametrize(
    ("item", "language"), [(item, language) for item in KNOWLEDGE for language in item.texts], ids=named_text
)
def test_a_piece_of_knowledge_has_400_to_1200_words(item, language):
    # What names its readers is a note among them.
    least = 60 if item.meta.get("shared_with") else 400
    assert least <= len(words(item, language)) <= 1200


def test_knowledge_was_written_in_every_language():
    assert {item.source for item in KNOWLEDGE} == LANGUAGES


def test_most_is_in_all_languages_and_some_is_deliberately_missing_or_behind():
    complete = [item for item in KNOWLEDGE if set(item.texts) == LANGUAGES]
    assert len(KNOWLEDGE) / 2 < len(complete) < len(KNOWLEDGE)
    assert [item for item in KNOWLEDGE if item.texts[item.source].get("update")]
    revised = [(item, old) for item in KNOWLEDGE for old in item.texts[item.source].get("revised", {})]
    assert revised
    assert all(old in str(item.texts[item.source]["body"]) for item, old in revised)


def test_there_is_something_of_every_marking():
    assert {item.meta["marking"] for item in KNOWLEDGE} == set(Marking.values)


@pytest.mark.parametrize("item", [item for item in ITEMS if item.meta["marking"] not in {"CLEAR", "GREEN"}], ids=named)
def test_what_is_restricted_names_accounts_groups_and_organisations_of_the_demo(item):
    named_by = item.meta["shared_with"]
    assert set(named_by.get("groups", [])) <= {group for account in ACCOUNTS for group in account.groups}
    assert set(named_by.get("organisations", [])) <= {account.organisation for account in ACCOUNTS}
    assert set(named_by.get("people", [])) <= {account.email for account in ACCOUNTS}
    assert sum(map(len, named_by.values())) == 1


# --- How it is written -------------------------------------------------------------------------


@pytest.mark.parametrize("item", ITEMS, ids=named)
def test_an_item_is_there_in_the_language_it_was_written_in(item):
    assert item.source in item.texts
    assert set(item.texts) <= LANGUAGES


@pytest.mark.parametrize(("item", "language"), TEXTS, ids=named_text)
def test_a_text_is_in_the_language_its_name_says(item, language):
    found = words(item, language)
    arabic = sum("\u0600" <= word[0] <= "\u06ff" for word in found) / len(found)
    if language == "ar":
        assert arabic > 0.9
        return
    assert arabic == 0
    counts = {code: sum(word.lower() in frequent for word in found) for code, frequent in FREQUENT.items()}
    assert max(counts, key=counts.__getitem__) == language


@pytest.mark.parametrize("item", ITEMS, ids=named)
def test_an_item_has_the_same_structure_in_every_language(item):
    source = [shape(item.texts[item.source].get(name)) for name in BODIES[item.kind]]
    tags = [text_tags(block) for block in body(item, item.source)]
    for language in item.texts:
        assert [shape(item.texts[language].get(name)) for name in BODIES[item.kind]] == source, language
        assert [text_tags(block) for block in body(item, language)] == tags, language


@pytest.mark.parametrize("item", ITEMS, ids=named)
def test_a_body_can_be_built(item):
    images = dict.fromkeys(NAMES, 1)
    for language in item.texts:
        builder = BodyBuilder(item.key, images, dict.fromkeys(item.meta.get("forms", {}), 1))
        built = [builder.body(item.texts[language].get(name) or []) for name in BODIES[item.kind]]
        assert all(built), "a part is empty"


@pytest.mark.parametrize(("item", "language"), TEXTS, ids=named_text)
def test_nothing_written_is_empty_or_too_long_for_its_field(item, language):
    text = item.texts[language]
    assert all(part.strip() for part in strings(body(item, language)))
    assert 0 < len(text["title"]) <= 120
    assert 0 < len(text["summary"]) <= 300
    assert 0 < len(text["slug"]) <= 255
    assert re.fullmatch(r"[\w-]+", text["slug"])
    assert 0 < len(item.meta["image_alt"][language]) <= 250
    for author in item.meta.get("authors", []):
        assert 0 < len(author["role"][language]) <= 200
    for each in item.meta.get("adapted_from") or []:
        assert 0 < len(each["note"][language]) <= 300


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_addresses_of_one_section_differ(language):
    for kind in KINDS:
        slugs = [item.texts[language]["slug"] for item in read_items(kind) if language in item.texts]
        assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize("item", ITEMS, ids=named)
def test_what_an_item_names_is_there(item):
    meta, keys = item.meta, {other.key for other in [*KNOWLEDGE, *RECORDINGS]}
    assert meta["marking"] in Marking.values
    assert meta["image"] in NAMES
    assert {block["figure"]["image"] for block in body(item, item.source) if "figure" in block} <= set(NAMES)
    assert set(meta.get("topics", [])) <= set(CONCEPTS)
    assert set(meta.get("sectors", [])) <= of_scheme(Scheme.SECTOR)
    assert set(meta.get("regions", [])) <= of_scheme(Scheme.REGION)
    assert set(meta.get("countries", [])) <= set(CODES)
    assert {author["organisation"] for author in meta.get("authors", []) + meta.get("speakers", [])} <= set(
        read_organisations()
    )
    assert set(meta.get("related", [])) <= keys - {item.key}
    assert {each["practice"] for each in meta.get("adapted_from") or []} <= keys - {item.key}


@pytest.mark.parametrize("item", KNOWLEDGE, ids=named)
def test_a_piece_of_knowledge_can_be_found_by_what_it_is_about(item):
    assert 2 <= len(item.meta["topics"]) <= 5
    assert item.meta["sectors"]
    assert item.meta["authors"]
    assert item.meta["review_by"] > item.published


# --- Recordings ---------------------------------------------------------------------------------


def test_there_are_two_series_with_eight_recordings():
    assert len(read_items("series")) == 2
    assert len(RECORDINGS) == 8
    assert {item.meta["series"] for item in RECORDINGS} == {item.key for item in read_items("series")}
    assert {item.source for item in RECORDINGS} >= {"en", "es", "fr"}


@pytest.mark.parametrize("item", RECORDINGS, ids=named)
def test_captions_are_those_of_a_real_talk_in_every_language(item):
    times = read_times(item.key)
    assert set(item.texts) == LANGUAGES
    assert 4 * 60 <= times[-1][1] / 1000 <= 9 * 60
    for language, text in item.texts.items():
        assert len(text["cues"]) == len(times), language
        assert len(text["chapters"]) == len(item.meta["chapters"]), language
        assert all(15 <= len(cue) <= 84 for cue in text["cues"]), language
        cues = [
            Cue(str(n), start, end, cue) for n, (cue, (start, end)) in enumerate(zip(text["cues"], times, strict=True))
        ]
        assert read_captions(write_captions(cues))
        assert not find_wrong_language(cues, language)
        hasty = [remark for remark in find_remarks(cues) if "letters a second" in remark]
        assert len(hasty) <= len(cues) * 0.35, (language, hasty)


@pytest.mark.parametrize("item", RECORDINGS, ids=named)
def test_files_of_recordings_are_small_and_play(item):
    folder = FOLDER / "recordings" / item.key
    files = sorted(folder.glob("*.m*4*"))
    assert {"360p.mp4", "sound.m4a"} <= {file.name for file in files}
    for path in files:
        assert path.stat().st_size <= 3 * 1024 * 1024
        with path.open("rb") as file:
            facts = look_into(file, path.name, path.stat().st_size)
        assert abs(facts.duration - read_times(item.key)[-1][1] / 1000) < 5
    assert (folder / "slides.pdf").stat().st_size < 100_000


def test_the_home_page_is_the_same_in_every_language():
    home = read_item(FOLDER / "home")
    assert set(home.texts) == LANGUAGES
    assert set(home.meta["featured"]) <= {item.key for item in [*KNOWLEDGE, *RECORDINGS]}
    for text in home.texts.values():
        assert shape(text) == shape(home.texts["en"])
        assert len(text["figures"]) == len(home.meta["figures"])
        assert len(text["upcoming"]) == len(home.meta["upcoming"])
        assert 0 < len(text["mission"]) <= 200


def test_organisations_are_invented_and_named_in_every_language():
    for key, facts in read_organisations().items():
        assert facts["example"] is True, key
        assert set(facts["name"]) == LANGUAGES, key
        assert all(name.strip() for name in facts["name"].values()), key
        assert facts["country"] in CODES, key
        assert facts["sector"] in of_scheme(Scheme.SECTOR), key


def test_addresses_for_letters_are_examples():
    for path in FOLDER.rglob("*.yaml"):
        for domain in re.findall(r"[\w.+-]+@([\w.-]+\w)", path.read_text(encoding="utf-8")):
            assert domain == "example.org", f"{path.name}: {domain}"


# --- The vocabulary ----------------------------------------------------------------------------


def test_the_vocabulary_is_large_enough_and_in_every_scheme():
    assert len(CONCEPTS) >= 120
    assert {row["scheme"] for row in CONCEPTS.values()} == set(Scheme.values)


def test_every_concept_has_labels_and_definitions_in_every_language():
    for slug, row in CONCEPTS.items():
        for language in LANGUAGES:
            assert row[f"label_{language}"].strip(), slug
            assert row[f"definition_{language}"].strip(), slug
            alternatives = row[f"alt_{language}"].split("|")
            assert all(part.strip() for part in alternatives), f"{slug}: an empty label in {language}"
            assert row[f"label_{language}"] not in alternatives, slug


def test_no_two_concepts_of_a_scheme_have_the_same_label():
    for language in LANGUAGES:
        labels = [(row["scheme"], row[f"label_{language}"].casefold()) for row in CONCEPTS.values()]
        assert len(labels) == len(set(labels)), language


def test_broader_and_related_concepts_exist():
    for slug, row in CONCEPTS.items():
        assert set(split(row["related"])) <= set(CONCEPTS) - {slug}, slug
        if row["broader"]:
            assert CONCEPTS[row["broader"]]["scheme"] == row["scheme"], slug


def test_no_concept_is_broader_than_itself():
    for slug, row in CONCEPTS.items():
        above, seen = row["broader"], {slug}
        while above:
            assert above not in seen, slug
            seen.add(above)
            above = CONCEPTS[above]["broader"]
