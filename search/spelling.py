"""Words of the index that are near to one that was typed.

They only widen a question, which is then asked of what the reader may read: which words exist is never shown.
"""

from __future__ import annotations

import uuid

from django.db import connection
from rapidfuzz import process
from rapidfuzz.distance import OSA

from access.generation import cached_for_generation, current_generation

_kept: dict[str, list[str]] = {}


def edits_allowed(word: str) -> int:
    """Return how many letters of a word may be wrong: Elasticsearch's fuzziness `AUTO:4,8`."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def near_words(word: str) -> list[str]:
    """Return the words of the index that are a letter or two away from a folded word, nearest first."""
    edits = edits_allowed(word)
    if not edits or not word.isalpha():
        return []
    found = process.extract(word, _words(), scorer=OSA.distance, score_cutoff=edits, limit=None)
    return [text for text, distance, _index in sorted(found, key=lambda each: (each[1], each[0])) if distance]


def _words() -> list[str]:
    """Return all words of the index; each process reads them once per content generation (one query)."""
    token = cached_for_generation("words", current_generation(), lambda: uuid.uuid4().hex)
    if token not in _kept:
        sql = (
            "SELECT term FROM temp.search_terms"
            if connection.vendor == "sqlite"
            else "SELECT word FROM ts_stat('SELECT vector FROM search_searchentry WHERE vector IS NOT NULL')"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql)
            words = [word for (word,) in cursor.fetchall() if word.isalpha() and 3 < len(word) < 30]
        _kept.clear()
        _kept[token] = words
    return _kept[token]
