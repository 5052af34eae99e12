"""What readers see of translations: readable addresses that stay, and which part is newer in the original."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from wagtail.rich_text import RichText
from wagtail_localize.models import StringTranslation

from tests.factories import make_article
from tests.translation.builders import submit, translate_texts
from translation.freshness import take_over

pytestmark = pytest.mark.django_db


def publish(translation, **texts: str) -> None:
    """Publish a translation, with these texts at these places."""
    for path, text in texts.items():
        found = StringTranslation.objects.filter(context__path=path, locale=translation.target_locale)
        for each in found:
            each.data = text
            each.save()
    translation.save_target(publish=True)


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("ar", "دفتر-المناوبة", "سجل-المناوبة"),
        ("es", "año-del-almacén", "día-del-almacén"),
        ("fr", "clé-égarée", "clé-retrouvée"),
    ],
)
def test_an_address_is_readable_and_leads_on_when_it_has_changed(
    tree, client, language, first, second, django_capture_on_commit_callbacks
):
    translation = submit(make_article("Ledger"), language)
    translate_texts(translation)
    with django_capture_on_commit_callbacks(execute=True):
        publish(translation, slug=first)
    old = translation.get_target_instance().url
    assert unquote(old).rstrip("/").endswith(first)
    assert client.get(old).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        publish(translation, slug=second)
    new = translation.get_target_instance().url
    assert unquote(new).rstrip("/").endswith(second)
    answer = client.get(quote(unquote(old)))
    assert answer.status_code == 301
    assert unquote(answer["Location"]).endswith(unquote(new))


def test_an_address_stays_when_only_the_title_changes(tree, client, django_capture_on_commit_callbacks):
    translation = submit(make_article("Ledger"), "ar")
    translate_texts(translation)
    with django_capture_on_commit_callbacks(execute=True):
        publish(translation, slug="دفتر", title="دفتر")
    before = translation.get_target_instance().url
    with django_capture_on_commit_callbacks(execute=True):
        publish(translation, title="سجل")
    page = translation.get_target_instance()
    assert page.title == "سجل"
    assert page.url == before


def test_an_old_address_of_a_page_for_members_is_unknown_to_visitors(tree, client, django_capture_on_commit_callbacks):
    translation = submit(make_article("Ledger", marking="GREEN"), "fr")
    translate_texts(translation)
    with django_capture_on_commit_callbacks(execute=True):
        publish(translation, slug="premier")
    old = translation.get_target_instance().url
    with django_capture_on_commit_callbacks(execute=True):
        publish(translation, slug="second")
    answer = client.get(old)
    assert answer.status_code == 404
    assert "second" not in answer.text


def test_only_true_translations_are_alternates(tree, client, django_capture_on_commit_callbacks):
    article = make_article("Ledger")
    french, _arabic = submit(article, "fr"), submit(article, "ar")
    translate_texts(french)
    with django_capture_on_commit_callbacks(execute=True):
        french.save_target(publish=True)
    head = client.get(article.url).text.partition("</head>")[0]
    assert 'hreflang="fr"' in head
    assert 'hreflang="ar"' not in head


def test_the_part_that_is_newer_is_said_and_no_other(tree, client, django_capture_on_commit_callbacks):
    article = make_article("Ledger", body="<p>The first part.</p>")
    stream = article.body
    stream.append(("text", "<p>The second part.</p>"))
    article.save_revision().publish()
    translation = submit(article, "fr")
    translate_texts(translation)
    with django_capture_on_commit_callbacks(execute=True):
        translation.save_target(publish=True)
    address = translation.get_target_instance().url
    assert "newer-part" not in client.get(address).text
    article.refresh_from_db()
    article.body[1].value = RichText("<p>The second part, changed.</p>")
    article.save_revision().publish()
    take_over(translation.source)
    page = client.get(address).text
    assert page.count('class="newer-part"') == 1
    assert page.index("fr-The first part.") < page.index('class="newer-part"')
    assert "plus récente en anglais" in page or "newer in" in page
    # Approved, but not published: readers still see the earlier text.
    translate_texts(translation)
    assert client.get(address).text.count('class="newer-part"') == 1
    with django_capture_on_commit_callbacks(execute=True):
        translation.save_target(publish=True)
    assert "newer-part" not in client.get(address).text
