"""A crawler signs in as each role of the demonstration, calls all it can reach, and finds no trace of anything else."""

from __future__ import annotations

import html
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import deque
from http.cookiejar import CookieJar

import pytest

from demo.accounts import ACCOUNTS
from demo.content import KINDS, Item, read_items

pytestmark = [pytest.mark.service, pytest.mark.browser, pytest.mark.slow]

ITEMS = [item for kind in KINDS for item in read_items(kind)]
ROLES = ["visitor", "member", "member of a named group", "expert", "editor", "translator (Arabic)", "moderator"]
EDITING = {"editor", "translator (Arabic)", "moderator"}
# What is reached first; the rest follows from it.
BEGINNINGS = [
    *("/en/", "/ar/", "/es/", "/fr/", "/sitemap.xml", "/en/llms.txt", "/en/feed/", "/en/topics/", "/en/countries/"),
    *("/oai/?verb=ListRecords&metadataPrefix=oai_dc", "/api/v3/pages/?limit=100", "/api/v3/images/?limit=100"),
    *("/api/v3/documents/?limit=100", "/en/search/", "/ar/search/", "/es/search/", "/en/account/", "/en/my/saved/"),
]
ADMIN_BEGINNINGS = [
    *("/admin/", "/admin/pages/", "/admin/images/", "/admin/documents/", "/admin/reports/site-history/"),
    *(
        "/admin/reports/aging-pages/",
        "/admin/reports/languages/",
        "/admin/desk/",
        "/admin/api/main/pages/?limit=20&order=-id",
    ),
    *("/admin/choose-page/", "/admin/choose-page/search/?q=a", "/admin/images/chooser/", "/admin/documents/chooser/"),
]
MOST = 350
MOST_IN_ADMIN = 150
# Making paper takes seconds; its content is that of the page, and tests/access/test_leaks.py asks for it.
LEFT_OUT = re.compile(r"/logout/|/pdf/|/static/|/jsi18n|/sprite|/delete/|\.mp4|\.m4a|language=|sort=|/choose-topic")
ADDRESS = re.compile(r"""(?:href|src|action|data-[\w-]*url)=["']([^"'#]+)|"(?:url|html_url|file)": ?"([^"]+)\"""")
LOC = re.compile(r"<(?:loc|dc:identifier)>([^<]+)<")


def traces_of(item: Item) -> list[str]:
    """Return texts that stand nowhere but where the item shows."""
    named = [text["summary"] for text in item.texts.values()]
    slugs = [f"/{text['slug']}/" for text in item.texts.values()]
    return [*named, *(html.escape(text) for text in named), *slugs, *(urllib.parse.quote(slug) for slug in slugs)]


def may_read(item: Item, role: str) -> bool:
    """Tell from the content folder and the list of accounts whether a role may read an item."""
    [account] = [account for account in ACCOUNTS if account.role == role] or [None]
    named = item.meta.get("shared_with", {})
    match item.meta["marking"]:
        case "CLEAR":
            return True
        case "GREEN":
            return account is not None
        case "AMBER":
            return account is not None and bool(set(account.groups) & set(named["groups"]))
        case "AMBER+STRICT":
            return account is not None and account.organisation in named["organisations"]
    return account is not None and account.email in named["people"]


