from typing import Any

from django.core.management.base import BaseCommand

from search.questions import forget_old_questions


class Command(BaseCommand):
    """Delete what was searched for longer ago than SEARCH_REPORT_DAYS says; for every day."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        self.stdout.write(f"{forget_old_questions()} counts deleted.")
