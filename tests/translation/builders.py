"""People and translations to test the translators' desk with."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from wagtail.models import Locale, Page
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from tests.factories import UserFactory


def person(*groups: str):
    """Return somebody with roles."""
    user = UserFactory()
    user.groups.add(*Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
    return user


def submit(page: Page, language: str) -> Translation:
    """Hand a page to the translators of a language, as the submit view does; its draft is made."""
    source, _created = TranslationSource.get_or_create_from_instance(page)
    locale = Locale.objects.get(language_code=language)
    translation, _created = Translation.objects.get_or_create(source=source, target_locale=locale)
    translation.save_target(publish=False)
    return translation


def translate_texts(translation: Translation, leave: int = 0) -> None:
    """Translate all texts but some, into themselves with the language before them."""
    segments = list(translation.source.stringsegment_set.select_related("string", "context").order_by("order"))
    for segment in segments[: len(segments) - leave]:
        text = segment.string.data
        StringTranslation.objects.update_or_create(
            translation_of=segment.string,
            context=segment.context,
            locale=translation.target_locale,
            defaults={
                "data": f"{translation.target_locale.language_code}-{text}",
                "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL,
                "has_error": False,
            },
        )


def told(response) -> str:
    """Return the messages somebody is shown."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))
