"""Captions translated in another program come back whole, or not at all."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from knowledge import captions
from knowledge.models import WebinarRecording
from tests.factories import make_recording
from tests.translation.builders import person, submit, told
from translation.models import SegmentVersion
from translation.segments import State, load_segments

pytestmark = pytest.mark.django_db
ARABIC = ("صباح الخير.", "نبدأ بالبوابة.", "من معه المفتاح؟")


@pytest.fixture
def translation(tree):
    return submit(make_recording(), "ar")


@pytest.fixture
def arabic(translation) -> WebinarRecording:
    return WebinarRecording.objects.get(locale__language_code="ar")


def upload(client, page, cues) -> object:
    text = captions.write_captions(cues) if isinstance(cues, list) else cues
    file = SimpleUploadedFile("talk.ar.vtt", text.encode())
    return client.post(reverse("upload_captions", args=[page.pk]), {"file": file})


def cues_of(page, texts=ARABIC, shift: int = 0) -> list[captions.Cue]:
    source = WebinarRecording.objects.get(translation_key=page.translation_key, locale__language_code="en")
    return [
        captions.Cue("x", cue.start + shift, cue.end + shift, text)
        for cue, text in zip(captions.cues_from(source.cues), texts, strict=False)
    ]


def test_a_translator_takes_captions_over(client, arabic):
    client.force_login(person("Translators: Arabic"))
    listing = client.get(reverse("wagtailadmin_explore", args=[arabic.get_parent().pk])).content.decode()
    assert reverse("upload_captions", args=[arabic.pk]) in listing
    assert client.get(reverse("upload_captions", args=[arabic.pk])).status_code == 200
    response = upload(client, arabic, cues_of(arabic, shift=40))
    assert response.status_code == 302
    assert "3" in told(response)
    draft = WebinarRecording.objects.get(pk=arabic.pk).get_latest_revision_as_object()
    assert [row["text"] for row in draft.cues] == list(ARABIC)
    source = WebinarRecording.objects.get(locale__language_code="en")
    assert [(row["id"], row["start"]) for row in draft.cues] == [(row["id"], row["start"]) for row in source.cues]
    assert not WebinarRecording.objects.get(pk=arabic.pk).live


@pytest.mark.parametrize("reviewed", [True, False])
def test_a_file_waits_for_the_reviewer_if_there_is_one(client, translation, arabic, reviewed):
    if reviewed:
        person("Reviewers: Arabic")
    client.force_login(person("Translators: Arabic"))
    upload(client, arabic, cues_of(arabic))
    cues = [each for each in load_segments(translation) if each.path.startswith("cues.")]
    assert {each.state for each in cues} == {State.REVIEW if reviewed else State.APPROVED}
    written = SegmentVersion.objects.filter(context__path__startswith="cues.")
    assert set(written.values_list("origin", flat=True)) == {SegmentVersion.Origin.IMPORT}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda page: cues_of(page)[:2], "in the file: 2, in the original: 3"),
        (lambda page: cues_of(page, shift=5000), "begins at 0:05, in the original at 0:00"),
        (lambda page: cues_of(page, ("Good", "We", "Who")), "another script"),
        (lambda page: "WEBVTT\n\n00:01 --> 00:02\nx", "Line 3"),
    ],
)
def test_what_does_not_fit_changes_nothing(client, translation, arabic, make, words):
    client.force_login(person("Translators: Arabic"))
    answer = upload(client, arabic, make(arabic))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert translation.get_progress()[1] == 0


def test_it_is_for_whoever_may_edit_the_translation(client, translation, arabic):
    source = WebinarRecording.objects.get(locale__language_code="en")
    client.force_login(person("Translators: Spanish"))
    assert upload(client, arabic, cues_of(arabic)).status_code in {302, 403}
    assert translation.get_progress()[1] == 0
    client.force_login(person("Editors"))
    assert client.get(reverse("upload_captions", args=[source.pk]), follow=True).status_code == 404
    assert client.get(reverse("upload_captions", args=[999_999]), follow=True).status_code == 404


def test_the_desk_says_when_a_caption_is_shown(translation, client):
    client.force_login(person("Translators: Arabic"))
    first = captions.cues_from(translation.source.get_source_instance().cues)[0]
    page = client.get(reverse("desk_translation", args=[translation.pk])).text
    assert f"{captions.clock(first.start)}–{captions.clock(first.end)}" in page
