"""What the admin shows of restricted pages and files to those who are not cleared for them."""

from __future__ import annotations

import re

import pytest
from django.urls import get_resolver, reverse
from wagtail.models import Revision

from tests.access.matrix.answers import text_of
from tests.access.matrix.readers import READERS, sign_in
from tests.access.matrix.states import READERS_OF, Hidden, World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# What the patterns of the admin's addresses ask for, so that each can be called.
NAMES = {
    "app_label": "knowledge",
    "model_name": "article",
    "content_type_app_name": "knowledge",
    "content_type_model_name": "article",
    "app_name": "knowledge",
    "action": "publish",
    "action_name": "approve",
    "filter_spec": "width-40",
    "mode": "",
    "uidb64": "MQ",
    "token": "x",
    "session_id": "1",
}
# Signing out in the middle of the walk, and the address that fails on purpose.
NOT_CALLED = ("/admin/logout/", "/admin/failwhale")
EDITORIAL = ("clear", "green", "unmarked", "draft", "scheduled", "unpublished", "expired", "restricted_to_accounts")
EDITORIAL += ("restricted_by_password", "in_green_section", "translation_of_green", "closed_after_it_was_open")
EDITORIAL += ("amber_for_nobody",)
OF_GROUP = ("amber", "in_amber_section", "translation_of_amber", "restricted_to_group", "stricter_draft")
OF_GROUP += ("stricter_file",)
# Of which states somebody in the admin may meet the secret there; administrators of all.
OPEN_IN_ADMIN = {
    "editor": {*EDITORIAL},
    "moderator": {*EDITORIAL},
    "cleared editor": {*EDITORIAL, *OF_GROUP},
    # What they translate, and what everybody with an account may read.
    "translator": {"clear", "restricted_to_accounts", "translation_of_green"},
}

# Whoever may choose images is shown all that name nobody, whatever page uses them.
IMAGES = ("/admin/images/", "/admin/api/main/images/")
# The pages whose own addresses are called; lists and searches have all the others too.
WALKED = {"amber", "red", "in_amber_section", "translation_of_amber", "stricter_draft", "opened_after_it_was_red"}
WALKED |= {"stricter_file", "green", "draft"}


def admin_patterns() -> list[tuple[str, dict]]:
    """Return every address pattern of the admin, with its converters by name."""
    found = []

    def walk(patterns, prefix: str, keys: dict) -> None:
        for pattern in patterns:
            names = keys | pattern.pattern.converters
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, prefix + str(pattern.pattern), names)
            else:
                found.append((prefix + str(pattern.pattern), names))

    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "admin/":
            walk(pattern.url_patterns, "admin/", {})
    return found


def admin_addresses(hidden: Hidden, *, only_own: bool = False) -> list[str]:
    """Return every address of the admin that can be called with GET, with the hidden things' numbers in it.

    Args:
        hidden: the page and its files.
        only_own: leave out the addresses that have nothing of it in them.
    """
    revision = Revision.page_revisions.filter(object_id=str(hidden.page.pk)).order_by("created_at").first()
    numbers = {
        "image_id": hidden.image.pk,
        "document_id": hidden.document.pk,
        "doc_id": hidden.document.pk,
        "parent_page_id": hidden.page.get_parent().pk,
        "revision_id": revision.pk if revision else 1,
        "revision_id_a": "earliest",
        "revision_id_b": "latest",
    }
    listed = []
    for text, names in admin_patterns():
        has_own = False
        for name in names:
            value = numbers.get(name, NAMES.get(name, hidden.page.pk))
            has_own = has_own or name not in NAMES
            text = re.sub(rf"<\w+:{name}>", str(value), text)
        text = text.replace("<", "").replace("^", "").replace("$", "")
        if "(" not in text and (has_own or not only_own):
            listed.append(f"/{text}")
    parent = hidden.page.get_parent().pk
    listed += [
        f"/admin/pages/{parent}/?q={hidden.secret[:9]}",
        f"/admin/choose-page/{parent}/?page_type=knowledge.article",
        f"/admin/api/main/pages/?child_of={parent}&for_explorer=1",
        f"/admin/pages/usage/knowledge/article/?q={hidden.asked}",
    ]
    if not only_own:
        # What a list shows depends on what is asked of it.
        word = hidden.secret[:9]
        listed += [
            f"/admin/pages/search/?q={word}",
            f"/admin/choose-page/search/?q={word}",
            f"/admin/images/?q={word}",
            f"/admin/images/chooser/results/?q={word}",
            f"/admin/documents/?q={word}",
            f"/admin/documents/chooser/results/?q={word}",
            f"/admin/api/main/pages/?search={word}",
            "/admin/api/main/pages/?limit=20&order=-id",
            "/admin/api/main/images/?limit=20",
            "/admin/api/main/documents/?limit=20",
        ]
    return [address for address in listed if not address.startswith(NOT_CALLED)]


