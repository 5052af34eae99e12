from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search.contract import SearchEngineError
from search.index import (
    elasticsearch_engine,
    push_pending,
    rebuild_elasticsearch,
    rebuild_entries,
    search_state,
    uses_elasticsearch,
)
from search.models import SearchEntry


class Command(BaseCommand):
    """Show, rebuild or bring up to date the search index."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what can be done."""
        parser.add_argument("action", choices=["status", "rebuild", "refill", "push"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; Elasticsearch being away is an error with a clear message."""
        try:
            getattr(self, options["action"])(options["verbosity"])
        except SearchEngineError as error:
            raise CommandError(
                f"Elasticsearch cannot be used now: {error}\n"
                "Nothing is lost: what changed waits, and search answers from the database. Try again later."
            ) from error

    def status(self, verbosity: int) -> None:
        """Print which engine is used, how much is in the index, and what waits."""
        entries = SearchEntry.objects.filter(is_removed=False).count()
        self.stdout.write(f"engine\t{'elasticsearch' if uses_elasticsearch() else 'database'} ({search_state()})")
        self.stdout.write(f"entries\t{entries}")
        if uses_elasticsearch():
            self.stdout.write(f"waiting\t{SearchEntry.objects.filter(is_pushed=False).count()}")
            if not elasticsearch_engine().indexes():
                raise CommandError("There is no index in Elasticsearch yet: run `manage.py search_index rebuild`.")
            self.stdout.write(f"in Elasticsearch\t{elasticsearch_engine().count()}")

    def rebuild(self, verbosity: int) -> None:
        """Write all entries anew and fill new indexes; searches go on meanwhile."""
        report = (lambda count: self.stdout.write(f"{count} entries", ending="\r")) if verbosity else lambda count: None
        count = rebuild_entries(report)
        if verbosity:
            self.stdout.write(f"{count} entries written.")
        if uses_elasticsearch():
            self.refill(verbosity)

    def refill(self, verbosity: int) -> None:
        """Fill new indexes in Elasticsearch from the entries, which every change keeps true."""
        if not uses_elasticsearch():
            raise CommandError("No Elasticsearch is configured; the entries are the index.")
        count = rebuild_elasticsearch()
        if verbosity:
            self.stdout.write(f"{count} documents in Elasticsearch.")

    def push(self, verbosity: int) -> None:
        """Push what waits."""
        self.stdout.write(f"{push_pending()} entries pushed.")
