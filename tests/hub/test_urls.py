"""Every address says who may call it: a new one that is not listed here fails."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

# Address (with its language prefix cut) → who may call it. What third parties bring is listed by its prefix.
PUBLIC = {
    "": "everyone: sends to the home page in the browser's language",
    "healthz": "everyone: says only that the process is up",
    "readyz": "everyone: names parts and up or down",
    "robots.txt": "everyone",
    "sitemap.xml": "everyone: what a visitor may read",
    "llms.txt": "everyone: what a visitor may read",
    ".well-known/security.txt": "everyone: the contact that the brand's settings or the environment name",
    "oai/": "everyone: what a visitor may read, and the numbers of what they could read once",
    "vocabulary/": "everyone: the vocabulary, not where it is used",
    r"^vocabulary\.(?P<suffix>ttl|jsonld|rdf)$": "the same",
    r"^vocabulary/schemes/(?P<scheme>[a-z]+)(?:\.(?P<suffix>ttl|jsonld|rdf))?$": "the same",
    r"^vocabulary/(?P<slug>[-\w]+)(?:\.(?P<suffix>ttl|jsonld|rdf))?$": "the same",
    "brand.css": "everyone",
    "brand-admin.css": "everyone: the brand's colour",
    "brand/logo": "everyone: the image that the brand's settings name",
    "media/<path:path>": "the policy: as open as the most open page that uses the file",
    "captions/<int:page_id>.vtt": "the policy: as open as the recording",
    "chapters/<int:page_id>.vtt": "the policy: as open as the recording",
    "transcripts/<int:page_id>.txt": "the policy: as open as the recording",
    "<lang>/search/": "the policy, in the query and for what is displayed",
    "<lang>/search/completions/": "the policy, in the query and for what is displayed",
    "<lang>/account/questions/": "members: their own questions; experts and the secretariat: all",
    "<lang>/account/questions/<int:question_id>/": "experts who are members, and the secretariat",
    "<lang>/search/save/": "members, for themselves",
    "<lang>/account/searches/": "members: their own",
    "<lang>/account/searches/<int:search_id>/": "its member",
    "<lang>/feed/": "everyone: what a visitor may read",
    "<lang>/feed/rss/": "the same",
    "<lang>/feed/type/<slug:type>/": "the same",
    "<lang>/feed/type/<slug:type>/rss/": "the same",
    "<lang>/feed/topic/<slug:topic>/": "the same",
    "<lang>/feed/topic/<slug:topic>/rss/": "the same",
    "<lang>/feed/members/<str:token>/": "whoever has a member's token: what every member and this one may read",
    "<lang>/opensearch.xml": "everyone",
    "<lang>/llms.txt": "everyone: what a visitor may read",
    r"<lang>/^(?P<path>(?:[\w\-]+/)+)index\.md$": "everyone: what a visitor may read",
    "<lang>/original/<int:page_id>/": "the policy",
    "<lang>/translation/ask/<int:page_id>/": "members, for what they may read",
    "<lang>/adapted/<int:page_id>/": "members with an organisation, for what they may read",
    "<lang>/account/": "signed-in people: their own page, of what they keep what they may read",
    "<lang>/account/shared/": "members: what they shared and may read, and who read it at TLP:AMBER and above",
    "<lang>/my/state/": "signed-in people: what they keep of a page (the policy) or a topic",
    "<lang>/my/save/<int:page_id>/": "signed-in people, for what they may read",
    "<lang>/my/saved/": "signed-in people: their own, what they may read",
    "<lang>/my/lists/": "signed-in people: their own",
    "<lang>/my/lists/<int:list_id>/": "its owner, of its items what they may read",
    "<lang>/my/lists/<int:list_id>/share/": "its owner, if a member",
    "<lang>/my/lists/<int:list_id>/delete/": "its owner",
    "<lang>/my/lists/<int:list_id>/items/<int:item_id>/": "the list's owner, for what they may read",
    "<lang>/my/follow/": "signed-in people",
    "<lang>/my/follow/<slug:slug>/": "signed-in people; the vocabulary is public",
    "<lang>/my/progress/<int:page_id>/": "signed-in people, for what they may read",
    "<lang>/my/history/": "signed-in people: their own",
    "<lang>/lists/<slug:token>/": "members who have the address, of its items what they may read",
    "<lang>/useful/<int:page_id>/": "everyone, for what they may read",
    "<lang>/view-as/": "people with access to the admin: whom they see the site as, never more than they may",
    "<lang>/apply/": "everyone, within limits; says the same whether an address is known",
    "<lang>/apply/sent/": "everyone",
    "<lang>/apply/confirm/<str:token>/": "the applicant, who has the link from an e-mail; once",
    "<lang>/apply/status/<str:token>/": "the applicant, who has its address from an e-mail",
    "<lang>/attest/<str:token>/": "the member who was asked, signed in; once",
    "<lang>/invitation/<str:token>/": "who was invited, and has the link from an e-mail; once",
    "<lang>/account/confirm/": "signed-in people: their own membership",
    "<lang>/account/feed/": "members: the address of their own feed",
    "<lang>/account/profile/": "signed-in people: their own",
    "<lang>/account/export/": "signed-in people: their own data, asked again who they are",
    "<lang>/account/erase/": "signed-in people: themselves, asked again who they are",
    "<lang>/people/<str:public_id>/": "members: what its owner, a member too, lets them see",
    "<lang>/topics/": "everyone: what the reader may read is counted, through the policy",
    "<lang>/topics/<slug:slug>/": "everyone: the vocabulary is public; what is about it, through the policy",
    "<lang>/countries/": "everyone: what the reader may read is counted, through the policy",
    "<lang>/countries/<slug:code>/": "everyone: lists through the policy; organisations for members",
    "<lang>/compare/": "the policy, for each case",
    "<lang>/cite/<int:page_id>.bib": "the policy",
    "<lang>/cite/<int:page_id>.ris": "the policy",
    "<lang>/pdf/<int:page_id>/": "the policy",
}
PREFIXES = {
    "api/": "the policy, for the session's or the token's user",
    "admin/": "people with access to Wagtail's admin, with its permissions and the hub's hooks",
    "accounts/": "django-allauth's; signing up is closed",
    "<lang>/accounts/": "the same, in a language",
    "<lang>/_util/": "Wagtail's: page passwords, signing in",
    "<lang>/": "Wagtail's pages: home.wagtail_hooks.ask_the_policy",
}


def addresses(patterns, prefix: str = ""):
    for pattern in patterns:
        text = "<lang>/" if pattern.pattern.__class__.__name__ == "LocalePrefixPattern" else str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + text)
        elif isinstance(pattern, URLPattern):
            yield prefix + text


def test_every_address_is_listed():
    unlisted = [
        address
        for address in addresses(get_resolver().url_patterns)
        if address not in PUBLIC and not address.startswith(tuple(PREFIXES))
    ]
    assert unlisted == []


def test_nothing_is_listed_that_is_gone():
    assert PUBLIC.keys() - set(addresses(get_resolver().url_patterns)) == set()


def test_only_wagtails_own_addresses_are_under_a_bare_language_prefix():
    ours = {address for address in addresses(get_resolver().url_patterns) if address.startswith("<lang>/")}
    others = ours - PUBLIC.keys()
    assert all(
        address.startswith(("<lang>/_util/", "<lang>/accounts/", "<lang>/^")) or address == "<lang>/"
        for address in others
    ), others


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/documents/1/file.pdf", "/images/1/", "/api/v2/pages/", "/django-admin/"])
def test_what_is_not_mounted_is_unknown(client, tree, path):
    assert client.get(path, follow=True).status_code == 404
