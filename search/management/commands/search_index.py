from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search.contract import SearchEngineError
from search.index import elasticsearch_engine, push_pending, search_state, seconds_behind, uses_elasticsearch
from search.models import IndexRebuild, SearchEntry
from search.rebuilding import RebuildRunning, needs_rebuild, rebuild, rebuild_elasticsearch
from search.verification import Difference, differences, differences_of_entries, repair

# Exit codes besides 0 and Django's 1.
DIFFERS, TO_BE_REBUILT = 2, 3
LISTED = 50


class Command(BaseCommand):
    """Show, verify, repair, rebuild or bring up to date the search index.

    status: how it is; exit code 3 when the code makes another index than there is, so that a rebuild is needed.
    verify: what Elasticsearch has that differs from the entries, and with --pages what these have that differs from
    the pages; exit code 2 when something does.
    repair: mend what verify finds.
    rebuild: read all pages anew and make a new index, while searches go on; goes on where it was interrupted.
    refill: make a new index from the entries, without reading the pages.
    push: send what waits.
    """

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what can be done."""
        parser.add_argument("action", choices=["status", "verify", "repair", "rebuild", "refill", "push"])
        parser.add_argument("--pages", action="store_true", help="verify, repair: read every page, too")
        parser.add_argument("--if-needed", action="store_true", help="rebuild: only if status says that it is needed")
        parser.add_argument("--take-over", action="store_true", help="rebuild, refill: even if another one is at work")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; Elasticsearch being away is an error with a clear message."""
        try:
            getattr(self, options["action"])(options)
        except SearchEngineError as error:
            raise CommandError(
                f"Elasticsearch cannot be used now: {error}\n"
                "Nothing is lost: what changed waits, and search answers from the database. Try again later."
            ) from error
        except RebuildRunning as error:
            raise CommandError(
                f"{error} If it was killed, run this again in a minute: it goes on from there; or use --take-over."
            ) from error

    def status(self, options: dict[str, Any]) -> None:
        """Print which engine is used, how much is in the index, what waits, and whether it has to be made anew."""
        entries = SearchEntry.objects.filter(is_removed=False).count()
        self.stdout.write(f"engine\t{'elasticsearch' if uses_elasticsearch() else 'database'} ({search_state()})")
        self.stdout.write(f"entries\t{entries}")
        if uses_elasticsearch():
            self.stdout.write(f"waiting\t{SearchEntry.objects.filter(is_pushed=False).count()}")
            self.stdout.write(f"seconds behind\t{seconds_behind()}")
        running = IndexRebuild.objects.exclude(phase=IndexRebuild.Phase.DONE).order_by("-pk").first()
        if running is not None:
            self.stdout.write(
                f"rebuild\t{running.get_phase_display()}, last heard of {running.seen_at:%Y-%m-%d %H:%M:%S} UTC"
            )
        if uses_elasticsearch():
            if not elasticsearch_engine().indexes():
                raise CommandError(
                    "There is no index in Elasticsearch yet: run `manage.py search_index rebuild`.",
                    returncode=TO_BE_REBUILT,
                )
            self.stdout.write(f"in Elasticsearch\t{elasticsearch_engine().count()}")
        if needs_rebuild():
            self.stdout.write("index\tto be rebuilt")
            raise CommandError(
                "The index was made by another version of the code: run `manage.py search_index rebuild`.",
                returncode=TO_BE_REBUILT,
            )
        self.stdout.write("index\tup to date")

    def verify(self, options: dict[str, Any]) -> None:
        """Compare, and say what differs."""
        number = 0
        for number, found in enumerate(self._differences(options), start=1):
            if number <= LISTED:
                self.stdout.write(f"{found.place}\t{found.kind}\tpage {found.page_id}")
        self.stdout.write(f"{number} differences; {SearchEntry.objects.filter(is_pushed=False).count()} entries wait.")
        if number:
            raise CommandError("Run `manage.py search_index repair`.", returncode=DIFFERS)

    def _differences(self, options: dict[str, Any]) -> list[Difference]:
        return [*(differences_of_entries() if options["pages"] else ()), *differences()]

    def repair(self, options: dict[str, Any]) -> None:
        """Mend what differs."""
        self.stdout.write(f"{repair(with_entries=options['pages'])} differences mended.")

    def rebuild(self, options: dict[str, Any]) -> None:
        """Write all entries anew and fill new indexes; searches go on meanwhile."""
        if options["if_needed"] and not needs_rebuild():
            self.stdout.write("The index is up to date.")
            return
        count = rebuild(self._progress(options), take_over=options["take_over"])
        if options["verbosity"]:
            self.stdout.write(f"{count} entries written.")
            if uses_elasticsearch():
                self.stdout.write(f"{elasticsearch_engine().count()} documents in Elasticsearch.")

    def refill(self, options: dict[str, Any]) -> None:
        """Fill new indexes in Elasticsearch from the entries, which every change keeps true."""
        if not uses_elasticsearch():
            raise CommandError("No Elasticsearch is configured; the entries are the index.")
        rebuild_elasticsearch(self._progress(options), take_over=options["take_over"])
        if options["verbosity"]:
            self.stdout.write(f"{elasticsearch_engine().count()} documents in Elasticsearch.")

    def push(self, options: dict[str, Any]) -> None:
        """Push what waits."""
        self.stdout.write(f"{push_pending()} entries pushed.")

    def _progress(self, options: dict[str, Any]) -> Any:
        """Return what draws a bar on a terminal, and elsewhere writes a line for every tenth."""
        if not options["verbosity"]:
            return None
        is_terminal = self.stdout.isatty()
        began = time.monotonic()
        told: dict[str, int] = {}

        def report(phase: str, done: int, total: int) -> None:
            tenths = 10 * done // max(total, 1)
            seconds = time.monotonic() - began
            text = f"{IndexRebuild.Phase(phase).label}: {done} of {total}, {seconds:.0f} s"
            if is_terminal:
                bar = "#" * (3 * tenths) + "." * (30 - 3 * tenths)
                self.stdout.write(f"\r[{bar}] {text}", ending="\n" if done >= total else "")
                self.stdout.flush()
            elif told.get(phase) != tenths:
                self.stdout.write(text)
            told[phase] = tenths

        return report