class Crawler:
    """A browser without script: keeps cookies, follows what leads further."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, address: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Return status and text of an address."""
        body = urllib.parse.urlencode(form).encode() if form else None
        safe = urllib.parse.quote(address, safe="/?&=%:+,;@")
        request = urllib.request.Request(self.url + safe, body, {"Referer": self.url + "/"})
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode("utf-8", "replace")

    def sign_in(self, email: str, password: str) -> None:
        """Sign in through the form."""
        _status, text = self.get("/en/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)[1]
        self.get("/en/accounts/login/", {"csrfmiddlewaretoken": token, "login": email, "password": password})
        assert self.get("/en/my/saved/")[0] == 200, "not signed in"

    def crawl(self, beginnings: list[str], most: int) -> dict[str, str]:
        """Return the texts of what can be reached, by address."""
        waiting, seen, texts = deque(beginnings), set(beginnings), {}
        is_admin = beginnings[0].startswith("/admin/")
        while waiting and len(texts) < most:
            address = waiting.popleft()
            status, text = self.get(address)
            assert status < 500, address
            texts[address] = text
            found = [html.unescape(one or other) for one, other in ADDRESS.findall(text)]
            found += [html.unescape(each) for each in LOC.findall(text)]
            for each in found:
                each = urllib.parse.unquote(urllib.parse.urljoin(self.url + address, each))
                if not each.startswith(self.url + "/") or LEFT_OUT.search(each):
                    continue
                path = each.removeprefix(self.url)
                path = path if path.startswith("/api/") else path.partition("?")[0]
                if path not in seen and path.startswith("/admin/") == is_admin:
                    seen.add(path)
                    waiting.append(path)
        return texts


def find_traces(texts: dict[str, str], items: list[Item]) -> list[str]:
    """Return where something of the items shows."""
    return [
        f"{item.key} ({trace[:40]}) at {address}"
        for item in items
        for trace in traces_of(item)
        for address, text in texts.items()
        if trace in text
    ]


@pytest.fixture
def crawler(hub, accounts):
    """Return a function that gives a crawler signed in as a role."""

    def make(role: str) -> Crawler:
        made = Crawler(hub.url)
        if role != "visitor":
            made.sign_in(*accounts[role])
        return made

    return make


@pytest.mark.parametrize("role", ROLES)
def test_a_role_finds_nothing_that_it_may_not_read(crawler, role):
    texts = crawler(role).crawl(BEGINNINGS, MOST)
    assert len(texts) > 100, "the crawler hardly gets anywhere"
    assert find_traces(texts, [item for item in ITEMS if not may_read(item, role)]) == []


def test_whoever_is_named_finds_it(crawler):
    """Else the test above would find nothing because there is nothing."""
    found = {"member": "hotline-handover-plan", "member of a named group": "corridor-stops-under-review"}
    found["expert"] = "a-letter-to-one-adviser"
    for role, key in found.items():
        [item] = [item for item in ITEMS if item.key == key]
        asked = item.texts["en"]["title"]
        texts = {
            address: crawler(role).get(address)[1] for address in (f"/en/search/?q={asked}", "/en/best-practices/")
        }
        assert find_traces(texts, [item]), (role, key)


@pytest.mark.parametrize("role", sorted(EDITING))
def test_the_admin_names_nothing_that_a_role_is_not_cleared_for(crawler, role):
    texts = crawler(role).crawl(ADMIN_BEGINNINGS, MOST_IN_ADMIN)
    assert len(texts) > 20
    restricted = [item for item in ITEMS if item.meta.get("shared_with") and not may_read(item, role)]
    titles = [
        f"{item.key} at {address}"
        for item in restricted
        for text in item.texts.values()
        for address, page in texts.items()
        if text["title"] in page or html.escape(text["title"]) in page
    ]
    assert find_traces(texts, restricted) + titles == []


@pytest.mark.parametrize("role", ["visitor", "member", "editor"])
def test_scripts_bring_nothing_either(visit, sign_in, role):
    page = visit() if role == "visitor" else sign_in(role)
    texts: dict[str, str] = {}

    def keep(response) -> None:
        kind = response.headers.get("content-type", "")
        if response.ok and ("text" in kind or "json" in kind or "xml" in kind) and "/static/" not in response.url:
            try:
                texts[f"{len(texts)} {response.url}"] = response.text()
            except Exception:
                texts[f"{len(texts)} {response.url}"] = ""

    page.on("response", keep)
    addresses = ["/en/", "/en/best-practices/", "/ar/", "/en/topics/", "/en/countries/"]
    if role == "editor":
        addresses += ["/admin/", "/admin/pages/"]
    for address in addresses:
        page.goto(address)
        texts[f"shown {address}"] = page.content()
    page.goto("/en/search/")
    for beginning in ("rest", "before", "who"):
        page.locator("main input[name=q]").fill(beginning)
        page.wait_for_timeout(600)
    texts["shown while typing"] = page.content()
    assert any("completions" in address for address in texts), "nothing was asked while typing"
    hidden = [item for item in ITEMS if not may_read(item, role)]
    if role == "editor":
        hidden = [item for item in hidden if item.meta.get("shared_with")]
    assert find_traces(texts, hidden) == []
