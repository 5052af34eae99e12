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
from home.view_as import view_as
from home.views import brand_admin_css, brand_css, brand_logo, choose_language, robots_txt
from hub.api import api
from hub.feeds import LatestFeed, LatestRSSFeed, member_feed
from hub.health import healthz, readyz
from hub.llms import llms, llms_of_all_languages, markdown
from hub.oai import oai
from hub.open_search import open_search
from hub.security_txt import security_txt
from knowledge.subject_views import compare, countries, country, topic, topics
from knowledge.views import (
    read_in_source_language,
    record_adaptation,
    serve_captions,
    serve_chapters,
    serve_file,
    serve_transcript,
)
from members.views import (
    OwnAddressesView,
    OwnSessionsView,
    change_feed_key,
    edit_profile,
    erase_account,
    export_personal_data,
    person,
    set_first_password,
    sign_in_with_provider,
)
from search.saved_views import change, save, saved_searches
from search.views import completions, results
from translation.wish_views import ask_for_translation
from vocabulary.uris import concept_uri, scheme_uri, vocabulary_uri

handler404 = "home.views.page_not_found"

# Before allauth's own, for what those leave open; under the same names, by which the language menu finds them.
accounts = [
    path("email/", OwnAddressesView.as_view(), name="account_email"),
    path("sessions/", OwnSessionsView.as_view(), name="usersessions_list"),
    path("password/set/", set_first_password, name="account_set_password"),
    path("oidc/<str:provider_id>/login/", sign_in_with_provider, name="openid_connect_login"),
    path("", include("allauth.urls")),
]

urlpatterns = [
    path("", choose_language, name="choose_language"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("robots.txt", robots_txt, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("llms.txt", llms_of_all_languages, name="llms_of_all_languages"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("oai/", oai, name="oai"),
    path("vocabulary/", vocabulary_uri, name="vocabulary"),
    re_path(r"^vocabulary\.(?P<suffix>ttl|jsonld|rdf)$", vocabulary_uri, name="vocabulary_file"),
    re_path(r"^vocabulary/schemes/(?P<scheme>[a-z]+)(?:\.(?P<suffix>ttl|jsonld|rdf))?$", scheme_uri, name="scheme_uri"),
    re_path(r"^vocabulary/(?P<slug>[-\w]+)(?:\.(?P<suffix>ttl|jsonld|rdf))?$", concept_uri, name="concept_uri"),
    path("brand.css", brand_css, name="brand_css"),
    path("brand-admin.css", brand_admin_css, name="brand_admin_css"),
    path("brand/logo", brand_logo, name="brand_logo"),
    path("media/<path:path>", serve_file, name="serve_file"),
    path("captions/<int:page_id>.vtt", serve_captions, name="captions"),
    path("chapters/<int:page_id>.vtt", serve_chapters, name="chapters"),
    path("transcripts/<int:page_id>.txt", serve_transcript, name="transcript"),
    path("api/", api.urls),
    # Before Wagtail's own, which would count no failed attempts, and name pages to everybody in the admin.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/reports/page-types-usage/", require_admin_access(AdministratorsPageTypesView.as_view())),
    path(
        "admin/reports/page-types-usage/results/",
        require_admin_access(AdministratorsPageTypesView.as_view(results_only=True)),
    ),
    path("admin/", include(wagtailadmin_urls)),
    path("accounts/", include(accounts)),
]
urlpatterns += i18n_patterns(
    # Again under each language, so that whoever reads in Arabic signs in in Arabic.
    path("accounts/", include(accounts)),
    path("search/", results, name="search"),
    path("search/completions/", completions, name="completions"),
    path("search/save/", save, name="save_search"),
    path("account/searches/", saved_searches, name="saved_searches"),
    path("account/searches/<int:search_id>/", change, name="change_saved_search"),
    path("feed/", LatestFeed(), name="feed"),
    path("", include("knowledge.shelf.urls")),
    path("", include("members.urls")),
    path("feed/rss/", LatestRSSFeed(), name="feed_rss"),
    path("feed/type/<slug:type>/", LatestFeed(), name="type_feed"),
    path("feed/type/<slug:type>/rss/", LatestRSSFeed(), name="type_feed_rss"),
    path("feed/topic/<slug:topic>/", LatestFeed(), name="topic_feed"),
    path("feed/topic/<slug:topic>/rss/", LatestRSSFeed(), name="topic_feed_rss"),
    path("feed/members/<str:token>/", member_feed, name="member_feed"),
    path("opensearch.xml", open_search, name="open_search"),
    path("llms.txt", llms, name="llms"),
    path("view-as/", view_as, name="view_as"),
    path("account/feed/", change_feed_key, name="change_feed_key"),
    path("account/profile/", edit_profile, name="edit_profile"),
    path("account/export/", export_personal_data, name="export_personal_data"),
    path("account/erase/", erase_account, name="erase_account"),
    path("people/<str:public_id>/", person, name="person"),
    path("original/<int:page_id>/", read_in_source_language, name="read_in_source_language"),
    path("translation/ask/<int:page_id>/", ask_for_translation, name="ask_for_translation"),
    path("adapted/<int:page_id>/", record_adaptation, name="record_adaptation"),
    re_path(r"^(?P<path>(?:[\w\-]+/)+)index\.md$", markdown, name="markdown"),
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
