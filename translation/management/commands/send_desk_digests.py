from typing import Any

from django.core.management.base import BaseCommand

from translation.digests import send_digests


class Command(BaseCommand):
    """Write to translators on what waits on their desks; for every day (weekly letters are due in time)."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it once; again on the same day it finds nothing to tell."""
        self.stdout.write(f"{send_digests()} letters written.")
