"""Profiles: field by field for whom their owner chose; and how the hub speaks to people."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import RequestFactory
from django.utils import timezone

from access.generation import current_generation
from members.middleware import TimeZoneMiddleware
from members.models import Profile, User
from members.profiles import FIELDS, shown_fields
from tests.factories import ConceptFactory, MemberFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

EDIT = "/en/account/profile/"


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def owner() -> User:
    organisation = OrganisationFactory(names={"en": "Harbour authority", "fr": "Autorité portuaire"})
    return MemberFactory(first_name="Zenobia", last_name="Quill", organisation=organisation)


def profile_that_shows(owner: User, who_sees: str, **visibility: str) -> Profile:
    profile = Profile.objects.create(
        user=owner,
        display_name="Zenobia Q.",
        position="Head of port security",
        country="KE",
        languages=["fr", "sw"],
        biography="Twenty years at sea.",
        visibility={**dict.fromkeys(FIELDS, who_sees), **visibility},
    )
    profile.expertise.add(ConceptFactory(labels={"en": "Maritime matters", "fr": "Affaires maritimes"}))
    return profile


def address(profile: Profile, language: str = "en") -> str:
    return f"/{language}/people/{profile.public_id}/"


def form_fields(**fields) -> dict:
    blank = {
        **dict.fromkeys(("display_name", "position", "country", "biography", "language", "time_zone"), ""),
        **{f"language_{number}": "" for number in range(4)},
        **{f"show_{name}": "nobody" for name in FIELDS},
        "digest": "none",
    }
    return {**blank, **fields}


WORDS = ["Zenobia Q.", "Head of port security", "Harbour authority", "Kenya", "Swahili", "Maritime matters"]
WORDS += ["Twenty years at sea.", "@example.org"]


class TestWhoSeesWhat:
    def test_members_see_what_is_for_members(self, client, owner):
        profile = profile_that_shows(owner, "members")
        client.force_login(MemberFactory())
        page = client.get(address(profile)).content.decode()
        main = page[page.index("<main") : page.index("</main")]
        assert [word for word in WORDS if word not in main] == []

    def test_names_come_in_the_readers_language(self, client, owner):
        profile = profile_that_shows(owner, "members")
        client.force_login(MemberFactory())
        page = client.get(address(profile, "fr")).content.decode()
        for word in ("Autorité portuaire", "Affaires maritimes", "swahili"):
            assert word in page

    def test_what_is_for_nobody_is_seen_by_nobody(self, client, owner):
        profile = profile_that_shows(owner, "nobody", position="members")
        client.force_login(MemberFactory())
        page = client.get(address(profile)).content.decode()
        assert [word for word in WORDS if word in page] == ["Head of port security"]

    def test_groups_are_those_that_both_are_in(self, owner):
        profile = profile_that_shows(owner, "groups")
        group = Group.objects.create(name="Harbours")
        friend, stranger = MemberFactory(), MemberFactory()
        for user in (owner, friend):
            user.groups.add(group)
        stranger.groups.add(Group.objects.create(name="Airports"))
        assert set(shown_fields(profile, friend)) == set(FIELDS)
        assert shown_fields(profile, stranger) == {}

    def test_a_role_is_no_group(self, owner):
        profile = profile_that_shows(owner, "groups")
        role = Group.objects.create(name="Role")
        role.permissions.add(Permission.objects.first())
        colleague = MemberFactory()
        for user in (owner, colleague):
            user.groups.add(role, Group.objects.get(name="Editors"))
        assert shown_fields(profile, colleague) == {}

    def test_without_a_choice_only_the_name_is_seen(self, owner):
        profile = Profile.objects.create(user=owner, position="Head", biography="Sea.")
        assert set(shown_fields(profile, MemberFactory())) == {"name"}

    def test_unknown_hidden_and_forbidden_are_the_same(self, client, owner):
        shown = profile_that_shows(owner, "members")
        hidden = profile_that_shows(MemberFactory(), "nobody")
        for_groups = profile_that_shows(MemberFactory(), "groups")
        of_no_member = profile_that_shows(UserFactory(), "members")
        of_a_closed_account = profile_that_shows(MemberFactory(is_active=False), "members")
        client.force_login(MemberFactory())
        unknown = client.get("/en/people/nobody-is-here/")
        assert unknown.status_code == 404
        for profile in (hidden, for_groups, of_no_member, of_a_closed_account):
            answer = client.get(address(profile))
            assert answer.status_code == 404
            assert answer.content.replace(profile.public_id.encode(), b"nobody-is-here") == unknown.content
        for user in (None, UserFactory(), MemberFactory(is_active=False)):
            client.logout()
            if user:
                client.force_login(user)
            assert client.get(address(shown)).status_code == 404

    def test_owners_see_what_members_see(self, client, owner):
        profile = profile_that_shows(owner, "nobody")
        client.force_login(owner)
        page = client.get(address(profile))
        assert page.status_code == 200
        main = page.content.decode().partition("<main")[2]
        assert "Zenobia" not in main.partition("</main")[0]

    def test_a_choice_counts_on_the_next_request(self, client, owner):
        profile = profile_that_shows(owner, "members")
        client.force_login(MemberFactory())
        assert client.get(address(profile)).status_code == 200
        profile.visibility = dict.fromkeys(FIELDS, "nobody")
        profile.save()
        assert client.get(address(profile)).status_code == 404

    def test_a_profile_costs_few_queries(self, client, owner, django_assert_max_num_queries):
        profile = profile_that_shows(owner, "groups", name="members")
        client.force_login(MemberFactory())
        client.get(address(profile))
        with django_assert_max_num_queries(9):
            client.get(address(profile))


class TestEditing:
    def test_it_is_ones_own(self, client, owner):
        assert client.get(EDIT).status_code == 302
        client.force_login(owner)
        assert client.get(EDIT).status_code == 200
        assert not Profile.objects.exists(), "looking makes none"

    def test_what_is_chosen_is_kept(self, client, owner):
        client.force_login(owner)
        concept = ConceptFactory()
        fields = form_fields(
            display_name="Zen",
            country="KE",
            language_0="fr",
            language_1="sw",
            language_2="fr",
            expertise=[concept.pk],
            show_country="groups",
            language="fr",
            time_zone="Africa/Nairobi",
            digest="weekly",
        )
        assert client.post(EDIT, fields).status_code == 302
        profile = Profile.objects.get(user=owner)
        assert (profile.display_name, profile.country, profile.languages) == ("Zen", "KE", ["fr", "sw"])
        assert list(profile.expertise.all()) == [concept]
        assert profile.visibility["country"] == "groups"
        assert profile.digest == "weekly"
        owner.refresh_from_db()
        assert (owner.language, owner.time_zone) == ("fr", "Africa/Nairobi")
        page = client.get(EDIT).content.decode()
        assert '<option value="fr" selected>' in page

    def test_it_starts_no_content_generation(self, client, owner):
        client.force_login(owner)
        concept = ConceptFactory()
        before = current_generation()
        client.post(EDIT, form_fields(position="Head", expertise=[concept.pk], language="fr"))
        assert Profile.objects.get(user=owner).position == "Head"
        assert current_generation() == before

    @pytest.mark.parametrize(
        "wrong",
        [
            {"country": "XX"},
            {"language": "tlh"},
            {"time_zone": "Mars/Olympus"},
            {"show_email": "everyone"},
            {"biography": "x" * 1001},
            {"language_0": "klingon"},
            {"expertise": ["999999"]},
        ],
    )
    def test_nonsense_is_refused_at_its_field(self, client, owner, wrong):
        client.force_login(owner)
        answer = client.post(EDIT, form_fields(**wrong))
        assert answer.status_code == 200
        assert set(answer.context["form"].errors) == set(wrong)
        assert not Profile.objects.filter(user=owner).exists()

    def test_rights_and_organisation_are_not_set_here(self, client):
        user = UserFactory()
        client.force_login(user)
        organisation = OrganisationFactory()
        client.post(
            EDIT,
            form_fields(
                is_member="on",
                is_superuser="on",
                organisation=organisation.pk,
                email="other@example.org",
                user=MemberFactory().pk,
                public_id="chosen",
            ),
        )
        user.refresh_from_db()
        assert [user.is_member, user.is_superuser, user.organisation] == [False, False, None]
        assert user.email != "other@example.org"
        assert user.profile.public_id != "chosen"

    def test_somebody_elses_profile_is_not_touched(self, client, owner):
        profile = profile_that_shows(owner, "nobody")
        client.force_login(MemberFactory())
        client.post(EDIT, form_fields(position="Changed", public_id=profile.public_id))
        profile.refresh_from_db()
        assert profile.position == "Head of port security"


class TestTimeZones:
    def times(self, path: str, user: User) -> str:
        seen = []

        def view(request):
            noon = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)
            seen.append(timezone.localtime(noon).strftime("%H:%M"))

        request = RequestFactory().get(path)
        request.user = user
        TimeZoneMiddleware(view)(request)
        return seen[0]

    def test_ones_own_pages_show_times_as_ones_clock_does(self):
        user = UserFactory(time_zone="Asia/Kolkata")
        assert self.times("/ar/accounts/sessions/", user) == "17:30"
        assert timezone.get_current_timezone_name() == "UTC", "it is over after the answer"

    def test_pages_that_readers_share_do_not(self):
        assert self.times("/en/best-practices/", UserFactory(time_zone="Asia/Kolkata")) == "12:00"

    @pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd"])
    def test_no_zone_and_an_unknown_one_are_utc(self, name):
        assert self.times("/en/account/", UserFactory(time_zone=name)) == "12:00"

    def test_visitors_have_none(self, client):
        assert client.get("/en/accounts/login/").status_code == 200
