"""What is asked for: a page in every state of access, each with a secret word in all that it is made of."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from home.models import FeaturedItem, HomePage
from knowledge.models import (
    Adaptation,
    Article,
    Attachment,
    Author,
    CountryConcerned,
    HubDocument,
    HubImage,
    KnowledgeIndexPage,
    RelatedItem,
)
from tests.access.matrix.readers import (
    IN_GROUP,
    MEMBERS,
    NAMED,
    NAMED_GROUP,
    OF_GROUP,
    OF_ORGANISATION,
    READERS,
    SIGNED_IN,
    group_fact,
    organisation_fact,
    person_fact,
    user_called,
)
from tests.factories import ConceptFactory, make_article, make_case_study, png, section, stream, translate


@dataclass
class Hidden:
    """A page in one state of access, with its files.

    Attributes:
        name: of the state; the words of the page are made of it.
    """

    name: str
    page: Page
    image: HubImage
    document: HubDocument
    language: str = "en"

    @property
    def secret(self) -> str:
        """Stands in all that the page is made of."""
        return secret_of(self.name)

    @property
    def asked(self) -> str:
        """Stands in the text beside the secret: a search for it need not repeat the secret."""
        return f"quagga{self.name}x".replace("_", "")

    @property
    def topic(self) -> str:
        """Slug and label of a topic that only this page has: the vocabulary is public, its use is not."""
        return f"okapi{self.name}x".replace("_", "")

    @property
    def files(self) -> list[str]:
        """Addresses of its files."""
        return [self.image.file.url, self.image.get_rendition("width-40").url, self.document.file.url]


def secret_of(name: str) -> str:
    """Return the word that gives a page away; no such word begins with another one."""
    return f"velociraptor{name}x".replace("_", "")


def make_secret(
    name: str,
    *,
    marking: str = "CLEAR",
    shared_with: list[str] | None = None,
    live: bool = True,
    parent: Page | None = None,
    file_fields: dict | None = None,
    is_open: bool = False,
    file_word: str = "",
    **fields,
) -> Hidden:
    """Make an article that has its secret in everything it is made of.

    Args:
        name: of the state.
        marking: of the page.
        shared_with: whom the marking names.
        live: leave it a draft if not.
        parent: its section.
        file_fields: further fields of its image and its document.
        is_open: keep the secret out of the page's own words; only its files have it.
        file_word: what its files are called instead of the secret.
        fields: further fields of the page.
    """
    secret = secret_of(name)
    word = "plain" if is_open else secret
    file_word = file_word or secret
    image = HubImage.objects.create(
        title=f"{file_word} picture",
        credit=file_word,
        file=ContentFile(png(), name=f"{file_word}.png"),
        **(file_fields or {}),
    )
    document = HubDocument.objects.create(
        title=f"{file_word} table",
        file=ContentFile(f"{file_word},b\n1,2\n".encode(), name=f"{file_word}.csv"),
        **(file_fields or {}),
    )
    hidden = Hidden(name, Page(), image, document)
    figure = {"image": image.pk, "alternative_text": secret, "caption": secret, "credit": secret}
    blocks = [
        ("heading", f"On {word}"),
        ("text", f"<p>Here {word} and {hidden.asked} meet.</p>"),
        ("document", {"document": document.pk, "note": word}),
    ]
    if not is_open:
        blocks.insert(2, ("figure", figure))
    page = make_article(
        f"{word} ledger",
        marking=marking,
        live=False,
        parent=parent,
        summary=f"About {word}.",
        lead_image=image,
        lead_image_alternative_text=word,
        publishing_reason="A test.",
        shared_with=shared_with or [],
        body=stream(Article, "body", blocks),
        slug=f"{word}-ledger-{name}".replace("_", ""),
        **fields,
    )
    page.topics = [ConceptFactory(slug=hidden.topic, labels=dict.fromkeys(("en", "ar"), hidden.topic))]
    page.countries = [CountryConcerned(code="KI")]
    page.authors = [Author(name=f"Dr {word}", locale=page.locale)]
    page.attachments = [Attachment(document=document, note=word, locale=page.locale)]
    revision = page.save_revision()
    if live:
        revision.publish()
    else:
        page.save()  # What a draft refers to is in Wagtail's reference index too.
    hidden.page = Article.objects.get(pk=page.pk)
    return hidden


def clear() -> Hidden:
    return make_secret("clear")


def green() -> Hidden:
    return make_secret("green", marking="GREEN")


def amber() -> Hidden:
    return make_secret("amber", marking="AMBER", shared_with=[group_fact()])


def amber_strict() -> Hidden:
    return make_secret("amber_strict", marking="AMBER+STRICT", shared_with=[organisation_fact()])


def red() -> Hidden:
    return make_secret("red", marking="RED", shared_with=[person_fact()])


def amber_for_nobody() -> Hidden:
    return make_secret("amber_for_nobody", marking="AMBER")


def unmarked() -> Hidden:
    return make_secret("unmarked", marking="")


def draft() -> Hidden:
    return make_secret("draft", live=False)


def scheduled() -> Hidden:
    """Approved, and going out in a week."""
    hidden = make_secret("scheduled", live=False)
    hidden.page.go_live_at = timezone.now() + datetime.timedelta(days=7)
    hidden.page.save_revision().publish()
    return hidden


def unpublished() -> Hidden:
    hidden = make_secret("unpublished")
    hidden.page.unpublish()
    return hidden


def expired() -> Hidden:
    hidden = make_secret("expired")
    Page.objects.filter(pk=hidden.page.pk).update(expire_at=timezone.now() - datetime.timedelta(hours=1))
    call_command("publish_scheduled", verbosity=0)
    return hidden


def restrict(page: Page, kind: str) -> PageViewRestriction:
    """Set Wagtail's own privacy of a page."""
    return PageViewRestriction.objects.create(page=page, restriction_type=kind, password="open sesame")


