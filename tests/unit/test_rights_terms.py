"""Term, territory, quota and delay: what an agreement's terms say about an article."""

from datetime import date, datetime, time, timedelta

import pytest

from syndicate.model.agreement import Quota
from syndicate.model.business_hours import BusinessHours
from syndicate.model.supply import Supply, began, next_begins
from syndicate.rights.delay import delay
from syndicate.rights.pictures import pictures
from syndicate.rights.quota import quota
from syndicate.rights.term import term
from syndicate.rights.territory import territory
from tests.builders import NOON, a_picture, a_publisher, a_question, an_agreement, an_article, hours, shanghai

BEFORE, AFTER = shanghai(2024, 12, 31, 23), shanghai(2025, 1, 1)


def out(moment: datetime, **changes):
    return a_question(
        first_published=moment, article=an_article(published_at=moment.isoformat()), now=max(NOON, moment), **changes
    )


def test_what_was_out_before_the_agreement_began_is_refused():
    verdict = term(out(BEFORE))

    assert verdict is not None
    assert (verdict.decision, verdict.keeps) == ("refused", False)
    assert verdict.reason == (
        "was out before agreement QSW-2025-07 started on 2025-01-01, and that sends nothing of before"
    )


def test_what_comes_out_on_the_first_day_goes():
    assert term(out(AFTER)) is None


def test_an_agreement_that_says_so_sends_what_was_out_before():
    assert term(out(BEFORE, agreement=an_agreement(at_start="covered"))) is None


def test_a_correction_after_the_beginning_is_new():
    assert term(out(BEFORE, updated=NOON)) is None


def test_a_renewal_begins_nothing():
    former = an_agreement(number="QSW-1", starts=date(2024, 1, 1), ends=date(2024, 12, 31))

    assert term(out(BEFORE, partner={"agreement": (former, an_agreement())})) is None


def test_after_a_day_without_agreement_the_next_one_begins():
    former = an_agreement(number="QSW-1", starts=date(2024, 1, 1), ends=date(2024, 12, 30))

    assert term(out(BEFORE, partner={"agreement": (former, an_agreement())})) is not None


@pytest.mark.parametrize(
    ("now", "number"),
    [
        (shanghai(2023, 6, 1), "A"),
        (shanghai(2024, 12, 31, 23, 59), "A"),
        (shanghai(2025, 1, 1), "B"),
        (shanghai(2025, 3, 1), "B"),
        (shanghai(2030, 1, 1), "C"),
    ],
)
def test_the_agreement_that_counts_is_the_one_in_term_else_the_last_that_ended_else_the_next(now, number):
    terms = (
        an_agreement(number="C", starts=date(2025, 4, 1), ends=date(2025, 12, 31)),
        an_agreement(number="A", starts=date(2024, 1, 1), ends=date(2024, 12, 31)),
        an_agreement(number="B", starts=date(2025, 1, 1), ends=date(2025, 1, 31)),
    )

    agreement = a_question(now=now, partner={"agreement": terms}).agreement

    assert agreement is not None
    assert agreement.number == number


# Territory


@pytest.mark.parametrize(
    ("agreed", "article", "goes"),
    [
        ((), (), True),
        (("CN",), (), True),
        (("CN",), ("CN",), True),
        (("CN-HB",), ("CN",), True),
        (("CN",), ("CN-HB",), False),
        (("CN", "HK"), ("CN",), False),
        ((), ("CN",), False),
    ],
)
def test_an_article_goes_where_it_may_be_published(agreed, article, goes):
    question = a_question(agreement=an_agreement(territory=agreed), article=an_article(territory=article))

    assert (territory(question) is None) == goes


def test_what_may_be_published_in_some_places_is_in_no_public_feed():
    verdict = territory(a_question(public=True, article=an_article(territory=("CN",))))

    assert verdict is not None
    assert verdict.reason == "may be published in CN only, and the public feeds are read everywhere"


def test_a_picture_for_some_places_falls_out_elsewhere():
    picture = a_picture(owner="青石湾新闻网", rights={"territory": ["CN"]})
    article = an_article(pictures=[picture.model_dump()])

    at_home = a_question(agreement=an_agreement(territory=("CN-HB",)), article=article)
    abroad = a_question(agreement=an_agreement(territory=("SG",)), article=article)

    assert [one.passed for one in pictures(at_home)] == [True]
    assert [one.reason for one in pictures(abroad)] == [
        "may be published in CN only, and agreement QSW-2025-07 is for SG too"
    ]


# Quota


def bounded(supply: Supply, **changes):
    return quota(
        a_question(agreement=an_agreement(quota=Quota(**changes)), supply=supply, now=shanghai(2025, 5, 6, 12))
    )


