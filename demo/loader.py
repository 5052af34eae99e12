"""Loads the demonstration through the same doors that editors and translators use."""

from __future__ import annotations

import datetime
import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils import timezone
from wagtail.fields import StreamField
from wagtail.models import Locale, Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource
from wagtail_localize.segments.extract import extract_segments
from wagtail_localize.segments.types import StringSegmentValue

from access.models import GROUP, ORGANISATION, PERSON
from demo.accounts import make_accounts
from demo.applications import make_applications
from demo.attachments import checklist_csv
from demo.content import (
    FOLDER,
    KINDS,
    NAMESPACE,
    BodyBuilder,
    Item,
    read_item,
    read_items,
    read_organisations,
    read_times,
)
from demo.desk import make_desk
from demo.illustrations import NAMES, draw
from demo.searches import make_searches
from demo.shelf import make_shelf
from home.models import (
    Brand,
    BrandName,
    CommunityFigure,
    Door,
    FeaturedItem,
    HomePage,
    Partner,
    StandardPage,
    UpcomingDate,
)
from home.tree import make_tree
from knowledge.media_files import look_into
from knowledge.models import (
    Adaptation,
    Article,
    Attachment,
    Author,
    CaseStudy,
    CountryConcerned,
    HubDocument,
    HubImage,
    HubMedia,
    KnowledgeIndexPage,
    KnowledgePage,
    ReadablePage,
    RecordingMedia,
    RelatedItem,
    WebinarRecording,
    WebinarSeries,
)
from knowledge.review_forms import CHECKLIST
from knowledge.sensitivity_review import digest_of
from members.models import Organisation, OrganisationName, User
from vocabulary.imports import import_csv
from vocabulary.models import Concept

TYPES: dict[str, type[ReadablePage]] = {
    "articles": Article,
    "case_studies": CaseStudy,
    "pages": StandardPage,
    "series": WebinarSeries,
    "recordings": WebinarRecording,
}
CREDIT = "Global Knowledge Hub, CC BY 4.0"
MENU_PAGES = {"about"}


