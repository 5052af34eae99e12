"""The API for readers: nobody gets by it what they may not read, and nothing breaks it."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import APIToken, GroupPagePermission, Page

from home.models import StandardPage
from hub.api import PAGE_TYPES, _body_fields, _declared_fields, api
from knowledge.models import Article, CountryConcerned
from tests.factories import (
    ConceptFactory,
    MemberFactory,
    UserFactory,
    make_article,
    make_case_study,
    make_document,
    make_image,
    make_recording,
    make_series,
    section,
    stream,
    translate,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PAGES = "/api/v3/pages/"
MALFORMED: list[dict] = [
    {"limit": 0},
    {"limit": 101},
    {"limit": "many"},
    {"offset": -1},
    {"offset": 10**30},
    {"order": "password"},
    {"type": "members.User"},
    {"type": "wagtailcore.Page"},
    {"locale": "xx"},
    {"locale": "en\x00"},
    {"topic": "a b"},
    {"topic": "x\x00"},
    {"topic": "x" * 101},
    {"country": "KEN"},
    {"child_of": "root"},
    {"child_of": 10**30},
    {"translation_of": -1},
    {"fields": "password"},
    {"fields": "body"},
    {"fields": ",,"},
]


def article_with_files(title: str, marking: str = "CLEAR"):
    """Publish an article with an image and a document in its text; return these."""
    image, document = make_image(f"{title} image"), make_document(f"{title} document")
    article = make_article(title, marking=marking, live=False)
    figure = {"image": image.pk, "alternative_text": "Seen", "caption": "Why", "credit": ""}
    article.body = stream(Article, "body", [("figure", figure), ("document", {"document": document.pk, "note": ""})])
    article.save_revision().publish()
    return image, document


def titles(response) -> set[str]:
    return {item["title"] for item in response.json()["items"]}


def ids(response) -> set[int]:
    return {item["id"] for item in response.json()["items"]}


@pytest.fixture
def pages(tree):
    """One page of each kind of access, in the English section of best practices."""
    return {
        "clear": make_article("Open to all", marking="CLEAR"),
        "green": make_article("For members", marking="GREEN"),
        "unmarked": make_article("Not marked yet", marking="", publishing_reason="A test."),
        "draft": make_article("Still a draft", live=False),
    }


class TestAccess:
    def test_a_visitor_gets_what_is_public(self, client, pages):
        response = client.get(PAGES, {"type": "knowledge.Article"})
        assert titles(response) == {"Open to all"}
        assert response.json()["count"] == 1

    def test_a_member_gets_what_members_may_read(self, client, pages):
        client.force_login(MemberFactory())
        assert titles(client.get(PAGES, {"type": "knowledge.Article"})) == {"Open to all", "For members"}

    def test_somebody_who_is_no_member_gets_what_is_public(self, client, pages):
        client.force_login(UserFactory())
        assert titles(client.get(PAGES, {"type": "knowledge.Article"})) == {"Open to all"}

    def test_an_editor_gets_no_drafts(self, client, pages):
        editor = UserFactory()
        editor.groups.add(Group.objects.get(name="Editors"))
        assert GroupPagePermission.objects.filter(group__user=editor).exists()
        client.force_login(editor)
        assert titles(client.get(PAGES, {"type": "knowledge.Article"})) == {"Open to all"}
        assert client.get(f"{PAGES}{pages['draft'].pk}/").status_code == 404

    def test_a_token_reads_for_its_user(self, client, pages):
        _token, key = APIToken.create_token(user=MemberFactory(), name="test")
        headers = {"authorization": f"Bearer {key}"}
        assert titles(client.get(PAGES, {"type": "knowledge.Article"}, headers=headers)) == {
            "Open to all",
            "For members",
        }

    def test_a_wrong_token_reads_as_a_visitor_even_with_a_session(self, client, pages):
        client.force_login(MemberFactory())
        response = client.get(PAGES, {"type": "knowledge.Article"}, headers={"authorization": "Bearer nonsense"})
        assert titles(response) == {"Open to all"}

    @pytest.mark.parametrize("hidden", ["green", "unmarked", "draft"])
    def test_hidden_and_unknown_are_the_same(self, client, pages, hidden):
        answer = client.get(f"{PAGES}{pages[hidden].pk}/")
        unknown = client.get(f"{PAGES}99999999/")
        assert answer.status_code == unknown.status_code == 404
        assert answer.content == unknown.content
        assert answer["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("relation", ["child_of", "translation_of"])
    def test_filters_by_hidden_pages_are_as_by_unknown_ones(self, client, pages, relation):
        answer = client.get(PAGES, {relation: pages["green"].pk})
        assert answer.content == client.get(PAGES, {relation: 99999999}).content
        assert answer.json() == {"count": 0, "items": []}

    def test_no_cache_keeps_an_answer(self, client, pages):
        for path in [
            PAGES,
            f"{PAGES}{pages['clear'].pk}/",
            f"{PAGES}99999999/",
            f"{PAGES}?limit=x",
            "/api/openapi.json",
        ]:
            assert client.get(path)["Cache-Control"] == "private, no-store", path

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_nothing_can_be_written(self, client, pages, method):
        client.force_login(UserFactory(is_superuser=True))
        for path in [PAGES, f"{PAGES}{pages['clear'].pk}/"]:
            assert getattr(client, method)(path, {}, content_type="application/json").status_code == 405

    def test_aliases_are_left_out(self, client, tree, pages):
        alias = pages["clear"].create_alias(parent=section("en"), update_slug="another")
        assert alias.pk not in ids(client.get(PAGES))
        assert client.get(f"{PAGES}{alias.pk}/").status_code == 404


class TestDetail:
    def test_a_page_has_its_declared_fields(self, client, tree):
        topic = ConceptFactory(slug="transport")
        page = make_article("Whole", marking="GREEN", summary="In short.")
        page.topics.add(topic)
        page.countries.add(CountryConcerned(code="KE"))
        page.save_revision().publish()
        client.force_login(MemberFactory())
        entry = client.get(f"{PAGES}{page.pk}/").json()
        assert entry["title"] == "Whole"
        assert entry["summary"] == "In short."
        assert entry["topics"] == ["transport"]
        assert [country["code"] for country in entry["countries"]] == ["KE"]
        assert entry["body"][0]["value"] == "<p>Some text.</p>"
        assert entry["meta"]["tlp"] == "TLP:GREEN"
        assert entry["meta"]["locale"] == "en"
        assert entry["meta"]["detail_url"].endswith(f"/api/v3/pages/{page.pk}/")
        assert entry["meta"]["parent"]["id"] == section().pk

    def test_fields_narrow_the_entry(self, client, pages):
        entry = client.get(f"{PAGES}{pages['clear'].pk}/", {"fields": "summary"}).json()
        assert set(entry) == {"id", "title", "meta", "summary"}

    def test_every_type_has_an_entry(self, client, tree):
        make_case_study()
        for item in client.get(PAGES, {"limit": 100}).json()["items"]:
            assert client.get(f"{PAGES}{item['id']}/").status_code == 200, item

    def test_a_hidden_section_does_not_show(self, client, pages):
        Page.objects.filter(pk=section().pk).update(live=False)
        entry = client.get(f"{PAGES}{pages['clear'].pk}/").json()
        assert entry["meta"]["parent"] is None

    @pytest.mark.parametrize("rich_text_format", [None, "db_html", "markdown", "db_markdown", "nonsense"])
    def test_links_to_hidden_pages_are_text(self, client, pages, rich_text_format):
        hidden, shown = pages["green"], pages["clear"]
        page = make_article(
            "Links",
            body=f'<p><a linktype="page" id="{hidden.pk}">one</a> <a linktype="page" id="{shown.pk}">two</a></p>',
        )
        parameters = {"rich_text_format": rich_text_format} if rich_text_format else {}
        response = client.get(f"{PAGES}{page.pk}/", parameters)
        assert response.json()["body"][0]["value"] == f'<p>one <a href="{shown.url}">two</a></p>'
        assert hidden.slug not in response.content.decode()
        client.force_login(MemberFactory())
        assert f'href=\\"{hidden.url}\\"' in client.get(f"{PAGES}{page.pk}/").content.decode()


class TestLists:
    def test_filters(self, client, tree):
        topic, sector = ConceptFactory(slug="transport"), ConceptFactory(slug="police", scheme="sector")
        article = make_article("Tagged")
        article.topics.add(topic)
        article.sectors.add(sector)
        article.countries.add(CountryConcerned(code="KE"))
        article.save_revision().publish()
        case = make_case_study("A case")
        french = translate(article, "fr", "Étiqueté")
        make_article("Untagged")
        assert ids(client.get(PAGES, {"topic": "transport"})) == {article.pk, french.pk}
        assert ids(client.get(PAGES, {"topic": "transport", "locale": "en"})) == {article.pk}
        assert ids(client.get(PAGES, {"sector": "police", "locale": "fr"})) == {french.pk}
        assert ids(client.get(PAGES, {"country": "ke", "locale": "en"})) == {article.pk}
        assert ids(client.get(PAGES, {"type": "knowledge.CaseStudy"})) == {case.pk}
        assert ids(client.get(PAGES, {"translation_of": article.pk})) == {french.pk}
        assert ids(client.get(PAGES, {"child_of": case.get_parent().pk})) == {case.pk}
        assert titles(client.get(PAGES, {"type": ["knowledge.CaseStudy", "home.HomePage"], "locale": "en"})) == {
            "A case",
            tree["en"].title,
        }

    def test_order_and_window(self, client, tree):
        for title in ("B", "A", "C"):
            make_article(title)
        parameters = {"type": "knowledge.Article", "order": "-title", "limit": 2}
        first = client.get(PAGES, parameters).json()
        assert first["count"] == 3
        assert [item["title"] for item in first["items"]] == ["C", "B"]
        rest = client.get(PAGES, {**parameters, "offset": 2}).json()
        assert [item["title"] for item in rest["items"]] == ["A"]
        assert client.get(PAGES, {"offset": 99999}).json()["items"] == []

    def test_fields(self, client, tree):
        article = make_article("Tagged", summary="In short.")
        article.topics.add(ConceptFactory(slug="transport"))
        article.save_revision().publish()
        item = client.get(PAGES, {"type": "knowledge.Article", "fields": "summary,topics"}).json()["items"][0]
        assert item["summary"] == "In short."
        assert item["topics"] == ["transport"]
        assert "countries" not in item

    @pytest.mark.parametrize("label", PAGE_TYPES)
    def test_every_declared_field_can_be_asked_for(self, client, tree, label):
        """By itself and with all others, in a page's own entry and, but for texts, in lists."""
        make_article()
        make_case_study()
        make_recording(parent=make_series())
        if label == "home.StandardPage":
            parent = tree["en"]
            parent.add_child(instance=StandardPage(title="About", marking="CLEAR", locale=parent.locale))
        model = PAGE_TYPES[label]
        page = model.objects.live().first()
        declared = sorted(_declared_fields([model]))
        assert declared, label
        in_lists = [name for name in declared if name not in _body_fields()]
        for names in (*([name] for name in declared), declared):
            entry = client.get(f"{PAGES}{page.pk}/", {"fields": ",".join(names)})
            assert entry.status_code == 200, names
            assert set(names) <= entry.json().keys()
        for names in (*([name] for name in in_lists), in_lists):
            for type_filter in ({"type": label}, {}):
                answer = client.get(PAGES, {"fields": ",".join(names), "limit": 100, **type_filter})
                assert answer.status_code == 200, names
                [row] = [item for item in answer.json()["items"] if item["id"] == page.pk]
                assert set(names) <= row.keys()

    def test_malformed_parameters_are_refused_clearly(self, client):
        for parameters in MALFORMED:
            response = client.get(PAGES, parameters)
            assert response.status_code == 422, parameters
            assert response["Content-Type"] == "application/problem+json"
            assert response.json()["errors"]

    @pytest.mark.parametrize("path", ["pages", "images", "documents"])
    def test_odd_keys(self, client, path):
        for key, status in [("x", 422), ("0", 404), ("-1", 404), ("9" * 40, 404)]:
            assert client.get(f"/api/v3/{path}/{key}/").status_code == status, key

    @pytest.mark.parametrize("fields", [None, "summary,topics,sectors,countries,authors,published_on"])
    def test_queries_do_not_grow(self, client, tree, fields):
        parameters = {"limit": 100, **({"fields": fields} if fields else {})}

        def queries() -> int:
            client.get(PAGES, parameters)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(PAGES, parameters).status_code == 200
            return len(captured)

        def add() -> None:
            article = make_article(f"Article {Page.objects.count()}")
            article.topics.add(ConceptFactory())
            article.countries.add(CountryConcerned(code="KE"))
            article.save_revision().publish()
            make_case_study(f"Case {Page.objects.count()}")

        add()
        before = queries()
        for _number in range(4):
            add()
        assert queries() == before
        assert before <= (8 if fields is None else 40)


