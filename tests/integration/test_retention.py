"""What was settled long ago loses its bytes, and nothing else: who had what stays known, and what is needed stays."""

import json

import pytest
from sqlalchemy import update

from syndicate.ledger import tables
from syndicate.ledger.backlog import Which
from syndicate.monitor.why import Sending, why
from syndicate.pipeline import prune as stage
from syndicate.pipeline.prune import prunable, prune
from syndicate.settings import Retention
from tests.builders import a_destination, an_event, hours
from tests.fakes.partner import reply
from tests.fakes.rehearsal import Overtaken, Rehearsal

A_DAY = hours(24)
KEPT_FOR = 200 * A_DAY


@pytest.fixture
def system(system: Rehearsal) -> Rehearsal:
    """A system with one partner."""
    system.partner()
    return system


def grow_old(system: Rehearsal) -> None:
    system.let_time_pass(KEPT_FOR + A_DAY)


def told(system: Rehearsal) -> list[Sending]:
    """What `why` tells of each delivery of the article."""
    found = why(system.ledger, "a-1", directory=system.system.newsroom.directory, now=system.now)
    assert found is not None
    return [sending for one in found.explanations for sending in one.deliveries]


def texts(system: Rehearsal) -> list[str]:
    return [attempt["answer"] for attempt in system.rows_of("attempts")]


def test_the_bytes_of_what_was_delivered_long_ago_are_dropped_and_the_row_stays_with_its_digests(system: Rehearsal):
    system.publish(an_event())
    (before,) = system.rows()
    grow_old(system)

    assert system.prune() == 1

    (row,) = system.rows()
    assert (row.state, row.body, row.manifest) == ("delivered", before.body, before.manifest)
    assert row.kept_until is not None
    assert not system.has_bytes(row)


def test_the_manifest_and_every_other_row_stay(system: Rehearsal):
    system.publish(an_event(), an_event("updated", version=2), an_event("withdrawn", version=3))
    before = system.count()
    grow_old(system)

    system.prune()

    after = system.count()
    assert {name for name in before if before[name] != after[name]} == {"contents"}
    assert system.manifest(system.rows()[0]).agreement == "QSW-2025-07"


def test_what_was_answered_long_ago_is_dropped_and_the_try_stays(system: Rehearsal):
    system.peers["yunfeng"].will(reply(503, body=b"overloaded"), reply(200, body=b"thank you"))
    system.publish(an_event())
    system.let_time_pass(A_DAY)
    system.sweep_and_run()
    assert texts(system) == ["overloaded", "thank you"]
    grow_old(system)

    system.prune()

    assert texts(system) == ["", ""]
    assert [outcome for _, outcome in system.tries(system.rows()[0].id)] == ["unavailable", "delivered"]


def test_what_was_settled_since_then_stays_and_so_do_its_answers(system: Rehearsal):
    system.peers["yunfeng"].will(reply(200, body=b"thank you"))
    system.publish(an_event())
    system.let_time_pass(KEPT_FOR - A_DAY)

    assert (system.prune(), texts(system)) == (0, ["thank you"])
    assert system.has_bytes(system.rows()[0])


def test_how_long_that_is_can_be_set(system: Rehearsal):
    system.reconfigure(system.system.settings.model_copy(update={"retention": Retention(bodies_days=30)}))
    system.publish(an_event())
    system.let_time_pass(31 * A_DAY)

    assert system.prune() == 1


def test_what_waits_or_is_being_sent_keeps_its_bytes_however_old_it_is(system: Rehearsal):
    system.peers["yunfeng"].will(reply(503))
    system.publish(an_event(article="a-2"))
    system.tell(an_event())
    system.run_next()
    system.lose_queue()
    system.claim(system.rows()[0].id)
    grow_old(system)

    assert system.prune() == 0
    assert [system.rows(name)[0].state for name in ("a-1", "a-2")] == ["sending", "waiting"]


def test_what_has_failed_and_may_be_tried_again_keeps_its_bytes(system: Rehearsal):
    system.peers["yunfeng"].will(reply(422, body=b"no"))
    system.publish(an_event())
    grow_old(system)

    assert system.prune() == 0
    system.system.replay(Which(article="a-1"))
    system.run_all()

    assert [row.state for row in system.rows()] == ["delivered"]


def test_a_removal_that_has_failed_keeps_its_bytes(system: Rehearsal):
    system.peers["yunfeng"].will(reply(200), reply(422))
    system.publish(an_event(), an_event("withdrawn", version=2))
    grow_old(system)

    system.prune()

    assert [system.has_bytes(row) for row in system.rows()] == [False, True]


def test_what_has_failed_and_was_overtaken_loses_its_bytes(system: Rehearsal):
    system.peers["yunfeng"].will(reply(422), reply(200))
    system.publish(an_event(), an_event("updated", version=2))
    grow_old(system)

    assert system.prune() == 2


