"""What harvesters get: the protocol, the whole list, and never what is not public."""

from __future__ import annotations

import datetime
import re
from xml.etree import ElementTree

import pytest
from django.core import signing
from django.test import TestCase
from django.utils import timezone
from wagtail.models import PageViewRestriction

from hub.oai import TOKEN_SALT
from knowledge.models import Article, Author, CountryConcerned, KnowledgeIndexPage, KnowledgePage, PublicRecord
from tests.factories import (
    ConceptFactory,
    MemberFactory,
    make_article,
    make_case_study,
    section,
    stream,
    translate,
)
from vocabulary.models import ConceptLabel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tree")]
NS = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
}
PREFIX = {"metadataPrefix": "oai_dc"}


@pytest.fixture(autouse=True)
def base(settings):
    settings.BASE_URL = "https://hub.example"


def ask(client, verb: str | None = None, *, by=None, **arguments) -> ElementTree.Element:
    """Ask, and check what every answer is."""
    arguments = {"from": arguments.pop("since"), **arguments} if "since" in arguments else arguments
    answer = (by or client.get)("/oai/", {**({"verb": verb} if verb else {}), **arguments})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{{{NS['o']}}}OAI-PMH"
    names = [child.tag.rpartition("}")[2] for child in root]
    assert names[:2] == ["responseDate", "request"]
    assert len(names) == 3
    assert root.find("o:request", NS).text == "https://hub.example/oai/"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", root.find("o:responseDate", NS).text)
    return root


def error(client, verb: str | None = None, **arguments) -> str:
    """Ask both ways, and return the name of the one error."""
    roots = [ask(client, verb, by=method, **arguments) for method in (client.get, client.post)]
    codes = [root.find("o:error", NS).get("code") for root in roots]
    assert codes[0] == codes[1]
    if codes[0] in {"badVerb", "badArgument"} and roots[0].find("o:request", NS).attrib:
        raise AssertionError("A question that was not understood is repeated.")
    return codes[0]


def texts(root: ElementTree.Element, path: str) -> list[str]:
    return [element.text for element in root.findall(f".//{path}", NS)]


def identifier(page) -> str:
    return f"oai:hub.example:{page.pk}"


def record(client, page) -> ElementTree.Element:
    return ask(client, "GetRecord", identifier=identifier(page), **PREFIX).find(".//o:record", NS)


def is_deleted(client, page) -> bool:
    found = record(client, page)
    deleted = found.find("o:header", NS).get("status") == "deleted"
    assert deleted == (found.find("o:metadata", NS) is None)
    return deleted


def backdate(**of) -> None:
    PublicRecord.objects.filter(**of).update(changed_at=datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC))


def test_identify(client):
    root = ask(client, "Identify")
    described = root.find("o:Identify", NS)
    assert [child.tag.rpartition("}")[2] for child in described] == [
        "repositoryName",
        "baseURL",
        "protocolVersion",
        "adminEmail",
        "earliestDatestamp",
        "deletedRecord",
        "granularity",
    ]
    assert "@" in described.find("o:adminEmail", NS).text
    assert described.find("o:deletedRecord", NS).text == "persistent"


def test_formats_and_sets(client):
    page = make_article()
    assert texts(ask(client, "ListMetadataFormats"), "o:metadataPrefix") == ["oai_dc"]
    assert texts(ask(client, "ListMetadataFormats", identifier=identifier(page)), "o:metadataPrefix") == ["oai_dc"]
    assert {"article", "casestudy"} <= set(texts(ask(client, "ListSets"), "o:setSpec"))


