"""Pages are previewed before they are saved for the first time."""

from __future__ import annotations

import pytest

from knowledge.models import Article, CaseStudy
from tests.factories import MemberFactory, make_article, make_image, section, stream

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page_type", [Article, CaseStudy])
@pytest.mark.parametrize("marking", ["", "CLEAR", "GREEN"])
def test_a_page_is_previewed_before_it_is_saved(tree, page_type, marking):
    parent = section()
    page = page_type(title="Not saved yet", locale=parent.locale, marking=marking, lead_image=make_image())
    name = page.body_fields[0]
    setattr(page, name, stream(page_type, name, [("text", "<p>Some text.</p>")]))
    # As Wagtail's view of a new page does.
    page.set_url_path(parent)
    page.path, page.depth = f"{parent.path}0001", parent.depth + 1
    response = page.make_preview_request(preview_mode="", extra_request_attrs={"user": MemberFactory()})
    assert response.status_code == 200
    response.render()
    assert "Not saved yet" in response.content.decode()


def test_a_page_is_previewed_in_the_frame_of_each_language(tree):
    page = make_article("A preview")
    assert [mode for mode, _label in page.preview_modes] == ["", "ar", "es", "fr"]
    for mode, direction in (("", "ltr"), ("ar", "rtl"), ("fr", "ltr")):
        response = page.make_preview_request(preview_mode=mode, extra_request_attrs={"user": MemberFactory()})
        text = response.content.decode()
        assert f'<html lang="{mode or "en"}" dir="{direction}">' in text
        assert '<article class="reading" lang="en" dir="ltr">' in text
