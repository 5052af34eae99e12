"""Recordings: the page, its transcript in any language, captions as the one source, and the editor's form."""

from __future__ import annotations

import json
import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource

from knowledge import captions
from knowledge.models import HubMedia, WebinarRecording
from search.models import SearchEntry
from tests.factories import (
    MemberFactory,
    UserFactory,
    cues_of,
    make_image,
    make_media,
    make_recording,
    make_series,
    mp4,
    section,
    translate,
)

pytestmark = pytest.mark.django_db
CHAPTERS = [{"id": "k0", "start": 0, "text": "The gate"}, {"id": "k1", "start": 8000, "text": "The key"}]


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def body_of(client, url: str) -> str:
    """Return what stands in the page, without its head."""
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode().partition("<body")[2]


def translate_cues(recording: WebinarRecording, language: str, texts: dict[str, str]) -> WebinarRecording:
    """Translate cues as a translator does, one segment each."""
    translate(recording, language)
    source = TranslationSource.objects.get(object_id=recording.translation_key)
    translated = recording.get_translation(section(language).locale)
    for segment in StringSegment.objects.filter(source=source).select_related("context"):
        field, _dot, identifier = segment.context.path.partition(".")
        if field == "cues" and identifier in texts:
            StringTranslation.objects.create(
                translation_of_id=segment.string_id,
                locale=translated.locale,
                context=segment.context,
                data=texts[identifier],
            )
    Translation.objects.get(source=source, target_locale=translated.locale).save_target(publish=True)
    return WebinarRecording.objects.get(pk=translated.pk)


def test_the_page_has_player_chapters_and_transcript(client):
    sound = make_media(kind="audio", content=mp4(width=0), height=None)
    recording = make_recording(media=[make_media(), sound], chapters=CHAPTERS, episode=3)
    page = body_of(client, recording.url)
    assert "<video" in page
    assert f'src="/captions/{recording.pk}.vtt" srclang="en"' in page
    assert 'href="?t=8#player" data-start="8000"' in page
    assert "We begin with the gate." in page
    assert "Episode 3" in page
    assert sound.url in page
    assert page.index("The gate") < page.index("Good morning.") < page.index("Who has the key?")


@pytest.mark.parametrize("t", ["x", "-1", "999999", "1e99", "NaN", "%00", "1" * 300])
def test_a_second_that_makes_no_sense_begins_at_the_beginning(client, t):
    recording = make_recording()
    page = body_of(client, f"{recording.url}?t={t}")
    assert 'data-start="0"' in page
    assert "#t=" not in page


def test_a_link_to_a_second_begins_there_without_script(client):
    recording = make_recording()
    assert f"{recording.media.get().media.url}#t=8" in body_of(client, f"{recording.url}?t=0:08")


def test_the_transcript_has_its_own_language(client):
    recording = make_recording()
    arabic = translate_cues(recording, "ar", {"c0": "صباح الخير.", "c1": "نبدأ بالبوابة.", "c2": "من معه المفتاح؟"})
    assert [row["start"] for row in arabic.cues] == [row["start"] for row in recording.cues]
    page = body_of(client, f"{recording.url}?transcript=ar")
    assert 'class="transcript__text" lang="ar" dir="rtl"' in page
    assert "نبدأ بالبوابة." in page
    assert "Good morning." not in page
    assert f'src="/captions/{arabic.pk}.vtt" srclang="ar"' in page
    assert 'href="?transcript=ar&amp;t=4#player"' in page
    assert "صباح الخير." in body_of(client, arabic.url)
    assert "Good morning." in body_of(client, f"{recording.url}?transcript=xx")


def test_cues_are_the_one_source(client):
    recording = make_recording(chapters=CHAPTERS)
    recording.cues[1]["text"] = "We begin with the fence."
    recording.save_revision().publish()
    vtt = client.get(f"/captions/{recording.pk}.vtt").content.decode()
    assert captions.read_captions(vtt)[1].text == "We begin with the fence."
    assert "We begin with the fence." in body_of(client, recording.url)
    assert "We begin with the fence." in client.get(f"/transcripts/{recording.pk}.txt").content.decode()
    said = " ".join(text for _start, text in SearchEntry.objects.get(pk=recording.pk).passages)
    assert "We begin with the fence." in said
    assert "gate." not in said


