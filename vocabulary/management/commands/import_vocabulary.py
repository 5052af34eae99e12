from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vocabulary.imports import FORMATS, import_file


class Command(BaseCommand):
    """Import concepts from a CSV or SKOS file. Ends with 1 if anything was rejected; the rest is imported."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and its format."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--format", choices=sorted(set(FORMATS.values())), help="By default it follows from the file's name."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and print the report."""
        path: Path = options["file"]
        kind = options["format"] or FORMATS.get(path.suffix.lower())
        if kind is None:
            raise CommandError(_("The format does not follow from the file's name. Name it with --format."))
        try:
            with path.open("rb") as file:
                report = import_file(file, kind)
        except OSError as error:
            raise CommandError(
                _("The file cannot be read: %(error)s") % {"error": error.strerror or str(error)}
            ) from error
        for rejection in report.rejected:
            where = _("line %(line)d") % {"line": rejection.line} if rejection.line else ""
            self.stderr.write(": ".join(filter(None, [where, rejection.identifier, rejection.reason])))
        self.stdout.write(
            _("%(created)d created, %(updated)d updated, %(unchanged)d unchanged, %(rejected)d rejected")
            % {
                "created": report.created,
                "updated": report.updated,
                "unchanged": report.unchanged,
                "rejected": len(report.rejected),
            }
        )
        if not report.rejected:
            return
        if not report.accepted:
            raise CommandError(_("Nothing was imported."))
        raise CommandError(
            ngettext(
                "%(count)d concept was rejected; the rest was imported.",
                "%(count)d concepts were rejected; the rest was imported.",
                len(report.rejected),
            )
            % {"count": len(report.rejected)}
        )
