"""The tree that every installation begins with: languages, home pages, sections, roles."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from wagtail.models import Locale, Page, Site

from access.models import Marking
from home.models import Brand, BrandName, HomePage
from home.roles import grant_roles
from knowledge.models import KnowledgeIndexPage
from knowledge.models.review import put_review_into_workflow
from translation.roles import grant_editors, grant_translators

# Sections every hub has: (title, introduction). What is in them may differ, their names are interface.
SECTIONS = [
    (_("Best practices"), _("How something is done well, written by those who do it.")),
    (_("Case studies"), _("What was done somewhere, what came of it, and what others can take over.")),
    (_("Webinars"), _("Recordings to watch, to listen to and to read, with captions in four languages.")),
]
# The name by default (hub.environment), so that the catalogues have it.
_("Global Knowledge Hub")


@transaction.atomic
def make_tree() -> dict[str, HomePage]:
    """Create what is missing of the tree, and return the home pages by language code. Can run again."""
    locales = {code: Locale.objects.get_or_create(language_code=code)[0] for code, _name in settings.LANGUAGES}
    homes = _make_homes(locales)
    for title, introduction in SECTIONS:
        _make_section(homes, title, introduction)
    _make_brand()
    grant_editors()
    for code in homes:
        grant_translators(code)
    put_review_into_workflow()
    grant_roles()
    return homes


def _make_homes(locales: dict[str, Locale]) -> dict[str, HomePage]:
    root = Page.get_first_root_node()
    source_locale = locales[settings.LANGUAGE_CODE]
    home = HomePage.objects.filter(locale=source_locale, depth=2).first()
    if home is None:
        home = HomePage(
            title=settings.WAGTAIL_SITE_NAME,
            slug="hub",
            locale=source_locale,
            marking=Marking.CLEAR,
            live=True,
        )
        root.add_child(instance=home)
        home.save_revision().publish()
    host = urlsplit(settings.BASE_URL)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "root_page": home,
            "hostname": host.hostname or "localhost",
            "port": host.port or (443 if host.scheme == "https" else 80),
            "site_name": settings.WAGTAIL_SITE_NAME,
        },
    )
    # The page that Wagtail's own migrations put there to welcome developers.
    for page in Page.objects.filter(depth=2, content_type__model="page"):
        page.delete()
    homes = {settings.LANGUAGE_CODE: home}
    for code, locale in locales.items():
        if code in homes:
            continue
        translated = home.get_translation_or_none(locale)
        if translated is None:
            translated = home.copy_for_translation(locale)
            translated.slug = f"hub-{code}"
            translated.save_revision().publish()
        homes[code] = translated.specific
    return homes


def _make_section(homes: dict[str, HomePage], title: str, introduction: str) -> None:
    source_home = homes[settings.LANGUAGE_CODE]
    with translation.override(settings.LANGUAGE_CODE):
        slug = slugify(gettext(title), allow_unicode=True)
    section = KnowledgeIndexPage.objects.child_of(source_home).filter(slug=slug).first()
    if section is None:
        section = KnowledgeIndexPage(
            title=title,
            slug=slug,
            introduction=introduction,
            marking=Marking.CLEAR,
            locale=source_home.locale,
            show_in_menus=True,
        )
        source_home.add_child(instance=section)
        section.save_revision().publish()
    for code, home in homes.items():
        if section.get_translation_or_none(home.locale) is not None:
            continue
        with translation.override(code):
            translated = section.copy_for_translation(home.locale)
            translated.title = gettext(title)
            translated.introduction = gettext(introduction)
            translated.slug = slugify(translated.title, allow_unicode=True)
            translated.save_revision().publish()


def _make_brand() -> None:
    brand = Brand.load()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            BrandName.objects.get_or_create(
                brand=brand,
                language=code,
                defaults={"name": gettext(settings.WAGTAIL_SITE_NAME)},
            )
