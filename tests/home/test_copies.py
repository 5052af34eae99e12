"""Citations, and PDFs of pages."""

from __future__ import annotations

import re
import zlib

import pytest
from PIL import ImageFile

from access.reading import is_recorded
from home.models import Brand, BrandName
from knowledge import pdf
from knowledge.citations import Citation
from knowledge.models import Article, Author
from tests.factories import (
    MemberFactory,
    OrganisationFactory,
    item,
    make_article,
    make_case_study,
    make_image,
    section,
    stream,
    translate,
)

pytestmark = pytest.mark.django_db
ARABIC_NAME = "د. ليلى\u200f العبدالله"


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def with_authors(page, *names):
    page.authors = [Author(name=name, locale=page.locale) for name in names]
    page.save_revision().publish()
    return Article.objects.get(pk=page.pk)


def citation(**fields) -> Citation:
    defaults = {
        "number": 7,
        "authors": ["Ann Lee"],
        "are_people": True,
        "published_on": "2026-03-05",
        "title": "A title",
        "summary": "",
        "site": "The Hub",
        "address": "https://hub.example/en/a/",
        "language": "en",
        "marking": "",
    }
    return Citation(**(defaults | fields))


# --- Citations --------------------------------------------------------------------------------------


def test_a_citation_in_words():
    assert citation().text == "Ann Lee (2026). A title. The Hub. https://hub.example/en/a/"
    assert citation(authors=["A", "B", "C"]).text.startswith("A, B, and C (2026). ")
    assert citation(authors=["أ", "ب"], language="ar").text.startswith("أ وب (2026). ")
    assert citation(authors=["A", "B"], language="es").text.startswith("A y B (2026). ")
    assert citation(authors=[]).text == "A title (2026). The Hub. https://hub.example/en/a/"
    assert "A title? The Hub." in citation(title="A title?").text
    assert "A title [TLP:GREEN]. The Hub." in citation(marking="TLP:GREEN").text


def test_bibtex_survives_what_people_write():
    entry = citation(
        title=r"50% of {R&D}: #1_a ~ b^2 \ $5", authors=["Ann Lee", "Bodies and Souls", "Lee, Jr"], marking="TLP:GREEN"
    ).bibtex
    assert entry.startswith("@misc{hub-7,\n")
    assert entry.count("{") == entry.count("}")
    assert (
        r"title = {{50\% of {\textbraceleft}R\&D{\textbraceright}: \#1\_a {\textasciitilde} b{\textasciicircum}2 "
        r"{\textbackslash} \$5}}," in entry
    )
    assert "author = {Ann Lee and {Bodies and Souls} and {Lee, Jr}}," in entry
    assert "note = {TLP:GREEN}," in entry
    assert "language = {english}," in entry
    assert "url = {https://hub.example/en/a/}," in entry
    unbalanced = citation(title="An open { brace\nnext", address="https://hub.example/{%D8%A7}\n").bibtex
    assert unbalanced.count("{") == unbalanced.count("}")
    assert "brace next" in unbalanced
    assert "url = {https://hub.example/%D8%A7}" in unbalanced
    assert "author = {{The Ministry}}," in citation(authors=["The Ministry"], are_people=False).bibtex


def test_ris_has_one_line_a_field():
    text = citation(title="One\r\nER  - \u2028two", summary="S", marking="TLP:GREEN", language="fr").ris
    lines = text.split("\r\n")
    assert lines[0] == "TY  - ELEC"
    assert lines[-2:] == ["ER  - ", ""]
    assert [line[:6] for line in lines].count("ER  - ") == 1
    assert {"TI  - One ER - two", "LA  - fr", "N1  - TLP:GREEN", "PY  - 2026", "DA  - 2026/03/05/"} <= set(lines)


