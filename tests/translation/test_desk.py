"""The desk: what waits, who may do what with a segment, and that nothing that was typed is lost."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail_localize.models import StringSegment, StringTranslation, TranslationSource

from access.readers import reader_for
from members.erasure import erase_person
from members.personal_data import collect_personal_data
from tests.factories import MemberFactory, UserFactory, make_article, stream
from tests.translation.builders import person, submit, told, translate_texts
from translation import editing
from translation.limits import texts_left
from translation.memory import matches_for
from translation.models import PendingApproval, SegmentComment, SegmentDraft, SegmentVersion
from translation.queries import outdated_notice, with_translation_states
from translation.segments import Segment, State, load_segments
from translation.wishes import wish_for

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ARABIC, FRENCH = "Translators: Arabic", "Translators: French"
SCRIPT = {"headers": {"X-Requested-With": "XMLHttpRequest"}}


@pytest.fixture
def article(tree):
    return make_article("The zebra ledger", body="<p>Lock the store.</p><p>Count the drums with <b>care</b>.</p>")


@pytest.fixture
def translator(tree):
    return person(FRENCH)


@pytest.fixture
def translation(article):
    return submit(article, "fr")


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """What is done in this context is committed, and tasks run."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def at(translation, text: str, user=None) -> Segment:
    """The segment whose source has some words."""
    return next(each for each in load_segments(translation, user) if text in each.source)


def address(translation, segment) -> str:
    return reverse("desk_segment", args=[translation.pk, segment.pk])


def fields(segment: Segment, text: str, do: str, **more) -> dict:
    return {"text": text, "base": segment.base, "context": segment.row.context_id, "do": do, **more}


def send(client, translation, segment, text, do="approve", **more):
    return client.post(address(translation, segment), fields(segment, text, do, **more))


def is_unknown(client, answer) -> bool:
    """Whether an address is not there: Django looks for it in a language first."""
    return answer.status_code == 404 or (
        answer.url == f"/en{answer.wsgi_request.get_full_path()}" and client.get(answer.url).status_code == 404
    )


class TestWhatWaits:
    def test_what_is_wanted_most_comes_first(self, client, article, translation, translator):
        other = submit(make_article("The okapi ledger"), "fr")
        wish_for(other.source.object_id, "fr", MemberFactory())
        client.force_login(translator)
        shown = client.get(reverse("translation_desk")).content.decode()
        assert shown.index("The okapi ledger") < shown.index("The zebra ledger")
        assert "TLP:CLEAR" in shown
        by_words = client.get(reverse("translation_desk") + "?order=left&language=fr").content.decode()
        assert by_words.index("The okapi ledger") > 0
        assert "The zebra ledger" not in client.get(reverse("translation_desk") + "?language=ar").content.decode()

    def test_each_language_has_its_own_desk(self, client, article, translation):
        client.force_login(person(ARABIC))
        assert "The zebra ledger" not in client.get(reverse("translation_desk")).content.decode()
        segment = at(translation, "Lock")
        for answer in [
            client.get(reverse("desk_translation", args=[translation.pk])),
            send(client, translation, segment, "Fermez l’entrepôt."),
            client.post(reverse("desk_publish", args=[translation.pk])),
        ]:
            assert is_unknown(client, answer)
        assert not StringTranslation.objects.exists()

    def test_an_editor_can_be_a_translator_too(self, client, translation):
        both = person("Editors", FRENCH)
        client.force_login(both)
        assert client.get(reverse("desk_translation", args=[translation.pk])).status_code == 200

    @pytest.mark.parametrize("make", [UserFactory, MemberFactory])
    def test_nobody_else_has_one(self, client, translation, make):
        client.force_login(make())
        for name, arguments in [("translation_desk", []), ("desk_translation", [translation.pk])]:
            answer = client.get(reverse(name, args=arguments))
            assert answer.status_code == 302
            assert "The zebra ledger" not in answer.content.decode()

    def test_a_constant_number_of_queries(self, client, translation, translator):
        client.force_login(translator)

        def queries(path: str) -> int:
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            return len(captured)

        few = queries(reverse("translation_desk"))
        for number in range(6):
            submit(make_article(f"Another {number}"), "fr")
        assert queries(reverse("translation_desk")) == few
        short = queries(reverse("desk_translation", args=[translation.pk]))
        long = submit(make_article("Long", body="".join(f"<p>Sentence {number}.</p>" for number in range(60))), "fr")
        assert queries(reverse("desk_translation", args=[long.pk])) == short

    def test_an_empty_desk_says_so(self, client, translator):
        client.force_login(translator)
        assert "Nothing is waiting" in client.get(reverse("translation_desk")).content.decode()


