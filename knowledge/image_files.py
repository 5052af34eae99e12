"""What is stored of an uploaded image: its pixels, drawn anew in the same format.

What came with them stays outside: where and when a photograph was taken and with which camera, comments, previews,
and whatever else somebody hid behind or between the pixels. Colours are brought to sRGB and a turn that was only noted
is carried out, so that nothing is lost to the eye.
"""

from __future__ import annotations

import io
from typing import IO, Any, cast

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from knowledge.upload_faults import UploadFault

FORMATS = ("GIF", "JPEG", "PNG", "WEBP")
# The same tables as before: drawn again and again, a photograph stays what it is.
AS_BEFORE = {"quality": "keep"}
QUALITY = 90
DRAWN_AS = {"JPEG": ("L", "RGB"), "WEBP": ("RGB", "RGBA")}


def redraw(file: IO[bytes]) -> bytes:
    """Return an image with nothing in it but pixels.

    Raises:
        UploadFault: it cannot be drawn, is too large when drawn, or moves.
    """
    try:
        file.seek(0)
        with Image.open(file, formats=FORMATS) as image:
            _refuse_what_is_too_large(image)
            _refuse_what_moves(image)
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            return _written(_in_srgb(image), "JPEG" if image.format == "MPO" else str(image.format))
    except UploadFault:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except Exception as error:  # Decoders raise whatever their format makes them stumble over.
        raise UploadFault(_("This image cannot be drawn. Open it with another program and save it again.")) from error


def _too_large() -> UploadFault:
    most = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 1_000_000
    return UploadFault(_("This image has more than %(most)s million pixels. Make it smaller.") % {"most": most})


def _refuse_what_is_too_large(image: Image.Image) -> None:
    """Ask what the file's header says, before a pixel is drawn."""
    if image.width * image.height > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
        raise _too_large()


def _refuse_what_moves(image: Image.Image) -> None:
    """Refuse animations: they cannot be stopped by those whom they disturb, and unfold to any size."""
    if getattr(image, "is_animated", False) and image.format != "MPO":
        raise UploadFault(
            _("This image moves. Upload a still image; what has to move can be a recording, which readers can stop.")
        )


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return the image in the colours of the web; a profile that is none is left out."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    mode = "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"
    try:
        source = image if image.mode in {"L", "RGB", "RGBA", "CMYK"} else image.convert(mode)
        theirs, ours = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        if source.mode == mode:
            ImageCms.profileToProfile(source, theirs, ours, inPlace=True)
            return source
        return cast(Image.Image, ImageCms.profileToProfile(source, theirs, ours, outputMode="RGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _written(image: Image.Image, kind: str) -> bytes:
    modes = DRAWN_AS.get(kind)
    if modes and image.mode not in modes:
        has_alpha = "A" in image.getbands() or "transparency" in image.info
        image = image.convert("RGBA" if has_alpha and "RGBA" in modes else "RGB")
    # Pillow writes comments and the like of what was read, if it is let.
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    options: dict[str, Any] = {}
    if kind in {"JPEG", "WEBP"}:
        options = AS_BEFORE if image.format == "JPEG" else {"quality": QUALITY}
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
