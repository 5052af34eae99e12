"""Links and bold are placeholders that cannot break."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wagtail_localize.strings import StringValue, validate_translation_links

from translation.placeholders import BrokenPlaceholders, editable, html_from, missing_placeholders, plain

SOURCE = 'Read <a id="a1">the <b>first</b> rule</a> & keep <i>it</i>.<br/>Always.'
TYPED = "Read <1>the <2>first</2> rule</1> & keep <3>it</3>.\nAlways."


def test_a_source_is_seen_with_numbers_and_line_breaks():
    assert editable(SOURCE, SOURCE) == TYPED
    assert plain(SOURCE) == "Read the first rule & keep it.\nAlways."


def test_what_is_typed_comes_back_as_the_source_has_it():
    assert html_from(TYPED, SOURCE) == SOURCE.replace(" & ", " &amp; ")


def test_placeholders_may_change_their_order():
    html = html_from("<3>it</3> <1>rule</1>", SOURCE)
    assert html == '<i>it</i> <a id="a1">rule</a>'
    assert editable(html, SOURCE) == "<3>it</3> <1>rule</1>"
    assert missing_placeholders("<3>it</3>", SOURCE) == [1, 2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<4>x</4>", "<4> is not in the source"),
        ("<1>x", "</1> is missing"),
        ("x</1>", "</1> closes what is not open"),
        ("<1><3>x</1></3>", "</1> closes what is not open"),
        ("<1>x</1><1>y</1>", "<1> is there twice"),
    ],
)
def test_what_would_break_is_refused_with_a_reason(text, reason):
    with pytest.raises(BrokenPlaceholders, match=reason):
        html_from(text, SOURCE)


def test_markup_that_is_typed_is_text():
    html = html_from("<script>alert(1)</script> <b>no</b> <1>x</1>", SOURCE)
    assert "<script>" not in html
    assert html == '&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;no&lt;/b&gt; <a id="a1">x</a>'
    assert editable(html, SOURCE) == "<script>alert(1)</script> <b>no</b> <1>x</1>"


# What a browser's field can send, and what a database can store.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60) | st.sampled_from(
    ["<1>", "</1>", "<2>", "</2>", "<99>", "&lt;1&gt;", "&amp;", "<a id='a1'>", "\n", "<!-- ", "]]>"]
)


@given(st.lists(texts, max_size=8).map("".join))
def test_whatever_is_typed_is_stored_safely_or_refused(typed):
    try:
        html = html_from(typed, SOURCE)
    except BrokenPlaceholders:
        return
    # wagtail-localize takes it, and it is seen again as it was typed.
    StringValue.from_translated_html(html)
    validate_translation_links(SOURCE, html)
    assert editable(html, SOURCE) == typed


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80))
def test_plain_sources_survive_the_way_round(text):
    html = StringValue.from_plaintext(text).data
    assert plain(html) == StringValue(html).render_text()
    assert html_from(editable(html, html), html) == html
