from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from vocabulary.exports import export_csv, export_skos


class Command(BaseCommand):
    """Print the vocabulary as CSV (as it is imported) or as SKOS."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the format."""
        parser.add_argument("--format", choices=["csv", "turtle", "xml", "json-ld"], default="csv")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write to standard output."""
        kind = options["format"]
        self.stdout.write(export_csv() if kind == "csv" else export_skos(kind).decode(), ending="")