def test_an_edited_cue_is_the_only_segment_to_translate_again():
    recording = make_recording()
    source, _created = TranslationSource.get_or_create_from_instance(recording)
    before = {segment.context.path: segment.string_id for segment in StringSegment.objects.filter(source=source)}
    recording.cues[1] |= {"text": "We begin with the fence.", "start": 4100}
    recording.cues[2]["start"] += 200
    recording.save_revision().publish()
    source.update_from_db()
    after = {segment.context.path: segment.string_id for segment in StringSegment.objects.filter(source=source)}
    assert {path for path in before if before[path] != after[path]} == {"cues.c1"}
    assert before.keys() == after.keys()


@pytest.mark.parametrize("path", ["/captions/{0}.vtt", "/chapters/{0}.vtt", "/transcripts/{0}.txt"])
def test_texts_are_as_open_as_the_recording(client, path):
    hidden = make_recording(marking="GREEN", chapters=CHAPTERS)
    unknown = client.get(path.format(999_999))
    refused = client.get(path.format(hidden.pk))
    assert (refused.status_code, refused.content) == (404, unknown.content)
    assert client.get(path.format(10**15)).status_code == 404
    client.force_login(MemberFactory())
    answer = client.get(path.format(hidden.pk))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-cache"
    public = make_recording("Public", chapters=CHAPTERS)
    assert client.get(path.format(public.pk))["Cache-Control"].startswith("public")


def test_the_transcript_names_its_marking(client):
    recording = make_recording(chapters=CHAPTERS)
    lines = client.get(f"/transcripts/{recording.pk}.txt?download").content.decode().splitlines()
    assert lines[:2] == ["A recording", "TLP:CLEAR"]
    assert "0:08 The key" in lines


def test_a_series_lists_the_episodes_its_reader_may_watch(client):
    series = make_series()
    for number, marking in ((2, "GREEN"), (1, "CLEAR")):
        make_recording(f"Episode {number} of it", parent=series, marking=marking, episode=number)
    page = body_of(client, series.url)
    assert "Episode 1 of it" in page
    assert "Episode 2 of it" not in page
    assert "1 episode" in page
    client.force_login(MemberFactory())
    page = body_of(client, series.url)
    assert page.index("Episode 1 of it") < page.index("Episode 2 of it")
    assert "Episode 2 of it" in body_of(client, f"{series.url}episode-1-of-it/")
    assert "No episode" in body_of(client, make_series("Empty").url)


def test_an_untranslated_episode_is_in_the_series_of_each_language(client):
    series = make_series()
    make_recording("Only in English", parent=series, episode=1)
    french = translate(series, "fr")
    assert "Only in English" in body_of(client, french.url)


@pytest.mark.parametrize("number", [3, 1500])
def test_the_page_takes_few_queries_whatever_its_length(client, number):
    series = make_series()
    recording = make_recording(
        parent=series,
        marking="GREEN",
        cues=cues_of(*(f"Sentence {n}." for n in range(number)), seconds=0.3),
        chapters=CHAPTERS,
        media=[make_media(), make_media(height=720), make_media(kind="audio")],
        lead_image=make_image(),
        lead_image_alternative_text="A",
    )
    for each in range(3):
        make_recording(f"Other {each}", parent=series, marking="GREEN")
    translate(recording, "ar")
    client.force_login(MemberFactory())
    client.get(f"{recording.url}?transcript=ar")  # Renditions are made once.
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        page = body_of(client, f"{recording.url}?transcript=ar")
    assert page.count("data-end=") == number
    assert len(captured) <= 12, "\n".join(query["sql"][:160] for query in captured)
    with CaptureQueriesContext(connection) as captured:
        body_of(client, f"{recording.url}?transcript=ar")
    assert len(captured) <= 3


def test_a_recording_without_files_or_captions_is_still_a_page(client):
    page = body_of(client, make_recording(media=[], cues=[]).url)
    assert "<video" not in page
    assert 'id="transcript"' not in page


def test_names_in_mixed_directions_stand_apart(client):
    cues = captions.as_rows([captions.Cue("a", 0, 1000, "Welcome.", "هدى المصري")])
    assert "<bdi>هدى المصري</bdi>" in body_of(client, make_recording(cues=cues).url)


# --- The editor -------------------------------------------------------------------------------------


@pytest.fixture
def editor_client(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True, is_member=True))
    return client


