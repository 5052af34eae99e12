"""Whoever asks for one translation is told the same as whoever asks for all."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from wagtail.models import Locale, PageViewRestriction
from wagtail_localize.models import Translation

from members.models import User
from tests.factories import UserFactory, make_article
from tests.translation.builders import person, submit
from translation.limits import translatable, translatable_by_key

pytestmark = pytest.mark.django_db
LANGUAGES = ("ar", "es", "fr")


@pytest.fixture
def few(tree):
    return Group.objects.create(name="The few")


@pytest.fixture
def translations(few):
    """Translations of every kind: open, for a group, kept from others, stopped, without a page."""
    named = {"marking": "AMBER", "shared_with": [f"wagtail-group:{few.pk}"]}
    pages = {title: make_article(title) for title in ("Open", "Private", "Stopped", "Gone")}
    pages["Named"] = make_article("Named", **named)
    found = {(title, code): submit(page, code) for title, page in pages.items() for code in LANGUAGES}
    for code in LANGUAGES:
        kept = found["Private", code].get_target_instance()
        PageViewRestriction.objects.create(page=kept, restriction_type=PageViewRestriction.GROUPS).groups.add(few)
        found["Gone", code].get_target_instance().delete()
        found["Stopped", code].enabled = False
        found["Stopped", code].save()
    return found


def may_write(user, *, stopped=False):
    """Return what both ways say, having seen that they say the same; each asks a person who is new to it."""

    def again():
        return User.objects.get(pk=user.pk) if user.pk else user

    listed = set(translatable(again(), stopped=stopped).values_list("pk", "page_id"))
    one_by_one = set()
    for key in Translation.objects.values_list("pk", flat=True):
        if (translation := translatable_by_key(again(), key, stopped=stopped)) is not None:
            one_by_one.add((translation.pk, translation.page_id))
    assert one_by_one == listed
    return {
        (each.source.object_repr, each.target_locale.language_code)
        for each in Translation.objects.filter(pk__in=[key for key, _page in listed])
    }


def test_both_ways_say_the_same(translations, few):
    assert may_write(AnonymousUser()) == set()
    assert may_write(UserFactory()) == set()
    assert may_write(person("Translators: French")) == {("Open", "fr")}
    of_the_few = person("Translators: French", "Translators: Arabic", "The few")
    of_the_few.is_member = True
    of_the_few.save()
    assert may_write(of_the_few) == {(title, code) for title in ("Open", "Private", "Named") for code in ("fr", "ar")}
    assert may_write(of_the_few, stopped=True) == {("Stopped", "fr"), ("Stopped", "ar")}
    paused = person("Translators: French")
    paused.is_active = False
    paused.save()
    assert may_write(paused) == set()
    owner = person("Translators: French")
    page = translations["Named", "fr"].get_target_instance()
    page.owner = owner
    page.save()
    assert may_write(owner) == {("Open", "fr"), ("Named", "fr")}
    everything = {(title, code) for title in ("Open", "Private", "Named") for code in LANGUAGES}
    assert may_write(UserFactory(is_superuser=True)) == everything


def test_a_language_that_was_taken_away_has_no_desk(translations, settings):
    settings.LANGUAGES = [(code, name) for code, name in settings.LANGUAGES if code != "fr"]
    assert Locale.objects.filter(language_code="fr").exists()
    assert ("Open", "fr") not in may_write(UserFactory(is_superuser=True))


def test_one_translation_is_asked_for_in_a_few_queries(translations, django_assert_max_num_queries):
    translator = person("Translators: French", "The few")
    for _repeat in range(2):
        user = User.objects.get(pk=translator.pk)
        with django_assert_max_num_queries(7):
            assert translatable_by_key(user, translations["Open", "fr"].pk)
