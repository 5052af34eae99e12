"""What is done in the background."""

from __future__ import annotations

from django_tasks import task


@task()
def send_letters() -> int:
    """Send the e-mails that wait. What cannot be sent waits for the next e-mail, or for `manage.py send_letters`."""
    from members.letters import send_waiting_letters

    return send_waiting_letters()