def form_data(recording: WebinarRecording, **changes) -> dict:
    media = [{"media": row.media_id, "id": row.pk} for row in recording.media.all()]
    field = recording._meta.get_field
    return nested_form_data(
        {
            "title": recording.title,
            "slug": recording.slug,
            "summary": "",
            "marking": recording.marking,
            "published_on": "2026-01-01",
            "spoken_language": "en",
            "cues": field("cues").write(recording.cues),
            "chapters": field("chapters").write(recording.chapters),
            "media": inline_formset(media, initial=len(media)),
            "body": streamfield([]),
            **{name: inline_formset([]) for name in ("countries", "authors", "attachments", "related_items")},
            "comments": inline_formset([]),
            **changes,
        }
    )


def saved(editor_client, recording: WebinarRecording, **changes):
    """Save the editor's form; return the page as saved, or the response with what is wrong."""
    url = reverse("wagtailadmin_pages:edit", args=[recording.pk])
    response = editor_client.post(url, form_data(recording, **changes))
    if response.status_code == 302:
        return WebinarRecording.objects.get(pk=recording.pk).get_latest_revision_as_object()
    return response.content.decode()


def test_saving_without_a_change_changes_nothing(editor_client):
    long = "This sentence is long enough to be broken into two lines by whoever writes a caption file."
    recording = make_recording(chapters=CHAPTERS, cues=cues_of(long, "- Two\n- lines & more <b>"))
    page = saved(editor_client, recording)
    assert page.cues == recording.cues
    assert page.chapters == recording.chapters


def test_captions_come_from_a_file_and_keep_their_identifiers(editor_client):
    recording = make_recording()
    text = (
        "1\n00:00:00,000 --> 00:00:03,900\nGood morning.\n\n2\n00:00:04,000 --> 00:00:07,900\nWe begin at the gate.\n"
    )
    upload = SimpleUploadedFile("talk.srt", text.encode(), "application/x-subrip")
    page = saved(editor_client, recording, captions_file=upload)
    assert [(row["id"], row["text"]) for row in page.cues] == [("c0", "Good morning."), ("c1", "We begin at the gate.")]


def test_what_was_typed_stays_when_it_has_faults(editor_client):
    recording = make_recording()
    answer = saved(editor_client, recording, cues="WEBVTT\n\n00:01 --> 00:02\nMy long work\n", chapters="soon Welcome")
    assert "Line 3: times must look like" in answer
    assert "My long work" in answer
    assert "Line 1: a chapter is written as" in answer
    assert "soon Welcome" in answer


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nDéjà".encode("latin-1"), "UTF-8"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nصباح الخير".encode(), "another script"),
        ("a.srt", b"1\n01:00:00,000 --> 01:00:02,000\nLate\n", "but the recording ends at 10:00"),
        ("a.pdf", b"%PDF-1.7 \x00\xff", "UTF-8"),
        ("a.vtt", b"WEBVTT" + b" " * (2 * 1024 * 1024), "larger than"),
    ],
)
def test_wrong_caption_files_are_refused_and_nothing_is_lost(editor_client, name, content, words):
    recording = make_recording()
    answer = saved(editor_client, recording, captions_file=SimpleUploadedFile(name, content))
    assert words in answer
    assert "We begin with the gate." in answer
    assert WebinarRecording.objects.get(pk=recording.pk).cues == recording.cues


def test_chapters_behind_the_end_are_refused(editor_client):
    assert "ends at 10:00" in saved(editor_client, make_recording(), chapters="0:00 Welcome\n59:00 Later")


def test_what_subtitlers_would_mend_is_said_and_saved(editor_client):
    recording = make_recording()
    hasty = "WEBVTT\n\n00:01.000 --> 00:01.200\nNobody can read this in a fifth of a second.\n"
    assert saved(editor_client, recording, cues=hasty).cues[0]["text"].startswith("Nobody")
    page = editor_client.get(reverse("wagtailadmin_explore", args=[section(number=2).pk])).content.decode()
    assert "letters a second" in page


