"""Translators word the e-mails on their desk."""

from __future__ import annotations

import re

import pytest
from allauth.account.adapter import get_adapter
from django.core import mail
from django.core.exceptions import ValidationError
from django.template import engines
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import ModelLogEntry

from members.letter_texts import OWN_LETTERS, letter_names, letter_texts, word_letter_text
from members.letters import write_letter
from members.models import LetterText, User
from tests.translation.builders import person

pytestmark = pytest.mark.django_db


def text_of(source, language="fr", form=0):
    return next(each for each in letter_texts(language) if each.source == source and each.form == form)


def reword(source, text, language="fr", form=0):
    return word_letter_text(text_of(source, language, form).key, language, text)


def assigned(language, number=3):
    reader = User(email="r@example.org", first_name="Nadia", last_name="Haddad")
    return write_letter("translations_assigned", "r@example.org", language, user=reader, number=number, url="/x")


def test_every_text_of_every_letter_is_there_in_every_language(db):
    for language in ("en", "ar", "es", "fr"):
        texts = letter_texts(language)
        assert len({each.key for each in texts}) == len(texts)
        assert {letter for each in texts for letter in each.letters} == set(letter_names())
    # What templates say between their tags is in no catalogue, so nobody could word it.
    for letter in letter_names():
        if letter.startswith(OWN_LETTERS):
            source = engines["django"].get_template(f"{letter}.txt").template.source
            source = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", source, flags=re.DOTALL)
            assert not re.search(r"[A-Za-z]", re.sub(r"{%.*?%}|{{.*?}}", "", source))


def test_a_letter_says_what_translators_wrote(tree):
    reword("Translations are assigned to you", "Du travail vous attend à 100 %")
    reword("Dear {name},", "Bonjour {name} !")
    letter = assigned("fr")
    assert letter.subject == "Du travail vous attend à 100 %"
    assert letter.body.startswith("Bonjour Nadia Haddad !\n")
    # The other languages, and what stands elsewhere, are as they were.
    assert "Du travail" not in assigned("es").subject
    with override("fr"):
        assert (
            "Du travail"
            not in engines["django"]
            .from_string("{% load i18n %}{% translate 'Translations are assigned to you' %}")
            .render()
        )


def test_each_plural_form_is_worded_by_itself(tree):
    forms = {each.numbers[0]: each for each in letter_texts("ar") if "translations are assigned" in each.source}
    assert sorted(forms) == [0, 2, 3, 11, 100]
    word_letter_text(forms[2].key, "ar", "ترجمتان اثنتان لكم.")
    word_letter_text(forms[11].key, "ar", "لكم {counter} ترجمة جديدة.")
    assert "ترجمتان اثنتان لكم." in assigned("ar", 2).body
    assert "لكم 12 ترجمة جديدة." in assigned("ar", 12).body
    assert "اثنتان" not in assigned("ar", 3).body


def test_the_text_that_the_hub_came_with_comes_back(tree):
    source = "Translations are assigned to you"
    standard = text_of(source).text
    reword(source, "Autre chose")
    assert text_of(source).text == "Autre chose"
    reword(source, "")
    assert text_of(source).text == assigned("fr").subject == standard
    # To type it again is to have it again: what a release mends is then not hidden by it.
    reword(source, standard)
    assert LetterText.objects.get().text == ""


@pytest.mark.parametrize(
    ("source", "text", "message"),
    [
        ("Dear {name},", "Bonjour,", "{name} is missing"),
        ("Dear {name},", "Bonjour {name} {user}", "for {user} here"),
        ("Dear {name},", "{name}" + "x" * 2_000, "too long"),
        ("Translations are assigned to you", "x" * 201, "200"),
        ("Dear {name},", "{name}, https://elsewhere.example/", "Addresses"),
        ("Dear {name},", "{name}, WWW.elsewhere", "Addresses"),
        ("Dear {name},", "{name}, elsewhere.example", "Addresses"),
        ("Dear {name},", "{name}, x@elsewhere", "Addresses"),
    ],
)
def test_what_cannot_be_put_together_is_refused(tree, source, text, message):
    with pytest.raises(ValidationError, match=re.escape(message)):
        reword(source, text)
    assert not LetterText.objects.exists()


@pytest.mark.parametrize(
    "text", ["%(user)s %s %d % {name}", "{name} { } {{ site_url }} {% now 'Y' %}", "{name.email}{name}"]
)
def test_what_looks_like_code_is_text(tree, text):
    try:
        reword("Dear {name},", text)
    except ValidationError:
        text = "Cher {name},"
        reword("Dear {name},", text)
    assert assigned("fr").body.startswith(text.replace("{name}", "Nadia Haddad"))


def test_a_text_that_was_changed_in_the_templates_is_another_one(tree):
    LetterText.objects.create(message="Gone since %(year)s", language="fr", text="Parti depuis {year}")
    assert "Translations" not in assigned("fr").subject


def test_letters_about_accounts_are_worded_too(tree, rf):
    letter = "account/email/password_reset_key"
    subject = next(each for each in letter_texts("fr") if each.letters == (letter,) and each.is_subject)
    word_letter_text(subject.key, "fr", "Un nouveau mot de passe")
    with override("fr"):
        context = {"password_reset_url": "https://hub.example.org/x", "request": None}
        message = get_adapter().render_mail(letter, "r@example.org", context)
    assert message.subject == "Un nouveau mot de passe"


def test_the_desk_words_letters(tree, client):
    client.force_login(person("Translators: French"))
    address = f"{reverse('desk_wordings')}?language=fr&kind=letters"
    assert "Dear {name}," in client.get(address).text
    key = text_of("Dear {name},").key
    refused = client.post(address, {"key": key, "text": "Bonjour"})
    assert refused.status_code == 422
    assert "{name} is missing" in refused.text
    assert client.post(address, {"key": key, "text": "Salut\x00 {name},"}).status_code == 302
    assert assigned("fr").body.startswith("Salut Nadia Haddad,")
    assert ModelLogEntry.objects.filter(action="wagtail.edit", content_type__model="lettertext").count() == 1
    assert client.post(address, {"key": key, "text": ""}).status_code == 302
    assert not assigned("fr").body.startswith("Salut")
    client.post(f"{reverse('desk_wordings')}?language=ar&kind=letters", {"key": key, "text": "{name}"})
    assert not LetterText.objects.filter(language="ar").exists()
    assert not mail.outbox


def test_the_list_takes_one_query(tree, django_assert_num_queries):
    letter_texts("ar")
    with django_assert_num_queries(1):
        letter_texts("ar")
