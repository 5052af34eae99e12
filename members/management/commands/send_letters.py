from typing import Any

from django.core.management.base import BaseCommand

from members.letters import send_waiting_letters


class Command(BaseCommand):
    """Send the e-mails that wait, because the mail server was away for instance."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Try each once."""
        self.stdout.write(f"Sent: {send_waiting_letters()}")
