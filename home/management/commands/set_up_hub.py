from typing import Any

from django.core.management.base import BaseCommand

from home.tree import make_tree


class Command(BaseCommand):
    """Make the languages, home pages, sections and roles of a new installation; can run again."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing."""
        homes = make_tree()
        self.stdout.write(f"Ready in {', '.join(sorted(homes))}.")
