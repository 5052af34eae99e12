"""What the demonstration's people searched for, keep, ask for and are recommended."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.http import QueryDict
from django.utils import timezone, translation

from access.readers import reader_for
from knowledge.models import ReadablePage
from members.models import ExpertQuestion, User
from search.addresses import SearchAddress
from search.models import AskedQuestion, PromotedResult, SavedSearch, SynonymGroup
from search.saved import save_search
from translation.wishes import wish_for
from vocabulary.queries import current_vocabulary

# Role, language, name, parameters, how often to be told.
SAVED = [
    ("member", "en", "Storage in small laboratories", "q=storage+laboratory", "weekly"),
    ("member", "en", "New case studies on transport", "topic=transport&type=casestudy&sort=newest", "daily"),
    ("expert", "ar", "التخزين الآمن", "q=التخزين", "weekly"),
]
# Role, piece, language.
WISHES = [
    ("expert", "marketplace-takedown-agreement", "ar"),
    ("member", "cross-border-truck-corridor", "fr"),
]
SYNONYMS = [
    ("en", "tabletop exercise\ndesktop exercise\nTTX"),
    ("ar", "تمرين مكتبي\nتمرين على الطاولة"),
    ("es", "ejercicio de mesa\nsimulacro de mesa"),
    ("fr", "exercice sur table\nexercice en salle"),
]
# Language, questions, piece, why.
PROMOTED = [
    ("en", "where to begin\nfirst steps\ngetting started", "security-culture-in-small-laboratories", "Newcomers ask."),
    ("ar", "من أين أبدأ\nالخطوات الأولى", "security-culture-in-small-laboratories", "Newcomers ask."),
]
# Language, text, times asked, without results, opened; in the last days.
ASKED = [
    ("en", "inventory control", 41, 0, 30),
    ("en", "truck parking", 17, 0, 2),
    ("en", "insurance", 9, 9, 0),
    ("ar", "التخزين", 23, 0, 19),
    ("ar", "التأمين", 6, 6, 0),
    ("es", "línea directa", 12, 0, 10),
    ("fr", "exercice sur table", 14, 0, 11),
]
QUESTION = "Has anybody agreed on opening hours with a neighbouring customs post? We would like to see the agreement."


def make_searches(users: Mapping[str, User], pages: Mapping[str, ReadablePage]) -> None:
    """Make what is missing; runs again without doing anything twice.

    Args:
        users: by role, as `demo.accounts.make_accounts` returns them.
        pages: source pages by key, as `DemoLoader.pages` has them; what is not there is left out.
    """
    for language, wordings in SYNONYMS:
        SynonymGroup.objects.get_or_create(language=language, wordings=wordings)
    for language, questions, key, reason in PROMOTED:
        if key in pages:
            PromotedResult.objects.get_or_create(
                language=language, questions=questions, defaults={"page_id": pages[key].pk, "reason": reason}
            )
    for role, language, name, parameters, frequency in SAVED:
        if not SavedSearch.objects.filter(member=users[role], name=name).exists():
            reader = reader_for(users[role])
            with translation.override(language):
                address = SearchAddress(QueryDict(parameters), reader, language, current_vocabulary(reader.generation))
                save_search(users[role], reader, address, name, frequency)
    for role, key, language in WISHES:
        if key in pages:
            wish_for(pages[key].translation_key, language, users[role])
    today = timezone.localdate()
    for number, (language, text, asked, without, clicked) in enumerate(ASKED):
        counts = {"asked": asked, "without_results": without, "clicked": clicked}
        AskedQuestion.objects.get_or_create(
            day=today - datetime.timedelta(days=number), language=language, text=text, defaults=counts
        )
    ExpertQuestion.objects.get_or_create(asker=users["member"], text=QUESTION, defaults={"language": "en"})
