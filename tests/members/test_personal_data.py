"""Everything that is kept about a person, handed out to them, and erased; the community's knowledge stays."""

from __future__ import annotations

import datetime
import io
import json

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client, TestCase
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import APIToken, ModelLogEntry, PageLogEntry

from access.models import AuditEntry
from knowledge.models import FollowedTopic, ReadingList, ReadingListItem, SavedItem, Shelf, Usefulness
from members.applications import assign
from members.erasure import LastAdministratorError, erase_person
from members.feed_keys import feed_token, make_feed_key
from members.letters import forget_sent_letters
from members.models import Application, ApplicationStep, Attestation, FeedKey, Letter, Profile, User
from members.sponsors import ask_sponsors, attest
from tests.factories import (
    ApplicationFactory,
    ConceptFactory,
    MemberFactory,
    OrganisationFactory,
    UserFactory,
    make_article,
)
from tests.members.identity import PASSWORD, set_up_app, sign_in_and_confirm

pytestmark = pytest.mark.django_db

EXPORT, ERASE = "/en/account/export/", "/en/account/erase/"
# Rows that point to a person and stay: what was done, not who somebody is; and work of the community.
STAYING = {
    "wagtailcore.modellogentry",
    "wagtailcore.pagelogentry",
    "wagtailcore.page",  # Owner, and who locked it.
    "wagtailcore.revision",
    "wagtailcore.comment",
    "wagtailcore.commentreply",
    "wagtailcore.workflowstate",
    "wagtailcore.taskstate",
    "wagtailcore.uploadedfile",
    "wagtailimages.image",
    "wagtaildocs.document",
    "wagtailmedia.media",
    "knowledge.hubimage",
    "knowledge.hubdocument",
    "knowledge.hubmedia",
    "knowledge.adaptation",
    "knowledge.usefulness",  # As a visitor's.
    "wagtail_localize.stringtranslation",
    "wagtail_localize.segmentoverride",
    "wagtail_localize.translationlog",
}


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def person() -> User:
    """A member of whom something is kept in every place."""
    user = MemberFactory(
        email="zenobia@example.org",
        first_name="Zenobia",
        last_name="Quill",
        organisation=OrganisationFactory(slug="harbours"),
        language="fr",
        time_zone="Africa/Nairobi",
    )
    page = make_article(marking="GREEN")
    vouched_for = ApplicationFactory(sponsor_email="ZENOBIA@example.org")
    ask_sponsors(vouched_for)
    attest(Attestation.objects.get(sponsor=user).pk, user, vouches=True, comment="Zenobia Quill knows them.")
    assign(vouched_for.pk, MemberFactory(), user)
    ApplicationStep.objects.create(application=vouched_for, action="sponsor_asked", text="Zenobia Quill")
    user.groups.add(Group.objects.create(name="Pilots"))
    profile = Profile.objects.create(user=user, display_name="Zen Quill", biography="Twenty years at sea.")
    profile.expertise.add(ConceptFactory(slug="tides"))
    Shelf.objects.create(user=user)
    SavedItem.objects.create(user=user, translation_key=page.translation_key)
    reading_list = ReadingList.objects.create(owner=user, name="Night watch")
    ReadingListItem.objects.create(reading_list=reading_list, translation_key=page.translation_key, note="Read again")
    FollowedTopic.objects.create(user=user, concept=ConceptFactory())
    Usefulness.objects.create(
        user=user, page=page.knowledgepage_ptr, translation_key=page.translation_key, is_useful=True, comment="Good"
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    set_up_app(user)
    SocialAccount.objects.create(user=user, provider="sso", uid="zq-1", extra_data={"name": "Zenobia Quill"})
    make_feed_key(user)
    APIToken.create_token(user=user, name="My script")
    log(page, "wagtail.publish", user=user)
    log(user, "wagtail.edit", user=user)
    return user


def test_every_place_that_points_to_people_is_known():
    """A new table with people in it is handed out and erased, or its author says here why it stays."""
    pointing = {
        relation.related_model._meta.label_lower
        for relation in User._meta.related_objects
        if not relation.related_model._meta.auto_created
    }
    erased = {"account.emailaddress", "mfa.authenticator", "usersessions.usersession", "socialaccount.socialaccount"}
    erased |= {"members.feedkey", "members.profile", "wagtailusers.userprofile", "wagtailcore.apitoken"}
    erased |= {"wagtailcore.pagesubscription", "wagtailadmin.editingsession", "wagtailadmin.formstate"}
    erased |= {"knowledge.shelf", "knowledge.saveditem", "knowledge.readinglist", "knowledge.followedtopic"}
    erased |= {"knowledge.readingprogress"}
    erased |= {"members.application", "members.attestation", "members.invitation", "members.organisation"}
    erased |= {"search.savedsearch", "translation.translationwish", "members.expertquestion"}
    erased |= {"translation.segmentdraft", "translation.segmentcomment", "translation.assignment"}
    erased |= {"translation.importedfile", "translation.deskdigest", "translation.termsuggestion"}
    known = erased | STAYING
    assert {label for label in pointing if label not in known} == set()


class TestExport:
    def test_it_asks_again_who_one_is(self, client, person):
        client.force_login(person)
        for answer in (client.get(EXPORT), client.post(EXPORT)):
            assert answer.status_code == 302
            assert "/reauthenticate/" in answer["Location"]

    def test_visitors_sign_in_first(self, client):
        assert "/login/" in client.get(EXPORT)["Location"]

    def test_everything_is_in_it(self, client, person):
        sign_in_and_confirm(client, person)
        answer = client.post(EXPORT)
        assert answer["Content-Disposition"].startswith("attachment")
        assert "no-store" in answer["Cache-Control"]
        kept = json.loads(answer.content)
        account = kept["account"]
        assert (account["email"], account["first_name"], account["organisation"]) == (
            "zenobia@example.org",
            "Zenobia",
            "harbours",
        )
        assert account["groups"] == ["Members", "Pilots"]
        assert [factor["type"] for factor in account["second_factors"]] == ["totp"]
        assert account["connected_services"][0]["uid"] == "zq-1"
        assert account["api_tokens"][0]["name"] == "My script"
        assert account["feed_key_made_at"]
        assert kept["profile"]["biography"] == "Twenty years at sea."
        assert kept["profile"]["expertise"] == ["tides"]
        shelf = kept["shelf"]
        assert shelf["reading_list_items"][0]["note"] == "Read again"
        for name in ("saved_items", "reading_lists", "followed_topics", "usefulness"):
            assert len(shelf[name]) == 1, name
        assert len(kept["records"]["page_log"]) == PageLogEntry.objects.filter(user=person).count() > 0
        assert kept["records"]["audit_of_what_you_did"]

    def test_no_secret_and_nobody_else_is_in_it(self, client, person):
        other = MemberFactory(first_name="Otherperson")
        SavedItem.objects.create(user=other, translation_key=make_article().translation_key)
        sign_in_and_confirm(client, person)
        text = client.post(EXPORT).content.decode()
        secrets = [
            person.password,
            FeedKey.objects.get(user=person).secret,
            Authenticator.objects.get(user=person).data["secret"],
            APIToken.objects.get(user=person).key_hash,
            client.session.session_key,
            "Otherperson",
            other.email,
        ]
        assert [secret for secret in secrets if secret in text] == []

    def test_an_account_of_which_little_is_kept_is_handed_out_too(self, client):
        user = UserFactory()
        sign_in_and_confirm(client, user)
        assert json.loads(client.post(EXPORT).content)["profile"] is None


class TestErasure:
    def erase(self, client, person) -> None:
        sign_in_and_confirm(client, person)
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer = client.post(ERASE, {"email": person.email})
        assert answer.status_code == 302
        person.refresh_from_db()

    def test_it_asks_again_who_one_is_and_whether_one_means_it(self, client, person):
        client.force_login(person)
        assert "/reauthenticate/" in client.post(ERASE, {"email": person.email})["Location"]
        sign_in_and_confirm(client, person)
        assert client.get(ERASE).status_code == 200
        for email in ("", "other@example.org"):
            assert client.post(ERASE, {"email": email}).status_code == 200
        person.refresh_from_db()
        assert person.is_active

    def test_nothing_that_says_who_they_are_is_left(self, client, person):
        self.erase(client, person)
        texts = []
        for model in apps.get_models():
            fields = [field.attname for field in model._meta.concrete_fields]
            texts += [(model._meta.label, str(row)) for row in model._base_manager.values(*fields)]
        found = {label for label, text in texts for word in ("Zenobia", "Quill", "zenobia@") if word in text}
        # The session of the browser tells them so, once.
        assert found == set()

    def test_the_account_is_empty_and_shut(self, client, person):
        self.erase(client, person)
        assert (person.is_active, person.is_member, person.organisation) == (False, False, None)
        assert not person.has_usable_password()
        assert not person.groups.exists()
        assert person.email.endswith("@invalid")
        assert not Usefulness.objects.filter(user=person).exists()
        assert Usefulness.objects.filter(comment="Good").exists()

    def test_what_they_wrote_stays_as_a_former_members(self, client, person):
        page = make_article("Kept for the community")
        page.owner = person
        page.save()
        revision = page.save_revision(user=person, log_action=True)
        self.erase(client, person)
        page.refresh_from_db()
        revision.refresh_from_db()
        assert str(page.owner) == page.owner.get_full_name() == "Former member"
        assert str(revision.user) == "Former member"
        assert client.get(page.url).status_code == 200
        administrator = UserFactory(is_superuser=True)
        client.force_login(administrator)
        history = client.get(f"/admin/pages/{page.pk}/history/").content.decode()
        assert "Former member" in history
        assert "Zenobia" not in history
        assert [entry.label for entry in ModelLogEntry.objects.for_instance(person)] == [f"#{person.pk}"]

    def test_every_way_in_is_shut(self, client, person):
        """Tokens that were given out before: sessions, links, feed, API."""
        elsewhere = Client()
        Authenticator.objects.filter(user=person).delete()
        elsewhere.post("/en/accounts/login/", {"login": person.email, "password": PASSWORD})
        assert UserSession.objects.filter(user=person).exists()
        assert elsewhere.get("/en/account/").status_code == 200
        old_style = Client()
        old_style.force_login(person)  # A session without a row of allauth's.
        reset = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
        feed = feed_token(person)
        key = APIToken.create_token(user=person, name="test")[1]
        assert client.get(f"/en/feed/members/{feed}/").status_code == 200
        self.erase(client, person)
        for browser in (client, elsewhere, old_style):
            assert browser.get("/en/account/").status_code == 302
        assert client.get(f"/en/feed/members/{feed}/").status_code == 404
        page = client.get(f"/en/accounts/password/reset/key/{reset}/", follow=True)
        assert "password1" not in page.content.decode()
        names = client.get("/api/v3/pages/", {"type": "knowledge.Article"}, headers={"authorization": f"Bearer {key}"})
        assert names.status_code in {200, 401}
        if names.status_code == 200:
            assert names.json()["count"] == client.get("/api/v3/pages/", {"type": "knowledge.Article"}).json()["count"]
        for email in ("zenobia@example.org", person.email):
            client.post("/en/accounts/login/", {"login": email, "password": PASSWORD})
            assert "_auth_user_id" not in client.session
        mail.outbox.clear()
        client.post("/en/accounts/password/reset/", {"email": "zenobia@example.org"})
        assert all("/reset/key/" not in message.body for message in mail.outbox)

    def test_their_profile_is_gone(self, client, person):
        address = f"/en/people/{Profile.objects.get(user=person).public_id}/"
        self.erase(client, person)
        client.force_login(MemberFactory())
        assert client.get(address).status_code == 404

    def test_they_are_told_in_their_language_and_it_is_written_down(self, client, person):
        self.erase(client, person)
        [message] = [each for each in mail.outbox if each.to == ["zenobia@example.org"]]
        assert "Votre compte" in message.body
        assert not Letter.objects.filter(to="zenobia@example.org").exists(), "the address goes with the last letter"
        [entry] = AuditEntry.objects.filter(action="member.erased")
        assert (entry.actor_key, entry.subject_key, entry.details) == (person.pk, str(person.pk), {})

    def test_a_mail_server_that_is_away_keeps_nothing(self, person, monkeypatch):
        def away(*args, **kwargs):
            raise OSError("away")

        monkeypatch.setattr("django.core.mail.EmailMessage.send", away)
        with TestCase.captureOnCommitCallbacks(execute=True):
            erase_person(person, actor=person)
        person.refresh_from_db()
        assert person.erased_at
        Letter.objects.update(written_at=timezone.now() - datetime.timedelta(days=31))
        assert forget_sent_letters()
        assert not Letter.objects.filter(to="zenobia@example.org").exists()

    def test_steps_of_applications_name_a_former_member(self, person):
        step = ApplicationStep.objects.get(action="assigned")
        assert step.text_in_words == "Zenobia Quill"
        erase_person(person, actor=person)
        assert step.text_in_words == "Former member"
        assert not Application.objects.exclude(sponsor_email="").exists()

    def test_what_they_were_asked_is_asked_of_another(self, person):
        organisation, other = OrganisationFactory(), MemberFactory()
        organisation.focal_points.add(person)
        application = ApplicationFactory(organisation=organisation)
        ask_sponsors(application)
        organisation.focal_points.add(other)
        erase_person(person, actor=person)
        assert [each.sponsor for each in application.attestations.filter(state="waiting")] == [other]

    def test_the_only_administrator_stays(self, client):
        User.objects.filter(is_superuser=True).update(is_superuser=False)
        last = UserFactory(is_superuser=True)
        UserFactory(is_superuser=True, is_active=False)
        sign_in_and_confirm(client, last)
        page = client.post(ERASE, {"email": last.email})
        assert "You are the only administrator" in page.content.decode()
        with pytest.raises(LastAdministratorError):
            erase_person(last, actor=last)
        last.refresh_from_db()
        assert last.is_active
        UserFactory(is_superuser=True)
        erase_person(last, actor=last)
        assert not last.is_superuser

    def test_the_same_address_can_join_again(self, client, person):
        self.erase(client, person)
        again = MemberFactory(email="zenobia@example.org")
        assert str(again) != "Former member"

    def test_the_command_line_does_what_is_asked_by_letter(self, person):
        with pytest.raises(CommandError):
            call_command("erase_person", person.email)
        with pytest.raises(CommandError):
            call_command("erase_person", "nobody@example.org", "--yes")
        call_command("erase_person", person.email.upper(), "--yes", stdout=io.StringIO())
        person.refresh_from_db()
        assert person.erased_at
