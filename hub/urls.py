"""All addresses. tests/hub/test_urls.py lists who may call each."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access

from access.wagtail_hooks import AdministratorsPageTypesView
from home.copies import cite, pdf
from home.routing import serve
from home.sitemaps import sitemap
from home.views import brand_css, brand_logo, choose_language, robots_txt
from hub.api import api
from hub.feeds import LatestFeed
from hub.health import healthz, readyz
from knowledge.subject_views import compare, countries, country, topic, topics
from knowledge.views import read_in_source_language, record_adaptation, serve_file
from members.views import OwnAddressesView, account
from search.views import completions, results

handler404 = "home.views.page_not_found"

urlpatterns = [
    path("", choose_language, name="choose_language"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("robots.txt", robots_txt, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("brand.css", brand_css, name="brand_css"),
    path("brand/logo", brand_logo, name="brand_logo"),
    path("media/<path:path>", serve_file, name="serve_file"),
    path("api/", api.urls),
    # Before Wagtail's own, which would count no failed attempts, and name pages to everybody in the admin.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/reports/page-types-usage/", require_admin_access(AdministratorsPageTypesView.as_view())),
    path(
        "admin/reports/page-types-usage/results/",
        require_admin_access(AdministratorsPageTypesView.as_view(results_only=True)),
    ),
    path("admin/", include(wagtailadmin_urls)),
    path("accounts/email/", OwnAddressesView.as_view()),
    path("accounts/", include("allauth.urls")),
]
urlpatterns += i18n_patterns(
    # Again under each language, so that whoever reads in Arabic signs in in Arabic.
    path("accounts/email/", OwnAddressesView.as_view()),
    path("accounts/", include("allauth.urls")),
    path("search/", results, name="search"),
    path("search/completions/", completions, name="completions"),
    path("feed/", LatestFeed(), name="feed"),
    path("account/", account, name="account"),
    path("original/<int:page_id>/", read_in_source_language, name="read_in_source_language"),
    path("adapted/<int:page_id>/", record_adaptation, name="record_adaptation"),
    path("topics/", topics, name="topics"),
    path("topics/<slug:slug>/", topic, name="topic"),
    path("countries/", countries, name="countries"),
    path("countries/<slug:code>/", country, name="country"),
    path("compare/", compare, name="compare"),
    path("cite/<int:page_id>.bib", cite, {"form": "bib"}, name="cite_bibtex"),
    path("cite/<int:page_id>.ris", cite, {"form": "ris"}, name="cite_ris"),
    path("pdf/<int:page_id>/", pdf, name="pdf"),
    re_path(wagtail_urls.serve_pattern, serve, name="wagtail_serve"),
    path("", include(wagtail_urls)),
)
