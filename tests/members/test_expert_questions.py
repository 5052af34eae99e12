"""Members ask the experts what they did not find; experts and the secretariat read and answer."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from members.erasure import erase_person
from members.models import ExpertQuestion, Letter
from members.personal_data import collect_personal_data
from tests.factories import MemberFactory, UserFactory, make_article

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADDRESS = "/en/account/questions/"
TEXT = "How do small laboratories keep their keys?"


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def expert():
    expert = MemberFactory(language="ar")
    expert.groups.add(Group.objects.get(name="Experts"))
    return expert


def test_a_member_who_found_nothing_asks_and_is_answered(client, expert):
    make_article("Zebra ledger")
    member = MemberFactory(language="fr")
    client.force_login(member)
    nothing = client.get("/en/search/?q=qqzzqq").content.decode()
    assert f'href="{ADDRESS}?q=qqzzqq"' in nothing
    assert ADDRESS not in client.get("/en/search/?q=zebra").content.decode()
    assert ">\nqqzzqq</textarea>" in client.get(f"{ADDRESS}?q=qqzzqq").content.decode()
    client.post(ADDRESS, {"text": TEXT})
    question = ExpertQuestion.objects.get()
    (letter,) = Letter.objects.filter(kind="expert_question")
    assert (letter.to, letter.language) == (expert.email, "ar")
    assert "/ar/account/questions/" in letter.body
    assert TEXT not in letter.body
    assert "Not answered yet" in client.get(ADDRESS).content.decode()

    client.force_login(expert)
    assert TEXT in client.get(ADDRESS).content.decode()
    own = f"{ADDRESS}{question.pk}/"
    assert client.post(own, {"answer": ""}).status_code == 200
    client.post(own, {"answer": "In a sealed box."})
    (letter,) = Letter.objects.filter(kind="expert_answer")
    assert (letter.to, letter.language) == (member.email, "fr")
    assert "sealed box" not in letter.body
    client.force_login(member)
    assert "In a sealed box." in client.get(ADDRESS).content.decode()


def test_nobody_else_reads_or_answers(client, expert):
    client.force_login(MemberFactory())
    client.post(ADDRESS, {"text": TEXT})
    own = f"{ADDRESS}{ExpertQuestion.objects.get().pk}/"
    assert client.get(own).status_code == client.post(own, {"answer": "x"}).status_code == 404
    client.force_login(MemberFactory())
    assert TEXT not in client.get(ADDRESS).content.decode()
    client.force_login(UserFactory())
    assert client.get(ADDRESS).status_code == client.post(ADDRESS, {"text": TEXT}).status_code == 404
    client.logout()
    for address in (ADDRESS, own):
        assert "/accounts/login/" in client.get(address).url
    expert.is_member = False
    expert.save()
    client.force_login(expert)
    assert client.get(own).status_code == 404, "experts whose membership is over do not read on"
    secretary = UserFactory()
    secretary.groups.add(Group.objects.get(name="Secretariat"))
    client.force_login(secretary)
    assert client.get(own).status_code == 200
    assert "Send the question" not in client.get(ADDRESS).content.decode()
    assert client.get("/en/search/?q=qqzzqq").status_code == 200


def test_only_so_many_wait_at_a_time(client):
    client.force_login(MemberFactory())
    for number in range(7):
        client.post(ADDRESS, {"text": f"Question {number}?"})
    assert ExpertQuestion.objects.count() == 5
    assert "5 questions of yours wait for answers" in client.get(ADDRESS).content.decode()


def test_what_is_too_long_or_empty_is_refused_and_kept_in_the_form(client):
    client.force_login(MemberFactory())
    shown = client.post(ADDRESS, {"text": "x" * 2001}).content.decode()
    assert "x" * 2001 in shown
    assert client.post(ADDRESS, {"text": "  "}).status_code == 200
    assert client.get(f"{ADDRESS}?page=nonsense&q={'z' * 900}").status_code == 200
    assert not ExpertQuestion.objects.exists()


def test_what_is_typed_is_text_not_html(client):
    client.force_login(MemberFactory())
    client.post(ADDRESS, {"text": "<script>alert(1)</script>"})
    shown = client.get(ADDRESS).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_answers_outlive_who_asked_and_who_answered(client, expert):
    member = MemberFactory()
    client.force_login(member)
    for text in ("One?", "Two?"):
        client.post(ADDRESS, {"text": text})
    first = ExpertQuestion.objects.get(text="One?")
    client.force_login(expert)
    client.post(f"{ADDRESS}{first.pk}/", {"answer": "Yes."})
    assert len(collect_personal_data(member)["expert_questions"]["asked"]) == 2
    assert collect_personal_data(expert)["expert_questions"]["answered"][0]["answer"] == "Yes."
    erase_person(member, actor=None)
    erase_person(expert, actor=None)
    left = ExpertQuestion.objects.get()
    assert (left.text, left.answer, left.asker, left.answered_by) == ("One?", "Yes.", None, None)


def test_the_list_takes_few_queries(client, expert, django_assert_max_num_queries):
    for number in range(8):
        ExpertQuestion.objects.create(asker=MemberFactory(), text=f"Question {number}?", language="en")
    client.force_login(expert)
    client.get(ADDRESS)
    with django_assert_max_num_queries(14):
        client.get(ADDRESS)
