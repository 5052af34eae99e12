"""The hub's words that stand in no page are translated on the desk, too."""

from __future__ import annotations

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from home.models import Brand, BrandName
from tests.factories import OrganisationFactory
from tests.translation.builders import person
from vocabulary.models import Concept, ConceptDefinition, ConceptLabel

pytestmark = pytest.mark.django_db


@pytest.fixture
def concept(tree):
    concept = Concept.objects.create(slug="quorindal", scheme="theme")
    ConceptLabel.objects.create(concept=concept, language="en", text="Quorindal ledger")
    ConceptLabel.objects.create(concept=concept, language="fr", text="Registre", is_preferred=False)
    ConceptDefinition.objects.create(concept=concept, language="en", text="A ledger.")
    return concept


def word(client, key, text, language="fr", kind="labels"):
    address = f"{reverse('desk_wordings')}?language={language}&kind={kind}"
    return client.post(address, {"key": key, "text": text})


def test_what_is_missing_is_shown_and_written(concept, client):
    client.force_login(person("Translators: French"))
    address = f"{reverse('desk_wordings')}?language=fr&kind=labels&show=missing"
    assert "Quorindal ledger" in client.get(address).text
    assert word(client, "quorindal", "Registre").status_code == 302
    assert concept.labels.filter(language="fr").values_list("text", "is_preferred").get() == ("Registre", True)
    assert "Quorindal ledger" not in client.get(address).text
    word(client, "quorindal", "Un registre.", kind="definitions")
    assert concept.definitions.get(language="fr").text == "Un registre."
    assert ModelLogEntry.objects.filter(action="wagtail.edit").count() == 2


def test_the_name_of_the_hub_is_worded(tree, client):
    brand = Brand.load()
    BrandName.objects.filter(brand=brand).delete()
    BrandName.objects.create(brand=brand, language="en", name="The Hub", tagline="What works")
    client.force_login(person("Translators: French"))
    assert "name in this language first" in word(client, "tagline", "Ce qui marche", kind="brand").text
    word(client, "name", "Le Carrefour", kind="brand")
    word(client, "tagline", "Ce qui marche", kind="brand")
    assert BrandName.objects.filter(language="fr").values_list("name", "tagline").get() == (
        "Le Carrefour",
        "Ce qui marche",
    )


def test_names_of_organisations_are_worded(tree, client):
    organisation = OrganisationFactory(slug="harbour", names={"en": "Harbour authority"})
    translator = person("Translators: French")
    client.force_login(translator)
    # Which bodies belong to the community is told to its members only.
    assert "Harbour" not in client.get(f"{reverse('desk_wordings')}?language=fr&kind=organisations", follow=True).text
    assert "organisations" not in client.get(reverse("desk_wordings")).text.partition("<main")[2]
    word(client, "harbour", "Autorité du port", kind="organisations")
    assert organisation.name_in("fr") == "Harbour authority"
    translator.is_member = True
    translator.save()
    shown = client.get(f"{reverse('desk_wordings')}?language=fr&kind=organisations&show=missing").text
    assert "Harbour authority" in shown
    word(client, "harbour", "Autorité du port", kind="organisations")
    assert organisation.name_in("fr") == "Autorité du port"
    word(client, "harbour", "L’autorité du port", kind="organisations")
    assert type(organisation).objects.get().name_in("fr") == "L’autorité du port"
    assert "not there any more" in word(client, "gone", "Rien", kind="organisations").text


def test_one_words_ones_own_languages_only(concept, client):
    client.force_login(person("Translators: French"))
    assert word(client, "quorindal", "دفتر", language="ar").status_code in (302, 404)
    assert not ConceptLabel.objects.filter(language="ar").exists()
    client.force_login(person("Editors"))
    word(client, "quorindal", "Registre")
    assert not ConceptLabel.objects.filter(language="fr", is_preferred=True).exists()


def test_where_there_are_reviewers_they_word(concept, client):
    reviewer = person("Translators: French", "Reviewers: French")
    client.force_login(person("Translators: French"))
    word(client, "quorindal", "Registre")
    assert not ConceptLabel.objects.filter(language="fr", is_preferred=True).exists()
    client.force_login(reviewer)
    word(client, "quorindal", "Registre")
    assert ConceptLabel.objects.filter(language="fr", is_preferred=True).exists()


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [("quorindal", "  ", "no text"), ("quorindal", "x" * 300, "200"), ("gone", "Registre", "not there any more")],
)
def test_what_cannot_be_saved_is_said_and_what_was_typed_is_kept(concept, client, key, text, message):
    client.force_login(person("Translators: French"))
    response = word(client, key, text)
    assert response.status_code == 422
    assert message in response.text
    if key == "quorindal":
        assert f'value="{text}"' in response.text
    assert not ConceptLabel.objects.filter(language="fr", is_preferred=True).exists()


def test_the_list_is_made_in_a_few_queries(concept, client, django_assert_max_num_queries):
    client.force_login(person("Translators: French"))
    for number in range(30):
        more = Concept.objects.create(slug=f"more-{number}", scheme="theme")
        ConceptLabel.objects.create(concept=more, language="en", text=f"More {number}")
    client.get(reverse("desk_wordings"))
    with django_assert_max_num_queries(22):
        client.get(reverse("desk_wordings"))