def test_a_record_says_what_the_page_is(client):
    article = make_article("On <drums> & more\x0b", summary="How drums are kept.")
    article.topics = [ConceptFactory(slug="storage", labels={"en": "Storage", "ar": "تخزين"})]
    article.countries = [CountryConcerned(code="KE")]
    article.authors = [Author(name="Amina Yusuf", locale=article.locale)]
    article.save_revision().publish()
    article = Article.objects.get(pk=article.pk)
    arabic = translate(article, "ar", "عن البراميل")
    found = record(client, article)
    assert [child.tag.rpartition("}")[2] for child in found] == ["header", "metadata"]
    assert [child.tag.rpartition("}")[2] for child in found[0]] == ["identifier", "datestamp", "setSpec"]
    assert found.find(".//o:setSpec", NS).text == "article"
    dc = {name: texts(found, f"dc:{name}") for name in ("title", "creator", "subject", "description", "language")}
    assert dc == {
        "title": ["On <drums> & more"],
        "creator": ["Amina Yusuf"],
        "subject": ["Storage"],
        "description": ["How drums are kept."],
        "language": ["en"],
    }
    assert texts(found, "dc:date") == [article.published_on.isoformat()]
    assert texts(found, "dc:identifier") == [f"https://hub.example{article.url}"]
    assert texts(found, "dc:relation") == [f"https://hub.example{arabic.url}"]
    assert texts(found, "dc:coverage") == ["Kenya"]
    assert texts(found, "dc:rights") == ["TLP:CLEAR"]
    other = record(client, arabic)
    assert texts(other, "dc:language") == ["ar"]
    assert texts(other, "dc:subject") == ["تخزين"]
    assert texts(other, "dc:relation") == [f"https://hub.example{article.url}"]


@pytest.mark.parametrize(
    ("verb", "arguments", "code"),
    [
        (None, {}, "badVerb"),
        ("Delete", {}, "badVerb"),
        (["Identify", "Identify"], {}, "badVerb"),
        ("Identify", {"set": "article"}, "badArgument"),
        ("ListRecords", {}, "badArgument"),
        ("GetRecord", PREFIX, "badArgument"),
        ("GetRecord", {"identifier": "oai:hub.example:1"}, "badArgument"),
        ("ListRecords", {**PREFIX, "color": "red"}, "badArgument"),
        ("ListRecords", {"metadataPrefix": ["oai_dc", "oai_dc"]}, "badArgument"),
        ("ListRecords", {**PREFIX, "since": "yesterday"}, "badArgument"),
        ("ListRecords", {**PREFIX, "since": "2026-1-1"}, "badArgument"),
        ("ListRecords", {**PREFIX, "since": "2026-02-30"}, "badArgument"),
        ("ListRecords", {**PREFIX, "since": "2026-01-01", "until": "2026-01-01T00:00:00Z"}, "badArgument"),
        ("ListRecords", {**PREFIX, "since": "2026-01-02", "until": "2026-01-01"}, "badArgument"),
        ("ListRecords", {**PREFIX, "resumptionToken": "x"}, "badArgument"),
        ("ListRecords", {"metadataPrefix": "<x>"}, "badArgument"),
        ("ListRecords", {"metadataPrefix": "marc21"}, "cannotDisseminateFormat"),
        ("ListIdentifiers", {**PREFIX, "set": "nothing"}, "noRecordsMatch"),
        ("ListRecords", {**PREFIX, "until": "1999-01-01"}, "noRecordsMatch"),
        ("ListRecords", {**PREFIX, "since": "9999-12-31", "until": "9999-12-31"}, "noRecordsMatch"),
        ("ListRecords", {"resumptionToken": "x"}, "badResumptionToken"),
        ("ListSets", {"resumptionToken": "x"}, "badResumptionToken"),
        ("GetRecord", {**PREFIX, "identifier": "oai:hub.example:999999"}, "idDoesNotExist"),
        ("GetRecord", {**PREFIX, "identifier": "oai:elsewhere.example:1"}, "idDoesNotExist"),
        ("GetRecord", {**PREFIX, "identifier": f"oai:hub.example:{'9' * 40}"}, "idDoesNotExist"),
        ("GetRecord", {**PREFIX, "identifier": "nonsense"}, "idDoesNotExist"),
        ("ListMetadataFormats", {"identifier": "nonsense"}, "idDoesNotExist"),
    ],
)
def test_errors_have_the_names_of_the_protocol(client, verb, arguments, code):
    make_article()
    found = {error_code(client, method, verb, dict(arguments)) for method in (client.get, client.post)}
    assert found == {code}


