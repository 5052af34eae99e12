"""What is kept of people on their shelf, handed out to them and erased (see `members.personal_data`)."""

from __future__ import annotations

from typing import Any

from knowledge.models import FollowedTopic, ReadingList, ReadingListItem, ReadingProgress, SavedItem, Shelf, Usefulness
from members.models import User


def collect_shelf(user: User) -> dict[str, Any]:
    """Return what somebody saved, listed, follows, began and found useful. Pieces are named by key."""
    shelf = Shelf.objects.filter(user=user).values("keeps_history", "seen_at").first()
    items = ReadingListItem.objects.filter(reading_list__owner=user)
    return {
        "settings": shelf,
        "saved_items": list(SavedItem.objects.filter(user=user).values("translation_key", "saved_at")),
        "reading_lists": list(ReadingList.objects.filter(owner=user).values("name", "created_at")),
        "reading_list_items": list(items.values("reading_list__name", "translation_key", "note", "added_at")),
        "followed_topics": list(FollowedTopic.objects.filter(user=user).values("concept__slug", "followed_at")),
        "progress": list(
            ReadingProgress.objects.filter(user=user).values(
                "translation_key", "position", "duration", "is_finished", "updated_at"
            )
        ),
        "usefulness": list(
            Usefulness.objects.filter(user=user).values("translation_key", "is_useful", "comment", "answered_at")
        ),
    }


def erase_shelf(user: User) -> None:
    """Remove all of it; what somebody said of usefulness stays, as a visitor's."""
    Usefulness.objects.filter(user=user).update(user=None)
    ReadingList.objects.filter(owner=user).delete()
    for model in (Shelf, SavedItem, FollowedTopic, ReadingProgress):
        model.objects.filter(user=user).delete()
