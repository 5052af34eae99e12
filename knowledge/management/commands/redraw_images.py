"""Draw stored images anew, as uploads are."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand

from knowledge.models import HubImage
from knowledge.upload_faults import UploadFault


class Command(BaseCommand):
    """Takes out of older images what came with their pixels; run it once after an update from a hub that kept it."""

    help = "Draws stored images anew, without where and when they were taken. Renditions are made again when asked for."

    def handle(self, *args: Any, **options: Any) -> None:
        """Store each image once more under another name; name those that cannot be drawn, and leave them."""
        redrawn = 0
        for image in HubImage.objects.order_by("pk"):
            if self._redraw(image):
                redrawn += 1
        self.stdout.write(f"{redrawn} images drawn anew.")

    def _redraw(self, image: HubImage) -> bool:
        before, storage = image.file.name, image.file.storage
        try:
            with image.file.open("rb") as file:
                content = ContentFile(file.read())
            image.file.save(before.rpartition("/")[2], content, save=False)
        except (UploadFault, OSError) as error:
            self.stderr.write(f"Image {image.pk} ({before}) was left as it is: {error}")
            return False
        image.file_size, image.file_hash = image.file.size, ""
        image.save()
        storage.delete(before)
        image.renditions.all().delete()
        return True
