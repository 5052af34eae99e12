"""`manage.py reset_second_factor person@example.org`: when even the administrators lost theirs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.models import User
from members.second_factors import remove_second_factors


class Command(BaseCommand):
    """Takes second factors off an account."""

    help = "Removes passkeys, app and recovery codes of an account, and ends its sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address of the account."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many there were."""
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError("There is no account with this address.")
        self.stdout.write(f"{remove_second_factors(user, actor=None)} removed.")
