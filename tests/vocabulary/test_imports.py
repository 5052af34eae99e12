"""Importing concepts: good files, and every way in which a file can be bad."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from access.generation import current_generation
from tests.factories import ConceptFactory, UserFactory
from vocabulary import imports
from vocabulary.imports import Rejection, import_csv, import_skos, join_cell, split_cell
from vocabulary.models import Concept, ConceptDefinition, ConceptLabel
from vocabulary.signals import vocabulary_changed

pytestmark = pytest.mark.django_db
DEMO = Path(__file__).parents[2] / "demo" / "content" / "vocabulary.csv"
HEADER = "id,scheme,broader,related,label_en\n"
TURTLE_PREFIX = (
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix h: <https://hub.example/vocabulary/> .\n"
)


def read(text: str | bytes):
    return import_csv(io.BytesIO(text.encode() if isinstance(text, str) else text))


def read_skos(text: str | bytes, format: str = "turtle"):
    return import_skos(io.BytesIO(text.encode() if isinstance(text, str) else text), format)


def slugs() -> set[str]:
    return set(Concept.objects.values_list("slug", flat=True))


def label(slug: str, language: str = "en") -> str:
    return ConceptLabel.objects.get(concept__slug=slug, language=language, is_preferred=True).text


def alternatives(slug: str, language: str = "en") -> set[str]:
    return set(
        ConceptLabel.objects.filter(concept__slug=slug, language=language, is_preferred=False).values_list(
            "text", flat=True
        )
    )


# --- Good files ---


def test_the_demo_vocabulary_is_read_whole_in_few_queries(django_assert_max_num_queries):
    with DEMO.open("rb") as file:
        report = import_csv(file)
    assert report.rejected == []
    assert report.created == Concept.objects.count() > 150
    assert ConceptLabel.objects.filter(is_preferred=True, language="ar").count() == report.created
    with DEMO.open("rb") as file, django_assert_max_num_queries(12):
        again = import_csv(file)
    assert (again.created, again.updated, again.unchanged) == (0, 0, report.created)


def test_the_order_of_rows_does_not_matter():
    report = read(HEADER + "c,theme,b,,C\nb,theme,a,c,B\na,theme,,,A\n")
    assert (report.created, report.rejected) == (3, [])
    assert Concept.objects.get(slug="c").broader.slug == "b"
    assert [each.slug for each in Concept.objects.get(slug="c").related.all()] == ["b"]


def test_an_empty_cell_leaves_what_is_there_and_a_filled_one_replaces_it():
    columns = "id,scheme,broader,related,label_en,label_fr,alt_en,alt_fr,definition_en\n"
    read(columns + "top,theme,,,Top,,,,\na,theme,top,top,A,Un,one|two,un,First\n")
    report = read(columns + "a,,,,A,,two|three,,Second\n")
    assert (report.updated, report.rejected) == (1, [])
    concept = Concept.objects.get(slug="a")
    assert (concept.scheme, concept.broader.slug) == ("theme", "top")
    assert [each.slug for each in concept.related.all()] == ["top"]
    assert (label("a"), label("a", "fr")) == ("A", "Un")
    assert (alternatives("a"), alternatives("a", "fr")) == ({"two", "three"}, {"un"})
    assert ConceptDefinition.objects.get(concept=concept).text == "Second"


def test_a_file_may_have_some_of_the_columns_only():
    ConceptFactory(slug="a")
    assert read("id,label_fr\na,Un\n").updated == 1
    assert label("a", "fr") == "Un"


def test_a_pair_of_related_concepts_stays_while_either_side_names_it():
    read(HEADER + "a,theme,,b|c,A\nb,theme,,,B\nc,theme,,a,C\n")
    assert read(HEADER + "a,,,b,\nb,,,c,\nc,,,a,\n").rejected == []
    assert set(Concept.objects.get(slug="a").related.values_list("slug", flat=True)) == {"b", "c"}
    read(HEADER + "a,,,b,\n")
    assert set(Concept.objects.get(slug="a").related.values_list("slug", flat=True)) == {"b"}
    assert set(Concept.objects.get(slug="c").related.values_list("slug", flat=True)) == {"b"}


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + (HEADER + "a,theme,,,Étude\n").encode(),
        (HEADER + "a,theme,,,Étude\n").replace(",", ";").encode(),
        (HEADER + "a,theme,,,Étude\n").replace(",", "\t").encode(),
        (HEADER + "a,theme,,,Étude\n").replace("\n", "\r\n").encode(),
        (HEADER + "a, Theme ,,,  E\u0301tude \n").encode(),
        (HEADER.upper() + "\n,,,,\na,theme,,,Étude").encode(),
    ],
    ids=["byte order mark", "semicolons", "tabs", "windows lines", "decomposed, blanks", "capitals, empty rows"],
)
def test_what_spreadsheet_programs_write_is_read(content):
    report = read(content)
    assert (report.created, report.rejected) == (1, [])
    assert label("a") == "Étude"


@pytest.mark.parametrize(
    "values", [["a"], ["a", "b c"], ["a|b", "c"], ["\\", "x\\y", "|"], ["a\\", "b"], ["\\|", "\\\\|"]]
)
def test_cells_with_several_values_come_back_as_they_were(values):
    assert split_cell(join_cell(values)) == values


def test_a_change_starts_a_generation_and_tells_receivers():
    told = []

    def listen(sender, concept_ids, **kwargs):
        told.append(set(Concept.objects.filter(pk__in=concept_ids).values_list("slug", flat=True)))

    vocabulary_changed.connect(listen)
    try:
        before = current_generation()
        read(HEADER + "a,theme,,,A\nb,theme,,,B\n")
        assert current_generation() > before
        middle = current_generation()
        read(HEADER + "a,theme,,,A\nb,theme,,a,B\n")
        assert current_generation() > middle
        read(HEADER + "a,theme,,,A\n")
    finally:
        vocabulary_changed.disconnect(listen)
    assert told == [{"a", "b"}, {"a", "b"}]


def test_a_receiver_that_fails_undoes_the_import():
    def fail(**kwargs):
        raise RuntimeError

    vocabulary_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            read(HEADER + "a,theme,,,A\n")
    finally:
        vocabulary_changed.disconnect(fail)
    assert slugs() == set()


def test_imported_concepts_are_found_in_the_admin(admin_client):
    read(HEADER + "a,theme,,,Zirconium\nb,theme,,,Basalt\n")
    response = admin_client.get("/admin/snippets/vocabulary/concept/?q=zircon")
    assert b"Zirconium" in response.content
    assert b"Basalt" not in response.content


# --- Bad rows: rejected one by one ---

GOOD = "good,theme,,,Good\n"


@pytest.mark.parametrize(
    ("row", "identifier", "words"),
    [
        (",theme,,,A", "", "identifier is missing"),
        ("a b,theme,,,A", "a b", "only the letters"),
        ("é,theme,,,A", "é", "only the letters"),
        ("x" * 101 + ",theme,,,A", "x" * 100, "longer than 100"),
        ("a,planet,,,A", "a", "no scheme “planet”"),
        ("a,,,,A", "a", "scheme is missing"),
        ("a,theme,,,", "a", "“en” is missing"),
        (f"a,theme,,,{'x' * 201}", "a", "label_en is longer than 200"),
        (f"a,theme,,,{'x' * 140_000}", "", "too long"),
        ("a,theme,,,A\x00B", "a", "control character (U+0000)"),
        ("a,theme,,,A\x1bB", "a", "control character (U+001B)"),
        ("a,theme,,,A\u202eB", "a", "control character (U+202E)"),
        ('a,theme,,,"A\nB"', "a", "control character (U+000A)"),
        ("a,theme,nowhere,,A", "a", "“nowhere”, which is neither"),
        ("a,theme,,nowhere,A", "a", "“nowhere”, which is neither"),
        ("a,theme,bad id,,A", "a", "“bad id”, which is neither"),
        ("a,theme,a,,A", "a", "lead back to itself"),
        ("a,theme,,a,A", "a", "related to itself"),
        ("a,region,good,,A", "a", "of another scheme"),
        ("a,theme,,A", "a", "4 cells"),
        ("a,theme,,,A,B", "a", "6 cells"),
        ("good,theme,,,Again", "good", "line 2 already"),
        ('a,theme,,,"A"B', "", "write them twice"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_the_others_are_imported(row, identifier, words):
    report = read(HEADER + GOOD + row + "\nlast,theme,,,Last\n")
    assert slugs() == {"good", "last"}
    assert label("good") == "Good"
    assert report.created == 2
    (rejection,) = report.rejected
    assert (rejection.line, rejection.identifier) == (3, identifier)
    assert words in rejection.reason


def test_a_quotation_mark_left_open_costs_one_row_only():
    report = read(HEADER + GOOD + 'a,theme,,,"A\nlast,theme,,,Last\n')
    assert slugs() == {"good", "last"}
    assert [(each.line, each.reason) for each in report.rejected] == [(3, "A quotation mark is not closed.")]


def test_lines_are_counted_as_an_editor_shows_them():
    report = read('id,scheme,label_en,definition_en\na,theme,A,"One\ntwo\nthree"\n\nb,planet,B,\n')
    assert [(each.line, each.identifier) for each in report.rejected] == [(6, "b")]
    assert ConceptDefinition.objects.get().text == "One\ntwo\nthree"


def test_too_many_alternative_labels_are_refused():
    row = "a,theme,A," + "|".join(f"x{number}" for number in range(101))
    (rejection,) = read("id,scheme,label_en,alt_en\n" + row + "\n").rejected
    assert "alt_en has more than 100" in rejection.reason


@pytest.mark.parametrize("rows", ["a,theme,b,,A\nb,theme,a,,B\n", "b,theme,c,,B\na,theme,b,,A\nc,theme,a,,C\n"])
def test_a_circle_is_rejected_whole(rows):
    report = read(HEADER + GOOD + rows)
    assert slugs() == {"good"}
    assert all("lead back to itself" in each.reason for each in report.rejected)


def test_a_circle_through_what_is_stored_is_rejected():
    read(HEADER + "a,theme,,,A\nb,theme,a,,B\nc,theme,b,,C\n")
    (rejection,) = read(HEADER + "a,,c,,\n").rejected
    assert rejection.reason == "Its broader concepts lead back to itself: a → c → b → a."
    assert Concept.objects.get(slug="a").broader is None


def test_what_hangs_on_a_rejected_row_is_rejected_and_says_so():
    report = read(HEADER + "c,theme,b,,C\nb,theme,a,,B\na,planet,,,A\nd,theme,,c,D\n" + GOOD)
    assert slugs() == {"good"}
    reasons = {each.identifier: each.reason for each in report.rejected}
    assert "“b”, which was rejected" in reasons["c"]
    assert "“a”, which was rejected" in reasons["b"]
    assert "“c”, which was rejected" in reasons["d"]
    assert [each.line for each in report.rejected] == [2, 3, 4, 5]


def test_a_concept_cannot_leave_its_narrower_concepts_in_another_scheme():
    read(HEADER + "a,theme,,,A\nb,theme,a,,B\n")
    (rejection,) = read(HEADER + "a,region,,,\n").rejected
    assert "“b” is of another scheme" in rejection.reason
    assert read(HEADER + "b,region,,,\na,region,,,\n").rejected == []
    assert set(Concept.objects.values_list("scheme", flat=True)) == {"region"}


def test_a_rejected_row_changes_nothing_of_a_stored_concept():
    read(HEADER + "a,theme,,,A\n")
    assert read(HEADER + "a,theme,nowhere,,Other\n").updated == 0
    assert label("a") == "A"


def test_a_chain_of_twenty_thousand_rejections_comes_to_an_end():
    rows = "".join(f"c{number},theme,c{number - 1},,C\n" for number in range(19_990, 0, -1))
    report = read(HEADER + rows)
    assert len(report.rejected) == 19_990


# --- Bad files: refused whole ---


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", None, "The file is empty."),
        (b" \n\n", None, "The file is empty."),
        (b"a,theme,,,A\n", 1, "one of them must be “id”"),
        (b"scheme,label_en\ntheme,A\n", 1, "one of them must be “id”"),
        (b"id,scheme,label_de,colour\n", 1, "“label_de”, “colour”"),
        (b"id,scheme,id\n", 1, "“id” is there more than once"),
        (b'id,"scheme\n', 1, "not closed"),
        ((HEADER + "a,theme,,,Étude\n").encode("latin-1"), 2, "not UTF-8"),
        ((HEADER + "a,theme,,,Étude\n").encode("utf-16"), 1, "not UTF-8"),
        (bytes(range(256)), 2, "not UTF-8"),
        (HEADER.encode() + b"a,theme,,,A\n" * 20_001, None, "more than 20000 rows"),
        (HEADER.encode() + b"\n" * 300_000, None, "more than 20000 rows"),
        (b"x" * (20 * 1024 * 1024 + 1), None, "larger than 20 MB"),
    ],
)
def test_a_bad_file_is_refused_with_one_message(content, line, words):
    report = read(content)
    assert (report.accepted, slugs()) == (0, set())
    (rejection,) = report.rejected
    assert (rejection.line, rejection.identifier) == (line, "")
    assert words in rejection.reason


# --- SKOS ---


def test_skos_is_read_from_either_side_of_a_relation():
    report = read_skos(
        TURTLE_PREFIX
        + """
        h:a a skos:Concept ; skos:inScheme <https://hub.example/schemes/theme> ; skos:narrower h:b ;
            skos:prefLabel "A"@en, "ألف"@ar, "A!"@de ; skos:altLabel "Aleph"@en, "Alpha"@en-GB ;
            skos:definition "First."@en .
        h:b a skos:Concept ; skos:prefLabel "B" ; skos:related h:a .
        <#theme> a skos:Collection ; skos:member h:b .
        """
    )
    assert (report.created, report.rejected) == (2, [])
    assert Concept.objects.get(slug="b").broader.slug == "a"
    assert [each.slug for each in Concept.objects.get(slug="a").related.all()] == ["b"]
    assert (label("a"), label("a", "ar"), label("b")) == ("A", "ألف", "B")
    assert alternatives("a") == {"Aleph"}
    assert ConceptDefinition.objects.get().text == "First."


def test_skos_from_elsewhere_is_read():
    document = """<?xml version="1.0"?>
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
      <skos:Concept rdf:about="https://other.example/thesaurus#Dual%20use">
        <skos:prefLabel xml:lang="en-GB">Dual use</skos:prefLabel>
        <skos:inScheme rdf:resource="https://other.example/Theme"/>
      </skos:Concept>
    </rdf:RDF>"""
    assert read_skos(document, "xml").created == 1
    assert label("dual-use") == "Dual use"


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ('h:a a skos:Concept ; skos:prefLabel "A"@en .', "scheme is missing"),
        ("h:a a skos:Concept ; skos:inScheme <x:theme> .", "“en” is missing"),
        ('h:a a skos:Concept ; skos:inScheme <x:theme>, <x:region> ; skos:prefLabel "A"@en .', "region, theme"),
        ('h:a a skos:Concept ; skos:inScheme <x:theme> ; skos:prefLabel "A"@en, "B"@en .', "more than one preferred"),
        ('h:a a skos:Concept ; skos:inScheme <x:theme> ; skos:prefLabel "A"@en ; skos:broader h:b .', "“b”, which"),
        ("h:a a skos:Concept ; skos:inScheme <x:theme> ; skos:broader h:b, h:good .", "more than one broader"),
        ('h:a a skos:Concept ; skos:inScheme <x:theme> ; skos:prefLabel "A\\u0007"@en .', "skos:prefLabel@en holds"),
        ('[] a skos:Concept ; skos:inScheme <x:theme> ; skos:prefLabel "A"@en .', "no URI"),
        ('<x:y/good> a skos:Concept ; skos:inScheme <x:theme> ; skos:prefLabel "A"@en .', "same as that of"),
        ('<x:y/!!> a skos:Concept ; skos:inScheme <x:theme> ; skos:prefLabel "A"@en .', "identifier is missing"),
    ],
)
def test_a_bad_skos_concept_is_rejected_and_the_others_are_imported(statements, words):
    good = 'h:good a skos:Concept ; skos:inScheme <x:theme> ; skos:prefLabel "Good"@en .\n'
    report = read_skos(TURTLE_PREFIX + good + statements)
    assert slugs() == {"good"}
    (rejection,) = report.rejected
    assert words in rejection.reason


BILLION_LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&c;</rdf:RDF>"""
EXTERNAL_ENTITY = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&a;</rdf:RDF>"""


@pytest.mark.parametrize(
    ("format", "content", "line", "words"),
    [
        ("turtle", "", None, "empty"),
        ("turtle", TURTLE_PREFIX, None, "no SKOS concepts"),
        ("turtle", TURTLE_PREFIX + "h:a a skos:Concept ;; oops", 2, "not valid Turtle"),
        ("turtle", "<a> <b> " + "(" * 5_000, None, "not valid Turtle"),
        ("turtle", b"\xff\xfe\x00", None, "not valid Turtle"),
        ("xml", "<rdf:RDF>", 1, "not valid RDF/XML"),
        ("xml", "hello", 1, "not valid RDF/XML"),
        ("xml", BILLION_LAUGHS, None, "DOCTYPE"),
        ("xml", EXTERNAL_ENTITY, None, "DOCTYPE"),
        ("json-ld", "{", 1, "not valid JSON-LD"),
        ("json-ld", "[" * 200_000, None, "not valid JSON-LD"),
        ("json-ld", '{"@id": {}}', None, "JSON-LD|no SKOS"),
        ("json-ld", "7", None, "JSON-LD|no SKOS"),
    ],
)
def test_broken_skos_is_refused_with_one_message(format, content, line, words):
    report = read_skos(content, format)
    (rejection,) = report.rejected
    assert any(word in rejection.reason for word in words.split("|"))
    if line is not None:
        assert rejection.line == line
    assert slugs() == set()


@pytest.mark.parametrize(
    "document",
    [
        {"@context": "https://attacker.example/context.json"},
        {"@context": [{}, "file:///etc/passwd"]},
        {"@context": [[["http://169.254.169.254/"]]]},
        {"@context": {"@import": "https://attacker.example/"}},
        {"@context": {"a": {"@id": "https://a.example/", "@context": "https://attacker.example/"}}, "a": {"b": 1}},
        {"@graph": [{"@context": "https://attacker.example/"}]},
    ],
)
def test_nothing_is_fetched_for_json_ld(document, monkeypatch):
    def connect(*args, **kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", connect)
    monkeypatch.setattr("rdflib.parser.urlopen", connect, raising=False)
    monkeypatch.setattr("rdflib._networking._urlopen", connect, raising=False)
    (rejection,) = read_skos(json.dumps(document), "json-ld").rejected
    assert "context" in rejection.reason


def test_a_context_within_the_file_is_welcome():
    document = {
        "@context": {"skos": "http://www.w3.org/2004/02/skos/core#"},
        "@id": "https://hub.example/vocabulary/a",
        "@type": "skos:Concept",
        "skos:inScheme": {"@id": "https://hub.example/theme"},
        "skos:prefLabel": {"@value": "A", "@language": "en"},
    }
    assert read_skos(json.dumps(document), "json-ld").created == 1


# --- Command and screen ---


def test_the_command_imports_prints_and_ends_with_one_if_rows_were_rejected(tmp_path, capsys):
    path = tmp_path / "concepts.csv"
    path.write_text(HEADER + GOOD)
    call_command("import_vocabulary", str(path))
    assert capsys.readouterr().out == "1 created, 0 updated, 0 unchanged, 0 rejected\n"
    path.write_text(HEADER + GOOD + "a,planet,,,A\n")
    with pytest.raises(CommandError, match="the rest was imported") as caught:
        call_command("import_vocabulary", str(path))
    assert caught.value.returncode == 1
    assert "line 3: a: There is no scheme" in capsys.readouterr().err
    path.write_text("nonsense")
    with pytest.raises(CommandError, match=r"Nothing was imported\."):
        call_command("import_vocabulary", str(path))


def test_the_command_knows_formats_by_name_and_says_what_it_lacks(tmp_path):
    turtle = tmp_path / "concepts.ttl"
    turtle.write_text(TURTLE_PREFIX + 'h:a a skos:Concept ; skos:inScheme <x:theme> ; skos:prefLabel "A"@en .')
    call_command("import_vocabulary", str(turtle))
    assert slugs() == {"a"}
    with pytest.raises(CommandError, match="--format"):
        call_command("import_vocabulary", str(tmp_path / "concepts.txt"))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_vocabulary", str(tmp_path / "missing.csv"))


def upload(client, content: str | bytes, name: str = "concepts.csv", format: str = ""):
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return client.post(reverse("import_vocabulary"), {"file": file, "format": format})


def test_the_screen_imports_and_reports(admin_client):
    assert reverse("import_vocabulary") == "/admin/vocabulary/import/"
    assert admin_client.get("/admin/vocabulary/import/").status_code == 200
    response = upload(admin_client, HEADER + GOOD + "<b>,planet,,,A\n")
    assert slugs() == {"good"}
    text = response.content.decode()
    assert "1 concept was rejected; the rest was imported." in text
    assert "&lt;b&gt;" in text
    assert "<b>," not in text
    assert "Nothing was imported." in upload(admin_client, "nonsense").content.decode()
    assert "The whole file was imported." in upload(admin_client, HEADER + GOOD).content.decode()


def test_the_screen_refuses_what_it_cannot_read(admin_client, monkeypatch):
    assert "does not follow from the file&#x27;s name" in upload(admin_client, GOOD, "concepts.txt").content.decode()
    assert "This field is required" in admin_client.post("/admin/vocabulary/import/", {}).content.decode()
    monkeypatch.setattr("vocabulary.forms.MAX_BYTES", 10)
    assert "The limit is 10" in upload(admin_client, HEADER + GOOD).content.decode()
    assert slugs() == set()


@pytest.mark.parametrize("granted", [[], ["add_concept"], ["change_concept"], ["add_concept", "change_concept"]])
def test_the_screen_is_for_those_who_may_add_and_change(client, granted):
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    user.user_permissions.add(*Permission.objects.filter(codename__in=granted, content_type__app_label="vocabulary"))
    client.force_login(user)
    may = len(granted) == 2
    assert upload(client, HEADER + GOOD).status_code == (200 if may else 302)
    assert slugs() == ({"good"} if may else set())
    listing = client.get("/admin/snippets/vocabulary/concept/")
    assert (b"/admin/vocabulary/import/" in listing.content) == may


def test_visitors_are_sent_to_sign_in(client):
    assert upload(client, HEADER + GOOD).status_code == 302
    assert slugs() == set()


@pytest.mark.parametrize("language", ["en", "ar", "es", "fr"])
def test_the_screen_works_in_every_language(admin_client, language):
    with translation.override(language):
        assert upload(admin_client, HEADER + "a,planet,,,A\n").status_code == 200


def test_two_imports_at_once_lose_nothing(monkeypatch):
    from django.db import IntegrityError

    def collide(drafts, report):
        report.reject(1, "a", "half done")
        raise IntegrityError

    monkeypatch.setattr(imports, "_store", collide)
    report = read(HEADER + GOOD)
    assert report.accepted == 0
    assert report.rejected == [Rejection(None, "", report.rejected[0].reason)]
    assert "try again" in report.rejected[0].reason
