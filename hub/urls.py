"""All addresses. tests/hub/test_urls.py lists who may call each."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from home.sitemaps import sitemap
from home.views import brand_css, choose_language, robots_txt
from hub.api import api
from hub.feeds import LatestFeed
from hub.health import healthz, readyz
from knowledge.views import read_in_source_language, record_adaptation, serve_file
from members.views import account
from search.views import completions, results

handler404 = "home.views.page_not_found"

urlpatterns = [
    path("", choose_language, name="choose_language"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("robots.txt", robots_txt, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("brand.css", brand_css, name="brand_css"),
    path("media/<path:path>", serve_file, name="serve_file"),
    path("api/", api.urls),
    path("admin/", include(wagtailadmin_urls)),
    path("accounts/", include("allauth.urls")),
]
urlpatterns += i18n_patterns(
    # Again under each language, so that whoever reads in Arabic signs in in Arabic.
    path("accounts/", include("allauth.urls")),
    path("search/", results, name="search"),
    path("search/completions/", completions, name="completions"),
    path("feed/", LatestFeed(), name="feed"),
    path("account/", account, name="account"),
    path("original/<int:page_id>/", read_in_source_language, name="read_in_source_language"),
    path("adapted/<int:page_id>/", record_adaptation, name="record_adaptation"),
    path("", include(wagtail_urls)),
)
