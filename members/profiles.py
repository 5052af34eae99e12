"""What members see of each other: field by field as its owner chose."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from babel import Locale as BabelLocale
from django.conf import settings
from django.utils.translation import get_language, gettext

from access.generation import cached_for_generation, current_generation
from members.models import Profile, User, Visibility
from members.models.invitations import groups_without_rights
from vocabulary.countries import country_name
from vocabulary.queries import current_vocabulary

# What others may be shown, in the order of the page.
FIELDS = ("name", "position", "organisation", "country", "languages", "expertise", "biography", "email")
DEFAULTS = {"name": Visibility.MEMBERS}
MAX_LANGUAGES = 4


def profile_of(user: User) -> Profile:
    """Return somebody's profile; a new one, not saved yet, when they have none."""
    return Profile.objects.filter(user=user).first() or Profile(user=user, display_name=user.get_full_name())


def reading_languages(user: Any, generation: int) -> tuple[str, ...]:
    """Return the codes of the languages that somebody says they read, best first; empty when they do not say.

    At most one query per content generation (`access.generation`).
    """
    if not user.is_authenticated:
        return ()
    kept = cached_for_generation(
        f"languages:{user.pk}",
        generation,
        lambda: tuple(Profile.objects.filter(user=user.pk).values_list("languages", flat=True).first() or ()),
    )
    return tuple(code for code in kept if code in dict(settings.LANGUAGES))


def visibility_of(profile: Profile, field: str) -> str:
    """Return who sees a field."""
    return profile.visibility.get(field, DEFAULTS.get(field, Visibility.NOBODY))


def profile_for(viewer: User, public_id: str) -> Profile | None:
    """Return the profile at an address, if both its owner and who asks are members now (one query)."""
    profile = Profile.objects.select_related("user__organisation").filter(public_id=public_id).first()
    if profile is None or not (viewer.is_current_member and profile.user.is_current_member):
        return None
    return profile


def shown_fields(profile: Profile, viewer: User) -> dict[str, Any]:
    """Return what a member may see of a profile: values by field, without those that are empty.

    Owners get what every member sees.
    """
    open_to = {Visibility.MEMBERS}
    if profile.user != viewer and _share_a_group(profile.user, viewer):
        open_to.add(Visibility.GROUPS)
    fields = [field for field in FIELDS if visibility_of(profile, field) in open_to]
    values = {field: _value(profile, field) for field in fields}
    return {field: value for field, value in values.items() if value}


def shown_names(viewer: User, keys: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return name and organisation of people as their profiles show them to a member (six queries at most).

    Args:
        viewer: who looks.
        keys: of the people; whoever is gone is not in the answer.

    Returns:
        By key. Whoever does not show their name is "a member"; an organisation that is not shown is empty.
    """
    people = User.objects.select_related("organisation", "profile").prefetch_related("organisation__names")
    groups = groups_without_rights().filter(user=viewer.pk)
    company = set(User.groups.through.objects.filter(group__in=groups).values_list("user_id", flat=True))
    named = {}
    for person in people.filter(pk__in=keys):
        profile = getattr(person, "profile", None) or Profile(user=person)
        open_to = {Visibility.MEMBERS, Visibility.GROUPS} if person.pk in company else {Visibility.MEMBERS}
        name, organisation = (
            str(_value(profile, field)) if visibility_of(profile, field) in open_to else ""
            for field in ("name", "organisation")
        )
        named[person.pk] = (name or gettext("a member"), organisation)
    return named


def _share_a_group(one: User, other: User) -> bool:
    """Tell whether two people are in a group together. Roles, which permit something, are no company."""
    return groups_without_rights().filter(user=one.pk).filter(user=other.pk).exists()


def _value(profile: Profile, field: str) -> Any:
    match field:
        case "name":
            return profile.display_name or profile.user.get_full_name()
        case "organisation":
            return str(profile.user.organisation) if profile.user.organisation else ""
        case "country":
            return country_name(profile.country) if profile.country else ""
        case "languages":
            names = dict(language_choices())
            return [names[code] for code in profile.languages if code in names]
        case "expertise":
            terms = current_vocabulary(current_generation()).by_pk
            return [terms[pk] for pk in profile.expertise.values_list("pk", flat=True) if pk in terms]
        case "email":
            return profile.user.email
    return getattr(profile, field)


def language_choices() -> list[tuple[str, str]]:
    """Return (code, name) pairs of languages in the order of their names in the active language."""
    return list(_language_choices(get_language() or "en"))


@lru_cache(maxsize=16)
def _language_choices(language: str) -> tuple[tuple[str, str], ...]:
    names = BabelLocale.parse(language.replace("-", "_")).languages
    return tuple(sorted(((code, name) for code, name in names.items() if len(code) == 2), key=lambda pair: pair[1]))
