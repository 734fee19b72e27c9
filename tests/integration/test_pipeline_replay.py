"""What had failed is tried again when somebody says so, under the same key; what is overtaken is left alone."""

from collections.abc import Iterator, Sized
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from syndicate.ledger.backlog import Which
from syndicate.model.problem import Invalid
from syndicate.pipeline.replay import Replayed
from tests.builders import an_event, hours
from tests.fakes.partner import reply
from tests.fakes.rehearsal import Rehearsal


def replay_all(system: Rehearsal, **which: object) -> Replayed:
    done = system.system.replay(Which(**which))
    system.run_all()
    return done


@contextmanager
def parameters_seen() -> Iterator[list[int]]:
    """How many parameters each statement has that is run meanwhile."""
    seen: list[int] = []

    def look(connection: object, cursor: object, statement: str, parameters: Sized, *_: object) -> None:
        seen.append(len(parameters))

    event.listen(Engine, "before_cursor_execute", look)
    yield seen
    event.remove(Engine, "before_cursor_execute", look)


def test_what_the_partner_refused_is_delivered_under_the_same_key_once_it_is_replayed(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(422), reply(200))
    system.publish(an_event())
    (row,) = system.rows()
    assert row.state == "failed"

    done = replay_all(system)

    assert done.again == (row.id,)
    assert system.states() == [("publish", 1, "delivered")]
    first, second = partner.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_what_a_correction_has_overtaken_is_not_tried_again(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(422), reply(200))
    system.publish(an_event(), an_event("updated", version=2))

    done = replay_all(system)

    assert (done.again, done.left) == ((), 1)
    assert len(partner.requests) == 2


def test_a_replay_is_narrowed_to_a_partner_an_article_or_a_time(system: Rehearsal):
    for name in ("yunfeng", "songtao"):
        system.partner(name).will(*[reply(422)] * 2)
    system.publish(an_event(), an_event(article="a-2"))
    wanted = {row.id for row in system.rows("a-2", "songtao")}

    assert replay_all(system, article="a-3").again == ()
    assert replay_all(system, since=system.database_time() + hours(1)).again == ()
    assert set(replay_all(system, article="a-2", partner="songtao").again) == wanted


def test_what_is_set_up_wrongly_gets_as_many_tries_again_as_at_first(system: Rehearsal):
    partner = system.partner()
    partner.will(*[reply(401)] * 5, reply(200))
    system.publish(an_event())
    (row,) = system.rows()
    for _ in range(2):
        system.set_due(row.id, ago=hours(0.1))
        system.sweep_and_run()
    assert system.states() == [("publish", 1, "failed")]

    replay_all(system)
    for _ in range(2):
        system.set_due(row.id, ago=hours(0.1))
        system.sweep_and_run()

    assert [outcome for _, outcome in system.tries(row.id)] == ["misconfigured"] * 5 + ["delivered"]


def test_the_patience_begins_anew(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(422), reply(503), reply(200))
    system.publish(an_event())
    system.let_time_pass(timedelta(days=365))

    replay_all(system)
    (row,) = system.rows()

    assert row.state == "waiting"
    assert row.patient_since > row.created_at


def test_however_much_has_failed_it_waits_again_by_statements_of_a_bounded_size(
    system: Rehearsal, monkeypatch: pytest.MonkeyPatch
):
    # given: more than may go into one statement, which is few enough here
    monkeypatch.setattr("syndicate.pipeline.replay.AT_ONCE", 2)
    many = 30
    system.partner().will(*[reply(422)] * many)
    system.publish(*[an_event(article=f"a-{number}") for number in range(many)])

    # when
    with parameters_seen() as seen:
        done = system.system.replay(Which())

    # then
    assert (len(done.again), done.left) == (many, 0)
    assert max(seen) < many


def test_what_is_replayed_is_let_go_bit_by_bit_so_that_others_may_write_meanwhile(
    system: Rehearsal, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("syndicate.pipeline.replay.AT_ONCE", 1)
    system.partner().will(*[reply(422)] * 2)
    system.publish(an_event(), an_event(article="a-2"))
    told = iter([None, ZeroDivisionError])

    def breaks_off(*_: object, **__: object) -> list[object]:
        if error := next(told):
            raise error
        return []

    monkeypatch.setattr("syndicate.ledger.deliveries.gone", breaks_off)
    with pytest.raises(ZeroDivisionError):
        system.system.replay(Which())

    assert [system.states(name)[0][2] for name in ("a-1", "a-2")] == ["waiting", "failed"]


# what was never attempted


def test_a_partner_that_joins_later_gets_what_was_published_since_a_time_when_it_is_asked_for(system: Rehearsal):
    system.partner("first")
    system.publish(an_event(), an_event(article="a-2"))
    late = system.partner("late")

    done = replay_all(system, partner="late")

    assert (done.again, set(done.planned)) == ((), {"a-1", "a-2"})
    assert len(late.requests) == 2
    assert len(system.peers["first"].requests) == 2


def test_what_was_published_before_that_time_is_not_owed(system: Rehearsal):
    system.partner("first")
    system.publish(an_event())
    late = system.partner("late")

    done = replay_all(system, partner="late", since=system.now + hours(1))

    assert (done.planned, late.requests) == ((), ())


def test_everything_means_everything_that_failed(system: Rehearsal):
    system.partner("first")
    system.publish(an_event())
    late = system.partner("late")

    replay_all(system)

    assert not late.requests


def test_a_story_that_could_not_be_written_is_written_once_it_can_be(system: Rehearsal, monkeypatch):
    partner = system.partner()
    with monkeypatch.context() as broken:
        broken.setattr("syndicate.pipeline.plan.write_story", lambda *_, **__: 1 / 0)
        system.publish(an_event())
    (row,) = system.rows()
    assert (row.state, row.body) == ("failed", None)

    done = replay_all(system, article="a-1")

    assert done.planned == ("a-1",)
    assert [(one.id, one.state) for one in system.rows()] == [(row.id, "delivered")]
    assert [seen.headers["webhook-id"] for seen in partner.requests] == [row.id]


def test_more_articles_than_are_handed_over_at_once_are_found_by_the_sweep(system: Rehearsal, monkeypatch):
    monkeypatch.setattr("syndicate.pipeline.replay.PLANS_AT_ONCE", 1)
    system.partner("first")
    system.publish(*[an_event(article=f"a-{number}") for number in range(4)])
    late = system.partner("late")

    replay_all(system, partner="late")
    system.sweep_and_run()

    assert len(late.requests) == 4


# what was delivered


def test_what_was_delivered_is_sent_again_under_its_key_where_that_is_asked_for(system: Rehearsal):
    partner = system.partner()
    system.publish(an_event(), an_event("updated", version=2))

    done = replay_all(system, article="a-1", partner="yunfeng", delivered=True)

    assert len(done.again) == 1  # the newest version only
    first, second, third = partner.requests
    assert (second.headers["webhook-id"], second.body) == (third.headers["webhook-id"], third.body)
    assert first.headers["webhook-id"] != third.headers["webhook-id"]


def test_an_article_that_is_withdrawn_is_not_sent_again(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event("withdrawn", version=2))

    with pytest.raises(Invalid, match="a-1 is withdrawn"):
        replay_all(system, article="a-1", delivered=True)