class DemoLoader:
    """Makes the demonstration on a database that has none.

    Args:
        say: told each step, in English.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.images: dict[str, int] = {}
        self.documents: dict[str, int] = {}
        self.files: dict[str, list[int]] = {}
        self.organisations: dict[str, Organisation] = {}
        self.pages: dict[str, ReadablePage] = {}
        self.users: dict[str, User] = {}
        self.concepts: dict[str, Concept] = {}
        self.locales: dict[str, Locale] = {}
        self.homes: dict[str, HomePage] = {}

    @transaction.atomic
    def load(self) -> None:
        """Load everything, or nothing."""
        self.say("Vocabulary")
        with (FOLDER / "vocabulary.csv").open("rb") as file:
            report = import_csv(file)
        if report.rejected:
            raise ValueError(f"The demo's vocabulary has faults: {report.rejected}")
        self.concepts = {concept.slug: concept for concept in Concept.objects.all()}
        self.homes = make_tree()
        self.locales = {locale.language_code: locale for locale in Locale.objects.all()}
        self.say("Organisations and accounts")
        self.make_organisations()
        self.users = make_accounts()
        make_applications(self.users, self.organisations)
        self.say("Illustrations")
        self.make_images()
        self.make_pages(KINDS[:-1])
        # Below series that are there in all languages.
        self.make_pages(KINDS[-1:])
        make_shelf(self.users, self.pages)
        make_searches(self.users, self.pages)
        make_desk(self.users, self.pages)
        self.make_home()

    def make_pages(self, kinds: Iterable[str]) -> None:
        """Write, connect, publish and translate what the content folder has of some kinds."""
        items = [item for kind in kinds for item in read_items(kind)]
        for item in items:
            self.say(f"{item.kind}: {item.key}")
            self.make_page(item)
        for item in items:
            self.publish(item)
        self.say("Translations")
        for item in items:
            self.translate_item(item)

    def make_organisations(self) -> None:
        """Make the invented organisations."""
        for key, facts in read_organisations().items():
            organisation, is_new = Organisation.objects.get_or_create(
                slug=key, defaults={"country": facts["country"], "sector": self.concepts.get(facts["sector"])}
            )
            if is_new:
                OrganisationName.objects.bulk_create(
                    OrganisationName(organisation=organisation, language=language, text=text)
                    for language, text in facts["name"].items()
                )
            self.organisations[key] = organisation

    def make_images(self) -> None:
        """Draw the illustrations, on another processor if there is one, and store them as images."""
        # Not forked: a database connection must not be open in two processes.
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            drawings = list(pool.map(draw, NAMES))
        for name, drawing in zip(NAMES, drawings, strict=True):
            content = ContentFile(drawing, name=f"{name}.jpg")
            image = HubImage.objects.create(title=name.replace("-", " ").capitalize(), file=content, credit=CREDIT)
            self.images[name] = image.pk

    def forms(self, item: Item) -> dict[str, int]:
        """Store the empty forms that an item's texts name, once for all languages; return their keys by name."""
        for name, form in item.meta.get("forms", {}).items():
            if name not in self.documents:
                content = ContentFile(checklist_csv(form["header"], []), name=f"{name}.csv")
                self.documents[name] = self.document(form["title"], content)
        return self.documents

    def document(self, title: str, file: ContentFile) -> int:
        """Store a file to take along; return its key."""
        return HubDocument.objects.create(title=title, file=file, file_size=file.size).pk

    def section(self, item: Item) -> Page:
        """Return the page that an item belongs under, in the language it was written in."""
        home = self.homes[item.source]
        if item.kind == "pages":
            return home
        if item.kind == "recordings":
            return self.pages[item.meta["series"]].get_translation(self.locales[item.source])
        # Sections are made in a fixed order: best practices, case studies, webinars.
        sections = list(KnowledgeIndexPage.objects.filter(locale__language_code="en").order_by("path"))
        section = sections[("articles", "case_studies", "series").index(item.kind)]
        return section.get_translation(self.locales[item.source])

    def build(self, item: Item, language: str) -> ReadablePage:
        """Return an unsaved page of an item with its text in a language."""
        text = item.texts[language]
        model = TYPES[item.kind]
        page = model(
            title=text["title"],
            slug=text["slug"],
            summary=text["summary"],
            locale=self.locales[language],
            marking=item.meta["marking"],
            shared_with=self.shared_with(item),
            lead_image_id=self.lead_image(item),
            lead_image_alternative_text=item.meta["image_alt"][language],
            published_on=item.published,
            review_by=item.meta.get("review_by"),
            show_in_menus=item.key in MENU_PAGES,
            live=False,
        )
        builder = BodyBuilder(item.key, self.images, self.forms(item))
        for name in model.body_fields:
            field = model._meta.get_field(name)
            assert isinstance(field, StreamField)  # noqa: S101 - for the type checker
            setattr(page, name, field.to_python(json.dumps(builder.body(text.get(name) or []))))
        if isinstance(page, KnowledgePage):
            self.describe(page, item, language)
        return page

    def shared_with(self, item: Item) -> list[str]:
        """Return the facts that name whom an item is shared with: groups by name, organisations, people by e-mail."""
        named = item.meta.get("shared_with", {})
        groups = Group.objects.filter(name__in=named.get("groups", []))
        people = User.objects.filter(email__in=named.get("people", []))
        facts = [f"{GROUP}{group.pk}" for group in groups]
        facts += [f"{ORGANISATION}{self.organisations[slug].pk}" for slug in named.get("organisations", [])]
        facts += [f"{PERSON}{person.pk}" for person in people]
        if len(facts) != sum(map(len, named.values())):
            raise ValueError(f"{item.key}: somebody it is shared with is not there")
        return sorted(facts)

    def lead_image(self, item: Item) -> int:
        """Return the key of an item's image; what names its readers has a copy of its own, which no page opens."""
        name = item.meta["image"]
        if not item.meta.get("shared_with"):
            return self.images[name]
        if item.key not in self.images:
            with HubImage.objects.get(pk=self.images[name]).file.open() as file:
                content = ContentFile(file.read(), name=f"{item.key}.jpg")
            title = item.key.replace("-", " ").capitalize()
            self.images[item.key] = HubImage.objects.create(title=title, file=content, credit=CREDIT).pk
        return self.images[item.key]

    def describe(self, page: KnowledgePage, item: Item, language: str) -> None:
        """Add what a piece of knowledge is about, who wrote it and what belongs to it."""
        meta = item.meta
        page.topics = [self.concepts[slug] for slug in meta.get("topics", [])]
        page.sectors = [self.concepts[slug] for slug in meta.get("sectors", [])]
        page.regions = [self.concepts[slug] for slug in meta.get("regions", [])]
        page.countries = [CountryConcerned(code=code, sort_order=n) for n, code in enumerate(meta.get("countries", []))]
        page.authors = [
            Author(
                name=author["name"],
                role=author["role"][language],
                organisation=self.organisations[author["organisation"]],
                sort_order=number,
                locale=self.locales[language],
                translation_key=uuid.uuid5(NAMESPACE, f"{item.key}/author/{number}"),
            )
            for number, author in enumerate(meta.get("authors", []) + meta.get("speakers", []))
        ]
        if isinstance(page, CaseStudy) and meta.get("authors"):
            page.organisation = self.organisations[meta["authors"][0]["organisation"]]
        if isinstance(page, WebinarRecording):
            self.record(page, item, language)

    def record(self, page: WebinarRecording, item: Item, language: str) -> None:
        """Add files, captions and chapters to a recording."""
        text, meta = item.texts[language], item.meta
        times = read_times(item.key)
        page.episode = meta["episode"]
        page.recorded_on = item.published
        page.spoken_language = item.source
        page.media = [
            RecordingMedia(media_id=pk, sort_order=number) for number, pk in enumerate(self.media(item, page.title))
        ]
        page.slides_id = self.documents[f"{item.key}/slides"]
        speakers = [speaker["name"] for speaker in meta["speakers"]]
        page.cues = [
            {
                "id": uuid.uuid5(NAMESPACE, f"{item.key}/cue/{number}").hex[:10],
                "start": start,
                "end": end,
                "text": cue,
                "speaker": speakers[max(change for change in meta["voices"] if change[0] <= number)[1]],
            }
            for number, (cue, (start, end)) in enumerate(zip(text["cues"], times, strict=True))
        ]
        page.chapters = [
            {
                "id": uuid.uuid5(NAMESPACE, f"{item.key}/chapter/{number}").hex[:10],
                "start": times[cue][0] if cue else 0,
                "text": title,
            }
            for number, (cue, title) in enumerate(zip(meta["chapters"], text["chapters"], strict=True))
        ]

    def media(self, item: Item, title: str) -> list[int]:
        """Store the files of a recording once for all languages; return the keys of those to play."""
        if item.key not in self.files:
            folder = FOLDER / "recordings" / item.key
            keys = []
            for path in sorted(folder.glob("*.m*4*")):
                facts: dict[str, Any] = {"type": "audio"}
                if path.suffix == ".mp4":
                    height = int(path.stem.rstrip("p"))
                    facts = {"type": "video", "width": height * 16 // 9, "height": height}
                with path.open("rb") as file:
                    duration = look_into(file, path.name, path.stat().st_size).duration
                    content = File(file, name=f"{item.key}-{path.name}")
                    media = HubMedia.objects.create(
                        title=f"{title} ({path.stem})", file=content, duration=duration, **facts
                    )
                keys.append(media.pk)
            self.files[item.key] = keys
            slides = ContentFile((folder / "slides.pdf").read_bytes(), name=f"{item.key}-slides.pdf")
            self.documents[f"{item.key}/slides"] = self.document(f"{title} (slides)", slides)
        return self.files[item.key]

    def make_page(self, item: Item) -> None:
        """Write the page of an item in the language it was written in; it goes out once all pages exist."""
        page = self.build(item, item.source)
        self.section(item).add_child(instance=page)
        steps = self.attachment(page, item)
        if steps is not None:
            page.attachments = [steps]
        self.pages[item.key] = page

    def attachment(self, page: ReadablePage, item: Item) -> Attachment | None:
        """Return a checklist made of the page's steps, as a file to take along, if it has steps."""
        if not isinstance(page, KnowledgePage):
            return None
        for body in page.bodies:
            for block in body:
                if block.block_type == "steps":
                    rows = [[str(step["title"]), str(step["text"] or ""), ""] for step in block.value["items"]]
                    content = checklist_csv(["1", "2", "✓"], rows)
                    file = ContentFile(content, name=f"{item.key}.csv")
                    return Attachment(
                        document_id=self.document(str(block.value["title"]), file),
                        locale=page.locale,
                        note="",
                        translation_key=uuid.uuid5(NAMESPACE, f"{item.key}/attachment"),
                    )
        return None

    def publish(self, item: Item) -> None:
        """Add what leads from a page to others, now that they exist, and publish it."""
        page = self.pages[item.key]
        self.connect_page(page, item)
        self.review(page, item)
        first = timezone.make_aware(datetime.datetime.combine(item.published, datetime.time()))
        type(page).objects.filter(pk=page.pk).update(first_published_at=first)
        self.pages[item.key] = type(page).objects.get(pk=page.pk)

    def review(self, page: ReadablePage, item: Item) -> None:
        """Publish a page as people do: the editor submits it, somebody cleared goes through the checklist."""
        revision = page.save_revision(user=self.users["editor"])
        page.get_workflow().start(page, self.users["editor"])
        state = type(page).objects.get(pk=page.pk).current_workflow_task_state
        state.approve(
            user=self.publisher(item, "moderator"), version=digest_of(revision), **dict.fromkeys(CHECKLIST, True)
        )

    def connect_page(self, page: ReadablePage, item: Item) -> None:
        """Add related items, and what a case study was adapted from."""
        if not isinstance(page, KnowledgePage):
            return
        page.related_items = [
            RelatedItem(item=KnowledgePage.objects.get(pk=self.pages[key].pk), sort_order=number)
            for number, key in enumerate(item.meta.get("related", []))
            if key in self.pages
        ]
        if isinstance(page, CaseStudy):
            page.adapted_from = [
                Adaptation(
                    practice=KnowledgePage.objects.get(pk=self.pages[each["practice"]].pk),
                    organisation=page.organisation,
                    country=(item.meta.get("countries") or [""])[0],
                    year=each.get("year"),
                    note=each.get("note", {}).get(item.source, "")[:300],
                )
                for each in item.meta.get("adapted_from") or []
                if each["practice"] in self.pages
            ]

    def translate_item(self, item: Item) -> None:
        """Publish the translations of an item; then, if the source was updated since, update it."""
        page = self.pages[item.key]
        for language in item.texts:
            if language != item.source:
                self.translate(page, self.build(item, language), language, self.translator(item, language))
        if update := item.texts[item.source].get("update"):
            page = type(page).objects.get(pk=page.pk)
            name = page.body_fields[-1]
            raw = list(getattr(page, name).raw_data)
            identifier = str(uuid.uuid5(NAMESPACE, f"{item.key}/update"))
            raw.append({"type": "text", "value": update, "id": identifier})
            for old, new in item.texts[item.source].get("revised", {}).items():
                for block in raw:
                    if block["type"] == "text":
                        block["value"] = block["value"].replace(old, new)
            setattr(page, name, page._meta.get_field(name).to_python(json.dumps(raw)))
            self.review(page, item)
            TranslationSource.update_or_create_from_instance(page)

    def publisher(self, item: Item, role: str) -> User:
        """Return who publishes an item: what names its readers, an administrator, because the roles are not cleared."""
        return self.users["administrator" if item.meta.get("shared_with") else role]

    def translator(self, item: Item, language: str) -> User:
        """Return who translates an item into a language, and publishes the translation."""
        return self.publisher(item, f"translator ({dict(settings.LANGUAGES)[language]})")

    def translate(self, page: Page, parallel: Page, language: str, translator: User) -> None:
        """Translate a page segment by segment with the texts of a page of the same structure, and publish."""
        source, _created = TranslationSource.get_or_create_from_instance(page)
        wanted = _strings_by_path(parallel)
        given: dict[str, list[StringSegment]] = defaultdict(list)
        for segment in StringSegment.objects.filter(source=source).select_related("context").order_by("order"):
            given[segment.context.path].append(segment)
        made = []
        for path, segments in given.items():
            texts = wanted.get(path, [])
            if len(texts) != len(segments):
                raise ValueError(f"{page.slug} in {language}: {path} has {len(texts)} of {len(segments)} strings")
            for segment, text in zip(segments, texts, strict=True):
                made.append(
                    StringTranslation(
                        translation_of_id=segment.string_id,
                        locale=self.locales[language],
                        context_id=segment.context_id,
                        data=text,
                        translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL,
                        last_translated_by=translator,
                        created_at=timezone.now(),
                        updated_at=timezone.now(),
                    )
                )
        StringTranslation.objects.bulk_create(made, ignore_conflicts=True)
        translation, _created = Translation.objects.get_or_create(
            source=source, target_locale=self.locales[language], defaults={"enabled": True}
        )
        translation.save_target(user=translator, publish=True)

    def make_home(self) -> None:
        """Compose the home page and translate it."""
        item = read_item(FOLDER / "home")
        source = self.compose_home(self.homes["en"], item, "en")
        source.save_revision(user=self.users["editor"]).publish(user=self.users["moderator"])
        for language, home in self.homes.items():
            if language != "en":
                parallel = self.compose_home(HomePage(locale=home.locale, slug=home.slug), item, language)
                self.translate(source, parallel, language, self.translator(item, language))
        brand = Brand.load()
        brand.contact_email = "contact@example.org"
        brand.hashtag = "#GlobalChemCongress"
        brand.save()
        for language, text in item.texts.items():
            BrandName.objects.update_or_create(
                brand=brand,
                language=language,
                defaults={"name": text["title"], "tagline": text["mission"][:140]},
            )
        for name in ("INTERPOL", "Global Partnership"):
            Partner.objects.get_or_create(brand=brand, name=name)

    def compose_home(self, home: HomePage, item: Item, language: str) -> HomePage:
        """Fill a home page, saved or not, with the texts of a language."""
        text, meta = item.texts[language], item.meta
        home.title = text["title"]
        home.mission = text["mission"]
        home.introduction = text["introduction"]
        home.join_title = text["join_call"]["title"]
        home.join_text = text["join_call"]["text"]
        home.join_label = text["join_call"]["label"]
        home.join_page_id = self.pages["join"].pk
        home.featured_items = [
            FeaturedItem(item=KnowledgePage.objects.get(pk=self.pages[key].pk), sort_order=number)
            for number, key in enumerate(meta["featured"])
            if key in self.pages
        ]
        home.upcoming_dates = [
            UpcomingDate(
                date=date,
                sort_order=number,
                locale=self.locales[language],
                translation_key=uuid.uuid5(NAMESPACE, f"home/upcoming/{number}"),
                **upcoming,
            )
            for number, (date, upcoming) in enumerate(zip(meta["upcoming"], text["upcoming"], strict=True))
        ]
        home.doors = [
            Door(
                kind=door["kind"],
                text=text,
                target=self.door_target(door.get("page", "")),
                sort_order=number,
                locale=self.locales[language],
                translation_key=uuid.uuid5(NAMESPACE, f"home/door/{number}"),
            )
            for number, (door, text) in enumerate(zip(meta["doors"], text["doors"], strict=True))
        ]
        home.figures = [
            CommunityFigure(
                value=figure["value"],
                label=label,
                sort_order=number,
                locale=self.locales[language],
                translation_key=uuid.uuid5(NAMESPACE, f"home/figure/{number}"),
            )
            for number, (figure, label) in enumerate(zip(meta["figures"], text["figures"], strict=True))
        ]
        return home

    def door_target(self, key: str) -> Page | None:
        """Return where a door leads: the section of webinars, a page by its key, or nowhere in particular."""
        if key == "webinars":
            return KnowledgeIndexPage.objects.filter(locale__language_code="en").order_by("path")[2]
        return self.pages[key] if key else None


def _strings_by_path(page: Any) -> dict[str, list[str]]:
    """Return the translatable strings of a page, in order, by the path of the segment they belong to."""
    found: dict[str, list[str]] = defaultdict(list)
    for segment in extract_segments(page):
        if isinstance(segment, StringSegmentValue) and not segment.is_empty():
            found[segment.path].append(segment.string.data)
    return found
