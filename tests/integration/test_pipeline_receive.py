"""An event is checked whole, accepted at most once, and makes a new revision: on both databases."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.ledger import articles, tables
from syndicate.ledger.articles import Head
from syndicate.model.article import Article
from syndicate.model.event import parse_structured
from syndicate.model.problem import Invalid
from syndicate.pipeline.receive import Conflict
from tests.builders import BODY, NOON, an_event, hours
from tests.fakes.rehearsal import Rehearsal


def head_of(system: Rehearsal, article: str = "a-1") -> Head:
    with system.ledger.read() as connection:
        head = articles.head(connection, article)
    assert head is not None
    return head


def newest(system: Rehearsal, article: str = "a-1") -> Article:
    with system.ledger.read() as connection:
        data = articles.revision(connection, article, head_of(system, article).revision).data
    assert isinstance(data, Article)
    return data


def told(system: Rehearsal, article: str = "a-1") -> list[tuple[str, str]]:
    wanted = select(tables.events).where(tables.events.c.article_id == article).order_by(tables.events.c.seq)
    with system.ledger.read() as connection:
        return [(row.outcome, row.reason) for row in connection.execute(wanted)]


# once


def test_the_first_event_of_an_article_makes_its_first_revision(system: Rehearsal):
    received = system.tell(an_event())

    assert (received.outcome, received.revision) == ("accepted", 1)


def test_the_same_event_twice_is_accepted_once(system: Rehearsal):
    system.tell(an_event())
    before = system.count()

    again = system.tell(an_event())

    assert (again.outcome, again.revision, again.steps) == ("duplicate", 1, ())
    assert system.count() == before


def test_the_same_event_from_another_source_is_another_event(system: Rehearsal):
    system.tell(an_event())

    other = system.tell(an_event(version=2, id="published-a-1-1", envelope={"source": "https://other.example/"}))

    assert other.outcome == "accepted"


def test_the_same_event_with_other_content_is_a_conflict_and_leaves_no_trace(system: Rehearsal):
    system.tell(an_event())
    before = system.count()

    with pytest.raises(Conflict, match="accepted before with other content"):
        system.tell(an_event(headline="另一个标题"))

    assert system.count() == before


def test_the_same_event_about_another_article_is_a_conflict_and_leaves_no_trace(system: Rehearsal):
    system.tell(an_event(id="e-1"))
    before = system.count()

    with pytest.raises(Conflict):
        system.tell(an_event(article="a-2", id="e-1"))

    assert system.count() == before


# out of order


@pytest.mark.parametrize("version", [1, 2])
def test_a_version_that_is_not_newer_is_recorded_and_changes_nothing(system: Rehearsal, version: int):
    system.tell(an_event(version=2, headline="新的标题"))

    late = system.tell(an_event("updated", version=version, headline="旧的标题"))

    assert (late.outcome, late.revision, late.steps) == ("ignored", None, ())
    assert told(system)[1] == ("ignored", f"version {version} is not newer than version 2, which we have")
    assert newest(system).headline == "新的标题"


def test_versions_may_have_gaps_but_revisions_have_none(system: Rehearsal):
    system.tell(an_event(version=5))

    assert system.tell(an_event("updated", version=90)).revision == 2


# what can't be accepted


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 0},
        {"headline": ""},
        {"body_html": "<script>alert(1)</script>"},
        {"body_html": "<style>p{}</style><!-- 空 -->"},
        {"pictures": [{"url": "javascript:alert(1)"}]},
    ],
)
def test_what_is_invalid_leaves_no_row_in_any_table(system: Rehearsal, changes: dict[str, Any]):
    with pytest.raises(Invalid):
        system.tell(an_event(**changes))

    assert set(system.count().values()) == {0}


def test_a_body_of_which_nothing_is_left_is_refused_by_its_field(system: Rehearsal):
    with pytest.raises(Invalid) as refused:
        system.tell(an_event(body_html="<script>alert(1)</script>"))

    assert [problem.field for problem in refused.value.problems] == ["data.body_html"]


@pytest.mark.parametrize("depth", [500, 900])
def test_data_that_is_nested_too_deeply_is_refused_like_any_mistake(system: Rehearsal, depth: int):
    body = json.dumps(an_event(keywords="#")).replace('"#"', "[" * depth + "]" * depth).encode()

    with pytest.raises(Invalid):
        system.tell(parse_structured(body))

    assert set(system.count().values()) == {0}


# what is put right on the way in


def test_scripts_are_taken_out_before_anything_is_remembered(system: Rehearsal):
    system.tell(an_event(body_html=f'{BODY}<script>alert("x")</script><p onclick="x()">末班船七点开。</p>'))

    kept = newest(system).body_html
    assert "末班船七点开。" in kept
    assert "script" not in kept
    assert "onclick" not in kept


def test_characters_that_xml_forbids_are_taken_out_and_noted(system: Rehearsal):
    received = system.tell(an_event(headline="老码头\x0b重新\x00开渡"))

    assert newest(system).headline == "老码头重新开渡"
    assert received.notes == ("data.headline: 2 characters that XML forbids were taken out",)


def test_half_a_surrogate_pair_is_taken_out_too(system: Rehearsal):
    body = json.dumps(an_event(headline="渡口#来信")).replace("#", "\\ud83d").encode()

    system.tell(parse_structured(body))

    assert newest(system).headline == "渡口来信"


def test_a_pictures_address_is_made_absolute_against_the_articles(system: Rehearsal):
    system.tell(an_event(pictures=[{"url": "/img/1.jpg"}]))

    assert newest(system).pictures[0].url == "https://news.example/img/1.jpg"


# embargo


def test_a_correction_that_forgets_a_running_embargo_is_refused_and_leaves_no_trace(system: Rehearsal):
    system.tell(an_event(embargo_until=(NOON + hours(8)).isoformat()))
    before = system.count()

    with pytest.raises(Invalid) as refused:
        system.tell(an_event("updated", version=2))

    assert [problem.field for problem in refused.value.problems] == ["data.embargo_until"]
    assert "repeat it, change it, or say null" in refused.value.problems[0].message
    assert system.count() == before


def test_a_correction_may_repeat_a_running_embargo(system: Rehearsal):
    until = (NOON + hours(8)).isoformat()
    system.tell(an_event(embargo_until=until))

    assert system.tell(an_event("updated", version=2, embargo_until=until)).outcome == "accepted"


def test_a_correction_may_lift_a_running_embargo_by_saying_null(system: Rehearsal):
    system.tell(an_event(embargo_until=(NOON + hours(8)).isoformat()))

    assert system.tell(an_event("updated", version=2, embargo_until=None)).outcome == "accepted"


def test_a_correction_need_not_mention_an_embargo_that_has_passed(system: Rehearsal):
    system.tell(an_event(embargo_until=(NOON + hours(8)).isoformat()))
    system.advance(hours(8))

    assert system.tell(an_event("updated", version=2)).outcome == "accepted"


def test_an_article_under_embargo_can_be_withdrawn_without_a_word_about_it(system: Rehearsal):
    system.tell(an_event(embargo_until=(NOON + hours(8)).isoformat()))

    assert system.tell(an_event("withdrawn", version=2)).outcome == "accepted"


# withdrawn


def test_withdrawn_before_it_was_ever_seen_the_tombstone_stays_and_a_late_article_does_not_come_through(
    system: Rehearsal,
):
    system.tell(an_event("withdrawn", version=3))

    late = system.tell(an_event(version=3))

    assert late.outcome == "ignored"
    assert head_of(system).withdrawn


def test_a_late_old_version_does_not_bring_a_withdrawn_article_back(system: Rehearsal):
    system.tell(an_event(version=1))
    system.tell(an_event("withdrawn", version=3))

    late = system.tell(an_event(version=2))

    assert late.outcome == "ignored"
    assert head_of(system).withdrawn


def test_an_update_does_not_bring_a_withdrawn_article_back(system: Rehearsal):
    system.tell(an_event())
    system.tell(an_event("withdrawn", version=2))

    assert system.tell(an_event("updated", version=3)).reason == (
        "the article is withdrawn: only article.published brings it back"
    )


def test_published_with_a_higher_version_brings_a_withdrawn_article_back(system: Rehearsal):
    system.tell(an_event())
    system.tell(an_event("withdrawn", version=2))

    assert system.tell(an_event(version=3)).outcome == "accepted"
    assert not head_of(system).withdrawn


def test_what_was_withdrawn_for_good_never_comes_back(system: Rehearsal):
    system.tell(an_event())
    system.tell(an_event("withdrawn", version=2, final=True))

    again = system.tell(an_event(version=99))

    assert (again.outcome, again.reason) == ("ignored", "the article was withdrawn for good")


def test_a_withdrawal_can_be_made_final_afterwards(system: Rehearsal):
    system.tell(an_event())
    system.tell(an_event("withdrawn", version=2))

    assert system.tell(an_event("withdrawn", version=2, id="w-2", final=True)).outcome == "accepted"
    assert head_of(system).final


def test_a_second_withdrawal_changes_nothing(system: Rehearsal):
    system.tell(an_event())
    system.tell(an_event("withdrawn", version=2))

    assert system.tell(an_event("withdrawn", version=3)).reason == "the article is withdrawn already"


def test_a_withdrawal_of_a_version_older_than_ours_is_ignored(system: Rehearsal):
    system.tell(an_event(version=5))

    assert system.tell(an_event("withdrawn", version=4)).outcome == "ignored"
    assert not head_of(system).withdrawn


# the date that feeds show


def updated(system: Rehearsal, article: str = "a-1") -> list[Any]:
    wanted = select(tables.revisions.c.updated).where(tables.revisions.c.article_id == article)
    with system.ledger.read() as connection:
        return list(connection.scalars(wanted.order_by(tables.revisions.c.revision)))


def test_a_significant_correction_moves_the_date_even_if_the_newsroom_did_not(system: Rehearsal):
    system.tell(an_event())
    system.tell(an_event("updated", version=2))

    first, second = updated(system)
    assert second > first


def test_a_minor_correction_does_not_move_the_date(system: Rehearsal):
    system.tell(an_event())
    system.tell(an_event("updated", version=2, change="minor", updated_at=(NOON + hours(1)).isoformat()))

    first, second = updated(system)
    assert second == first


def test_published_again_after_a_withdrawal_it_is_later_than_the_tombstone(system: Rehearsal):
    system.tell(an_event())
    system.at(NOON + hours(30))
    system.tell(an_event("withdrawn", version=2))
    system.tell(an_event(version=3, change="minor"))

    _, tombstone, again = updated(system)
    assert again > tombstone


def test_first_publication_is_remembered_through_every_correction(system: Rehearsal):
    system.tell(an_event())
    system.tell(an_event("updated", version=2, published_at=(NOON + hours(9)).isoformat()))

    assert head_of(system).first_published == NOON


def test_an_articles_permanent_identity_stays_when_it_comes_back(system: Rehearsal):
    system.tell(an_event())
    before = head_of(system).uri
    system.tell(an_event("withdrawn", version=2))
    system.tell(an_event(version=3))

    assert head_of(system).uri == before == "tag:news.example,2020-01-01:article:a-1"
