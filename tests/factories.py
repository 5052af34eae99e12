"""Factories: small, valid things to test with."""

from __future__ import annotations

import io
import json
import struct
import uuid

import factory
from django.core.files.base import ContentFile
from django.test import TestCase
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image
from wagtail.models import Locale, Page

from knowledge import captions
from knowledge.models import (
    Article,
    CaseStudy,
    HubDocument,
    HubImage,
    HubMedia,
    KnowledgeIndexPage,
    RecordingMedia,
    WebinarRecording,
    WebinarSeries,
)
from members.models import Application, Invitation, Organisation, OrganisationName, User
from vocabulary.models import Concept, ConceptLabel, Scheme


class UserFactory(DjangoModelFactory):
    """Somebody with an account who is not a member."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    first_name = "Person"
    last_name = factory.Sequence(str)
    password = factory.django.Password("a-long-password-27")


class MemberFactory(UserFactory):
    """A vetted member."""

    is_member = True


class ConceptFactory(DjangoModelFactory):
    """A topic with a label in English."""

    class Meta:
        model = Concept
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"concept-{n}")
    scheme = Scheme.THEME

    @factory.post_generation
    def labels(concept, create, extracted, **kwargs):
        """Add preferred labels given as a mapping from language code to text."""
        for language, text in (extracted or {"en": concept.slug.replace("-", " ")}).items():
            ConceptLabel.objects.create(concept=concept, language=language, text=text)


class OrganisationFactory(DjangoModelFactory):
    """An organisation with a name in English."""

    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"organisation-{n}")

    @factory.post_generation
    def names(organisation, create, extracted, **kwargs):
        """Add names given as a mapping from language code to text."""
        for language, text in (extracted or {"en": organisation.slug}).items():
            OrganisationName.objects.create(organisation=organisation, language=language, text=text)


class ApplicationFactory(DjangoModelFactory):
    """An application that has arrived, in English."""

    class Meta:
        model = Application

    state = Application.State.RECEIVED
    first_name = "Applicant"
    last_name = factory.Sequence(str)
    email = factory.Sequence(lambda n: f"applicant{n}@example.org")
    language = "en"
    organisation_name = "A ministry"
    country = "KE"
    why = "To learn."
    received_at = factory.LazyFunction(timezone.now)
    confirmation_secret = None


class InvitationFactory(DjangoModelFactory):
    """An invitation that can be used."""

    class Meta:
        model = Invitation

    email = factory.Sequence(lambda n: f"invited{n}@example.org")


def png(colour: str = "teal", size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a small PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def make_image(title: str = "An image", **fields) -> HubImage:
    """Store an image."""
    return HubImage.objects.create(title=title, file=ContentFile(png(), name=f"{uuid.uuid4().hex}.png"), **fields)


def make_document(title: str = "A document", content: bytes = b"a,b\n1,2\n", **fields) -> HubDocument:
    """Store a document."""
    file = ContentFile(content, name=f"{uuid.uuid4().hex}.csv")
    return HubDocument.objects.create(title=title, file=file, **fields)


def box(kind: bytes, content: bytes = b"") -> bytes:
    """Return a box of an MP4 file."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def mp4(
    seconds: int = 600, *, width: int = 640, height: int = 360, index_first: bool = True, size: int = 4000
) -> bytes:
    """Return a file with the boxes of an MP4; nothing in it can be seen."""
    movie = box(b"mvhd", struct.pack(">4s4I", b"", 0, 0, 1000, seconds * 1000) + bytes(12))
    picture = box(b"tkhd", bytes(72) + struct.pack(">II", width << 16, height << 16))
    index = box(b"moov", movie + (box(b"trak", picture) if width else b""))
    pictures = box(b"mdat", bytes(range(256)) * (size // 256))
    return box(b"ftyp", b"isom") + (index + pictures if index_first else pictures + index)


def make_media(title: str = "A film", content: bytes | None = None, *, kind: str = "video", **fields) -> HubMedia:
    """Store a film, or sound."""
    extension = "mp4" if kind == "video" else "m4a"
    file = ContentFile(mp4() if content is None else content, name=f"{uuid.uuid4().hex}.{extension}")
    fields = {"duration": 600, "width": 640, "height": 360, **fields}
    return HubMedia.objects.create(title=title, file=file, type=kind, **fields)


def cues_of(*texts: str, seconds: float = 4) -> list[dict]:
    """Return cues of some seconds each, one after the other."""
    length = int(seconds * 1000)
    return captions.as_rows(
        captions.Cue(f"c{n}", n * length, (n + 1) * length - 100, text, "") for n, text in enumerate(texts)
    )


def make_series(title: str = "A series", *, marking: str = "CLEAR", **fields) -> WebinarSeries:
    """Publish a webinar series in the section of webinars."""
    parent = section(number=2)
    series = WebinarSeries(title=title, locale=parent.locale, marking=marking, live=False, **fields)
    parent.add_child(instance=series)
    series.save_revision().publish()
    series.refresh_from_db()
    return series


def make_recording(
    title: str = "A recording", *, parent: Page | None = None, marking: str = "CLEAR", media=None, **fields
) -> WebinarRecording:
    """Publish a recording with a film and a few cues."""
    parent = parent or section(number=2)
    fields = {"cues": cues_of("Good morning.", "We begin with the gate.", "Who has the key?"), **fields}
    recording = WebinarRecording(title=title, locale=parent.locale, marking=marking, live=False, **fields)
    files = [make_media()] if media is None else media
    recording.media = [RecordingMedia(media=file, sort_order=number) for number, file in enumerate(files)]
    parent.add_child(instance=recording)
    recording.save_revision().publish()
    recording.refresh_from_db()
    return WebinarRecording.objects.get(pk=recording.pk)


def item(value: object) -> dict:
    """Return the raw form of an item of a list block."""
    return {"type": "item", "value": value, "id": str(uuid.uuid4())}


def stream(page_type: type[Page], field: str, blocks: list[tuple[str, object]]):
    """Return a StreamField value of (block type, raw value) pairs."""
    raw = [{"type": kind, "value": value, "id": str(uuid.uuid4())} for kind, value in blocks]
    return page_type._meta.get_field(field).to_python(json.dumps(raw))


def section(language: str = "en", number: int = 0) -> KnowledgeIndexPage:
    """Return a section of the tree: 0 is best practices, 1 is case studies, 2 is webinars."""
    english = KnowledgeIndexPage.objects.filter(locale__language_code="en").order_by("path")[number]
    return english.get_translation(Locale.objects.get(language_code=language))


def make_article(
    title: str = "An article",
    *,
    language: str = "en",
    marking: str = "CLEAR",
    live: bool = True,
    body="<p>Some text.</p>",
    parent: Page | None = None,
    **fields,
) -> Article:
    """Put an article into the tree, published unless `live` is false."""
    parent = parent or section(language)
    article = Article(title=title, locale=parent.locale, marking=marking, live=False, **fields)
    article.body = stream(Article, "body", [("text", body)]) if isinstance(body, str) else body
    parent.add_child(instance=article)
    if live:
        article.save_revision().publish()
        article.refresh_from_db()
    return article


def make_case_study(
    title: str = "A case study", *, language: str = "en", marking: str = "CLEAR", **fields
) -> CaseStudy:
    """Publish a case study with a text in each part."""
    parent = section(language, 1)
    case = CaseStudy(title=title, locale=parent.locale, marking=marking, live=False, **fields)
    for name in CaseStudy.body_fields:
        setattr(case, name, stream(CaseStudy, name, [("text", f"<p>{name} of {title}.</p>")]))
    parent.add_child(instance=case)
    case.save_revision().publish()
    case.refresh_from_db()
    return case


def translate(page: Page, language: str, title: str | None = None) -> Page:
    """Publish a translation of a page, made with Wagtail's own copy."""
    from wagtail_localize.models import Translation, TranslationSource

    locale = Locale.objects.get(language_code=language)
    source, _created = TranslationSource.get_or_create_from_instance(page)
    translation, _created = Translation.objects.get_or_create(source=source, target_locale=locale)
    # wagtail-localize publishes when the transaction commits, which a test's never does.
    with TestCase.captureOnCommitCallbacks(execute=True):
        translation.save_target(publish=True)
    translated = page.get_translation(locale).specific
    if title:
        translated.title = title
        translated.save_revision().publish()
        translated.refresh_from_db()
    return translated
