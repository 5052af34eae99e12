from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models.signals import post_save
from modelsearch.index import get_indexed_models
from modelsearch.signal_handlers import post_save_signal_handler, register_signal_handlers
from wagtail.signal_handlers import disable_reference_index_auto_update

from knowledge.models import KnowledgePage
from search.index import recording_paused


@contextmanager
def admin_search_paused() -> Iterator[None]:
    """Leave inside what is saved out of the index that Wagtail's admin searches."""
    for model in get_indexed_models():
        post_save.disconnect(post_save_signal_handler, sender=model)
    try:
        yield
    finally:
        register_signal_handlers()


class Command(BaseCommand):
    """Load the demonstration: content in four languages, drawings, accounts. Leaves a hub with content alone."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --force."""
        parser.add_argument("--force", action="store_true", help="Load although DEBUG is off.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, unless there is content already."""
        if not settings.DEBUG and not options["force"]:
            raise CommandError("The demo has accounts with a known password. Use --force if you mean it.")
        if KnowledgePage.objects.exists():
            self.stdout.write("The hub has content already; nothing is loaded.")
            return
        from demo.loader import DemoLoader

        # All three indexes are written whole afterwards, which takes a fraction of writing them at every step.
        with recording_paused(), disable_reference_index_auto_update(), admin_search_paused():
            DemoLoader(self.stdout.write if options["verbosity"] > 1 else lambda step: None).load()
        call_command("rebuild_references_index", verbosity=0)
        call_command("update_index", verbosity=0)
        call_command("search_index", "rebuild", verbosity=0)
        self.stdout.write(f"Loaded {KnowledgePage.objects.live().count()} versions of pieces of knowledge.")
