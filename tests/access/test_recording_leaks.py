"""Recordings show nowhere to those who may not watch them: each of their addresses × kind of access × reader."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from wagtail.models import PageViewRestriction

from knowledge.models import WebinarRecording
from tests.access.matrix.answers import text_of, told
from tests.access.matrix.readers import EDITING, IN_GROUP, MEMBERS, sign_in
from tests.access.matrix.states import restrict
from tests.factories import cues_of, make_document, make_media, make_recording, make_series, translate

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Not all readers: the test is of what recordings have that other pages have not.
READERS = ("visitor", "account", "member", "group member", "former member", "editor", "translator")
SECRET = "velociraptor"
CHAPTERS = [{"id": "k", "start": 0, "text": f"On the {SECRET}"}]


def make(marking: str = "CLEAR", **fields) -> WebinarRecording:
    return make_recording(
        f"The {SECRET} talk",
        marking=marking,
        cues=cues_of(f"The {SECRET} came at night."),
        chapters=CHAPTERS,
        slides=make_document(),
        media=[make_media(), make_media(kind="audio")],
        **fields,
    )


def draft() -> WebinarRecording:
    recording = make()
    recording.unpublish()
    return recording


def for_a_group() -> WebinarRecording:
    recording = make()
    restrict(recording, PageViewRestriction.GROUPS).groups.add(Group.objects.get(name="Experts"))
    return recording


STATES = {
    "clear": (make, set(READERS)),
    "green": (lambda: make("GREEN"), MEMBERS),
    "unmarked": (lambda: make("", publishing_reason="A test."), set()),
    "draft": (draft, set()),
    "for a group": (for_a_group, IN_GROUP),
    "in a green series": (lambda: make(parent=make_series(marking="GREEN")), MEMBERS),
    "closed after it was open": (lambda: closed(make()), MEMBERS),
}


def closed(recording: WebinarRecording) -> WebinarRecording:
    recording.marking = "GREEN"
    recording.save_revision().publish()
    return recording


def addresses_of(recording: WebinarRecording) -> list[str]:
    """Return where something of a recording is to be had."""
    files = [row.media.url for row in recording.media.all()]
    texts = [f"/captions/{recording.pk}.vtt", f"/chapters/{recording.pk}.vtt", f"/transcripts/{recording.pk}.txt"]
    return [recording.url, f"{recording.url}?t=1", *texts, f"{texts[2]}?download", *files, recording.slides.url]


UNKNOWN = {
    "/captions": "/captions/999999.vtt",
    "/chapters": "/chapters/999999.vtt",
    "/transcripts": "/transcripts/99999.txt",
}


@pytest.mark.parametrize("state", STATES)
def test_every_address_of_a_recording_asks_the_policy(client, tree, state):
    build, readers = STATES[state]
    recording = build()
    for who in READERS:
        sign_in(client, who)
        may_edit_files = who in EDITING
        for address in addresses_of(recording):
            if address.startswith("/media/") and may_edit_files:
                continue  # Whoever works with a file in the admin may have it (test_leaks).
            for headers in ({}, {"range": "bytes=0-9"}):
                answer = client.get(address, headers=headers)
                if who in readers:
                    assert answer.status_code in {200, 206}, (who, address)
                    continue
                beginning = f"/{address.split('/')[1]}"
                nothing = UNKNOWN.get(beginning, "/media/nothing.mp4" if beginning == "/media" else "/en/nothing/")
                assert told(answer, address) == told(client.get(nothing, headers=headers), nothing), (who, address)
        for address in ("/en/webinars/", "/en/", f"/en/search/?q={SECRET}+night", "/api/v3/pages/?limit=100"):
            text = text_of(client.get(address)).replace(f"{SECRET}+night", "").replace(f"{SECRET} night", "")
            assert (SECRET in text) == (who in readers), (who, address)


def test_a_transcript_in_a_language_one_may_not_read_is_not_offered(client, tree):
    recording = make_recording()
    arabic = translate(recording, "ar")
    restrict(arabic, PageViewRestriction.LOGIN)
    page = text_of(client.get(recording.url))
    assert f"/captions/{arabic.pk}.vtt" not in page
    assert "transcript=ar" not in page
    assert client.get(f"/captions/{arabic.pk}.vtt").status_code == 404
    assert 'class="transcript__text" lang="en"' in text_of(client.get(f"{recording.url}?transcript=ar"))


def test_neighbours_in_a_series_are_those_one_may_watch(client, tree):
    series = make_series()
    first = make_recording("First", parent=series, episode=1)
    make("GREEN", parent=series, episode=2)
    assert SECRET not in text_of(client.get(first.url))
    assert SECRET not in text_of(client.get(series.url))
    sign_in(client, "member")
    assert SECRET in text_of(client.get(first.url))
