"""Saved searches: what they find now, what of it is new, and the letters that say so."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.http import urlencode
from wagtail.models import Page

from access.readers import Reader, reader_for
from members.letters import site_address, write_letter
from members.models import User
from search.addresses import SearchAddress
from search.contract import Query, Sort
from search.index import found_page_ids
from search.models import SavedSearch
from vocabulary.queries import current_vocabulary

logger = logging.getLogger("hub.search")

MOST_SAVED = 50
# So many of the newest results are remembered, and looked through.
KNOWN = 200
# A little less than a day and a week, so that a command that runs some minutes earlier than yesterday is not too early.
DUE_AFTER = {
    SavedSearch.Frequency.DAILY: timedelta(hours=20),
    SavedSearch.Frequency.WEEKLY: timedelta(days=6, hours=20),
}


@dataclass(frozen=True)
class News:
    """A saved search with new results: how many, and the address of its results page."""

    name: str
    count: int
    url: str


def address_of_search(saved: SavedSearch, reader: Reader) -> SearchAddress:
    """Return what a saved search asks for, as its member may ask it now; the language of the search is active."""
    vocabulary = current_vocabulary(reader.generation)
    return SearchAddress(QueryDict(saved.parameters), reader, saved.language, vocabulary)


def look_through(saved: SavedSearch, reader: Reader) -> int:
    """Note what a saved search finds for a reader now, and return how many of the pieces are new to it.

    A piece is new if it was not among the newest that were found the last time; where there were more than are
    remembered, if it was published since. Nothing is looked through if a part of the question has no meaning for the
    reader any more, a page to find others like it, say: without that part it would ask for much more.
    """
    now = timezone.now()
    with translation.override(saved.language):
        address = address_of_search(saved, reader)
        if address.problems:
            return 0
        found = _newest(address.query, reader)
    known = set(saved.known)
    is_all_known = len(saved.known) < KNOWN
    new = [
        key for key, published in found.items() if key not in known and (is_all_known or published > saved.looked_at)
    ]
    saved.known, saved.looked_at = list(found), now
    return len(new)


def _newest(query: Query, reader: Reader) -> dict[str, datetime]:
    """Return the newest pieces of knowledge that a query finds and the policy allows, and when each was published."""
    ids = found_page_ids(replace(query, sort=Sort.NEWEST, offset=0, size=KNOWN), reader)
    pages = Page.objects.filter(pk__in=ids).values_list("translation_key", "first_published_at")
    return {str(key): published or timezone.now() for key, published in pages}


def save_search(member: User, reader: Reader, address: SearchAddress, name: str, frequency: str) -> SavedSearch:
    """Keep the question of a results page; what it finds now is known."""
    saved = SavedSearch(
        member=member,
        name=name,
        parameters=urlencode(address.parameters, doseq=True),
        language=address.language,
        frequency=frequency,
    )
    look_through(saved, reader)
    saved.save()
    return saved


def send_alerts() -> int:
    """Write to members whose saved searches find something new; return how many letters were written.

    What may be read is asked at this moment. Running again at once finds nothing to tell.
    """
    now = timezone.now()
    due: dict[int, list[int]] = defaultdict(list)
    for frequency, after in DUE_AFTER.items():
        saved = SavedSearch.objects.filter(frequency=frequency, looked_at__lte=now - after)
        for pk, member in saved.values_list("pk", "member"):
            due[member].append(pk)
    written = 0
    for member, pks in due.items():
        try:
            written += _tell(member, pks)
        except Exception:
            # One member's searches are not to keep the others from theirs.
            logger.exception("Searches of account %d could not be looked through", member)
    return written


@transaction.atomic
def _tell(member_id: int, pks: list[int]) -> bool:
    """Write one letter of all that is new; whoever is no member now gets none, and nothing is looked through."""
    searches = SavedSearch.objects.select_for_update().filter(pk__in=pks)
    due = [
        each for each in searches if timezone.now() - each.looked_at >= DUE_AFTER[SavedSearch.Frequency(each.frequency)]
    ]
    member = User.objects.get(pk=member_id)
    reader = reader_for(member)
    if not reader.is_member or not due:
        return False
    news = []
    for saved in due:
        count = look_through(saved, reader)
        saved.save(update_fields=["known", "looked_at"])
        if count:
            with translation.override(saved.language):
                url = settings.BASE_URL + address_of_search(saved, reader).url(changed={"sort": Sort.NEWEST.value})
            news.append(News(saved.name, count, url))
    if not news:
        return False
    manage = site_address("saved_searches", member.language)
    write_letter("search_alert", member.email, member.language, user=member, news=news, manage_url=manage)
    return True


def collect_saved_searches(user: User) -> list[dict[str, Any]]:
    """Return the searches that somebody keeps."""
    fields = ("name", "parameters", "language", "frequency", "created_at")
    return list(SavedSearch.objects.filter(member=user).values(*fields))


def erase_saved_searches(user: User) -> None:
    """Remove them."""
    SavedSearch.objects.filter(member=user).delete()
