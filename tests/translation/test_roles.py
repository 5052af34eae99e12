"""Translators translate into their language, and do nothing else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page, PageViewRestriction
from wagtail_localize.models import StringTranslation, TranslationSource

from knowledge.marking_panel import EDIT_ORIGINALS
from tests.factories import make_article, section
from tests.translation.builders import person, submit, told, translate_texts
from translation.roles import SUBMIT_TRANSLATION, grant_editors, grant_translators

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ARABIC = "Translators: Arabic"


@pytest.fixture
def article(tree):
    return make_article("The original")


@pytest.fixture
def arabic(article):
    return submit(article, "ar")


@pytest.fixture
def spanish(article):
    return submit(article, "es")


@pytest.fixture
def translator(tree, client):
    user = person(ARABIC)
    client.force_login(user)
    return user


def page_url(name: str, page: Page, *args) -> str:
    return reverse(f"wagtailadmin_pages:{name}", args=[page.pk, *args])


def localize_url(name: str, *args) -> str:
    return reverse(f"wagtail_localize:{name}", args=args)


def is_explorer_of(response, page: Page) -> bool:
    return response.status_code == 302 and response.url == reverse("wagtailadmin_explore", args=[page.pk])


class TestGroups:
    def test_translators_have_what_they_need_and_no_more(self, tree):
        group = Group.objects.get(name=ARABIC)
        codenames = {permission.codename for permission in group.permissions.all()}
        assert codenames == {"access_admin", "view_concept", "use_desk"}
        pages = GroupPagePermission.objects.filter(group=group)
        assert {(each.page_id, each.permission.codename) for each in pages} == {
            (tree["ar"].pk, "change_page"),
            (tree["ar"].pk, "publish_page"),
        }
        (collection,) = group.collection_permissions.all()
        assert collection.permission.codename == "choose_image"

    def test_editors_may_write_and_submit(self, tree):
        for role in ("Editors", "Moderators"):
            user = person(role)
            assert user.has_perm(EDIT_ORIGINALS)
            assert user.has_perm(SUBMIT_TRANSLATION)
        assert not person(ARABIC).has_perm(SUBMIT_TRANSLATION)

    def test_granting_twice_changes_nothing(self, tree):
        before = GroupPagePermission.objects.count()
        grant_editors()
        assert grant_translators("ar").name == ARABIC
        assert GroupPagePermission.objects.count() == before

    def test_a_language_without_a_home_page_is_refused(self, tree):
        tree["ar"].delete()
        with pytest.raises(Page.DoesNotExist):
            grant_translators("ar")


class TestTranslator:
    def test_edits_a_translation_into_their_language(self, arabic, translator, client):
        response = client.get(page_url("edit", arabic.get_target_instance()))
        assert response.status_code == 200
        assert "wagtail_localize/admin/edit_translation.html" in [each.name for each in response.templates]

    def test_edits_no_originals_even_in_their_language(self, tree, translator, client):
        original = make_article("Written in Arabic", language="ar")
        for address in (page_url("edit", original), page_url("edit", tree["ar"]), page_url("edit", section("ar"))):
            response = client.get(address)
            assert response.status_code == 302, address
            assert "Editors can change it" in told(response)
        assert is_explorer_of(client.get(page_url("edit", original)), section("ar"))

    def test_does_not_reach_the_original_or_other_languages(self, article, spanish, translator, client):
        for page in (article, spanish.get_target_instance()):
            response = client.get(page_url("edit", page))
            assert response.status_code == 302
            assert response.url == reverse("wagtailadmin_home")

    def test_changes_nothing_in_the_tree(self, arabic, translator, client):
        page = arabic.get_target_instance()
        for address in (
            page_url("delete", page),
            page_url("copy", page),
            page_url("move_confirm", page, section("ar", 1).pk),
            page_url("convert_alias", page),
            page_url("set_privacy", page),
        ):
            assert client.post(address, {}).status_code == 302, address
        before = Page.objects.get(pk=page.pk)
        assert (before.path, before.translation_key) == (page.path, page.translation_key)
        assert not PageViewRestriction.objects.exists()
        client.post(page_url("set_page_position", section("ar", 1)) + "?position=0")
        assert section("ar", 1).path > section("ar", 0).path
        assert client.get(page_url("add_subpage", section("ar"))).status_code == 302

    def test_unpublishes_translations_but_no_originals(self, arabic, translator, client):
        translate_texts(arabic)
        arabic.save_target(publish=True)
        original = make_article("Written in Arabic", language="ar")
        translated = arabic.get_target_instance()
        translated.get_latest_revision().publish()
        for page, stays_live in ((translated, False), (original, True)):
            client.post(page_url("unpublish", page), {})
            page.refresh_from_db()
            assert page.live is stays_live

    def test_bulk_actions_are_for_editors(self, arabic, translator, client):
        original = make_article("Written in Arabic", language="ar")
        for action in ("publish", "unpublish", "delete"):
            address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
            client.post(f"{address}?id={original.pk}&id={arabic.get_target_instance().pk}", {})
            original.refresh_from_db()
            assert original.live

    def test_scripts_are_refused_plainly(self, translator, client):
        original = make_article("Written in Arabic", language="ar")
        response = client.post(page_url("edit", original), {}, headers={"x-requested-with": "XMLHttpRequest"})
        assert response.status_code == 403

    def test_an_editor_goes_on_as_always(self, arabic, client):
        client.force_login(person("Editors"))
        original = make_article("Written in Arabic", language="ar")
        for page in (original, arabic.get_target_instance()):
            assert client.get(page_url("edit", page)).status_code == 200
        assert client.get(page_url("delete", original)).status_code in {200, 302}


class TestEndpointsOfWagtailLocalize:
    def text_url(self, translation) -> str:
        return localize_url("edit_string_translation", translation.pk, translation.source.stringsegment_set.first().pk)

    def put(self, client, address: str, value: str | None = "نص"):
        body = f"value={value}" if value else "other=1"
        return client.put(address, body, content_type="application/x-www-form-urlencoded")

    def test_texts_of_ones_own_language(self, arabic, translator, client):
        assert self.put(client, self.text_url(arabic)).status_code == 201
        assert StringTranslation.objects.get().data == "نص"

    def test_texts_of_another_language(self, spanish, translator, client):
        assert self.put(client, self.text_url(spanish)).status_code in {302, 403}
        assert not StringTranslation.objects.exists()

    def test_texts_of_a_stopped_translation(self, arabic, translator, client):
        arabic.enabled = False
        arabic.save()
        assert self.put(client, self.text_url(arabic)).status_code in {302, 403}
        assert not StringTranslation.objects.exists()

    def test_a_form_without_a_text(self, arabic, translator, client):
        assert self.put(client, self.text_url(arabic), None).status_code == 400

    @pytest.mark.parametrize("name", ["upload_pofile", "machine_translate", "stop_translation"])
    def test_another_language_is_closed(self, spanish, translator, client, name):
        response = client.post(localize_url(name, spanish.pk), {})
        spanish.refresh_from_db()
        assert spanish.enabled
        assert not StringTranslation.objects.exists()
        assert response.status_code in {302, 403, 404}

    def test_previews_and_files_of_another_language_are_closed(self, spanish, translator, client):
        for name in ("preview_translation", "download_pofile"):
            assert client.get(localize_url(name, spanish.pk)).status_code == 302

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"nonsense", b'msgid ""\nmsgstr ""\n', b'msgid "x\n'])
    def test_a_broken_po_file_is_refused_with_a_message(self, arabic, translator, client, content):
        file = SimpleUploadedFile("ar.po", content)
        response = client.post(localize_url("upload_pofile", arabic.pk), {"file": file})
        assert response.status_code == 302
        assert "PO file" in told(response)

    def test_a_missing_po_file_is_refused_with_a_message(self, arabic, translator, client):
        response = client.post(localize_url("upload_pofile", arabic.pk), {})
        assert "Choose a PO file" in told(response)

    def test_a_downloaded_po_file_comes_back(self, arabic, translator, client):
        file = SimpleUploadedFile("ar.po", client.get(localize_url("download_pofile", arabic.pk)).content)
        response = client.post(localize_url("upload_pofile", arabic.pk), {"file": file})
        assert "Successfully imported" in told(response)

    def test_only_editors_stop_a_translation(self, arabic, translator, client):
        client.post(localize_url("stop_translation", arabic.pk))
        arabic.refresh_from_db()
        assert arabic.enabled
        client.force_login(person("Editors"))
        client.post(localize_url("stop_translation", arabic.pk))
        arabic.refresh_from_db()
        assert not arabic.enabled

    def test_nobody_makes_an_alias_of_a_translation(self, arabic, client):
        client.force_login(person("Moderators"))
        page = arabic.get_target_instance()
        response = client.post(localize_url("convert_to_alias", page.pk))
        assert "cannot become an alias" in told(response)
        page.refresh_from_db()
        assert page.alias_of_id is None

    def test_translators_submit_and_sync_nothing(self, article, arabic, translator, client):
        for address in (
            localize_url("submit_page_translation", article.pk),
            localize_url("update_translations", arabic.source_id),
        ):
            assert client.get(address).status_code == 302
            assert client.post(address, {}).status_code == 302

    def test_submitting_needs_the_page(self, article, tree, client):
        """Somebody who may submit, but edits elsewhere."""
        user = person(ARABIC)
        user.user_permissions.add(*Group.objects.get(name="Editors").permissions.all())
        client.force_login(user)
        assert client.get(localize_url("submit_page_translation", article.pk)).url == reverse("wagtailadmin_home")

    def test_a_translation_is_no_source(self, article, arabic, client):
        client.force_login(person("Editors"))
        response = client.get(localize_url("submit_page_translation", arabic.get_target_instance().pk))
        assert response.url == localize_url("submit_page_translation", article.pk)
        assert TranslationSource.objects.filter(object_id=article.translation_key).count() == 1

    def test_an_editor_submits(self, article, client):
        client.force_login(person("Editors"))
        address = localize_url("submit_page_translation", article.pk)
        assert client.get(address).status_code == 200
        locales = [each.locale_id for each in Page.objects.filter(depth=2).exclude(locale=article.locale)]
        assert client.post(address, {"locales": locales}).status_code == 302
        assert article.get_translations().count() == 3
        assert not article.get_translations().filter(live=True).exists()

    def test_the_report_lists_ones_own_translations(self, arabic, spanish, translator, client):
        response = client.get(localize_url("translations_report"))
        assert list(response.context["object_list"]) == [arabic]
