"""What the demonstration's member has saved, begun, followed and found useful."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.utils import timezone

from knowledge.models import (
    FollowedTopic,
    KnowledgePage,
    ReadablePage,
    ReadingList,
    ReadingListItem,
    ReadingProgress,
    SavedItem,
    Shelf,
    Usefulness,
)
from knowledge.shelf.actions import share
from members.models import User
from vocabulary.models import Concept

SAVED = [
    "safe-storage-walkthrough",
    "suspicious-transaction-reporting",
    "harbour-town-hotline",
    "cross-border-truck-corridor",
]
# Name → whether members may open it, and its items with a note.
LISTS = {
    "Induction week for store keepers": (
        True,
        {
            "security-culture-in-small-laboratories": "Before the first day. Ask each for one habit they will keep.",
            "safe-storage-walkthrough": "Second morning, in the store itself, with the checklist in hand.",
            "inventory-control-without-software": "",
            "university-store-merger": "For the discussion: what would have gone wrong here?",
        },
    ),
    "Hotline: what to tell the ministry": (
        False,
        {
            "harbour-town-hotline": "The numbers of the first year.",
            "suspicious-transaction-reporting": "The part on what a report must say.",
        },
    ),
}
# Piece → percent read; the last one is the latest.
BEGUN = {"pandemic-closed-sites": 100, "running-a-tabletop-exercise": 35, "first-hour-incident-coordination": 70}
FOLLOWED = ["security-culture", "inventory-control", "tabletop-exercise"]
# Role, piece, answer, comment.
ANSWERS = [
    (
        "member",
        "running-a-tabletop-exercise",
        True,
        "We used the cards as they are. One hour for the debriefing was too short.",
    ),
    ("expert", "running-a-tabletop-exercise", True, ""),
    ("member", "inventory-control-without-software", True, ""),
    ("member of a named group", "securing-chemicals-in-transit", False, "The part on ferries is missing."),
]


def make_shelf(users: Mapping[str, User], pages: Mapping[str, ReadablePage]) -> None:
    """Give the member two lists, saved items, followed topics and progress, and a few people's answers.

    Args:
        users: by role, as `demo.accounts.make_accounts` returns them.
        pages: source pages by key, as `DemoLoader.pages` has them; what is not there is left out.
    """
    member = users["member"]
    keys = {key: page.translation_key for key, page in pages.items()}
    now = timezone.now()
    Shelf.objects.get_or_create(user=member, defaults={"seen_at": now - datetime.timedelta(days=2)})
    for key in SAVED:
        if key in keys:
            SavedItem.objects.get_or_create(user=member, translation_key=keys[key])
    for name, (is_shared, items) in LISTS.items():
        made, _is_new = ReadingList.objects.get_or_create(owner=member, name=name)
        if is_shared:
            share(made)
        for key, note in items.items():
            if key in keys:
                ReadingListItem.objects.get_or_create(
                    reading_list=made, translation_key=keys[key], defaults={"note": note}
                )
    for number, (key, percent) in enumerate(BEGUN.items()):
        if key in keys:
            ReadingProgress.objects.get_or_create(
                user=member,
                translation_key=keys[key],
                defaults={
                    "position": percent,
                    "is_finished": percent == 100,
                    "updated_at": now - datetime.timedelta(hours=len(BEGUN) - number),
                },
            )
    for concept in Concept.objects.filter(slug__in=FOLLOWED):
        FollowedTopic.objects.get_or_create(user=member, concept=concept)
    for role, key, is_useful, comment in ANSWERS:
        if role in users and key in pages:
            page = KnowledgePage.objects.get(pk=pages[key].pk)
            Usefulness.objects.get_or_create(
                user=users[role],
                translation_key=page.translation_key,
                defaults={"page": page, "is_useful": is_useful, "comment": comment},
            )