def test_a_film_is_looked_into_when_it_is_uploaded(editor_client):
    url = reverse("wagtailmedia:add", args=["video"])
    data = {"title": "A film", "duration": "", "tags": ""}
    editor_client.post(url, {**data, "file": SimpleUploadedFile("a.mp4", mp4(83, width=1280, height=720))})
    film = HubMedia.objects.get()
    assert (film.duration, film.width, film.height, film.file_size) == (83, 1280, 720, len(mp4(83)))
    answer = editor_client.post(url, {**data, "file": SimpleUploadedFile("a.mp4", mp4(index_first=False))})
    assert "fast start" in answer.content.decode()
    answer = editor_client.post(url, {**data, "file": SimpleUploadedFile("a.mp4", b"MZ")})
    assert "not what its name says" in answer.content.decode()
    answer = editor_client.post(url, {**data, "file": SimpleUploadedFile("a.avi", b"RIFF")})
    assert answer.status_code == 200
    assert HubMedia.objects.count() == 1


def test_captions_and_chapters_are_shown_in_the_translators_editor(editor_client):
    recording = make_recording(chapters=CHAPTERS)
    arabic = translate(recording, "ar")
    page = editor_client.get(reverse("wagtailadmin_pages:edit", args=[arabic.pk])).content.decode()
    assert "We begin with the gate." in page
    assert "The key" in page


def test_the_preview_of_a_new_recording(editor_client):
    url = reverse("wagtailadmin_pages:preview_on_add", args=["knowledge", "webinarrecording", section(number=2).pk])
    empty = WebinarRecording(title="New", slug="new", marking="CLEAR", cues=cues_of("Good morning."))
    data = form_data(empty, media=inline_formset([{"media": make_media().pk}]))
    assert editor_client.post(url, data).json()["is_valid"]
    assert "Good morning." in body_of(editor_client, url + "?mode=")


def test_a_recording_is_a_video_with_clips_to_search_engines(client):
    series = make_series()
    recording = make_recording(
        parent=series, chapters=CHAPTERS, episode=1, media=[make_media(), make_media(height=720)]
    )
    head = client.get(recording.url).content.decode().partition("<body")[0]
    graph = json.loads(re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', head, re.DOTALL)[1])
    [video] = [node for node in graph["@graph"] if "VideoObject" in node["@type"]]
    assert [(clip["startOffset"], clip["endOffset"]) for clip in video["hasPart"]] == [(0, 8), (8, 600)]
    assert video["hasPart"][1]["url"].endswith("?t=8")
    assert video["duration"] == "PT600S"
    assert video["isPartOf"]["name"] == "A series"
    assert video["caption"][0]["contentUrl"].endswith(f"/captions/{recording.pk}.vtt")
    hidden = make_recording("Hidden", marking="GREEN")
    client.force_login(MemberFactory())
    assert "ld+json" not in client.get(hidden.url).content.decode()


def test_a_recording_is_read_as_markdown_and_on_paper(client):
    recording = make_recording(chapters=CHAPTERS)
    markdown = client.get(f"{recording.url}index.md").content.decode()
    assert "## The key" in markdown
    assert "0:04" in markdown or "We begin with the gate." in markdown
    answer = client.get(f"/en/pdf/{recording.pk}/")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")


def test_captions_withdrawn_from_the_source_leave_the_translations(client):
    recording = make_recording(chapters=CHAPTERS)
    arabic = translate(recording, "ar")
    recording = WebinarRecording.objects.get(pk=recording.pk)
    recording.cues, recording.chapters = [], []
    recording.save_revision().publish()
    source = TranslationSource.objects.get(object_id=recording.translation_key)
    source.update_from_db()
    Translation.objects.get(source=source, target_locale=arabic.locale).save_target(publish=True)
    arabic = WebinarRecording.objects.get(pk=arabic.pk)
    assert (arabic.cues, arabic.chapters, arabic.cue_count) == ([], [], 0)


def test_a_longer_file_makes_the_recording_longer(client):
    recording = make_recording()
    media = recording.media.get().media
    media.duration = 3600
    media.save()
    assert WebinarRecording.objects.get(pk=recording.pk).duration == 3600
    assert 'data-start="1800"' in body_of(client, f"{recording.url}?t=1800")


def test_only_those_who_edit_send_large_files(client, editor_client):
    url = reverse("wagtailmedia:add", args=["video"])
    large = {"CONTENT_LENGTH": str(200 * 1024 * 1024)}
    assert editor_client.generic("POST", url, b"", **large).status_code != 413
    editor_client.logout()
    assert editor_client.generic("POST", url, b"", **large).status_code == 413
