"""Counts what is asked, what finds nothing and what is opened, and knows nothing of who asks."""

from __future__ import annotations

import datetime
import logging
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from search.contract import clean_text, printable_text
from search.models import AskedQuestion
from search.signals import untranslated_opened

logger = logging.getLogger("hub.search")

LONGEST = 100
# The view tells the middleware by this header, which goes no further; it stays with a page that is kept.
FOUND = "X-Hub-Found"
SEARCH_PATHS = {f"/{code}/search/": code for code, _name in settings.LANGUAGES}
# A number of so many digits, however they are set apart, may be somebody's: of a telephone, a passport.
LONG_NUMBER = re.compile(r"(?:\d[\W_]{0,3}){7,}")
# A number of the Chemical Abstracts Service: its last digit is the sum of the others, each times its place from the
# right, by ten (CAS, "Check Digit Verification of CAS Registry Numbers").
CAS_NUMBER = re.compile(r"(?<![\w-])(\d{2,7})-(\d\d)-(\d)(?![\w-])")


def countable(text: str) -> str:
    """Return a question as it is counted; nothing when it may say who somebody is.

    All of it is looked at before it is cut, lest a part of an address is kept.
    """
    whole = printable_text(text[: 100 * LONGEST])
    without_codes = CAS_NUMBER.sub(lambda code: " " if _is_cas_number(code) else code[0], whole)
    if "@" in whole or LONG_NUMBER.search(without_codes):
        return ""
    return clean_text(whole).casefold()[:LONGEST].strip()


def _is_cas_number(code: re.Match[str]) -> bool:
    digits = (code[1] + code[2])[::-1]
    return sum(place * int(digit) for place, digit in enumerate(digits, start=1)) % 10 == int(code[3])


def count_question(text: str, language: str, has_results: bool) -> None:
    """Count that something was asked."""
    if not (text := countable(text)):
        return
    with connection.cursor() as cursor:
        # In one statement, for every search waits for it. Django's upsert sets values and cannot add to them.
        cursor.execute(
            "INSERT INTO search_askedquestion (day, language, text, asked, without_results, clicked) "
            "VALUES (%s, %s, %s, 1, %s, 0) ON CONFLICT (day, language, text) DO UPDATE SET "
            "asked = search_askedquestion.asked + 1, "
            "without_results = search_askedquestion.without_results + excluded.without_results",
            [timezone.localdate(), language, text, int(not has_results)],
        )


def count_click(text: str, language: str) -> None:
    """Count that a page was opened from results; of what nobody asked today nothing is counted."""
    if text := countable(text):
        days = (timezone.localdate(), timezone.localdate() - datetime.timedelta(days=1))
        latest = AskedQuestion.objects.filter(day__in=days, language=language, text=text).order_by("-day")
        AskedQuestion.objects.filter(pk__in=list(latest.values_list("pk", flat=True)[:1])).update(
            clicked=F("clicked") + 1
        )


def forget_old_questions() -> int:
    """Delete what was counted longer ago than it is kept; return how many rows."""
    before = timezone.localdate() - datetime.timedelta(days=settings.SEARCH_REPORT_DAYS)
    return AskedQuestion.objects.filter(day__lt=before).delete()[0]


class CountQuestionsMiddleware:
    """Counts results pages and what is opened from them, whether they are made anew or were kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then count; what goes wrong in counting is nobody's trouble."""
        response = self.get_response(request)
        found = response.headers.get(FOUND)
        del response.headers[FOUND]
        if request.method != "GET" or response.status_code != 200:
            return response
        try:
            if found is not None:
                count_question(request.GET.get("q", ""), SEARCH_PATHS[request.path], found == "1")
            elif self._is_opened(request, response) and (came_from := self._results_page(request)):
                count_click(*came_from)
                self._tell_of_untranslated(request, came_from[1])
        except DatabaseError:
            logger.exception("A question could not be counted")
        return response

    @staticmethod
    def _is_opened(request: HttpRequest, response: HttpResponse) -> bool:
        """Tell whether an answer is a page that somebody reads."""
        return request.path not in SEARCH_PATHS and response.get("Content-Type", "").startswith("text/html")

    @staticmethod
    def _tell_of_untranslated(request: HttpRequest, language: str) -> None:
        """Tell others when what was opened is not there in the language it was asked for in."""
        # A page that was kept has not been resolved.
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return
        if match.url_name == "read_in_source_language":
            untranslated_opened.send(CountQuestionsMiddleware, page_id=match.kwargs["page_id"], language=language)

    @staticmethod
    def _results_page(request: HttpRequest) -> tuple[str, str] | None:
        """Return the question, and its language, of the results page from which a request comes."""
        referrer = request.headers.get("Referer", "")
        if "/search/?" not in referrer:
            return None
        try:
            parts = urlsplit(referrer)
            text = parse_qs(parts.query, max_num_fields=100).get("q", [""])[0]
        except ValueError:
            return None
        if parts.netloc != request.get_host() or parts.path not in SEARCH_PATHS or not text:
            return None
        return text, SEARCH_PATHS[parts.path]