def restricted_to_accounts() -> Hidden:
    hidden = make_secret("restricted_to_accounts")
    restrict(hidden.page, PageViewRestriction.LOGIN)
    return hidden


def restricted_to_group() -> Hidden:
    hidden = make_secret("restricted_to_group")
    restrict(hidden.page, PageViewRestriction.GROUPS).groups.add(Group.objects.get(name=NAMED_GROUP))
    return hidden


def restricted_by_password() -> Hidden:
    hidden = make_secret("restricted_by_password")
    restrict(hidden.page, PageViewRestriction.PASSWORD)
    return hidden


def closed_section(marking: str = "GREEN", shared_with: list[str] | None = None) -> KnowledgeIndexPage:
    """Return a section with a marking of its own."""
    home = section().get_parent()
    parent = KnowledgeIndexPage(
        title=f"Corner {marking}",
        slug=f"corner-{marking.lower()}",
        marking=marking,
        shared_with=shared_with or [],
        locale=home.locale,
    )
    home.add_child(instance=parent)
    parent.save_revision().publish()
    return parent


def in_green_section() -> Hidden:
    return make_secret("in_green_section", parent=closed_section())


def in_amber_section() -> Hidden:
    return make_secret("in_amber_section", parent=closed_section("AMBER", [group_fact()]))


def _arabic(hidden: Hidden) -> Hidden:
    hidden.page = translate(hidden.page, "ar", f"سر {hidden.secret}")
    hidden.language = "ar"
    return hidden


def translation_of_green() -> Hidden:
    return _arabic(make_secret("translation_of_green", marking="GREEN"))


def translation_of_amber() -> Hidden:
    return _arabic(make_secret("translation_of_amber", marking="AMBER", shared_with=[group_fact()]))


def closed_after_it_was_open() -> Hidden:
    """Marked CLEAR once, so that whatever was remembered of it then is out of date."""
    hidden = make_secret("closed_after_it_was_open")
    hidden.page.marking = "GREEN"
    hidden.page.save_revision().publish()
    return hidden


