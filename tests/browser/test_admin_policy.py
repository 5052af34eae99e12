"""Wagtail's admin under the hub's policy: no script within a page runs, and nothing that editors need is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser]

SCREENS = [
    "/admin/", "/admin/pages/", "/admin/images/", "/admin/images/add/", "/admin/images/multiple/add/",
    "/admin/documents/", "/admin/documents/multiple/add/", "/admin/media/", "/admin/media/video/add/",
    "/admin/users/", "/admin/users/new/", "/admin/groups/", "/admin/groups/new/", "/admin/collections/",
    "/admin/sites/", "/admin/redirects/", "/admin/workflows/list/", "/admin/workflows/add/",
    "/admin/workflows/tasks/index/",
    "/admin/reports/locked/", "/admin/reports/workflow/", "/admin/reports/site-history/", "/admin/reports/aging-pages/",
    "/admin/account/", "/admin/help/", "/admin/search/?q=a", "/admin/styleguide/", "/admin/settings/home/brand/",
]  # fmt: skip


@pytest.fixture
def administrator(sign_in) -> Iterator[Page]:
    """An administrator, on whose pages no script may fail either; what the policy forbids, `visit` finds."""
    page = sign_in("administrator")
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(f"{page.url}: {error}"))
    yield page
    assert not failures, "\n".join(failures)


def test_no_screen_of_the_admin_needs_what_the_policy_forbids(administrator):
    for address in SCREENS:
        administrator.goto(address)
        administrator.wait_for_load_state("networkidle")


def test_panels_choosers_and_dates_start_without_scripts_in_pages(administrator):
    """What Wagtail would start by a script within the page; tests/browser/test_journey.py adds rows of a panel."""
    page = administrator
    page.goto("/admin/settings/home/brand/")
    page.get_by_role("button", name="Choose an image").first.click()
    expect(page.locator(".modal-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto("/admin/workflows/add/")
    page.get_by_role("button", name=re.compile("Add")).last.click()
    page.get_by_role("button", name="Choose a task").click()
    expect(page.locator(".modal-dialog")).to_be_visible()
    page.goto("/admin/pages/")
    page.get_by_role("link", name="Explore child pages of 'Global Knowledge Hub'").click()
    page.get_by_role("link", name="Explore child pages of 'Case studies'").click()
    page.get_by_role("link", name="Add child page").first.click()
    page.locator("main").get_by_role("link", name="Case study", exact=True).click()
    page.get_by_role("tab", name="Readers and publishing").click()
    page.locator("#id_review_by").click()
    expect(page.locator(".xdsoft_datetimepicker").locator("visible=true")).to_have_count(1)


def test_a_recording_is_named_by_its_file(administrator):
    administrator.goto("/admin/media/video/add/")
    administrator.locator("#id_file").set_input_files({"name": "a film.mp4", "mimeType": "video/mp4", "buffer": b"x"})
    expect(administrator.locator("#id_title")).to_have_value("a film")