class TestSegments:
    def test_approving_leads_to_the_next_that_waits(self, client, translation, translator):
        client.force_login(translator)
        segment = at(translation, "Lock")
        answer = send(client, translation, segment, "Fermez l’entrepôt.")
        assert answer.status_code == 302
        following = at(translation, "Count")
        assert answer.url.endswith(f"?segment={following.pk}#segment-{following.pk}")
        assert at(translation, "Lock").state == State.APPROVED
        assert [(each.act, each.origin, each.person) for each in editing.history_of(translation, segment.row)] == [
            ("approved", "", translator),
            ("written", "typed", translator),
        ]

    def test_a_draft_waits_and_is_not_published(self, client, translation, translator):
        translate_texts(translation, leave=1)
        client.force_login(translator)
        segment = next(each for each in load_segments(translation) if each.is_open)
        send(client, translation, segment, "Comptez les fûts.", do="save")
        assert next(each for each in load_segments(translation) if each.is_open).state == State.PENDING
        answer = client.post(reverse("desk_publish", args=[translation.pk]))
        assert "1 text is left to translate or to approve" in told(answer)
        page = translation.get_target_instance()
        stock = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), {"action": "publish"})
        assert "Not published" in told(stock)
        page.refresh_from_db()
        assert not page.live

    def test_checks_stand_before_approval_and_are_dismissed_with_a_note(self, client, translation, translator):
        client.force_login(translator)
        segment = at(translation, "Lock")
        answer = send(client, translation, segment, "Fermez les 2 entrepôts.")
        assert answer.status_code == 422
        assert "Here, and not in the source: 2" in answer.content.decode()
        segment = at(translation, "Lock")
        assert segment.state == State.PENDING
        without_note = send(client, translation, segment, "", do="dismiss", check="numbers")
        assert without_note.status_code == 422
        assert is_unknown(client, send(client, translation, segment, "", do="dismiss", check="length"))
        send(client, translation, segment, "", do="dismiss", check="numbers", note="Both stores are meant.")
        assert (
            "Both stores are meant."
            in client.get(
                reverse("desk_translation", args=[translation.pk]) + f"?segment={segment.pk}"
            ).content.decode()
        )
        send(client, translation, segment, "Fermez les 2 entrepôts.")
        assert at(translation, "Lock").state == State.APPROVED
        # Another text is looked at anew.
        assert send(client, translation, at(translation, "Lock"), "Fermez les 3 entrepôts.").status_code == 422

    def test_broken_placeholders_are_refused_and_kept(self, client, translation, translator):
        client.force_login(translator)
        segment = at(translation, "Count")
        answer = send(client, translation, segment, "Comptez avec <1>soin.")
        assert answer.status_code == 422
        assert "&lt;/1&gt; is missing" in answer.content.decode()
        assert "Comptez avec &lt;1&gt;soin." in answer.content.decode()
        assert at(translation, "Count", translator).draft.text == "Comptez avec <1>soin."
        send(client, translation, segment, "Comptez les fûts avec <1>soin</1>.")
        assert at(translation, "Count").target.data == "Comptez les fûts avec <b>soin</b>."
        assert not SegmentDraft.objects.exists()

    def test_an_emptied_text_is_removed_and_remembered(self, client, translation, translator):
        client.force_login(translator)
        send(client, translation, at(translation, "Lock"), "Fermez.", do="save")
        send(client, translation, at(translation, "Lock"), "", do="save")
        segment = at(translation, "Lock")
        assert segment.state == State.MISSING
        assert [each.act for each in editing.history_of(translation, segment.row)] == ["removed", "written"]
        assert send(client, translation, segment, " ").status_code == 422

    def test_a_script_gets_the_next_row(self, client, translation, translator):
        client.force_login(translator)
        segment, following = at(translation, "Lock"), at(translation, "Count")
        answer = client.post(address(translation, segment), fields(segment, "Fermez.", "approve"), **SCRIPT).json()
        assert answer == {"saved": segment.pk}
        desk = reverse("desk_translation", args=[translation.pk])
        answer = client.get(f"{desk}?after={segment.pk}&left={segment.pk}", **SCRIPT).json()
        assert answer["open"] == following.pk
        assert set(answer["rows"]) == {str(segment.pk), str(following.pk)}
        assert "<textarea" in answer["rows"][str(following.pk)]
        opened = client.get(f"{desk}?segment={segment.pk}&left={following.pk}", **SCRIPT).json()
        assert set(opened["rows"]) == {str(segment.pk), str(following.pk)}
        assert "Fermez." in opened["rows"][str(segment.pk)]
        translate_texts(translation)
        assert client.get(f"{desk}?after={segment.pk}", **SCRIPT).json()["open"] == 0

    def test_comments_are_answered_in_place(self, client, translation, translator):
        client.force_login(translator)
        segment = at(translation, "Lock")
        send(client, translation, segment, "", do="comment", comment="Which <b>store</b>?")
        send(client, translation, segment, "", do="comment", comment="  ")
        (comment,) = SegmentComment.objects.all()
        editor = person("Editors", FRENCH)
        client.force_login(editor)
        assert "1 comment to answer" in client.get(reverse("translation_desk")).content.decode()
        shown = client.get(reverse("desk_translation", args=[translation.pk]) + f"?segment={segment.pk}")
        assert "Which &lt;b&gt;store&lt;/b&gt;?" in shown.content.decode()
        send(client, translation, segment, "", do="resolve", comment=comment.pk)
        comment.refresh_from_db()
        assert comment.resolved_by == editor
        assert is_unknown(client, send(client, translation, segment, "", do="resolve", comment="x"))

    def test_publishing_when_nothing_is_left(self, client, commit, translation, translator):
        translate_texts(translation)
        client.force_login(translator)
        assert "Publish in French" in client.get(reverse("desk_translation", args=[translation.pk])).content.decode()
        with commit():
            client.post(reverse("desk_publish", args=[translation.pk]))
        assert translation.get_target_instance().live

    @pytest.mark.parametrize("do", ["nonsense", ""])
    def test_what_is_not_asked_for_properly_is_unknown(self, client, translation, translator, do):
        client.force_login(translator)
        assert is_unknown(client, send(client, translation, at(translation, "Lock"), "x", do=do))
        assert client.get(address(translation, at(translation, "Lock"))).status_code == 405


