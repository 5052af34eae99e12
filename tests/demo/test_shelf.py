"""The demonstration's shelf names what there is, and is made once."""

from __future__ import annotations

import pytest

from demo import shelf
from demo.content import KINDS, read_items
from knowledge.models import ReadingList, SavedItem, Usefulness
from tests.factories import MemberFactory, make_article


def test_all_that_it_names_is_in_the_content():
    named = {*shelf.SAVED, *shelf.BEGUN, *(key for _role, key, _answer, _comment in shelf.ANSWERS)}
    for _is_shared, items in shelf.LISTS.values():
        named |= items.keys()
    assert named <= {item.key for kind in KINDS for item in read_items(kind)}


@pytest.mark.django_db
def test_it_is_made_once(tree):
    pages = {key: make_article(key) for key in shelf.SAVED}
    users = {"member": MemberFactory()}
    for _again in range(2):
        shelf.make_shelf(users, pages)
    assert SavedItem.objects.count() == len(shelf.SAVED)
    assert ReadingList.objects.count() == len(shelf.LISTS)
    assert [bool(each.token) for each in ReadingList.objects.order_by("pk")] == [True, False]
    assert not Usefulness.objects.exists()  # Nobody was asked about these.
