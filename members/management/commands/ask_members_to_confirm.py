from typing import Any

from django.core.management.base import BaseCommand

from members.applications import forget_refused, forget_unconfirmed
from members.letters import forget_sent_letters
from members.membership import ask_members
from members.sponsors import void_requests_of_former_members


class Command(BaseCommand):
    """Do what is due today: the yearly question, pauses, ends of memberships, sponsors who left, old applications."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it once; on the same day again it finds nothing."""
        done = ask_members()
        done["sponsors' requests void"] = void_requests_of_former_members()
        done["applications forgotten"] = forget_unconfirmed() + forget_refused()
        done["e-mails forgotten"] = forget_sent_letters()
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in done.items()))