class TestNothingIsLost:
    def test_the_second_translator_is_told_and_both_texts_are_kept(self, client, translation, translator):
        second = person(FRENCH)
        seen = at(translation, "Lock")
        client.force_login(translator)
        client.post(address(translation, seen), fields(seen, "Fermez l’entrepôt.", "approve"))
        client.force_login(second)
        answer = client.post(address(translation, seen), fields(seen, "Verrouillez l’entrepôt.", "approve"))
        assert answer.status_code == 409
        shown = answer.content.decode()
        assert "Fermez l’entrepôt." in shown
        assert "Verrouillez l’entrepôt." in shown
        segment = at(translation, "Lock", second)
        assert segment.text == "Fermez l’entrepôt."
        assert segment.draft.text == "Verrouillez l’entrepôt."
        # Who has seen both may decide.
        send(client, translation, segment, "Verrouillez l’entrepôt.")
        assert at(translation, "Lock").text == "Verrouillez l’entrepôt."
        assert {each.text for each in editing.history_of(translation, seen.row)} >= {
            "Fermez l’entrepôt.",
            "Verrouillez l’entrepôt.",
        }

    def test_two_saves_of_the_same_text_are_one(self, client, translation, translator):
        seen = at(translation, "Lock")
        client.force_login(translator)
        for _time in range(2):
            answer = client.post(address(translation, seen), fields(seen, "Fermez l’entrepôt.", "approve"))
            assert answer.status_code == 302
        assert SegmentVersion.objects.filter(act="written").count() == 1

    def test_a_closed_tab_keeps_what_was_typed(self, client, translation, translator):
        client.force_login(translator)
        segment = at(translation, "Lock")
        answer = send(client, translation, segment, "Fermez l’entr", do="keep")
        assert answer.status_code == 204
        assert not StringTranslation.objects.exists()
        shown = client.get(reverse("desk_translation", args=[translation.pk]) + f"?segment={segment.pk}")
        assert "Fermez l’entr" in shown.content.decode()
        # A colleague sees that somebody is at it, and not what.
        client.force_login(person(FRENCH))
        shown = client.get(reverse("desk_translation", args=[translation.pk]) + f"?segment={segment.pk}")
        assert f"Working on it: {translator}" in shown.content.decode()
        assert "Fermez l’entr" not in shown.content.decode()
        client.force_login(translator)
        send(client, translation, segment, "", do="discard")
        assert not SegmentDraft.objects.exists()

    def test_a_sync_during_an_edit_keeps_what_was_typed(self, client, commit, article, translation, translator):
        seen = at(translation, "Lock")
        block = article.body.raw_data[0]
        with commit():
            changed = {**block, "value": "<p>Lock the store at night.</p><p>Count the drums.</p>"}
            article.body = type(article)._meta.get_field("body").to_python([changed])
            article.save_revision().publish()
        client.force_login(translator)
        sent = fields(seen, "Fermez l’entrepôt.", "approve", string=seen.row.string_id)
        gone = client.post(address(translation, seen), sent)
        assert "The source changed meanwhile" in told(gone)
        assert at(translation, "Lock the store at night", translator).draft.text == "Fermez l’entrepôt."
        as_script = client.post(address(translation, seen), {**sent, "do": "keep"}, **SCRIPT)
        assert as_script.status_code == 410
        assert f"segment={at(translation, 'Lock').pk}" in as_script.json()["address"]

    def test_a_text_that_is_gone_leaves_what_was_typed(self, client, commit, article, translation, translator):
        seen = at(translation, "Lock")
        with commit():
            article.body = stream(type(article), "body", [("text", "<p>Something else.</p>")])
            article.save_revision().publish()
        client.force_login(translator)
        sent = fields(seen, "Fermez l’entrepôt.", "approve", string=seen.row.string_id)
        assert "is kept" in told(client.post(address(translation, seen), sent))
        shown = client.get(reverse("desk_translation", args=[translation.pk])).content.decode()
        assert "texts that the source does not have any more" in shown
        assert "Fermez l’entrepôt." in shown
        (draft,) = SegmentDraft.objects.all()
        client.post(reverse("desk_segment", args=[translation.pk, 0]), {"do": "forget", "draft": draft.pk})
        assert not SegmentDraft.objects.exists()
        for string, context in [("0", seen.row.context_id), (seen.row.string_id, "x"), ("9" * 30, "-1")]:
            answer = client.post(address(translation, seen), {**sent, "string": string, "context": context})
            assert is_unknown(client, answer)

    def test_an_import_during_an_edit_overwrites_nothing_typed(self, client, translation, translator):
        seen = at(translation, "Lock")
        po = translation.export_po()
        for entry in po:
            entry.msgstr = "Importé." if "Lock" in entry.msgid else ""
        translation.import_po(po, user=translator, tool_name="PO File")
        imported = at(translation, "Lock")
        assert (imported.text, imported.pending.reason) == ("Importé.", "import")
        client.force_login(translator)
        answer = client.post(address(translation, seen), fields(seen, "Fermez l’entrepôt.", "save"))
        assert answer.status_code == 409
        assert at(translation, "Lock", translator).draft.text == "Fermez l’entrepôt."
        assert editing.history_of(translation, seen.row)[0].origin == "import"

    def test_a_crash_in_between_leaves_nothing_half_done(self, client, monkeypatch, translation, translator):
        client.force_login(translator)
        seen = at(translation, "Lock")

        def crash(*args, **kwargs):
            raise RuntimeError("power cut")

        monkeypatch.setattr(editing, "discard_draft", crash)
        send(client, translation, seen, "Fermez l’entr", do="keep")
        with pytest.raises(RuntimeError):
            send(client, translation, seen, "Fermez l’entrepôt.", do="save")
        assert not StringTranslation.objects.exists()
        assert at(translation, "Lock", translator).draft.text == "Fermez l’entr"

    def test_drafts_and_remarks_are_part_of_what_is_kept_about_people(self, client, translation, translator):
        client.force_login(translator)
        segment = at(translation, "Lock")
        send(client, translation, segment, "Fermez l’entr", do="keep")
        send(client, translation, segment, "", do="comment", comment="Which store?")
        kept = collect_personal_data(translator)["translation_desk"]
        assert [draft["text"] for draft in kept["drafts"]] == ["Fermez l’entr"]
        assert [comment["text"] for comment in kept["comments"]] == ["Which store?"]
        erase_person(translator, actor=None)
        assert not SegmentDraft.objects.exists()
        assert SegmentComment.objects.get().person is None


