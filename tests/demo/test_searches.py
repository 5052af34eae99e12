"""The demonstration shows what people do with a search."""

from __future__ import annotations

import pytest

from demo.accounts import make_accounts
from demo.searches import ASKED, PROMOTED, SAVED, SYNONYMS, WISHES, make_searches
from members.models import ExpertQuestion
from search.models import AskedQuestion, PromotedResult, SavedSearch, SynonymGroup
from tests.factories import make_article
from translation.models import TranslationWish

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_making_them_again_changes_nothing(tree):
    users = make_accounts()
    keys = {key for _language, _questions, key, _reason in PROMOTED} | {key for _role, key, _language in WISHES}
    pages = {key: make_article(key) for key in sorted(keys)}
    for _ in range(2):
        make_searches(users, pages)
        assert SavedSearch.objects.count() == len(SAVED)
        assert TranslationWish.objects.count() == len(WISHES)
        assert SynonymGroup.objects.count() == len(SYNONYMS)
        assert PromotedResult.objects.count() == len(PROMOTED)
        assert AskedQuestion.objects.count() == len(ASKED)
        assert ExpertQuestion.objects.count() == 1
    for model in (SynonymGroup, PromotedResult):
        for each in model.objects.all():
            each.full_clean()


def test_what_is_not_there_is_left_out(tree):
    make_searches(make_accounts(), {})
    assert not PromotedResult.objects.exists()
    assert SavedSearch.objects.count() == len(SAVED)
