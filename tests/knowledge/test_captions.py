"""Captions: what is read, what is refused with its line, what is remarked on, what is written."""

from __future__ import annotations

import io

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from knowledge import captions
from knowledge.captions import Chapter, Cue, Refused

WEBVTT = """WEBVTT - a talk

NOTE made by hand

STYLE
::cue { color: white }

first
00:01.000 --> 00:04.500 align:start
<v Amina Otieno>Good <i>morning</i> &amp; welcome.

00:00:05.000 --> 00:00:07.000
- Who has the key?
- Nobody.
"""
SUBRIP = (
    "1\r\n00:00:01,000 --> 00:00:04,500\r\n{\\an8}Good morning.\r\n\r\n2\r\n00:00:05,000 --> 00:00:07,000\r\nWho?\r\n"
)


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(Refused) as refused:
        captions.read_captions(text)
    return [(fault.line, fault.message) for fault in refused.value.faults]


def test_webvtt_is_read():
    first, second = captions.read_captions(WEBVTT)
    assert (first.start, first.end, first.text, first.speaker) == (
        1000,
        4500,
        "Good morning & welcome.",
        "Amina Otieno",
    )
    assert second.text == "- Who has the key?\n- Nobody."


def test_subrip_is_read():
    assert [(cue.start, cue.end, cue.text) for cue in captions.read_captions(SUBRIP)] == [
        (1000, 4500, "Good morning."),
        (5000, 7000, "Who?"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("WEBVTT\n\n00:01 --> 00:02\nText", 3, "must look like"),
        ("WEBVTT\n\n00:05.000 --> 00:02.000\nText", 3, "ends before it begins"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nA\n\n00:01.000 --> 00:02.000\nB", 6, "before the one above"),
        ("WEBVTT\n00:05.000 --> 00:06.000\nA", 2, "blank line"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nA\n00:07.000 --> 00:08.000\nB", 5, "blank line"),
        ("WEBVTT\n\nWhat is this\nand this?", 4, "were expected"),
        ("WEBVTTX\n\n00:01.000 --> 00:02.000\nA", 1, "first line"),
        ("", 1, "no cues"),
        ("{\\rtf1 a letter}", 1, "were expected"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n" + "a" * 501, 4, "at most 500"),
        ("WEBVTT\n\n00:99.000 --> 01:00.000\nA", 3, "must look like"),
    ],
)
def test_a_fault_is_named_with_its_line(text, line, words):
    found = faults(text)
    assert found[0][0] == line
    assert words in found[0][1]


def test_all_faults_are_named_up_to_a_limit():
    assert [line for line, _message in faults("WEBVTT\n\n1 --> 2\nA\n\n3 --> 4\nB")] == [3, 6]
    assert len(faults("WEBVTT\n\n" + "1 --> 2\nA\n\n" * 500)) == captions.MOST_FAULTS


def test_ten_thousand_cues_are_refused_clearly():
    text = "WEBVTT\n\n" + "".join(
        f"{n // 60:02}:{n % 60:02}.000 --> {n // 60:02}:{n % 60:02}.900\nA\n\n" for n in range(10)
    )
    assert len(captions.read_captions(text)) == 10
    stamp = "{0:02}:{1:02}:{2:02}.000 --> {0:02}:{1:02}:{2:02}.900\nA\n\n"
    many = "WEBVTT\n\n" + "".join(stamp.format(n // 3600, n // 60 % 60, n % 60) for n in range(10_000))
    assert "more than 5000 cues" in faults(many)[0][1]


def test_lines_of_markup_and_letters_that_are_none_leave_no_trace():
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v A\x00B  C>First\n{\\an8}\n<i> </i>\n\u200b\nSecond\n"
    [cue] = captions.read_captions(text)
    assert (cue.text, cue.speaker) == ("First\nSecond", "AB C")
    assert captions.read_captions(captions.write_captions([cue], with_lines_as_stored=True))[0].text == cue.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_are_decoded(encoding):
    assert captions.decoded("WEBVTT\n\nصباح الخير".encode(encoding)) == "WEBVTT\n\nصباح الخير"


def test_another_encoding_is_refused_with_its_line():
    with pytest.raises(Refused) as refused:
        captions.decoded("WEBVTT\n\n00:01.000 --> 00:02.000\nDéjà".encode("latin-1"))
    assert refused.value.faults[0].line == 4
    assert "UTF-8" in str(refused.value)


def test_captions_in_another_script_are_noticed():
    arabic = [Cue("a", 0, 1, "صباح الخير INTERPOL")]
    assert captions.find_wrong_language(arabic, "en")
    assert not captions.find_wrong_language(arabic, "ar")
    assert captions.find_wrong_language([Cue("a", 0, 1, "Good morning")], "ar")
    assert not captions.find_wrong_language([Cue("a", 0, 1, "[2021]")], "ar")


def test_remarks_name_overlap_haste_silence_and_length():
    remarks = captions.find_remarks(
        [
            Cue("a", 0, 2000, "Good morning."),
            Cue("b", 1500, 2000, "This is far too much to be read in half a second."),
            Cue("c", 60_000, 90_000, " ".join(["word"] * 40)),
        ]
    )
    assert len(remarks) == 4
    assert "has ended" in remarks[0]
    assert "(letters a second: 98)" in remarks[1]
    assert "for 0:58" in remarks[2]
    assert "two lines" in remarks[3]
    assert captions.find_remarks([Cue("a", 0, 2000, "Good morning."), Cue("b", 2000, 4000, "Welcome.")]) == []


def test_what_lies_behind_the_end_is_named():
    cues = [Cue("a", 0, 1000, "In time"), Cue("b", 700_000, 701_000, "Too late")]
    assert captions.find_beyond_end(cues, 600) == ["“Too late” is at 11:40, but the recording ends at 10:00."]


def test_chapters_are_read_and_refused():
    assert [
        (each.start, each.text) for each in captions.read_chapters("0:00 Welcome\n\n4:05 Questions\n1:00:00 End")
    ] == [
        (0, "Welcome"),
        (245_000, "Questions"),
        (3_600_000, "End"),
    ]
    with pytest.raises(Refused) as refused:
        captions.read_chapters("4:05 Questions\n0:00 Welcome\nEnd")
    assert [fault.line for fault in refused.value.faults] == [2, 3]


def test_identifiers_stay_when_text_or_time_is_edited():
    earlier = [Cue("a", 0, 1, "One"), Cue("b", 1000, 2, "Two"), Cue("c", 2000, 3, "Three")]
    edited = [
        Cue("x", 0, 1, "Zero"),
        Cue("y", 500, 2, "One"),
        Cue("z", 1000, 2, "Two, rather"),
        Cue("w", 2500, 3, "Three"),
    ]
    assert [cue.id for cue in captions.with_kept_ids(edited, earlier)] == ["x", "a", "b", "c"]
    assert [cue.id for cue in captions.with_kept_ids(earlier, earlier)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("83", 83),
        ("83.7", 83),
        ("83s", 83),
        ("1m23s", 83),
        ("1h0m1s", 3601),
        ("1:23", 83),
        ("1:00:01", 3601),
        *[(nonsense, None) for nonsense in ("", "abc", "-5", "1:99", "NaN", "1e9", "٨٣x", "1" * 400, "../")],
    ],
)
def test_the_second_of_an_address(text, seconds):
    assert captions.seconds_from(text) == seconds


def test_a_transcript_has_passages_paragraphs_and_speakers():
    cues = [
        Cue("a", 0, 1000, "Welcome.", "Amina"),
        Cue("b", 1000, 2000, "Let us begin.", "Amina"),
        Cue("c", 2100, 3000, "Thank you.", "Julien"),
        Cue("d", 60_000, 61_000, "Questions?", "Julien"),
    ]
    first, second = captions.transcript(cues, [Chapter("k", 0, "Opening"), Chapter("l", 60_200, "Questions")])
    assert first.chapter.text == "Opening"
    assert [(each.speaker, len(each.cues)) for each in first.paragraphs] == [("Amina", 2), ("Julien", 1)]
    assert [each.clock for each in second.paragraphs] == ["1:00"]
    assert captions.transcript([], []) == []


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 9000), WORDS, WORDS), min_size=1, max_size=12))
def test_what_is_written_is_read_again_and_valid_elsewhere(rows):
    """Round trip, with webvtt-py as the second opinion."""
    start, cues = 0, []
    for number, (gap, length, text, speaker) in enumerate(rows):
        start += gap
        cues.append(Cue(str(number), start, start + length, text, speaker))
    written = captions.write_captions(cues, with_lines_as_stored=True)
    read = captions.read_captions(written)
    assert [(c.start, c.end, c.text, c.speaker) for c in read] == [(c.start, c.end, c.text, c.speaker) for c in cues]
    elsewhere = webvtt.from_buffer(io.StringIO(captions.write_captions(cues)))
    assert len(elsewhere.captions) == len(cues)
    assert [caption.start_in_seconds for caption in elsewhere.captions] == [cue.start // 1000 for cue in cues]


def test_long_cues_are_broken_into_balanced_lines():
    lines = captions.wrapped("We counted every drum in the store, and then we counted them once more.")
    assert len(lines) == 2
    assert max(map(len, lines)) <= captions.LINE_LENGTH
    assert abs(len(lines[0]) - len(lines[1])) < 12