class TestFiles:
    @pytest.fixture
    def files(self, tree):
        """An image and a document on a public page and on one for members, and ones that no page uses."""
        files = {name: article_with_files(name, name.upper()) for name in ("clear", "green")}
        files["unused"] = (make_image("unused image"), make_document("unused document"))
        return files

    def test_only_files_of_readable_pages(self, client, files):
        assert titles(client.get("/api/v3/images/")) == {"clear image"}
        assert titles(client.get("/api/v3/documents/")) == {"clear document"}
        client.force_login(MemberFactory())
        assert titles(client.get("/api/v3/images/")) == {"clear image", "green image"}
        assert titles(client.get("/api/v3/documents/")) == {"clear document", "green document"}

    @pytest.mark.parametrize(("path", "place"), [("images", 0), ("documents", 1)])
    @pytest.mark.parametrize("hidden", ["green", "unused"])
    def test_hidden_and_unknown_are_the_same(self, client, files, path, place, hidden):
        answer = client.get(f"/api/v3/{path}/{files[hidden][place].pk}/")
        unknown = client.get(f"/api/v3/{path}/99999999/")
        assert answer.status_code == unknown.status_code == 404
        assert answer.content == unknown.content

    def test_entries_say_what_is_needed(self, client, files):
        image, document = files["clear"]
        entry = client.get(f"/api/v3/images/{image.pk}/").json()
        assert (entry["width"], entry["height"]) == (64, 48)
        assert client.get(entry["url"]).status_code == 200
        assert client.get(entry["thumbnail_url"]).status_code == 200
        listed = client.get("/api/v3/images/").json()["items"][0]
        assert listed["thumbnail_url"] == entry["thumbnail_url"]
        entry = client.get(f"/api/v3/documents/{document.pk}/").json()
        assert entry["type"] == "text/csv"
        assert entry["size"] == 8
        assert client.get(entry["url"]).status_code == 200

    def test_an_image_whose_file_is_gone_has_no_thumbnail(self, client, files):
        image, _document = files["clear"]
        image.file.storage.delete(image.file.name)
        response = client.get(f"/api/v3/images/{image.pk}/")
        assert response.status_code == 200
        assert response.json()["thumbnail_url"] is None

    @pytest.mark.parametrize("path", ["images", "documents"])
    def test_queries_do_not_grow(self, client, tree, path):
        def add(count: int) -> None:
            for _number in range(count):
                article_with_files(f"Page {Page.objects.count()}")

        def queries() -> int:
            client.get(f"/api/v3/{path}/")
            with CaptureQueriesContext(connection) as captured:
                client.get(f"/api/v3/{path}/")
            return len(captured)

        add(1)
        before = queries()
        add(4)
        assert queries() == before <= 8


def test_the_description_is_complete_and_loads_nothing(client, db):
    response = client.get("/api/openapi.json")
    assert response.status_code == 200
    paths = json.loads(response.content)["paths"]
    assert set(paths) == {
        f"/api/v3/{name}/{suffix}"
        for name, key in (("pages", "page_id"), ("images", "image_id"), ("documents", "document_id"))
        for suffix in ("", "{" + key + "}/")
    }
    assert all(set(operations) == {"get"} for operations in paths.values())
    assert "openapi-view" not in {pattern.name for pattern in api.urls[0]}
