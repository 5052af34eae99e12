from typing import Any

from django.core.management.base import BaseCommand

from knowledge.document_texts import documents_to_read, read_document


class Command(BaseCommand):
    """Read the texts of documents that have not been read yet, for search."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Read them one by one; what cannot be read is noted with the reason, and not tried again."""
        count = sum(read_document(pk) for pk in list(documents_to_read().values_list("pk", flat=True)))
        if options["verbosity"]:
            self.stdout.write(f"{count} documents read.")
