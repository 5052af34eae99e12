from typing import Any

from django.core.management.base import BaseCommand

from access.audit import purge


class Command(BaseCommand):
    """Delete entries of the audit that were kept for AUDIT_DAYS; to be run once a day."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them, and say how many there were."""
        self.stdout.write(f"{purge()} entries deleted.")