def error_code(client, method, verb, arguments: dict) -> str:
    if "since" in arguments:
        arguments["from"] = arguments.pop("since")
    answer = method("/oai/", {**({"verb": verb} if verb else {}), **arguments})
    root = ElementTree.fromstring(answer.content)
    code = root.find("o:error", NS).get("code")
    is_repeated = bool(root.find("o:request", NS).attrib)
    assert not (is_repeated and code == "badVerb")
    return code


def test_what_is_not_public_does_not_exist(client):
    hidden = [make_article("Secret", marking="GREEN"), make_article("Draft", live=False)]
    restricted = make_article("Restricted", live=False)
    PageViewRestriction.objects.create(page=restricted, restriction_type=PageViewRestriction.LOGIN)
    restricted.save_revision().publish()
    make_article("Open")
    client.force_login(MemberFactory())
    for page in (*hidden, restricted):
        assert error(client, "GetRecord", identifier=identifier(page), **PREFIX) == "idDoesNotExist"
    assert texts(ask(client, "ListRecords", **PREFIX), "dc:title") == ["Open"]
    assert len(texts(ask(client, "ListIdentifiers", **PREFIX), "o:identifier")) == 1


class TestDeletion:
    """What was public and is not any more is reported as deleted, with the time it ceased to be."""

    @pytest.fixture
    def page(self):
        page = make_article("Once open")
        backdate()
        return page

    def check(self, client, page) -> None:
        assert is_deleted(client, page)
        for verb in ("ListRecords", "ListIdentifiers"):
            today = f"{timezone.now():%Y-%m-%d}"
            root = ask(client, verb, since=today, **PREFIX)
            statuses = {
                header.find("o:identifier", NS).text: header.get("status")
                for header in root.iter(f"{{{NS['o']}}}header")
            }
            assert statuses[identifier(page)] == "deleted"
            assert "Once open" not in ElementTree.tostring(root, encoding="unicode")

    def test_marked_green(self, client, page):
        page.marking = "GREEN"
        page.save_revision().publish()
        self.check(client, page)
        page.marking = "CLEAR"
        page.save_revision().publish()
        assert not is_deleted(client, page)

    def test_unpublished(self, client, page):
        page.unpublish()
        self.check(client, page)

    def test_deleted(self, client, page):
        pk = page.pk
        page.delete()
        page.pk = pk
        self.check(client, page)

    def test_deleted_as_a_plain_page(self, client, page):
        pk = page.pk
        page.page_ptr.delete()
        page.pk = pk
        self.check(client, page)

    def test_restricted(self, client, page):
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
        self.check(client, page)

    def test_the_section_is_closed(self, client, page):
        parent = section()
        parent.marking = "GREEN"
        parent.save_revision().publish()
        self.check(client, page)

    def test_moved_into_a_closed_section(self, client, page):
        home = section().get_parent()
        closed = KnowledgeIndexPage(title="Corner", slug="corner", marking="GREEN", locale=home.locale)
        home.add_child(instance=closed)
        closed.save_revision().publish()
        page.move(closed, pos="last-child")
        self.check(client, page)

    def test_its_section_is_deleted(self, client, page):
        home = section().get_parent()
        other = KnowledgeIndexPage(title="Corner", slug="corner", marking="CLEAR", locale=home.locale)
        home.add_child(instance=other)
        other.save_revision().publish()
        page.move(other, pos="last-child")
        KnowledgeIndexPage.objects.get(pk=other.pk).delete()
        self.check(client, page)

    def test_a_change_that_no_signal_told_of(self, client, page):
        KnowledgePage.objects.filter(pk=page.pk).update(live=False)
        assert is_deleted(client, page)


