"""`manage.py erase_person person@example.org`: for whoever asks by letter to be erased."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.erasure import LastAdministratorError, erase_person
from members.models import User


class Command(BaseCommand):
    """Erases a person; what they gave to the community stays."""

    help = "Removes all that says who somebody is, for good, and closes every way in."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address of the account, and whether it is meant."""
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="do it: it cannot be undone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase them, if it is meant."""
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError("There is no account with this address.")
        if not options["yes"]:
            raise CommandError("This cannot be undone: say --yes.")
        try:
            erase_person(user, actor=None)
        except LastAdministratorError:
            raise CommandError("This is the only administrator. Make somebody else one first.") from None
        self.stdout.write("Erased.")
