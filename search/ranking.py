"""What counts how much in the order of results: all of it, for both engines, in this one place.

The score of a text is the sum over the parts of a question (`search.interpretation`) of the best of its alternatives,
plus what the piece as a whole earns. A word counts by the field it is in and by whether it is the form that was typed.
How rare a word is does not count: it would be measured over texts that the reader may not read, so the order of hits
would tell of them (see docs/security.md).

Whoever changes a number runs `python -m bench.relevance` before and after (docs/search.md).
"""

from __future__ import annotations

import math

# By field: a word in any form, and what the form that was typed adds to that of another.
TITLE, SUMMARY, LABELS, PEOPLE, BODY, PASSAGES, ATTACHMENTS = 4.0, 2.0, 2.0, 2.5, 1.0, 1.0, 0.6
EXACT = 1.3
# Another wording of what was typed: a synonym, a label of the concept, in whatever language.
WORDING = 0.8
# A piece that has the concept which was typed, or one below it.
CONCEPT = 2.5
# The words that were typed, one beside the other, in title, summary or labels.
TOGETHER = 2.0
# Every part of the question is there, when not all must be: for each part, so that it outweighs some in the title.
ALL_PARTS = 2.0
# Not one of the pages about the hub itself, such as the privacy notice.
PIECE = 2.0
# Published or reviewed today; half of it after HALF_FRESH_DAYS.
FRESH, HALF_FRESH_DAYS = 0.8, 1095
# Not past the date by which it was to be reviewed.
NOT_OVERDUE = 0.4


def parts_needed(number: int) -> int:
    """Return how many of the parts of a question a text must have: all of two, half of many."""
    return number if number <= 2 else math.ceil(number * 0.5)


def freshness(days: int) -> float:
    """Return what a piece earns that was published or reviewed so many days ago (Elasticsearch's distance feature)."""
    return FRESH * HALF_FRESH_DAYS / (HALF_FRESH_DAYS + max(days, 0))