class TestOtherWays:
    def test_what_the_stock_editor_saves_is_approved_and_remembered(self, client, translation, translator):
        client.force_login(translator)
        segment = at(translation, "Lock")
        client.put(
            reverse("wagtail_localize:edit_string_translation", args=[translation.pk, segment.pk]),
            "value=Fermez.",
            content_type="application/x-www-form-urlencoded",
        )
        assert at(translation, "Lock").state == State.APPROVED
        assert [each.origin for each in editing.history_of(translation, segment.row)] == ["typed"]

    def test_what_a_machine_makes_waits_for_a_person(self, client, translation, translator):
        translate_texts(translation)
        segment = at(translation, "Lock")
        text = segment.target
        text.data, text.translation_type = "Machine.", StringTranslation.TRANSLATION_TYPE_MACHINE
        text.save()
        assert at(translation, "Lock").pending.reason == "machine"
        assert texts_left(translation) == 1
        client.force_login(translator)
        send(client, translation, at(translation, "Lock"), "Machine.")
        assert texts_left(translation) == 0
        acts = [(each.act, each.origin) for each in editing.history_of(translation, segment.row)]
        assert acts[:2] == [("approved", ""), ("written", "machine")]


class TestFreshness:
    @pytest.fixture
    def published(self, commit, article, translation, translator):
        translate_texts(translation)
        with commit():
            translation.save_target(user=translator, publish=True)
        return translation

    def publish(self, commit, article, *paragraphs: str, **fields) -> None:
        article.refresh_from_db()
        block = article.body.raw_data[0]
        value = "".join(f"<p>{text}</p>" for text in paragraphs)
        article.body = type(article)._meta.get_field("body").to_python([{**block, "value": value}])
        for name, text in fields.items():
            setattr(article, name, text)
        with commit():
            article.save_revision().publish()

    def test_exactly_the_changed_segments_are_open(self, commit, article, published):
        before = published.get_target_instance().specific
        self.publish(
            commit, article, "Lock the store at night.", "Count the drums with <b>care</b>.", "And sign the list."
        )
        states = {each.source: each.state for each in load_segments(published)}
        opened = {source: state for source, state in states.items() if state != State.APPROVED}
        assert opened == {"Lock the store at night.": State.OUTDATED, "And sign the list.": State.MISSING}
        segment = at(published, "Lock")
        assert segment.earlier_text == "fr-Lock the store."
        assert ("new", " at night") in segment.change
        # What readers see stays as it was, and says that it is behind.
        after = published.get_target_instance().specific
        assert after.body.raw_data[0]["value"] == before.body.raw_data[0]["value"]
        assert "fr-Lock the store." in str(after.body)
        assert outdated_notice(after, reader_for(UserFactory())).source_language == "en"

    @pytest.mark.parametrize("do", ["save", "approve", "discard"])
    def test_what_was_typed_at_the_former_text_is_done_with_the_new_one(self, client, commit, article, published, do):
        translator = person(FRENCH)
        client.force_login(translator)
        send(client, published, at(published, "Lock"), "Verrouillez.", do="keep")
        self.publish(commit, article, "Lock the store at night.", "Count the drums with <b>care</b>.")
        segment = at(published, "Lock", translator)
        assert segment.shown == "Verrouillez."
        page = client.get(reverse("desk_translation", args=[published.pk]), {"segment": segment.pk}).text
        assert f'name="draft" value="{segment.draft.pk}"' in page
        # Of somebody else it forgets nothing.
        other = person(FRENCH)
        client.force_login(other)
        send(client, published, segment, "", do="discard", draft=segment.draft.pk)
        client.force_login(translator)
        send(client, published, segment, "Verrouillez la nuit.", do=do, draft=segment.draft.pk)
        assert not SegmentDraft.objects.exists()
        assert (at(published, "Lock", translator).text == "Verrouillez la nuit.") == (do != "discard")

    def test_a_text_that_comes_back_is_current_at_once(self, commit, article, published):
        self.publish(commit, article, "Lock it.", "Count the drums with <b>care</b>.")
        assert texts_left(published) == 1
        self.publish(commit, article, "Lock the store.", "Count the drums with <b>care</b>.")
        assert texts_left(published) == 0
        page = published.get_target_instance().specific
        assert outdated_notice(page, reader_for(UserFactory())) is None

    def test_what_is_no_text_is_taken_over_at_once(self, commit, article, published):
        self.publish(
            commit,
            article,
            "Lock the store.",
            "Count the drums with <b>care</b>.",
            review_by=datetime.date(2030, 1, 31),
        )
        page = published.get_target_instance().specific
        assert page.review_by == datetime.date(2030, 1, 31)
        assert "fr-Lock the store." in str(page.body)
        (original,) = with_translation_states(type(article).objects.filter(pk=article.pk))
        assert original.state_fr == ""

    def test_a_translators_unpublished_work_is_not_published_by_it(self, client, commit, article, published):
        translator = person(FRENCH)
        client.force_login(translator)
        send(client, published, at(published, "Lock"), "Fermez l’entrepôt.", do="approve")
        self.publish(
            commit,
            article,
            "Lock the store.",
            "Count the drums with <b>care</b>.",
            review_by=datetime.date(2030, 1, 31),
        )
        assert "fr-Lock the store." in str(published.get_target_instance().specific.body)

    def test_a_moved_sentence_is_suggested(self, commit, article, published, translator):
        self.publish(commit, article, "Count the drums with <b>care</b>.", summary="Lock the store.")
        segment = at(published, "Lock")
        assert segment.label == "summary"
        matches = matches_for(segment.row, published.target_locale, reader_for(translator))
        assert [(each.percent, each.text) for each in matches[:1]] == [(100, "fr-Lock the store.")]

    def test_a_draft_of_the_source_changes_nothing(self, commit, article, published):
        article.title = "Another title"
        with commit():
            article.save_revision()
        assert texts_left(published) == 0

    def test_a_source_that_is_gone_or_unpublished_is_left_alone(self, commit, article, published):
        source = TranslationSource.objects.get(pk=published.source_id)
        segments = StringSegment.objects.filter(source=source).count()
        with commit():
            article.unpublish()
        from translation.freshness import take_over

        take_over(source)
        assert StringSegment.objects.filter(source=source).count() == segments


