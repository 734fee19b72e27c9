"""What had failed is tried again when somebody says so, under the same key; what is overtaken is left alone."""

from datetime import timedelta

from syndicate.pipeline.replay import Replayed, replay
from tests.builders import an_event, hours
from tests.fakes.partner import reply
from tests.fakes.rehearsal import Rehearsal


def replay_all(system: Rehearsal, **which: object) -> Replayed:
    told = {"delivery": None, "article": None, "partner": None, "since": None} | which
    done = replay(system.ledger, **told)
    system.queue(list(done.steps))
    system.run_all()
    return done


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


def test_the_patience_begins_anew(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(422), reply(503), reply(200))
    system.publish(an_event())
    system.let_time_pass(timedelta(days=365))

    replay_all(system)
    (row,) = system.rows()

    assert row.state == "waiting"
    assert row.patient_since > row.created_at
