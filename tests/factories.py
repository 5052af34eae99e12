"""Factories: small, valid things to test with."""

from __future__ import annotations

import io
import json
import uuid

import factory
from django.core.files.base import ContentFile
from django.test import TestCase
from factory.django import DjangoModelFactory
from PIL import Image
from wagtail.models import Locale, Page

from knowledge.models import Article, CaseStudy, HubDocument, HubImage, KnowledgeIndexPage
from members.models import Organisation, OrganisationName, User
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


def png(colour: str = "teal", size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a small PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def make_image(title: str = "An image") -> HubImage:
    """Store an image."""
    return HubImage.objects.create(title=title, file=ContentFile(png(), name=f"{uuid.uuid4().hex}.png"))


def make_document(title: str = "A document", content: bytes = b"a,b\n1,2\n") -> HubDocument:
    """Store a document."""
    return HubDocument.objects.create(title=title, file=ContentFile(content, name=f"{uuid.uuid4().hex}.csv"))


def item(value: object) -> dict:
    """Return the raw form of an item of a list block."""
    return {"type": "item", "value": value, "id": str(uuid.uuid4())}


def stream(page_type: type[Page], field: str, blocks: list[tuple[str, object]]):
    """Return a StreamField value of (block type, raw value) pairs."""
    raw = [{"type": kind, "value": value, "id": str(uuid.uuid4())} for kind, value in blocks]
    return page_type._meta.get_field(field).to_python(json.dumps(raw))


def section(language: str = "en", number: int = 0) -> KnowledgeIndexPage:
    """Return a section of the tree: 0 is best practices, 1 is case studies."""
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
