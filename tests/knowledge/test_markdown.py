"""Pages as Markdown: read back by a CommonMark parser, they say what the page says."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt
from wagtail.models import Page

from access.readers import visitor
from knowledge.blocks import BodyBlock
from knowledge.markdown import WRITERS, escaped, paragraph, rich_text
from knowledge.models import Article, Attachment, Author, CaseStudy
from tests.factories import (
    ConceptFactory,
    MemberFactory,
    item,
    make_article,
    make_case_study,
    make_document,
    make_image,
    stream,
    translate,
)

READER = MarkdownIt("commonmark").enable("table")


def html_of(markdown: str) -> str:
    return READER.render(markdown).replace("\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "# not a heading",
        "1. not a list",
        "- nor this",
        "+ nor this",
        "> no quotation",
        "---",
        "===",
        "*stars* and _lines_ and `ticks`",
        "[no](link) ![no](image)",
        "<b>no tag</b> &amp; &copy; a < b & c",
        "back\\slash \\* end\\",
        "~~~ no fence",
        "عن البراميل: 1. أولا",
    ],
)
def test_a_text_stays_what_it_is(text):
    rendered = html_of(paragraph(text)).replace("&quot;", '"')
    expected = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert rendered == f"<p>{expected}</p>"
    assert "\n" not in escaped("two\nlines")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One <b>two</b> <i>three</i>.</p>", "<p>One <strong>two</strong> <em>three</em>.</p>"),
        ("<p>One<b> two </b>three</p>", "<p>One <strong>two</strong> three</p>"),
        ("<h3>Head</h3><p>Text</p><h4>Low</h4>", "<h3>Head</h3><p>Text</p><h4>Low</h4>"),
        (
            "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>",
            "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>",
        ),
        ("<ol><li>a</li><li><b>b</b></li></ol>", "<ol><li>a</li><li><strong>b</strong></li></ol>"),
        (
            '<p><a href="https://example.org/a_(b)?c=d&amp;e=f">see *this*</a></p>',
            '<p><a href="https://example.org/a_%28b%29?c=d&amp;e=f">see *this*</a></p>',
        ),
        ("<p>a<br/>b</p>", "<p>a<br />b</p>"),
        ("<p>x<sup>2</sup> H<sub>2</sub>O</p>", "<p>x<sup>2</sup> H<sub>2</sub>O</p>"),
        ("<p># no</p><p></p><p>2. no</p>", "<p># no</p><p>2. no</p>"),
    ],
)
def test_rich_text(html, expected):
    assert html_of(rich_text(html)) == expected


def test_every_block_type_is_written():
    assert WRITERS.keys() == BodyBlock().child_blocks.keys()


@pytest.fixture
def everything(tree):
    document = make_document("A | table")
    secret = make_article("Secret", marking="GREEN")
    other = make_article("Other")
    figure = {"image": make_image().pk, "alternative_text": "Blue [drums]", "caption": "Drums", "credit": "A. Y."}
    text = (
        f'<p>See <a linktype="page" id="{other.pk}">the *other*</a>, <a linktype="page" id="{secret.pk}">that</a>, '
        f'<a linktype="document" id="{document.pk}">table</a>.</p>'
    )
    cells = [{"values": ["a|b", "2"]}, {"values": ["c", ""]}]
    columns = [{"type": "text", "heading": "Name"}, {"type": "text", "heading": "Number"}]
    blocks = [
        ("heading", "First <part>"),
        ("text", text),
        ("key_message", {"text": "Keep it *dry*."}),
        ("figure", figure),
        ("gallery", {"caption": "Two", "figures": [item(figure), item(figure)]}),
        ("table", {"caption": "Numbers", "columns": columns, "rows": cells}),
        ("quotation", {"text": "We learned.", "who": "Amina", "role": "Chemist"}),
        (
            "steps",
            {"title": "How", "items": [item({"title": "Look", "text": "Well."}), item({"title": "Act", "text": ""})]},
        ),
        (
            "comparison",
            {
                "caption": "Two ways",
                "left": {"title": "Old", "text": "<p>o</p>"},
                "right": {"title": "New", "text": "<p>n</p>"},
            },
        ),
        ("callout", {"tone": "warning", "title": "Heat", "text": "<p>Keep <b>away</b>.</p><ul><li>x</li></ul>"}),
        (
            "resources",
            {"title": "More", "items": [item({"title": "Site", "url": "https://example.org/", "note": "Good"})]},
        ),
        ("document", {"document": document.pk, "note": "Figures"}),
        ("references", [item("First source."), item("Second source.")]),
    ]
    page = make_article("All *blocks*", summary="In short.", body=stream(Article, "body", blocks))
    page.topics = [ConceptFactory(slug="storage", labels={"en": "Storage"})]
    page.authors = [Author(name="Amina Yusuf", locale=page.locale)]
    page.attachments = [Attachment(document=document, note="Attached", locale=page.locale)]
    page.save_revision().publish()
    return Article.objects.get(pk=page.pk), other, secret


def test_a_page_with_everything(client, everything, django_assert_max_num_queries):
    page, other, secret = everything
    client.force_login(MemberFactory())
    client.get(page.url)
    with django_assert_max_num_queries(20):
        answer = client.get(f"{page.url}index.md")
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["Link"] == f'<http://testserver{page.url}>; rel="canonical"'
    assert answer["X-Robots-Tag"] == "noindex"
    text = answer.content.decode()
    html = html_of(text)
    for expected in (
        "<h1>All *blocks*</h1><blockquote><p>In short.</p></blockquote>",
        "<li>Marking: TLP:CLEAR</li>",
        "<li>Authors: Amina Yusuf</li>",
        "<li>Topics: Storage</li>",
        "<h2>First &lt;part&gt;</h2>",
        f'See <a href="http://testserver{other.url}">the *other*</a>, that, <a href="http://testserver/media/',
        "<blockquote><p><strong>Keep it *dry*.</strong></p></blockquote>",
        'alt="Blue [drums]" /></p><p><em>Drums</em> (A. Y.)</p>',
        "<thead><tr><th>Name</th><th>Number</th></tr></thead>",
        "<td>a|b</td><td>2</td>",
        "<blockquote><p>We learned.</p><p>— Amina, Chemist</p></blockquote>",
        "<ol><li><strong>Look</strong>Well.</li><li><strong>Act</strong></li></ol>",
        "<p><strong>Old</strong></p><p>o</p><p><strong>New</strong></p><p>n</p>",
        "<blockquote><p><strong>Warning: Heat</strong></p><p>Keep <strong>away</strong>.</p><ul><li>x</li></ul>",
        '<ul><li><a href="https://example.org/">Site</a>Good</li></ul>',
        "<p><strong>References</strong></p><ol><li>First source.</li><li>Second source.</li></ol>",
        "<h2>Attachments</h2>",
    ):
        assert expected in html, expected
    assert "hub:" not in text
    assert secret.url not in text


def test_a_case_study_has_its_parts(client, tree):
    case = make_case_study("A case")
    html = html_of(client.get(f"{CaseStudy.objects.get(pk=case.pk).url}index.md").content.decode())
    assert "<h2>Challenge</h2><p>challenge of A case.</p>" in html
    arabic = translate(case, "ar", "حالة")
    text = client.get(f"{arabic.url}index.md").content.decode()
    assert text.startswith("# حالة\n")


def test_what_is_not_public_has_no_markdown(client, tree):
    secret = make_article("Secret", marking="GREEN")
    client.force_login(MemberFactory())
    for address in (secret.url, "/en/", "/en/best-practices/", "/en/nothing/", "/en/%00/"):
        assert client.get(f"{address}index.md").status_code == 404
    assert not Page.objects.filter(pk=secret.pk, access__audience__in=visitor().audience_ids).exists()


def test_the_list_for_programs(client, tree):
    page = make_article("On [drums]", summary="How drums are kept.")
    make_article("Secret", marking="GREEN")
    arabic = translate(page, "ar", "عن البراميل")
    client.force_login(MemberFactory())
    text = client.get("/llms.txt").content.decode()
    assert text.startswith("# ")
    assert f"- [On \\[drums\\]](http://testserver{page.url}index.md): How drums are kept." in text
    assert "Secret" not in text
    assert "http://testserver/ar/llms.txt" in text
    assert arabic.url in client.get("/ar/llms.txt").content.decode()
    assert client.get("/en/llms.txt").content.decode() == text