class TestMemory:
    @pytest.fixture
    def segment(self, tree):
        return at(submit(make_article("New", body="<p>Lock the store at night.</p>"), "fr"), "Lock")

    def known(self, title: str, text: str, translated: str, **fields):
        page = make_article(title, body=f"<p>{text}</p>", **fields)
        translation = submit(page, "fr")
        segment = at(translation, text)
        StringTranslation.objects.create(
            translation_of=segment.row.string,
            context=segment.row.context,
            locale=translation.target_locale,
            data=translated,
            translation_type="manual",
        )
        return translation

    def found(self, segment, user=None) -> list[tuple[int, str]]:
        reader = reader_for(user or MemberFactory())
        locale = submit(make_article("Any"), "fr").target_locale
        return [(match.percent, match.text) for match in matches_for(segment.row, locale, reader)]

    def test_the_same_and_the_alike_are_found(self, segment):
        self.known("Same", "Lock the store at night.", "Fermez l’entrepôt la nuit.")
        self.known("Alike", "Lock the stores at night.", "Fermez les entrepôts la nuit.")
        self.known("Other", "Count the drums with a colleague.", "Comptez les fûts à deux.")
        found = self.found(segment)
        assert found[0] == (100, "Fermez l’entrepôt la nuit.")
        assert [text for _percent, text in found] == ["Fermez l’entrepôt la nuit.", "Fermez les entrepôts la nuit."]
        assert 70 <= found[1][0] < 100

    def test_the_difference_is_shown(self, segment):
        self.known("Alike", "Lock the stores at night.", "Fermez les entrepôts la nuit.")
        (match,) = matches_for(
            segment.row, submit(make_article("Any"), "fr").target_locale, reader_for(MemberFactory())
        )
        assert [piece for piece in match.difference if piece[0] != "same"] == [("old", "stores"), ("new", "store")]
        assert match.where == "Alike"

    def test_what_waits_for_approval_is_no_memory(self, segment):
        translation = self.known("Same", "Lock the store at night.", "Fermez l’entrepôt la nuit.")
        text = at(translation, "Lock").target
        PendingApproval.objects.create(text=text, reason="draft")
        assert self.found(segment) == []

    def test_a_marking_closes_the_memory_too(self, segment):
        self.known("Secret", "Lock the store at night.", "Fermez l’entrepôt la nuit.", marking="GREEN")
        assert len(self.found(segment, MemberFactory())) == 1
        assert self.found(segment, UserFactory()) == []

    def test_a_draft_or_another_language_is_no_memory(self, segment, tree):
        self.known("Draft", "Lock the store at night.", "Fermez.", live=False)
        assert self.found(segment) == []
