"""Whatever the conditions: the set of audiences and the rule itself agree, and joining rules never opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.models import EVERYONE, NOBODY, Audience

FACTS = ["authenticated", "member", "wagtail-group:1", "wagtail-group:2", "person:7", "superuser"]
clauses = st.frozensets(st.sampled_from(FACTS), max_size=3)
conditions = st.frozensets(clauses, max_size=4)
facts = st.frozensets(st.sampled_from(FACTS))


def audience(conditions) -> Audience:
    return Audience(clauses=sorted(sorted(clause) for clause in conditions))


@given(conditions, facts)
def test_meeting_a_rule_is_meeting_each_clause(rule, known):
    assert audience(rule).is_met_by(known) == all(clause & known for clause in rule)


@given(conditions, conditions, facts)
def test_joining_rules_never_opens(first, second, known):
    joined = audience(first | second).is_met_by(known)
    assert joined == (audience(first).is_met_by(known) and audience(second).is_met_by(known))


@given(conditions, facts, facts)
def test_knowing_more_of_somebody_never_closes(rule, known, more):
    if audience(rule).is_met_by(known):
        assert audience(rule).is_met_by(known | more)


@given(facts)
def test_everyone_and_nobody(known):
    assert audience(EVERYONE).is_met_by(known)
    assert not audience(NOBODY).is_met_by(known)


@pytest.mark.django_db
@given(conditions)
def test_a_rule_is_one_row(rule):
    first, second = Audience.objects.for_conditions(rule), Audience.objects.for_conditions(frozenset(rule))
    assert first == second
    assert {frozenset(clause) for clause in first.clauses} == set(rule)
