"""When may an article come out? What a correction may say of embargo and schedule, and what first publication is."""

from datetime import datetime
from typing import Any

import pytest

from syndicate.model.article import Article, Withdrawal
from syndicate.pipeline.release import first_published, is_scheduled, moves_embargo, untimely
from tests.builders import NOON, an_article, hours

PAST, SOON, LATER = NOON - hours(1), NOON + hours(3), NOON + hours(6)
GONE = Withdrawal(id="a-1", version=2)


def wrong(former: Article | None, now: datetime = NOON, **correction: Any) -> list[str]:
    """The fields that are wrong in a correction."""
    problems = untimely(an_article(version=2, **correction), former, now=now)
    return [problem.field for problem in problems]


# what may be said


@pytest.mark.parametrize("said", [{}, {"embargo_until": SOON}, {"publish_at": SOON}])
def test_of_what_is_not_out_anything_may_be_said(said: dict[str, Any]):
    assert wrong(None, **said) == []


@pytest.mark.parametrize("field", ["embargo_until", "publish_at"])
def test_what_runs_must_be_spoken_of(field: str):
    assert wrong(an_article(**{field: SOON})) == [f"data.{field}"]


@pytest.mark.parametrize("said", [SOON, LATER, PAST, None])
@pytest.mark.parametrize("field", ["embargo_until", "publish_at"])
def test_what_runs_may_be_repeated_changed_or_lifted(field: str, said: datetime | None):
    assert wrong(an_article(**{field: SOON}), **{field: said}) == []


@pytest.mark.parametrize("field", ["embargo_until", "publish_at"])
def test_of_what_is_over_nothing_need_be_said(field: str):
    assert wrong(an_article(**{field: NOON})) == []


@pytest.mark.parametrize("former", [{}, {"embargo_until": NOON}, {"publish_at": NOON}])
@pytest.mark.parametrize("field", ["embargo_until", "publish_at"])
def test_what_is_out_can_be_given_neither(former: dict[str, Any], field: str):
    assert wrong(an_article(**former), **{field: SOON}) == [f"data.{field}"]


@pytest.mark.parametrize("field", ["embargo_until", "publish_at"])
def test_an_hour_that_is_past_may_be_repeated(field: str):
    assert wrong(an_article(**{field: PAST}), **{field: PAST}) == []


def test_a_schedule_may_become_an_embargo_because_nobody_has_the_article_yet():
    assert wrong(an_article(publish_at=SOON), publish_at=None, embargo_until=LATER) == []


def test_an_embargo_cannot_become_a_schedule_because_somebody_may_have_the_article():
    assert wrong(an_article(embargo_until=SOON), embargo_until=None, publish_at=LATER) == ["data.publish_at"]


def test_every_mistake_is_told_at_once():
    assert wrong(an_article(embargo_until=SOON), publish_at=LATER) == ["data.embargo_until", "data.publish_at"]


# what follows


def test_an_article_is_scheduled_until_its_hour_and_no_longer():
    article = an_article(publish_at=SOON)

    assert [is_scheduled(article, now=now) for now in (NOON, SOON)] == [True, False]


def test_what_we_do_not_know_is_not_scheduled():
    assert not is_scheduled(None, now=NOON)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [(SOON, SOON, False), (SOON, LATER, True), (SOON, None, True), (PAST, None, False), (None, PAST, False)],
)
def test_only_an_hour_that_is_still_to_come_can_be_moved(before: datetime | None, after: datetime | None, moved: bool):
    article, former = an_article(embargo_until=after), an_article(embargo_until=before)

    assert moves_embargo(article, former, now=NOON) is moved


@pytest.mark.parametrize(("publish_at", "first"), [(None, NOON), (PAST, NOON), (SOON, SOON)])
def test_first_publication_is_the_later_of_the_day_it_names_and_its_schedule(
    publish_at: datetime | None, first: datetime
):
    assert first_published(an_article(publish_at=publish_at), None, None, now=NOON) == first


def test_once_it_is_out_first_publication_stays_what_it_is():
    correction = an_article(version=2, published_at=LATER)

    assert first_published(correction, an_article(publish_at=NOON), NOON, now=SOON) == NOON


def test_while_it_is_scheduled_first_publication_moves_with_the_schedule():
    correction = an_article(version=2, publish_at=LATER)

    assert first_published(correction, an_article(publish_at=SOON), SOON, now=NOON) == LATER


def test_what_was_out_once_keeps_its_first_publication_when_a_schedule_brings_it_back():
    brought_back = an_article(version=3, publish_at=LATER)

    assert first_published(brought_back, None, PAST, now=NOON) == PAST
    assert first_published(GONE, brought_back, PAST, now=NOON) == PAST


def test_what_is_taken_back_before_its_hour_was_never_published():
    assert first_published(GONE, an_article(publish_at=SOON), SOON, now=NOON) is None