def test_a_quota_that_is_used_up_holds_until_the_next_day():
    verdict = bounded(Supply(day=3), per_day=3)

    assert verdict is not None
    assert (verdict.decision, verdict.until) == ("held", shanghai(2025, 5, 7))
    assert verdict.reason == (
        "agreement QSW-2025-07 allows 3 articles a day, and they have had them; the next day begins at 2025-05-07 00:00"
    )


def test_the_longest_period_that_is_used_up_decides():
    verdict = bounded(Supply(day=3, month=9), per_day=3, per_month=9)

    assert verdict is not None
    assert verdict.until == shanghai(2025, 6, 1)


def test_a_quota_may_refuse_what_comes_too_late():
    verdict = bounded(Supply(week=7), per_week=7, when_used_up="refuse")

    assert verdict is not None
    assert (verdict.decision, verdict.until) == ("refused", None)


def test_under_the_quota_nothing_speaks_against_it():
    assert bounded(Supply(day=2, year=99), per_day=3, per_year=100) is None


def test_an_article_they_have_had_is_corrected_whatever_is_used_up():
    agreement = an_agreement(quota=Quota(per_day=3))

    assert quota(a_question(agreement=agreement, supply=Supply(day=3), had=True)) is None


@pytest.mark.parametrize(
    ("period", "begins", "following"),
    [
        ("day", shanghai(2025, 12, 31), shanghai(2026, 1, 1)),
        ("week", shanghai(2025, 12, 29), shanghai(2026, 1, 5)),
        ("month", shanghai(2025, 12, 1), shanghai(2026, 1, 1)),
        ("year", shanghai(2025, 1, 1), shanghai(2026, 1, 1)),
    ],
)
def test_periods_are_those_of_the_publishers_calendar(period, begins, following):
    now = shanghai(2025, 12, 31, 0, 30)

    assert (began(period, now, "Asia/Shanghai"), next_begins(period, now, "Asia/Shanghai")) == (begins, following)


@pytest.mark.parametrize("year", [2023, 2024])
def test_the_next_month_follows_every_month(year):
    for month in range(1, 12):
        assert next_begins("month", shanghai(year, month, 1), "Asia/Shanghai") == shanghai(year, month + 1, 1)


# Delay in hours of work: 2025-05-09 is a Friday


@pytest.mark.parametrize(
    ("published", "wait", "until"),
    [
        (shanghai(2025, 5, 9, 10), 2, shanghai(2025, 5, 9, 12)),
        (shanghai(2025, 5, 9, 16, 30), 2, shanghai(2025, 5, 12, 9, 30)),
        (shanghai(2025, 5, 10, 3), 1, shanghai(2025, 5, 12, 9, 30)),
        (shanghai(2025, 5, 9, 6), 9, shanghai(2025, 5, 9, 17, 30)),
        (shanghai(2025, 4, 30, 17), 1, shanghai(2025, 5, 6, 9)),
    ],
)
def test_business_hours_pass_only_while_people_work(published, wait, until):
    hours_of_work = BusinessHours(holidays=tuple(date(2025, 5, day) for day in range(1, 6)))

    assert hours_of_work.after(published, wait, "Asia/Shanghai") == until


def test_a_day_that_was_moved_counts_as_worked():
    moved = BusinessHours(working_days=(date(2025, 5, 10),))

    assert moved.after(shanghai(2025, 5, 9, 17), 1, "Asia/Shanghai") == shanghai(2025, 5, 10, 9)


def test_a_delay_in_business_hours_says_until_when():
    publisher = a_publisher(business_hours=BusinessHours(opens=time(9), closes=time(17)))
    agreement = an_agreement(delay_business_hours=4)

    verdict = delay(a_question(agreement=agreement, publisher=publisher, first_published=shanghai(2025, 5, 9, 15)))

    assert verdict is not None
    assert verdict.until == shanghai(2025, 5, 12, 11)
    assert "wait 4 business hours after publication, until 2025-05-12 11:00" in verdict.reason


def test_of_two_delays_both_must_have_passed():
    agreement = an_agreement(delay_minutes=60, delay_business_hours=0.5)
    question = a_question(agreement=agreement, first_published=NOON, now=NOON + timedelta(minutes=45))

    verdict = delay(question)

    assert verdict is not None
    assert verdict.until == NOON + hours(1)


def test_more_hours_than_five_years_of_work_have_are_five_years():
    rare = BusinessHours(days=("mon",), opens=time(9), closes=time(9, 30))

    assert rare.after(NOON, 2000, "Asia/Shanghai") == NOON + timedelta(days=366 * 5)
