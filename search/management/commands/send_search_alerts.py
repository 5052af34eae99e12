from typing import Any

from django.core.management.base import BaseCommand

from search.saved import send_alerts


class Command(BaseCommand):
    """Write to members whose saved searches find something new; for every day (weekly ones are due in time)."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it once; again on the same day it finds nothing to tell."""
        self.stdout.write(f"{send_alerts()} letters written.")
