"""The root, the brand's style sheet, files for robots, and pages for errors."""

from __future__ import annotations

import mimetypes
from colorsys import rgb_to_hls

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe
from wagtail.admin.auth import require_admin_access
from wagtail.images.models import SourceImageIOError

from access.readers import reader_of
from home.models import Brand

# Twice the height it is shown at, for fine screens.
LOGO = "max-600x96"


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """Send a visitor of the bare address to the home page in their browser's language (public view)."""
    # A cookie may name a language in capitals; addresses do not.
    response = redirect(f"/{get_language_from_request(request).lower()}/")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def brand_css(request: HttpRequest) -> HttpResponse:
    """Return the brand's colour as a style sheet (public view); its address changes with the colour."""
    brand = Brand.objects.first() or Brand()
    response = HttpResponse(f":root{{--brand:{brand.accent_colour}}}\n", content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def brand_admin_css(request: HttpRequest) -> HttpResponse:
    """Return the brand's colour as Wagtail's admin takes it: hue, saturation and lightness (public view)."""
    brand = Brand.objects.first() or Brand()
    parts = [int(brand.accent_colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    hue, lightness, saturation = rgb_to_hls(*parts)
    text = (
        f":root{{--w-color-primary-hue:{hue * 360:.1f};--w-color-primary-saturation:{saturation * 100:.1f}%;"
        f"--w-color-primary-lightness:{lightness * 100:.1f}%}}\n"
    )
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=600"
    return response


@require_admin_access
@require_safe
def admin_help(request: HttpRequest) -> HttpResponse:
    """Show how this hub is edited, in the language of the editor's admin (people with access to the admin)."""
    return render(request, "home/admin/help.html")


@require_safe
def brand_logo(request: HttpRequest) -> HttpResponseBase:
    """Return the brand's logo, fitted into the header (public view); its address changes with the image."""
    brand = Brand.objects.select_related("logo").first()
    if brand is None or brand.logo is None:
        raise Http404
    try:
        rendition = brand.logo.get_rendition(LOGO)
        file = rendition.file.storage.open(rendition.file.name)
    except (SourceImageIOError, OSError) as error:
        raise Http404 from error
    response = FileResponse(file, content_type=mimetypes.guess_type(rendition.file.name)[0])
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Tell robots where the sitemap is and what is not for them (public view)."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        "Disallow: /*/search/completions/",
        "Disallow: /*/compare/",
        "Disallow: /*/cite/",
        "Disallow: /*/pdf/",
        "Disallow: /api/",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer any unknown address the same, whether nothing is there or nothing for this reader."""
    context = {"is_error": True, "is_signed_in": reader_of(request).is_signed_in}
    response = render(request, "404.html", context, status=404)
    response["Cache-Control"] = "private, no-store"
    return response