# How a page is kept, and which of the readers may read it.
STATES: dict[Callable[[], Hidden], set[str]] = {
    clear: set(READERS),
    green: MEMBERS,
    amber: OF_GROUP,
    amber_strict: OF_ORGANISATION,
    red: NAMED,
    amber_for_nobody: set(),
    unmarked: set(),
    draft: set(),
    scheduled: set(),
    unpublished: set(),
    expired: set(),
    restricted_to_accounts: SIGNED_IN,
    restricted_to_group: IN_GROUP,
    restricted_by_password: set(),
    in_green_section: MEMBERS,
    in_amber_section: OF_GROUP,
    translation_of_green: MEMBERS,
    translation_of_amber: OF_GROUP,
    closed_after_it_was_open: MEMBERS,
}


def stricter_draft() -> Hidden:
    """Live for everyone; a draft with the secret waits that is for the group."""
    hidden = make_secret(
        "stricter_draft", is_open=True, file_fields={"marking": "AMBER", "shared_with": [group_fact()]}
    )
    page = hidden.page
    page.marking, page.shared_with = "AMBER", [group_fact()]
    page.title = page.draft_title = f"{hidden.secret} ledger"
    page.summary = f"About {hidden.secret}."
    page.save_revision(user=user_called("cleared editor"))
    hidden.page = Article.objects.get(pk=page.pk)
    return hidden


def opened_after_it_was_red() -> Hidden:
    """Live for everyone without the secret, which its earlier revisions still have."""
    # Its files are of no page any more, and so for all editors.
    hidden = make_secret("opened_after_it_was_red", marking="RED", shared_with=[person_fact()], file_word="spare")
    page = hidden.page
    page.marking, page.shared_with, page.marking_reason = "CLEAR", [], "The people named agreed."
    page.title, page.slug, page.summary = "Opened ledger", "opened-ledger", "About what is open."
    page.lead_image, page.lead_image_alternative_text = None, ""
    page.body = stream(Article, "body", [("text", f"<p>Here {hidden.asked} is.</p>")])
    page.authors = [Author(name="Dr Open", locale=page.locale)]
    page.attachments = []
    page.save_revision().publish()
    hidden.page = Article.objects.get(pk=page.pk)
    return hidden


def stricter_file() -> Hidden:
    """Live for everyone; its image and its document are for the group, by their own marking."""
    return make_secret("stricter_file", is_open=True, file_fields={"marking": "AMBER", "shared_with": [group_fact()]})


# Pages that everyone may read, but not all of it: who may have their files.
PARTS: dict[Callable[[], Hidden], set[str]] = {
    stricter_draft: OF_GROUP,
    opened_after_it_was_red: set(),
    stricter_file: OF_GROUP,
}
READERS_OF = {make.__name__: readers for make, readers in {**STATES, **PARTS}.items()}


@dataclass
class World:
    """A page in every state, and public pages that refer to them all in words that give nothing away.

    Attributes:
        hidden: pages that are hidden whole.
        parts: pages that everyone may read, a part of which is hidden.
        referring: the public pages.
    """

    hidden: list[Hidden]
    parts: list[Hidden]
    referring: list[Page]


def make_world() -> World:
    """Make it."""
    for who in READERS:
        user_called(who)
    hidden = [make() for make in STATES]
    parts = [make() for make in PARTS]
    sources = [
        Page.objects.get(translation_key=each.page.translation_key, locale__language_code="en").specific
        for each in [*hidden, *parts]
    ]
    items = [source.knowledgepage_ptr for source in sources]
    links = " ".join(f'<a linktype="page" id="{source.pk}">this</a>' for source in sources)
    pointing = make_article("Public pointer", body=f"<p>See {links}.</p>")
    pointing.related_items = [RelatedItem(item=each) for each in items]
    pointing.save_revision().publish()
    case = make_case_study("Public case")
    case.adapted_from = [Adaptation(practice=each, note="Reused.", year=2020) for each in items]
    case.save_revision().publish()
    for home in HomePage.objects.all():
        home.featured_items = [FeaturedItem(item=each) for each in items]
        home.introduction = f"<p>Begin with {links}.</p>"
        home.save_revision().publish()
    section().create_alias(parent=section().get_parent(), update_slug="alias-of-section")
    return World(hidden, parts, [pointing, case])
