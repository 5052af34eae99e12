"""Parts of files, as browsers ask for them when they seek; and what an uploaded file is."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from knowledge.media_files import MediaFault, look_into
from knowledge.streaming import asked_range
from tests.factories import MemberFactory, box, make_document, make_media, make_recording, mp4


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-99", range(100)),
        ("bytes=900-", range(900, 1000)),
        ("bytes=-10", range(990, 1000)),
        ("bytes=-5000", range(1000)),
        ("bytes=0-5000", range(1000)),
        ("bytes = 5-6", range(5, 7)),
        *[
            (other, None)
            for other in ("", "bytes=", "bytes=-", "items=0-5", "bytes=9-5", "bytes=a-b", "bytes=0-1,5-6", "bytes=٠-٩")
        ],
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(1000)), None),
    ],
)
def test_ranges_are_understood(header, wanted):
    assert asked_range(header, 1000) == wanted


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999-"])
def test_ranges_behind_the_end_cannot_be_satisfied(header):
    with pytest.raises(IndexError):
        asked_range(header, 1000)


@given(st.integers(1, 5000), st.text(st.sampled_from("bytes=-,0123456789 "), max_size=30))
def test_whatever_is_asked_for_is_inside_the_file(size, text):
    try:
        wanted = asked_range(f"bytes={text}", size)
    except IndexError:
        return
    assert wanted is None or (0 <= wanted.start < wanted.stop <= size)


@pytest.fixture
def film(tree):
    media = make_media(content=mp4(size=200_000))
    make_recording(media=[media])
    return media


@pytest.mark.django_db
def test_a_film_is_served_whole_and_in_parts(client, film):
    content = film.file.read()
    whole = client.get(film.url)
    assert whole.status_code == 200
    assert whole.getvalue() == content
    assert whole["Content-Type"] == "video/mp4"
    assert whole["Accept-Ranges"] == "bytes"
    assert whole["Content-Length"] == str(len(content))
    part = client.get(film.url, headers={"range": "bytes=100000-100099"})
    assert part.status_code == 206
    assert part.getvalue() == content[100_000:100_100]
    assert part["Content-Range"] == f"bytes 100000-100099/{len(content)}"
    assert part["Content-Length"] == "100"
    late = client.get(film.url, headers={"range": f"bytes={len(content)}-"})
    assert (late.status_code, late["Content-Range"]) == (416, f"bytes */{len(content)}")
    many = client.get(film.url, headers={"range": "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(1000))})
    assert (many.status_code, len(many.getvalue())) == (200, len(content))


@pytest.mark.django_db
def test_head_says_what_get_would_send(client, film):
    answer = client.head(film.url, headers={"range": "bytes=0-9"})
    assert answer.status_code == 200
    assert int(answer["Content-Length"]) == film.file_size
    assert answer.content == b""


@pytest.mark.django_db
def test_a_part_is_sent_only_of_the_file_the_browser_knows(client, film):
    known = client.head(film.url)
    for condition in (known["ETag"], known["Last-Modified"]):
        assert client.get(film.url, headers={"range": "bytes=0-9", "if-range": condition}).status_code == 206
    for condition in ('"other"', "W/" + known["ETag"], "Thu, 01 Jan 1970 00:00:01 GMT", "nonsense"):
        assert client.get(film.url, headers={"range": "bytes=0-9", "if-range": condition}).status_code == 200
    assert client.get(film.url, headers={"if-none-match": known["ETag"]}).status_code == 304


@pytest.mark.django_db
def test_films_are_not_compressed_on_their_way(client, film):
    answer = client.get(film.url, headers={"accept-encoding": "gzip", "range": "bytes=0-999"})
    assert not answer.has_header("Content-Encoding")


@pytest.mark.django_db
def test_a_part_of_a_text_is_not_compressed(client, tree):
    document = make_document(content=b"a,b\n" * 1000)
    make_recording(slides=document)
    answer = client.get(document.file.url, headers={"accept-encoding": "gzip", "range": "bytes=0-999"})
    assert (answer.status_code, len(answer.getvalue())) == (206, 1000)
    assert not answer.has_header("Content-Encoding")


@pytest.mark.django_db
def test_the_front_server_sends_the_bytes_in_production(client, film, settings):
    settings.X_ACCEL_REDIRECT = "/protected"
    answer = client.get(film.url, headers={"range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["X-Accel-Redirect"] == f"/protected/{film.file.name}"


@pytest.mark.django_db
def test_a_film_is_as_open_as_the_recording(client, tree):
    media = make_media()
    make_recording(marking="GREEN", media=[media])
    unknown = client.get("/media/media/unknown.mp4", headers={"range": "bytes=0-9"})
    hidden = client.get(media.url, headers={"range": "bytes=0-9"})
    assert (hidden.status_code, hidden.content) == (unknown.status_code, unknown.content) == (404, unknown.content)
    member = Client()
    member.force_login(MemberFactory())
    answer = member.get(media.url, headers={"range": "bytes=0-9"})
    assert answer.status_code == 206
    assert answer["Cache-Control"] == "private, no-store"
    assert member.get(make_media().url).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"MZ" + bytes(500), "a.mp4", "not what its name says"),
        (b"", "a.mp4", "not what its name says"),
        (mp4(index_first=False), "a.mp4", "at its end"),
        (mp4()[:-100], "a.mp4", "cut off"),
        (box(b"ftyp", b"isom") + box(b"mdat", bytes(99)), "a.mp4", "no index"),
        (mp4(width=0), "a.mp4", "no pictures"),
        (box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd")) + box(b"mdat"), "a.mp4", "cut off"),
        (box(b"ftyp", b"isom") + box(b"free") * 30_000, "a.mp4", "cut off"),
        (box(b"ftyp", b"isom") + b"\x00\x00\x00\x04moov" + bytes(99), "a.mp4", "cut off"),
        (mp4(), "a.webm", "not what its name says"),
        (b"\x1aE\xdf\xa3 matroska", "a.webm", "not what its name says"),
        (b"RIFF", "a.mp3", "not what its name says"),
        (b"<html>", "a.ogg", "not what its name says"),
    ],
)
def test_files_that_would_not_play_are_refused(content, name, words):
    with pytest.raises(MediaFault, match=words):
        look_into(io.BytesIO(content), name, len(content))


def test_a_file_says_how_long_and_how_large_it_is():
    facts = look_into(io.BytesIO(mp4(83, width=1280, height=720)), "a.mp4", len(mp4(83)))
    assert (facts.duration, facts.width, facts.height) == (83, 1280, 720)
    assert look_into(io.BytesIO(mp4(83, width=0)), "a.m4a", len(mp4(83, width=0))).duration == 83