def test_what_has_failed_under_an_agreement_that_has_ended_loses_its_bytes(system: Rehearsal):
    system.peers["yunfeng"].will(reply(422))
    system.publish(an_event())
    grow_old(system)
    row = tables.deliveries
    with system.ledger.write() as connection:
        connection.execute(update(row).values(expires_at=system.database_time() - A_DAY))

    assert system.prune() == 1


def test_bytes_that_another_delivery_still_needs_stay_until_it_needs_them_no_longer(system: Rehearsal):
    # given: two destinations that get the same bytes, one of which refuses them
    url = system.peers["yunfeng"].url
    system.partner(destinations=(a_destination(url), a_destination(url, name="second")))
    system.peers["yunfeng"].will(reply(200), reply(422))
    system.publish(an_event())
    first, second = system.rows()
    assert (first.body, first.state, second.state) == (second.body, "delivered", "failed")
    grow_old(system)

    # when
    system.prune()
    meanwhile = system.has_bytes(second)
    system.publish(an_event("updated", version=2))
    system.prune()

    # then
    assert (meanwhile, system.has_bytes(second)) == (True, False)


def test_the_words_of_every_revision_stay(system: Rehearsal):
    system.publish(an_event(), an_event("updated", version=2))
    grow_old(system)

    system.prune()

    digests = {revision["digest"] for revision in system.rows_of("revisions")}
    assert digests <= {content["digest"] for content in system.rows_of("contents")}


def test_what_feeds_serve_stays(system: Rehearsal):
    system.publish(an_event())
    grow_old(system)

    system.prune()

    assert [item["title"] for item in json.loads(system.feed("all", "json"))["items"]] == ["老码头重新开渡"]


def test_bytes_that_no_feed_serves_any_more_are_dropped_when_they_are_replaced(system: Rehearsal):
    system.publish(an_event())
    former = {row["digest"] for row in system.rows_of("feed_documents")}

    system.publish(an_event(article="a-2"))

    served = {row["digest"] for row in system.rows_of("feed_documents")}
    kept = {content["digest"] for content in system.rows_of("contents")}
    assert (former & served, former & kept, served - kept) == (set(), set(), set())


def test_a_plan_made_again_after_it_sends_nothing_again(system: Rehearsal):
    system.publish(an_event())
    grow_old(system)
    system.prune()

    system.replan()

    assert system.sent() == [("published", 1)]


def test_a_correction_after_it_reaches_who_has_the_article(system: Rehearsal):
    system.publish(an_event())
    grow_old(system)
    system.prune()

    system.publish(an_event("updated", version=2))

    assert system.sent() == [("published", 1), ("updated", 2)]


def test_why_tells_until_when_the_bytes_were_kept(system: Rehearsal):
    system.publish(an_event())
    grow_old(system)
    system.prune()

    (sending,) = told(system)

    assert sending.kept_until is not None
    assert abs(sending.kept_until - system.database_time()) < hours(1)


def test_a_replay_of_what_has_no_bytes_any_more_says_so_and_sends_nothing(system: Rehearsal):
    system.publish(an_event())
    grow_old(system)
    system.prune()

    done = system.system.replay(Which(article="a-1", delivered=True))
    system.run_all()

    assert (done.again, done.left, done.gone) == ((), 0, 1)
    assert done.kept_until == system.rows()[0].kept_until
    assert system.sent() == [("published", 1)]


def test_what_is_replayed_in_the_same_moment_keeps_its_bytes(system: Rehearsal):
    # given: retention has seen that nothing needs them, and has dropped nothing yet
    system.publish(an_event())
    grow_old(system)

    def replay() -> None:
        system.system.replay(Which(article="a-1", delivered=True))

    # when
    list(prune(Overtaken(system.ledger, replay), keep=KEPT_FOR))
    system.run_all()

    # then
    assert [seen.headers["webhook-id"] for seen in system.peers["yunfeng"].requests] == [system.rows()[0].id] * 2


def test_what_is_told_beforehand_is_what_is_dropped(system: Rehearsal):
    system.publish(*[an_event(article=f"a-{number}") for number in range(3)])
    grow_old(system)

    beforehand = prunable(system.ledger, keep=KEPT_FOR)
    dropped = list(prune(system.ledger, keep=KEPT_FOR))

    assert beforehand.deliveries == 3
    assert beforehand.bytes == sum(one.bytes for one in dropped) > 0
    assert prunable(system.ledger, keep=KEPT_FOR) == (0, 0)


def test_it_goes_on_a_few_at_a_time_and_where_it_stopped(system: Rehearsal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stage, "AT_ONCE", 2)
    system.publish(*[an_event(article=f"a-{number}") for number in range(5)])
    grow_old(system)

    first = next(prune(system.ledger, keep=KEPT_FOR))
    rest = [dropped.deliveries for dropped in prune(system.ledger, keep=KEPT_FOR)]

    assert (first.deliveries, rest) == (2, [2, 1])


def test_pruning_twice_is_harmless(system: Rehearsal):
    system.publish(an_event())
    grow_old(system)
    system.prune()
    (before,) = system.rows()

    assert system.prune() == 0
    assert system.rows() == [before]
