"""What editors say of words and questions holds at once: synonyms, words to leave out, promoted results."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import PageViewRestriction

from search.models import PromotedResult, StopWord, SynonymGroup
from tests.factories import ConceptFactory, MemberFactory, UserFactory, make_article, translate
from tests.search.test_results_page import hits, results

__all__ = ["results"]
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture(params=["database", pytest.param("elasticsearch", marks=pytest.mark.service)])
def engine(request, django_capture_on_commit_callbacks):
    """Each engine; what is published is there for the next search."""
    if request.param == "elasticsearch":
        request.getfixturevalue("elasticsearch")
        call_command("search_index", "rebuild", verbosity=0)

    def publish(title: str, **fields):
        with django_capture_on_commit_callbacks(execute=True):
            return make_article(title, **fields)

    return publish


# --- Synonyms ---


def test_a_synonym_finds_at_once(engine, results):
    engine("Padlock ledger")
    engine("Stock-taking in stores")
    assert "Padlock ledger" not in hits(results(q="latch"))
    group = SynonymGroup(language="en", wordings="latch\npadlock\ninventory count\nstock-taking")
    group.full_clean()
    group.save()
    assert "Padlock ledger" in hits(results(q="latch"))
    assert hits(results(q="inventory count"))[0] in {"Stock-taking in stores", "Padlock ledger"}
    assert "Stock-taking in stores" in hits(results(q="inventory counts"))
    group.delete()
    assert "Padlock ledger" not in hits(results(q="latch"))


@pytest.mark.parametrize(
    ("wordings", "message"),
    [
        ("latch", "at least two"),
        ("latch\n  latch \n", "at least two"),
        ("", "cannot be blank"),
        ("---\n!!", "at least two"),
        ("\n".join(f"word{number}" for number in range(13)), "at most 12"),
        ("one two three four five six seven\nlatch", "at most 6 words"),
        ("Bolt\nlatch", "“bolt” is among other synonyms"),
    ],
)
def test_what_is_no_group_of_synonyms_is_refused(wordings, message):
    SynonymGroup.objects.create(language="en", wordings="bolt\nbar")
    with pytest.raises(ValidationError, match=message):
        SynonymGroup(language="en", wordings=wordings).full_clean()


# --- Words to leave out ---


def test_a_word_to_leave_out_is_not_needed_any_more(engine, results):
    engine("Padlock ledger")
    shown = results(q="hubwide padlock")
    assert "Nothing has all of these words" in shown
    word = StopWord(language="en", word="Hubwide")
    word.full_clean()
    word.save()
    shown = results(q="hubwide padlock")
    assert hits(shown) == ["Padlock ledger"]
    assert "Nothing has all of these words" not in shown


@pytest.mark.parametrize(
    ("word", "message"),
    [("two words", "one word"), ("", "cannot be blank"), ("!", "one word"), ("SECURITE", "what a concept is called")],
)
def test_what_is_no_word_to_leave_out_is_refused(word, message):
    ConceptFactory(slug="security", labels={"en": "Security", "fr": "Sécurité"})
    with pytest.raises(ValidationError, match=message):
        StopWord(language="fr", word=word).full_clean()


# --- Promoted results ---


def promote(page, questions: str = "warehouse", language: str = "en", **fields) -> PromotedResult:
    promotion = PromotedResult(page=page, questions=questions, language=language, **fields)
    promotion.full_clean()
    promotion.save()
    return promotion


def recommended(shown: str) -> list[str]:
    """Return the titles that stand above the others."""
    if 'class="recommended"' not in shown:
        return []
    return hits(shown.partition('class="recommended"')[2].partition("</section>")[0])


def test_a_promoted_result_stands_above_the_others_and_once(engine, results):
    for number in range(3):
        engine(f"Warehouse {number}")
    best = engine("Keys and doors", summary="What to read first.")
    also = engine("Warehouse rules")
    promote(also, "Warehouses\nstoring", sort_order=2)
    promote(best, sort_order=1)
    shown = results(q="warehouse")
    assert recommended(shown) == ["Keys and doors", "Warehouse rules"]
    assert "Recommended by the editors" in shown
    assert "What to read first." in shown
    assert sorted(hits(shown)) == sorted(["Keys and doors", "Warehouse rules", *(f"Warehouse {n}" for n in range(3))])
    assert recommended(results(q="warehouse rules")) == [], "another question"
    assert recommended(results(q="storing")) == ["Warehouse rules"]
    assert recommended(results(q="warehouse", type="article")) == []
    assert recommended(results(q="warehouse", sort="newest")) == []
    assert recommended(results(q="warehouse", page=2)) == []
    assert recommended(results("fr", q="warehouse")) == [], "promoted for another language"


def test_it_stands_there_too_when_nothing_else_is_found(engine, results):
    promote(engine("Keys and doors"), "qqqzzz")
    shown = results(q="qqqzzz")
    assert recommended(shown) == ["Keys and doors"]
    assert "Nothing was found" in shown


def test_it_is_shown_in_the_readers_language(results):
    page = make_article("Keys and doors")
    translate(page, "ar", "المفاتيح والأبواب")
    promote(page, "مفاتيح", "ar")
    assert recommended(results("ar", q="مفاتيح")) == ["المفاتيح والأبواب"]


def test_it_ends_on_its_day(results):
    page = make_article("Keys and doors")
    today = timezone.localdate()
    promotion = promote(page, until=today)
    assert recommended(results(q="warehouse")) == ["Keys and doors"]
    promotion.until = today - timedelta(days=1)
    promotion.save()
    assert recommended(results(q="warehouse")) == []


def test_who_may_not_read_it_sees_no_trace(results, client):
    page = make_article("Keys and doors", marking="GREEN")
    make_article("Warehouse rules")
    before = results(q="warehouse", lookup=1)
    promote(page)
    assert results(q="warehouse", lookup=1) == before
    client.force_login(MemberFactory())
    assert recommended(results(q="warehouse")) == ["Keys and doors"]
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
    restriction.groups.add(Group.objects.create(name="Few"))
    assert recommended(results(q="warehouse")) == []
    page.unpublish()
    assert recommended(results(q="warehouse")) == []


def test_what_names_its_readers_is_not_promoted():
    page = make_article("Keys and doors")
    type(page).objects.filter(pk=page.pk).update(marking="RED")
    page.access.label = "RED"
    page.access.save()
    page.refresh_from_db()
    with pytest.raises(ValidationError, match="Only what all members may read"):
        promote(page)
    with pytest.raises(ValidationError, match="at least one question"):
        promote(make_article("Other"), "\n --- \n")


# --- Who may do it ---


@pytest.mark.parametrize("model", ["synonymgroup", "stopword", "promotedresult"])
def test_editors_do_it_in_the_admin_and_nobody_else(client, model):
    editor, secretary = UserFactory(), UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))
    secretary.groups.add(Group.objects.get(name="Secretariat"))
    address = f"/admin/snippets/search/{model}/"
    client.force_login(editor)
    assert client.get(address).status_code == 200
    assert client.get(f"{address}add/").status_code == 200
    for other in (secretary, MemberFactory()):
        client.force_login(other)
        assert client.get(address).status_code == 302


def test_an_editor_adds_them_with_a_form(client, results):
    editor = UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    page = make_article("Keys and doors")
    client.post("/admin/snippets/search/synonymgroup/add/", {"language": "en", "wordings": "latch\r\nbolt"})
    assert SynonymGroup.objects.get().wordings == "latch\nbolt"
    form = {"language": "en", "questions": "warehouse", "page": page.pk, "sort_order": 1, "reason": "", "until": ""}
    client.post("/admin/snippets/search/promotedresult/add/", form)
    client.logout()
    assert recommended(results(q="warehouse")) == ["Keys and doors"]
