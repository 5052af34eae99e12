from typing import Any

from django.core.management.base import BaseCommand
from wagtail.models import Page

from access.audiences import record_page, refresh_audiences
from access.generation import start_new_generation


class Command(BaseCommand):
    """Work out the audience of every page anew, e.g. after loading a fixture or restoring a part of a backup."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Record every page's marking, then refresh the whole tree."""
        for page in Page.objects.filter(depth__gt=1).order_by("path").specific().iterator(chunk_size=200):
            record_page(page)
        changed = refresh_audiences(Page.objects.filter(depth=2).values_list("pk", flat=True))
        start_new_generation()
        self.stdout.write(f"{Page.objects.filter(depth__gt=1).count()} pages recorded, {len(changed)} changed.")
