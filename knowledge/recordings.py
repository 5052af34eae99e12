"""What readers ask of recordings: the player with its transcript, and the episodes of a series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import F, Value
from django.db.models.functions import Left, Length
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.models import Page

from access.readers import Reader
from knowledge import captions
from knowledge.loading import Version, cards, for_cards, sections_of, versions_of
from knowledge.models import HubMedia, KnowledgePage, WebinarRecording, WebinarSeries
from knowledge.queries import readable_knowledge


@dataclass(frozen=True)
class Track:
    """Captions in one language."""

    language: str
    url: str
    download_url: str
    is_default: bool


@dataclass(frozen=True)
class TranscriptLink:
    """Where the transcript is read in another language; `is_shown` for the one that is shown."""

    language: str
    url: str
    is_shown: bool


@dataclass(frozen=True)
class Player:
    """All that the page of a recording shows beside its text.

    Attributes:
        sources: the files, the first of which is played: the smallest with pictures, or the one asked for.
        sound: the file without pictures, if there is one.
        tracks: captions by language, as the reader may have them.
        passages: the transcript, in `language`.
        start: the second to begin at, from the address; 0 if it names none.
        query: what begins the query of links to a second, such as `transcript=ar&`.
        episodes: the other recordings of the series, and this one, in order.
    """

    sources: Sequence[HubMedia]
    sound: HubMedia | None
    tracks: Sequence[Track]
    language: str
    passages: Sequence[captions.Passage]
    transcripts: Sequence[TranscriptLink]
    chapters: Sequence[captions.Chapter]
    start: int
    query: str
    series: Version | None
    episodes: Sequence[KnowledgePage]
    before: KnowledgePage | None
    after: KnowledgePage | None

    @property
    def played(self) -> HubMedia | None:
        """The file that is played."""
        return self.sources[0] if self.sources else None


def player_for(page: WebinarRecording, reader: Reader, parameters: Mapping[str, str]) -> Player:
    """Return what the page of a recording shows (at most three queries beside the page's own).

    Args:
        page: loaded for reading (`knowledge.loading.load_specific`), or a preview.
        reader: who may have captions in which languages, and which episodes.
        parameters: `t` is where to begin, `transcript` the language to read in, `file` the file to play. What
            makes no sense is passed over.
    """
    files = [row.media for row in page.media.all()]
    own = page.locale.language_code
    versions = versions_of(page, reader)
    with_cues = _with_cues(versions)
    language = parameters.get("transcript", "")
    language = language if language in with_cues else own
    passages = page.transcript if language == own else _transcript_of(with_cues[language])
    start = captions.seconds_from(parameters.get("t", "")) or 0
    query = {"transcript": language} if language != own else {}
    series, episodes = _series_of(page, reader)
    place = next((n for n, each in enumerate(episodes) if each.translation_key == page.translation_key), None)
    return Player(
        sources=_in_order(files, parameters.get("file", "")),
        sound=next((file for file in files if not file.is_video), None),
        tracks=[
            Track(code, reverse("captions", args=[pk]), f"{reverse('captions', args=[pk])}?download", code == language)
            for code, pk in sorted(with_cues.items(), key=lambda each: each[0] != own)
        ],
        language=language,
        passages=passages,
        transcripts=[
            TranscriptLink(code, f"?{urlencode({'transcript': code})}#transcript", code == language)
            for code in sorted(with_cues, key=lambda code: code != own)
        ],
        chapters=captions.chapters_from(page.chapters),
        start=start if not page.duration or start < page.duration else 0,
        query=f"{urlencode(query)}&" if query else "",
        series=series,
        episodes=episodes,
        before=episodes[place - 1] if place else None,
        after=episodes[place + 1] if place is not None and place + 1 < len(episodes) else None,
    )


def _in_order(files: Sequence[HubMedia], wanted: str) -> list[HubMedia]:
    """Return files, the one to play first: slow lines are common, so the smallest with pictures unless asked."""
    ordered = sorted(files, key=lambda file: (not file.is_video, file.height or 0))
    return sorted(ordered, key=lambda file: str(file.pk) != wanted)


def _with_cues(versions: Mapping[str, Version]) -> dict[str, int]:
    """Return the versions that have captions: primary keys by language (one query)."""
    found = WebinarRecording.objects.filter(pk__in=[version.pk for version in versions.values()], cue_count__gt=0)
    keys = set(found.values_list("pk", flat=True)) if versions else set()
    return {language: version.pk for language, version in versions.items() if version.pk in keys}


def _transcript_of(pk: int) -> list[captions.Passage]:
    return WebinarRecording.objects.only("cues", "chapters").get(pk=pk).transcript


def _series_of(page: WebinarRecording, reader: Reader) -> tuple[Version | None, list[KnowledgePage]]:
    """Return the series that a recording is in, and its episodes; nothing for one that stands alone."""
    sections = sections_of(page, reader) if page.pk else []
    if not sections:
        return None, []
    episodes = _episodes(sections[-1], reader)
    return (sections[-1], episodes) if episodes else (None, [])


def episodes_of(series: WebinarSeries, reader: Reader) -> list[KnowledgePage]:
    """Return the recordings of a series that the reader may watch, as cards, in the best language (one query)."""
    return _episodes(series, reader)


def _episodes(series: Version | Page, reader: Reader) -> list[KnowledgePage]:
    # The series in every language: an episode that is not translated yet stands below the series it was made in.
    sections = WebinarSeries.objects.filter(translation_key=series.translation_key).order_by().values("path")
    pages = (
        readable_knowledge(reader, get_language() or "en")
        .annotate(
            parent_path=Left("path", Length("path") - Value(Page.steplen)),
            episode=F("webinarrecording__episode"),
        )
        .filter(parent_path__in=sections, webinarrecording__isnull=False)
    )
    return cards(for_cards(pages.order_by(F("episode").asc(nulls_last=True), "published_on", "pk")), reader)
