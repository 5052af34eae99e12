"""Terms go from translators to the keepers of the vocabulary; the vocabulary goes out and in as TBX."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.personal_data import erase_personal_data
from tests.factories import make_article
from tests.translation.builders import person, submit, told
from translation.exchange.formats import MAX_BYTES
from translation.exchange.tbx import TBX, import_tbx, read_tbx, write_tbx
from translation.exchange.units import RefusedFile
from translation.models import TermSuggestion
from translation.suggestions import DecidedAlready, accept_term, decline_term, suggest_term
from vocabulary.models import Concept, ConceptDefinition, ConceptLabel

pytestmark = pytest.mark.django_db

LISTED = "desk_terms"


@pytest.fixture
def concept(tree):
    Concept.objects.all().delete()
    concept = Concept.objects.create(slug="ledger", scheme="theme")
    ConceptLabel.objects.create(concept=concept, language="en", text="Quorindal & ledger")
    ConceptLabel.objects.create(concept=concept, language="en", text="Log", is_preferred=False)
    ConceptLabel.objects.create(concept=concept, language="ar", text="دفتر كوريندال")
    ConceptDefinition.objects.create(concept=concept, language="en", text="A book <of> turns.")
    return concept


@pytest.fixture
def translator(tree):
    return person("Translators: French")


@pytest.fixture
def keeper(admin_user):
    return admin_user


class TestSuggesting:
    def test_the_editor_leads_to_a_form_that_is_filled_in(self, concept, translator, client):
        translation = submit(make_article("The Quorindal & ledger"), "fr")
        client.force_login(translator)
        page = client.get(reverse("desk_translation", args=[translation.pk])).text
        assert f"{reverse('desk_suggest_term')}?language=fr&amp;concept=ledger" in page
        form = client.get(reverse("desk_suggest_term"), {"language": "fr", "concept": "ledger", "source": "Log"}).text
        assert 'value="Log"' in form
        values = {"language": "fr", "concept": "ledger", "source": "Log", "term": "Registre", "next": translation.pk}
        response = client.post(reverse("desk_suggest_term"), values)
        assert response.url == reverse("desk_translation", args=[translation.pk])
        suggestion = TermSuggestion.objects.get()
        assert (suggestion.concept, suggestion.term, suggestion.person) == (concept, "Registre", translator)

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"term": "دفتر كوريندال", "language": "ar"}, "has this term already"),
            ({"term": "Registre", "language": "xx"}, "valid choice"),
            ({"term": "", "language": "fr"}, "blank"),
            ({"term": "x" * 300, "language": "fr"}, "200"),
            ({"term": "Registre", "language": "fr", "source": ""}, "blank"),
        ],
    )
    def test_what_cannot_be_suggested_is_said_and_kept(self, concept, translator, client, values, message):
        client.force_login(translator)
        response = client.post(reverse("desk_suggest_term"), {"source": "Log", **values})
        assert response.status_code == 422
        assert message in response.text
        assert values["term"] in response.text
        assert not TermSuggestion.objects.exists()

    def test_the_same_is_suggested_once(self, concept, translator):
        suggest_term("Log", "fr", "Registre", translator, concept)
        with pytest.raises(ValidationError, match="suggested already"):
            suggest_term("Log", "fr", "Registre", translator, concept)

    def test_members_do_not_suggest(self, concept, client, django_user_model):
        client.force_login(person())
        client.post(reverse("desk_suggest_term"), {"source": "Log", "term": "Registre", "language": "fr"})
        assert not TermSuggestion.objects.exists()


class TestDeciding:
    def test_an_accepted_term_is_in_the_vocabulary_and_its_translator_is_told(
        self, concept, translator, keeper, client, django_capture_on_commit_callbacks
    ):
        translator.language = "fr"
        translator.save()
        suggestion = suggest_term("Log", "fr", "Registre", translator)
        client.force_login(keeper)
        assert "Registre" in client.get(reverse(LISTED)).text
        values = {"do": "accept", "suggestion": suggestion.pk}
        assert "Choose the concept" in told(client.post(reverse(LISTED), values))
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse(LISTED), {**values, "concept": "ledger"})
        assert concept.labels.get(language="fr", is_preferred=True).text == "Registre"
        (letter,) = mail.outbox
        assert letter.to == [translator.email]
        assert letter.extra_headers["Content-Language"] == "fr"
        assert "Registre" not in letter.subject + letter.body
        client.get(reverse(LISTED))  # Says that it is done.
        assert "Registre" not in client.get(reverse(LISTED)).text

    def test_a_second_term_is_another_label(self, concept, translator, keeper):
        accept_term(suggest_term("Log", "ar", "سجل", translator, concept), concept, keeper)
        assert concept.labels.get(language="ar", text="سجل").is_preferred is False

    def test_declining_wants_a_reason_that_its_translator_reads(self, concept, translator, keeper, client):
        suggestion = suggest_term("Log", "fr", "Registre", translator, concept)
        client.force_login(keeper)
        values = {"do": "decline", "suggestion": suggestion.pk}
        assert "why not" in told(client.post(reverse(LISTED), values))
        client.post(reverse(LISTED), {**values, "reason": "Too wide a word."})
        assert not concept.labels.filter(language="fr").exists()
        client.force_login(translator)
        assert "Too wide a word." in client.get(reverse(LISTED)).text

    def test_two_keepers_decide_once(self, concept, translator, keeper):
        suggestion = suggest_term("Log", "fr", "Registre", translator, concept)
        decline_term(suggestion, "No.", keeper)
        with pytest.raises(DecidedAlready):
            accept_term(suggestion, concept, keeper)
        assert not concept.labels.filter(language="fr").exists()

    def test_translators_and_editors_do_not_decide_nor_see_others(self, concept, translator, client):
        suggestion = suggest_term("Log", "fr", "Registre", person("Translators: French"), concept)
        for who in (translator, person("Editors")):
            client.force_login(who)
            assert "Registre" not in client.get(reverse(LISTED)).text
            client.post(reverse(LISTED), {"do": "accept", "suggestion": suggestion.pk, "concept": "ledger"})
            assert not concept.labels.filter(language="fr").exists()

    def test_an_erased_persons_suggestions_stay_without_them(self, concept, translator, keeper):
        suggestion = suggest_term("Log", "fr", "Registre", translator, concept)
        erase_personal_data(translator)
        suggestion.refresh_from_db()
        assert suggestion.person is None
        accept_term(suggestion, concept, keeper)


class TestFiles:
    def test_the_vocabulary_goes_out_as_it_is(self, concept, translator, client):
        client.force_login(translator)
        content = client.get(reverse("desk_export_terms")).content
        root = fromstring(content)
        assert root.tag == f"{{{TBX}}}tbx"
        (entry,) = read_tbx(content)
        assert entry.identifier == "c-ledger"
        assert entry.terms == {"ar": ["دفتر كوريندال"], "en": ["Quorindal & ledger", "Log"]}
        assert "A book &lt;of&gt; turns." in content.decode()

    def test_what_went_out_suggests_nothing(self, concept, translator):
        report = import_tbx(write_tbx(), translator)
        assert (report.known, report.suggested, report.rejections) == (3, 0, [])

    def test_what_is_new_is_suggested_once(self, concept, keeper, client):
        file = b"""<?xml version="1.0"?><martif type="TBX"><text><body>
        <termEntry id="1"><langSet xml:lang="en-GB"><tig><term>log</term></tig></langSet>
        <langSet xml:lang="fr"><ntig><termGrp><term>journal de bord</term></termGrp></ntig></langSet>
        <langSet xml:lang="de"><tig><term>Logbuch</term></tig></langSet></termEntry>
        <termEntry id="2"><langSet xml:lang="fr"><tig><term>garde</term></tig></langSet></termEntry>
        <termEntry id="3"><langSet xml:lang="en"><tig><term>watch</term></tig></langSet>
        <langSet xml:lang="es"><tig><term>guardia</term></tig></langSet></termEntry>
        </body></text></martif>"""
        client.force_login(keeper)
        for expected in (
            "Suggested: 3. Known already: 1. Rejected: 1.",
            "Suggested: 0. Known already: 4. Rejected: 1.",
        ):
            upload = SimpleUploadedFile("terms.tbx", file)
            page = client.post(reverse(LISTED), {"do": "import", "file": upload})
            assert expected in page.text
        found = set(TermSuggestion.objects.values_list("concept__slug", "source", "language", "term"))
        assert found == {
            ("ledger", "Quorindal & ledger", "fr", "journal de bord"),
            (None, "guardia", "en", "watch"),
            (None, "watch", "es", "guardia"),
        }
        assert not concept.labels.filter(language="fr").exists()

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "no well-formed XML"),
            (b"<tbx>", "no well-formed XML"),
            (b"<tmx/>", "no TBX"),
            (b"<tbx><text><body/></text></tbx>", "no term"),
            (b'<!DOCTYPE t [<!ENTITY a "b">]><tbx>&a;</tbx>', "entities"),
            ("<tbx>é</tbx>".encode("latin-1"), "no well-formed XML"),
            (b" " * (MAX_BYTES + 1), "larger than"),
        ],
    )
    def test_a_bad_file_is_refused_whole(self, concept, translator, content, message):
        with pytest.raises(RefusedFile, match=message):
            import_tbx(content, translator)
        assert not TermSuggestion.objects.exists()

    def test_translators_do_not_import(self, concept, translator, client):
        client.force_login(translator)
        client.post(reverse(LISTED), {"do": "import", "file": SimpleUploadedFile("terms.tbx", write_tbx())})
        assert not TermSuggestion.objects.exists()
