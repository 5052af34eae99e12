from typing import Any

from django.core.management.base import BaseCommand

from demo.accounts import ACCOUNTS, PASSWORD


class Command(BaseCommand):
    """Print the demonstration's accounts: role, e-mail address and password, separated by tabs."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each account."""
        for account in ACCOUNTS:
            self.stdout.write(f"{account.role}\t{account.email}\t{PASSWORD}")