class TestDatestamps:
    """Whatever a record says changed, it is met again."""

    def changed(self, client) -> set[str]:
        today = f"{timezone.now():%Y-%m-%d}"
        answer = ElementTree.fromstring(
            client.get("/oai/", {"verb": "ListIdentifiers", "from": today, **PREFIX}).content
        )
        return set(texts(answer, "o:identifier"))

    def test_a_new_version_changes_the_others(self, client):
        page = make_article()
        backdate()
        assert self.changed(client) == set()
        arabic = translate(page, "ar")
        assert self.changed(client) == {identifier(page), identifier(arabic)}
        backdate()
        arabic.unpublish()
        assert self.changed(client) == {identifier(page), identifier(arabic)}

    def test_another_address_or_name(self, client):
        page, other = make_article(), make_article()
        concept = ConceptFactory()
        page.topics = [concept]
        page.save_revision().publish()
        backdate()
        ConceptLabel.objects.filter(concept=concept).first().save()
        assert self.changed(client) == {identifier(page)}
        backdate()
        parent = section()
        parent.slug = "renamed"
        # Wagtail tells of a new address when the transaction commits.
        with TestCase.captureOnCommitCallbacks(execute=True):
            parent.save_revision().publish()
        assert self.changed(client) == {identifier(page), identifier(other)}

    def test_a_draft_changes_nothing(self, client):
        page = make_article()
        backdate()
        page.title = "Draft title"
        page.save_revision()
        assert self.changed(client) == set()

    def test_days_and_seconds(self, client):
        page = make_article()
        backdate()
        given = {
            ("2026-01-31", "2026-01-31"): True,
            ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"): True,
            ("2026-01-31T12:00:01Z", "2026-01-31T13:00:00Z"): False,
            ("2026-01-01", "2026-01-30"): False,
        }
        for (since, until), is_found in given.items():
            root = ask(client, "ListIdentifiers", since=since, until=until, **PREFIX)
            assert texts(root, "o:identifier") == ([identifier(page)] if is_found else []), since


def test_a_long_list_is_given_in_parts(client, django_assert_max_num_queries):
    first = make_article("Article 0")
    body = stream(Article, "body", [("text", "<p>x</p>")])
    for number in range(1, 250):
        page = Article(title=f"Article {number}", marking="CLEAR", locale=first.locale, body=body)
        section().add_child(instance=page)
    make_case_study()
    PublicRecord.objects.update(changed_at=timezone.now().replace(microsecond=0))
    found: list[str] = []
    sizes: list[int] = []
    arguments = {**PREFIX, "set": "article"}
    while True:
        with django_assert_max_num_queries(16):
            root = ask(client, "ListRecords", by=client.post, **arguments)
        part = texts(root, "dc:title")
        found += part
        sizes.append(len(part))
        token = root.find(".//o:resumptionToken", NS)
        assert token.get("completeListSize") == "250"
        assert token.get("cursor") == str(len(found) - len(part))
        if not token.text:
            break
        assert token.get("expirationDate")
        arguments = {"resumptionToken": token.text}
        if len(sizes) == 1:
            # What changes meanwhile is met again at the end, as it is then.
            changed = Article.objects.get(title="Article 200")
            changed.marking = "GREEN"
            changed.save_revision().publish()
            PublicRecord.objects.filter(pk=changed.pk).update(changed_at=timezone.now() + datetime.timedelta(minutes=1))
    assert sizes == [100, 100, 49]
    assert len(set(found)) == 249
    assert "Article 200" not in found


def test_an_old_token_is_refused(client):
    make_article()
    state = {"from": "", "until": "", "set": "", "given": 0, "after": None}
    fresh = signing.dumps(state, salt=TOKEN_SALT)
    assert texts(ask(client, "ListIdentifiers", resumptionToken=fresh), "o:identifier")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing.time, "time", lambda: 1_700_000_000)
        old = signing.dumps(state, salt=TOKEN_SALT)
    assert error(client, "ListIdentifiers", resumptionToken=old) == "badResumptionToken"
    assert error(client, "ListIdentifiers", resumptionToken=fresh[:-2] + "xx") == "badResumptionToken"
