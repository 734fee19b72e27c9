"""May they have it? Each rule by itself, and the one answer that all of them give."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.agreement import Agreement
from syndicate.rights import clear
from syndicate.rights.clear import RULES
from syndicate.rights.delay import delay
from syndicate.rights.derived import derived
from syndicate.rights.embargo import embargo
from syndicate.rights.origin import origin
from syndicate.rights.question import Question
from syndicate.rights.schedule import schedule
from syndicate.rights.scope import scope
from syndicate.rights.term import running, term
from tests.builders import NOON, OWN, STATE, a_publisher, a_question, an_agreement, an_article, hours, minutes, shanghai

REPRINT = {"kind": "reprint", "source": STATE, "original_title": "大坝合龙", "original_author": "郭一帆"}


def about(now: datetime = NOON, *, agreement: Agreement | None = None, **article: object) -> Question:
    return a_question(now=now, agreement=agreement or an_agreement(), article=an_article(**article))


# term: is there an agreement, and is today within it?


def test_without_an_agreement_nothing_may_leave():
    verdict = term(a_question(agreement=None))

    assert verdict is not None
    assert (verdict.decision, verdict.reason) == ("refused", "there is no written agreement with this partner")


def test_the_public_needs_no_agreement():
    assert term(a_question(agreement=None, public=True)) is None


AGREED = an_agreement(starts=date(2025, 3, 1), ends=date(2025, 3, 31))


@pytest.mark.parametrize(
    "moment",
    [shanghai(2025, 3, 1, 0, 0, 0), shanghai(2025, 3, 31, 23, 59, 59)],
    ids=["first second of the first day", "last second of the last day"],
)
def test_the_whole_of_the_first_and_of_the_last_day_is_within_the_term(moment: datetime):
    assert term(about(moment, agreement=AGREED)) is None


def test_one_second_before_the_first_day_they_wait_for_midnight_in_shanghai():
    verdict = term(about(shanghai(2025, 2, 28, 23, 59, 59), agreement=AGREED))

    assert verdict is not None
    assert (verdict.decision, verdict.until) == ("held", shanghai(2025, 3, 1))


def test_one_second_after_the_last_day_they_are_refused_with_the_day_named():
    verdict = term(about(shanghai(2025, 4, 1, 0, 0, 0), agreement=AGREED))

    assert verdict is not None
    assert verdict.decision == "refused"
    assert "ended on 2025-03-31" in verdict.reason


@pytest.mark.parametrize(
    ("moment", "decision"),
    [
        (shanghai(2025, 2, 28, 23, 59, 59), "held"),
        (shanghai(2025, 3, 15), None),
        (shanghai(2025, 4, 1), "refused"),
    ],
)
def test_whether_an_agreement_runs_can_be_asked_without_an_article(moment: datetime, decision: str | None):
    verdict = running(AGREED, publisher=a_publisher(), now=moment)

    assert (verdict and verdict.decision) == decision


def test_an_agreement_is_over_at_midnight_after_its_last_day():
    assert AGREED.over("Asia/Shanghai") == shanghai(2025, 4, 1)
    assert AGREED.over("Europe/London") == datetime(2025, 4, 1, tzinfo=ZoneInfo("Europe/London"))


def test_days_are_the_publishers_and_not_those_of_greenwich():
    # given: the last evening in Greenwich is the next morning in Shanghai
    publisher = a_publisher(timezone="Europe/London")
    moment = shanghai(2025, 4, 1, 6, 30)

    question = a_question(now=moment, agreement=AGREED)

    assert term(question.model_copy(update={"publisher": publisher})) is None
    assert term(question) is not None


# scope: does the agreement cover the section?


@pytest.mark.parametrize(
    ("agreed", "section", "covered"),
    [
        ((), ("要闻", "水上"), True),
        (("要闻",), ("要闻",), True),
        (("要闻",), ("要闻", "水上"), True),
        (("要闻 > 水上",), ("要闻", "水上", "渡口"), True),
        (("要闻>水上",), ("要闻", "水上"), True),
        (("要闻 > 水上",), ("要闻",), False),
        (("水上",), ("要闻", "水上"), False),
        (("新闻",), ("新闻中心",), False),
        (("新闻中心",), ("新闻",), False),
        (("要闻 > 水",), ("要闻", "水上"), False),
        (("副刊", "要闻"), ("要闻", "水上"), True),
    ],
)
def test_a_section_is_covered_with_all_that_lies_under_it_and_by_whole_names(agreed, section, covered):
    verdict = scope(about(agreement=an_agreement(sections=agreed), section=section))

    assert (verdict is None) is covered


def test_a_refusal_by_section_names_the_section_and_what_is_agreed():
    verdict = scope(about(agreement=an_agreement(sections=("副刊 > 诗",)), section=["要闻", "水上"]))

    assert verdict is not None
    assert verdict.decision == "refused"
    assert "要闻 > 水上" in verdict.reason
    assert "副刊 > 诗" in verdict.reason


def test_the_public_feeds_know_no_scope():
    assert scope(a_question(agreement=None, public=True)) is None


# origin: are the words ours?


def test_a_reprint_is_refused_with_its_source_named():
    verdict = origin(about(origin=REPRINT))

    assert verdict is not None
    assert verdict.decision == "refused"
    assert STATE in verdict.reason


def test_a_reprint_is_not_for_the_public_feeds_either():
    question = a_question(agreement=None, public=True, article=an_article(origin=REPRINT))

    assert clear(question).decision == "refused"


def test_a_reprint_is_refused_even_if_it_names_us_as_its_source():
    assert origin(about(origin={"kind": "reprint", "source": OWN})) is not None


@pytest.mark.parametrize("source", ["", OWN, "青石湾县融媒体中心"])
def test_words_are_ours_when_the_source_is_empty_or_one_of_our_names(source: str):
    assert origin(about(origin={"kind": "own", "source": source})) is None


def test_words_said_to_be_ours_that_name_another_source_are_refused():
    verdict = origin(about(origin={"kind": "own", "source": STATE}))

    assert verdict is not None
    assert (verdict.decision, verdict.rule) == ("refused", "origin")


# derived: was the story it derives from withdrawn?


def test_what_derives_from_a_withdrawn_story_is_refused_with_that_story_named():
    verdict = derived(a_question(withdrawn_master="m-1"))

    assert verdict is not None
    assert (verdict.decision, verdict.rule) == ("refused", "derived")
    assert verdict.reason == "the story it derives from (m-1) was withdrawn"


def test_the_public_does_not_get_it_either():
    question = a_question(agreement=None, public=True, withdrawn_master="m-1")

    assert clear(question).decision == "refused"


def test_what_derives_from_a_story_that_stands_is_none_of_this_rules_business():
    assert derived(about(derived_from="m-1")) is None


# schedule, embargo and delay: must they wait?


@pytest.mark.parametrize("audience", ["public", "bound to hold it", "any other"])
def test_until_the_hour_it_is_scheduled_for_everybody_waits(audience: str):
    public, bound = audience == "public", audience == "bound to hold it"
    question = a_question(
        article=an_article(publish_at=NOON + hours(3)),
        agreement=None if public else an_agreement(under_embargo=bound),
        public=public,
    )

    verdict = schedule(question)

    assert verdict is not None
    assert (verdict.decision, verdict.rule, verdict.until) == ("held", "schedule", NOON + hours(3))


def test_the_hour_it_is_scheduled_for_is_told_as_the_newsrooms_clock_shows_it():
    verdict = schedule(about(publish_at="2025-05-06T10:30:00Z"))

    assert verdict is not None
    assert verdict.reason == "scheduled for 2025-05-06 18:30"


@pytest.mark.parametrize("now", [NOON, NOON + hours(1)])
def test_a_schedule_is_over_at_its_own_second(now: datetime):
    assert schedule(about(now, publish_at=NOON)) is None


def test_who_is_bound_to_hold_it_has_it_under_embargo():
    assert embargo(about(agreement=an_agreement(under_embargo=True), embargo_until=NOON + hours(3))) is None


def test_what_they_hold_does_not_change_its_terms_when_the_embargo_lapses():
    held = about(agreement=an_agreement(under_embargo=True), embargo_until=NOON + hours(3))

    assert clear(held) == clear(held.model_copy(update={"now": NOON + hours(3)}))


def test_under_embargo_everybody_else_waits_until_it_passes():
    verdict = embargo(about(embargo_until=NOON + hours(3)))

    assert verdict is not None
    assert (verdict.decision, verdict.until) == ("held", NOON + hours(3))


def test_the_public_waits_for_the_embargo_too():
    article = an_article(embargo_until=NOON + hours(3))

    assert clear(a_question(agreement=None, public=True, article=article)).decision == "held"


def test_the_hour_of_the_embargo_is_told_as_the_newsrooms_clock_shows_it():
    verdict = embargo(about(embargo_until=shanghai(2025, 5, 6, 18, 30)))

    assert verdict is not None
    assert "2025-05-06 18:30" in verdict.reason


@pytest.mark.parametrize("now", [NOON, NOON + hours(1)])
def test_an_embargo_is_over_at_its_own_second(now: datetime):
    assert embargo(about(now, embargo_until=NOON)) is None


def test_a_delay_counts_from_first_publication_and_not_from_the_correction():
    article = an_article(version=2, updated_at=NOON + hours(5))

    question = a_question(
        article=article, agreement=an_agreement(delay_minutes=120), first_published=NOON, now=NOON + hours(5)
    )

    assert delay(question) is None


def test_a_delay_that_runs_holds_until_it_is_over():
    verdict = delay(about(NOON + minutes(119), agreement=an_agreement(delay_minutes=120)))

    assert verdict is not None
    assert (verdict.decision, verdict.until) == ("held", NOON + hours(2))


def test_a_delay_is_over_at_its_own_second():
    assert delay(about(NOON + minutes(120), agreement=an_agreement(delay_minutes=120))) is None


def test_no_delay_was_agreed_so_nobody_waits():
    assert delay(about()) is None


# all together


def test_the_answer_quotes_the_agreement_it_was_cleared_under():
    assert clear(about()).reason == "cleared under agreement QSW-2025-07"


def test_a_refusal_carries_no_picture():
    assert clear(about(origin=REPRINT)).pictures == ()


def test_a_hold_carries_no_picture():
    assert clear(about(embargo_until=NOON + hours(1))).pictures == ()


def test_a_refusal_beats_a_hold():
    answer = clear(about(origin=REPRINT, embargo_until=NOON + hours(9)))

    assert (answer.decision, answer.rule, answer.until) == ("refused", "origin", None)


@pytest.mark.parametrize(("delay_minutes", "longest"), [(60, "embargo"), (600, "delay")])
def test_the_longest_hold_wins(delay_minutes: int, longest: str):
    answer = clear(about(agreement=an_agreement(delay_minutes=delay_minutes), embargo_until=NOON + hours(3)))

    assert (answer.decision, answer.rule) == ("held", longest)


days = st.dates(date(2025, 4, 1), date(2025, 6, 30))
agreements = st.builds(
    lambda first, second, **terms: an_agreement(starts=min(first, second), ends=max(first, second), **terms),
    days,
    days,
    sections=st.sampled_from([(), ("要闻",), ("副刊",)]),
    delay_minutes=st.integers(0, 60 * 24 * 40),
    pictures=st.sampled_from(["none", "ours"]),
    under_embargo=st.booleans(),
)
times = st.none() | st.integers(-100, 100).map(lambda number: NOON + hours(number))
articles = st.builds(
    lambda embargoed, moment, **told: an_article(
        embargo_until=moment if embargoed else None, publish_at=None if embargoed else moment, **told
    ),
    st.booleans(),
    times,
    origin=st.sampled_from([REPRINT, {"kind": "own", "source": OWN}, {"kind": "own", "source": STATE}]),
)
questions = st.builds(
    lambda article, agreement, public, now, master: a_question(
        article=article, agreement=None if public else agreement, public=public, now=now, withdrawn_master=master
    ),
    articles,
    st.none() | agreements,
    st.booleans(),
    st.integers(-60 * 24, 60 * 24).map(lambda number: NOON + hours(number)),
    st.none() | st.none() | st.just("m-1"),
)


@given(questions)
def test_deny_beats_hold_beats_clear_whatever_the_rules_say(question: Question):
    said = [verdict.decision for rule in RULES if (verdict := rule(question))]

    worst = "refused" if "refused" in said else "held" if "held" in said else "cleared"
    assert clear(question).decision == worst


@given(questions)
def test_a_hold_lapses_at_the_latest_of_all_holds(question: Question):
    answer = clear(question)

    verdicts = [verdict for rule in RULES if (verdict := rule(question))]
    untils = [one.until for one in verdicts if one.until and one.decision == answer.decision]
    assert answer.until == (max(untils) if answer.decision == "held" else None)


@given(questions)
def test_a_hold_clears_nothing_a_second_before_its_hour_and_is_over_then(question: Question):
    answer = clear(question)
    if answer.until is None:
        return

    before = clear(question.model_copy(update={"now": answer.until - timedelta(seconds=1)}))
    then = clear(question.model_copy(update={"now": answer.until}))

    assert before.decision != "cleared"
    assert then.decision != "held"


@given(questions)
def test_a_picture_goes_along_only_with_words_that_may_go(question: Question):
    answer = clear(question)

    assert answer.decision == "cleared" or not answer.passed_pictures


@given(questions)
def test_every_answer_has_a_reason(question: Question):
    assert clear(question).reason.strip()