def test_a_page_says_how_it_is_cited(client):
    brand = Brand.objects.first() or Brand.objects.create()
    for code, name in (("en", "The Hub"), ("ar", "المركز")):
        BrandName.objects.update_or_create(brand=brand, language=code, defaults={"name": name})
    page = with_authors(make_article("Locks & keys"), "Ann Lee", ARABIC_NAME)
    arabic = translate(page, "ar", "أقفال")
    html = client.get(page.url).content.decode()
    assert "Locks &amp; keys</cite>. The Hub. " in html
    assert f"/en/cite/{page.pk}.bib" in html
    assert "data-copy=" in html
    answer = client.get(f"/ar/cite/{arabic.pk}.bib")
    assert answer["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    text = answer.content.decode()
    assert ARABIC_NAME in text
    assert "language = {arabic}" in text
    assert "howpublished = {المركز}" in text
    assert arabic.full_url.rpartition("/ar/")[2] in text
    assert "LA  - ar" in client.get(f"/en/cite/{arabic.pk}.ris").content.decode()


def test_a_case_without_authors_is_its_organisations(client):
    organisation = OrganisationFactory(names={"en": "Port Council"})
    case = make_case_study("A case", organisation=organisation)
    assert "author = {{Port Council}}" in client.get(f"/en/cite/{case.pk}.bib").content.decode()


def test_only_pieces_of_knowledge_are_cited_and_saved(client):
    for number in (section().pk, 999999, 2**31, 10**30):
        assert client.get(f"/en/cite/{number}.bib").status_code == 404
        assert client.get(f"/en/pdf/{number}/").status_code == 404
    secret = make_article(marking="GREEN")
    for address in (f"/en/cite/{secret.pk}.bib", f"/en/cite/{secret.pk}.ris", f"/en/pdf/{secret.pk}/"):
        assert client.get(address).status_code == 404
    client.force_login(MemberFactory())
    assert "note = {TLP:GREEN}" in client.get(f"/en/cite/{secret.pk}.bib").content.decode()


def test_a_citation_costs_few_queries(client, django_assert_max_num_queries):
    page = with_authors(make_article(), *"ABCDE")
    with django_assert_max_num_queries(6):
        client.get(f"/en/cite/{page.pk}.bib")


# --- PDF --------------------------------------------------------------------------------------------


def test_what_must_name_its_taker():
    assert not any(map(is_recorded, ("CLEAR", "GREEN")))
    assert all(map(is_recorded, ("AMBER", "AMBER+STRICT", "RED", "", "NEW")))


@pytest.fixture
def written(monkeypatch):
    """Keep the HTML that PDFs are made of, instead of making them."""
    made = []

    def keep(html, page, address):
        made.append(html)
        return b"%PDF-"

    monkeypatch.setattr("home.copies.make_pdf", keep)
    return made


def test_a_pdf_says_whose_it_is_where_it_must(client, written, monkeypatch):
    page = make_article("Guarded", marking="GREEN")
    member = MemberFactory(first_name="Nadia", last_name="Watermark")
    client.force_login(member)
    answer = client.get(f"/en/pdf/{page.pk}/")
    assert answer["Cache-Control"] == "private, no-store"
    assert "Watermark" not in written[-1]
    assert written[-1].count("TLP:GREEN") >= 3  # Header, footer, citation.
    monkeypatch.setattr("home.copies.is_recorded", lambda marking: True)
    client.get(f"/en/pdf/{page.pk}/")
    watermark = written[-1][written[-1].index('<div class="watermark">') :]
    assert re.match(r'<div class="watermark"><bdi>Nadia Watermark</bdi> · <bdi dir="ltr">\d{4}-.* UTC', watermark)


def test_a_pdf_is_in_the_language_of_its_page(client, written):
    page = make_article("Only in English")
    assert client.get(f"/ar/pdf/{page.pk}/")["Content-Type"] == "application/pdf"
    assert '<html lang="en" dir="ltr">' in written[-1]
    arabic = translate(page, "ar", "بالعربية")
    answer = client.get(f"/en/pdf/{arabic.pk}/")
    assert '<html lang="ar" dir="rtl">' in written[-1]
    assert "filename" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-cache"


def test_without_the_libraries_nothing_is_offered_and_the_address_explains(client, monkeypatch):
    page = make_article()
    assert f"/en/pdf/{page.pk}/" in client.get(page.url).content.decode()

    def fail(*args):
        raise pdf.PDFUnavailableError

    monkeypatch.setattr("home.copies.make_pdf", fail)
    monkeypatch.setattr("home.templatetags.hub.can_make_pdf", lambda: False)
    page.save_revision().publish()
    assert f"/en/pdf/{page.pk}/" not in client.get(page.url).content.decode()
    answer = client.get(f"/en/pdf/{page.pk}/")
    assert answer.status_code == 503
    assert "print it from your browser" in answer.content.decode()


def test_who_finds_too_many_waiting_is_told_so(monkeypatch):
    page = make_article()
    for _place in range(1 + pdf.MOST_WAITING):
        assert pdf._room.acquire(blocking=False)
    try:
        with pytest.raises(pdf.PDFUnavailableError):
            pdf.make_pdf("<p>x</p>", page, "http://testserver/en/")
    finally:
        for _place in range(1 + pdf.MOST_WAITING):
            pdf._room.release()


def test_only_the_pages_own_images_are_fetched():
    own, other = make_image(), make_image()
    figure = {"image": own.pk, "alternative_text": "A", "caption": "B", "credit": ""}
    page = make_article(body=stream(Article, "body", [("figure", figure)]))
    small, large = own.get_rendition("width-480|format-webp"), own.get_rendition("width-800|format-webp")
    images = pdf._ImagesOf(page, "http://testserver/en/a/")
    assert images.as_jpeg(f"http://testserver{small.url}").startswith(b"\xff\xd8")
    assert images.names[f"http://testserver{small.url}"] == large.file.name
    strange = other.get_rendition("width-480|format-webp")
    for url in (
        f"http://testserver{strange.url}",
        f"http://elsewhere.example{small.url}",
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "data:text/plain,x",
    ):
        with pytest.raises(ValueError, match="Not an image"):
            images.as_jpeg(url)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_real_pdf(client, language, monkeypatch):
    documents = []
    make = pdf._document

    def spy(html, page, address):
        documents.append(make(html, page, address))
        return documents[-1]

    monkeypatch.setattr(pdf, "_document", spy)
    figure = {"image": make_image().pk, "alternative_text": "A", "caption": "B", "credit": ""}
    long = "<p>" + "Text that goes on. " * 400 + "</p>"
    blocks = [("heading", "First heading"), ("text", long), ("figure", figure), ("heading", "Second"), ("text", long)]
    steps = {"title": "S", "items": [item({"title": "a", "text": "b"})]}
    page = make_article(body=stream(Article, "body", [*blocks, ("steps", steps)]), marking="GREEN")
    client.force_login(MemberFactory())
    if language == "ar":
        page = translate(page, "ar", "عنوان عربي")
    content = client.get(f"/{language}/pdf/{page.pk}/").content
    assert content.startswith(b"%PDF-")
    written = b"".join(zlib.decompress(part) for part in re.findall(rb"stream\n(x.*?)\nendstream", content, re.DOTALL))
    assert b"pdfuaid" in content + written
    assert f"/Lang ({language})".encode() in written
    assert b"/MarkInfo" in written
    rendered = documents[0].render(stylesheets=[pdf.STYLE_SHEET])
    assert len(rendered.pages) > 2
    assert [label for label, *_rest in rendered.make_bookmark_tree()] == [page.title]
    for sheet in rendered.pages:
        assert _texts(sheet._page_box).count("TLP:GREEN") >= 2


def _texts(box) -> str:
    texts = [box.text] if hasattr(box, "text") else []
    for child in getattr(box, "children", ()):
        texts.append(_texts(child))
    return " ".join(texts)


def test_making_a_pdf_leaves_uploads_as_strict_as_they_were(client, tree):
    """WeasyPrint, when it is first loaded, has Pillow take images that are cut short."""
    article = make_article()
    assert client.get(f"/en/pdf/{article.pk}/").status_code == 200
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