def ask(client, address: str):
    """Call an address of the admin as its scripts do."""
    headers = {"x-requested-with": "XMLHttpRequest"} if "choose" in address or "results" in address else {}
    answer = client.get(address, headers=headers)
    assert answer.status_code < 500, address
    return answer


def secrets_in(text: str) -> set[str]:
    """Return the secrets in a text, apart from questions that come back."""
    text = re.sub(r"(q=|value=\")velocirap[^\w]", "", text)
    return set(re.findall(r"velociraptor(\w+?)x(?![a-z])", text))


class TestAdmin:
    """Every address of the admin, for every page in every state."""

    @pytest.mark.parametrize("who", [who for who in READERS if who not in OPEN_IN_ADMIN and who != "administrator"])
    def test_it_is_closed_to_those_who_have_no_role(self, client, world: World, who):
        sign_in(client, who)
        shown = [
            address
            for number, hidden in enumerate(world.hidden[:4])
            for address in admin_addresses(hidden, only_own=number > 0)
            if secrets_in(text_of(ask(client, address)))
        ]
        assert shown == []

    @pytest.mark.parametrize("who", OPEN_IN_ADMIN)
    def test_it_shows_what_somebody_is_cleared_for_and_nothing_else(self, client, world: World, who):
        sign_in(client, who)
        open_secrets = {name.replace("_", "") for name in OPEN_IN_ADMIN[who]}
        closed = [each for each in [*world.hidden, *world.parts] if each.name in WALKED - OPEN_IN_ADMIN[who]]
        shown: dict[str, set[str]] = {}
        walked = [address for n, hidden in enumerate(closed) for address in admin_addresses(hidden, only_own=n > 0)]
        for page in world.referring:
            walked += [reverse(f"wagtailadmin_pages:{name}", args=[page.pk]) for name in ("edit", "history", "usage")]
        for address in dict.fromkeys(walked):
            choosable = {name.replace("_", "") for name in EDITORIAL} if address.startswith(IMAGES) else set()
            for secret in secrets_in(text_of(ask(client, address))) - open_secrets - choosable:
                shown.setdefault(re.sub(r"\d+", "N", address), set()).add(secret)
        assert not shown, "\n".join(f"{address}: {sorted(found)}" for address, found in sorted(shown.items()))

    @pytest.mark.parametrize("who", [*OPEN_IN_ADMIN, "administrator"])
    def test_files_are_for_those_who_are_cleared_for_a_page_that_uses_them(self, client, world: World, who):
        sign_in(client, who)
        for hidden in [*world.hidden, *world.parts]:
            is_open = who == "administrator" or hidden.name in OPEN_IN_ADMIN[who] or who in READERS_OF[hidden.name]
            if hidden.name == "opened_after_it_was_red" or who == "translator":
                continue  # Its files are of no page any more, which is for editors; for translators see below.
            for address in hidden.files:
                assert (client.get(address).status_code == 200) == is_open, (hidden.name, address)

    @pytest.mark.parametrize(
        ("who", "name"), [("editor", "green"), ("cleared editor", "amber"), ("administrator", "red")]
    )
    def test_they_find_what_they_may_edit(self, client, world: World, who, name):
        [hidden] = [hidden for hidden in world.hidden if hidden.name == name]
        sign_in(client, who)
        revision = hidden.page.get_latest_revision()
        for address in (
            reverse("wagtailadmin_explore", args=[hidden.page.get_parent().pk]),
            f"/admin/pages/search/?q={hidden.secret}",
            f"/admin/choose-page/search/?q={hidden.secret}",
            reverse("wagtailadmin_pages:edit", args=[hidden.page.pk]),
            reverse("wagtailadmin_pages:view_draft", args=[hidden.page.pk]),
            reverse("wagtailadmin_pages:history", args=[hidden.page.pk]),
            reverse("wagtailadmin_pages:revisions_view", args=[hidden.page.pk, revision.pk]),
            reverse("wagtailadmin_pages:revisions_revert", args=[hidden.page.pk, revision.pk]),
        ):
            text = text_of(ask(client, address)).replace(f"q={hidden.secret}", "")
            assert hidden.secret in text, address

    def test_a_stricter_draft_leaves_the_live_text_as_it_is(self, client, world: World):
        [part] = [part for part in world.parts if part.name == "stricter_draft"]
        assert "plain ledger" in text_of(client.get(part.page.url))
        sign_in(client, "editor")
        assert client.get(reverse("wagtailadmin_pages:edit", args=[part.page.pk])).status_code in {302, 403, 404}
        sign_in(client, "cleared editor")
        assert part.secret in text_of(client.get(reverse("wagtailadmin_pages:edit", args=[part.page.pk])))
