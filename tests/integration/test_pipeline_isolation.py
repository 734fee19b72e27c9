"""One destination's trouble is its own: slow lane, breaker, pause, rate. What it misses is held until it can go."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import update

from syndicate.ledger import lines, tables
from syndicate.ledger.deliveries import Delivery
from syndicate.model.delivery import Outcome
from syndicate.model.partner import Destination
from syndicate.model.step import Deliver
from syndicate.pipeline.deliver import deliver
from syndicate.pipeline.pause import pause, resume
from syndicate.pipeline.turns import Room, Turns, is_work
from syndicate.pipeline.window import Surroundings
from syndicate.settings import Breaker
from tests.builders import NOON, a_destination, an_event, hours, minutes
from tests.fakes.partner import FakePartner, reply
from tests.fakes.rehearsal import ByHand, Rehearsal

PUSH = "yunfeng/push"
A_DAY = hours(24)


def hasty(url: str, **changes) -> Destination:
    """A destination that has a fifth of a second to answer."""
    settings = {"url": url, "secret": "hezuo", "network": "internal", "deadline_s": 0.2}
    return a_destination(url, settings=settings, **changes)


def a_hasty_partner(system: Rehearsal, id: str = "yunfeng", **changes) -> FakePartner:
    peer = system.partner(id)
    return system.partner(id, destinations=(hasty(peer.url, **changes),))


def publish(system: Rehearsal, *articles: str) -> None:
    for article in articles:
        system.publish(an_event(article=article))


def owed(system: Rehearsal, *articles: str) -> list[Delivery]:
    """Tell of articles, and plan them; nothing is sent yet, and no message is left."""
    for article in articles:
        system.tell(an_event(article=article, headline=f"关于{article}"))
    for _ in articles:
        system.run_next()
    system.lose_queue()
    return [system.rows(article)[0] for article in articles]


def states(system: Rehearsal, *articles: str) -> list[str]:
    return [system.rows(article)[-1].state for article in articles]


def fail_until_it_rests(system: Rehearsal, partner: FakePartner, *, faults: int = 2) -> None:
    """Let a breaker open."""
    breaker = Breaker(faults=faults, first_rest_s=1800)
    system.reconfigure(system.system.settings.model_copy(update={"breaker": breaker}))
    partner.will(*[reply(503)] * faults)
    publish(system, *[f"bad-{number}" for number in range(faults)])
    assert system.health().condition(system.database_time()) == "resting"


# slow


def test_one_that_timed_out_is_left_to_the_slow_lane_until_it_answers(system: Rehearsal):
    # given
    partner = a_hasty_partner(system)
    hangs = threading.Event()
    partner.will(reply(200, until=hangs))
    publish(system, "a-1")
    assert system.health().slow

    # when: the lane of first tries passes it over, the slow lane sends
    publish(system, "a-2")
    assert states(system, "a-2") == ["waiting"]
    system.queue([Deliver(lane="slow")])
    system.run_all()

    # then: it answered, and is as any other
    hangs.set()
    assert states(system, "a-2") == ["delivered"]
    assert system.health().is_well
    publish(system, "a-3")
    assert states(system, "a-3") == ["delivered"]


def test_one_that_is_slow_has_two_places(system: Rehearsal):
    partner = a_hasty_partner(system)
    hangs = threading.Event()
    partner.will(*[reply(200, until=hangs)] * 4)
    publish(system, "a-1")
    for number in range(2, 6):
        publish(system, f"a-{number}")
    seen = len(partner.requests)
    worker = threading.Thread(target=system.system.perform, args=(Deliver(lane="slow"),))

    worker.start()
    partner.wait_for(lambda requests: len(requests) == seen + 2, timeout_s=10)

    with system.ledger.read() as connection:
        assert sum(lines.in_flight(connection, ("deliver", "slow")).values()) == 2
    hangs.set()
    worker.join(20)


# the breaker


def test_while_it_rests_nothing_is_sent_and_nothing_fails(system: Rehearsal):
    partner = system.partner()
    fail_until_it_rests(system, partner)
    before = len(partner.requests)

    publish(system, "a-1", "a-2")
    system.sweep_and_run()

    assert len(partner.requests) == before
    assert states(system, "a-1", "a-2") == ["waiting", "waiting"]


def test_nobody_is_woken_for_one_that_rests(system: Rehearsal):
    fail_until_it_rests(system, system.partner())
    publish(system, "a-1")
    system.lose_queue()

    with system.ledger.read() as connection:
        assert not is_work(connection, "deliver", now=system.database_time())
        assert not is_work(connection, "slow", now=system.database_time())


def test_after_its_rest_one_probe_goes_and_when_that_fails_it_rests_for_longer(system: Rehearsal):
    partner = system.partner()
    fail_until_it_rests(system, partner)
    publish(system, "a-1", "a-2")
    first_rest = system.health().open_until
    partner.will(reply(503))
    before = len(partner.requests)

    system.let_time_pass(hours(1))
    system.sweep_and_run()

    assert len(partner.requests) == before + 1
    assert system.health().opened == 2
    assert system.health().open_until > first_rest - hours(1)


def test_when_the_probe_arrives_all_that_was_held_goes_by_itself(system: Rehearsal):
    partner = system.partner()
    fail_until_it_rests(system, partner)
    publish(system, "a-1", "a-2", "a-3")

    for _ in range(4):
        system.let_time_pass(hours(1))
        system.sweep_and_run()

    assert states(system, "bad-0", "bad-1", "a-1", "a-2", "a-3") == ["delivered"] * 5
    keys = [seen.headers["webhook-id"] for seen in partner.requests]
    assert len(set(keys)) == 5


def test_a_partner_that_names_a_time_is_not_sent_anything_else_before(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(429, headers={"Retry-After": "600"}))
    publish(system, "a-1")

    publish(system, "a-2")
    system.sweep_and_run()
    assert len(partner.requests) == 1

    system.let_time_pass(minutes(11))
    for _ in range(3):
        system.sweep_and_run()
    assert states(system, "a-1", "a-2") == ["delivered", "delivered"]


def test_a_verdict_on_the_content_opens_no_breaker(system: Rehearsal):
    system.reconfigure(system.system.settings.model_copy(update={"breaker": Breaker(faults=2)}))
    system.partner().will(*[reply(422)] * 3)

    publish(system, "a-1", "a-2", "a-3", "a-4")

    assert states(system, "a-1", "a-2", "a-3", "a-4") == ["failed", "failed", "failed", "delivered"]


def test_what_failed_in_an_outage_is_delivered_once_it_is_over(system: Rehearsal):
    # given: an outage so long that a delivery is given up
    partner = system.partner()
    settings = system.system.settings
    patience = settings.patience.model_copy(update={"give_up_after_h": 1})
    system.reconfigure(settings.model_copy(update={"breaker": Breaker(faults=1), "patience": patience}))
    partner.will(*[reply(503)] * 2)
    publish(system, "a-1")
    system.let_time_pass(hours(2))
    system.sweep_and_run()
    assert states(system, "a-1") == ["failed"]

    # when: it is over, which the next article's probe finds out
    publish(system, "a-2")
    for _ in range(4):
        system.let_time_pass(hours(2))
        system.sweep_and_run()

    # then
    assert states(system, "a-1", "a-2") == ["delivered", "delivered"]


def test_what_was_refused_in_an_outage_stays_refused(system: Rehearsal):
    partner = system.partner()
    system.reconfigure(system.system.settings.model_copy(update={"breaker": Breaker(faults=1)}))
    partner.will(reply(503), reply(422))
    publish(system, "a-1")
    system.let_time_pass(hours(2))
    system.sweep_and_run()
    publish(system, "a-2")
    for _ in range(3):
        system.let_time_pass(hours(2))
        system.sweep_and_run()

    assert states(system, "a-1", "a-2") == ["failed", "delivered"]


# pausing


def test_failures_on_seven_days_pause_it_and_what_it_misses_is_held_and_goes_when_it_is_resumed(system: Rehearsal):
    # given
    partner = system.partner()
    partner.will(*[reply(503)] * 7)
    publish(system, "a-1")
    for _ in range(7):
        system.let_time_pass(A_DAY)
        system.sweep_and_run()
    assert system.health().paused_by == "failures"
    before = len(partner.requests)

    # when: articles come, and are corrected
    publish(system, "a-2", "a-3")
    system.publish(an_event("updated", "a-3", version=2))
    system.let_time_pass(A_DAY)
    system.sweep_and_run()
    assert len(partner.requests) == before

    # then
    resume(system.ledger, [PUSH])
    for _ in range(2):
        system.let_time_pass(minutes(1))
        system.sweep_and_run()
    assert states(system, "a-1", "a-2", "a-3") == ["delivered"] * 3
    assert [sent for sent in system.sent() if sent[1] == 2] == [("published", 2)]


def test_what_was_held_for_long_has_all_its_patience_before_it(system: Rehearsal):
    partner = system.partner()
    pause(system.ledger, [PUSH], because="对方改版")
    publish(system, "a-1")
    system.let_time_pass(hours(10**5))
    settings = system.system.settings
    patience = settings.patience.model_copy(update={"give_up_after_h": 72})
    system.reconfigure(settings.model_copy(update={"patience": patience}))
    partner.will(reply(503))

    resume(system.ledger, [PUSH])
    system.sweep_and_run()

    assert states(system, "a-1") == ["waiting"]
    assert len(partner.requests) == 1


def test_a_removal_goes_to_one_that_is_paused(system: Rehearsal):
    partner = system.partner()
    publish(system, "a-1")
    pause(system.ledger, [PUSH], because="对方改版")

    system.publish(an_event("withdrawn", version=2))

    assert system.sent() == [("published", 1), ("withdrawn", 2)]
    assert system.health().paused_by == "person"
    assert partner.requests


def test_one_that_failures_have_paused_stays_paused_by_a_persons_word_when_a_removal_is_accepted(system: Rehearsal):
    partner = system.partner()
    publish(system, "a-0")
    partner.will(*[reply(503)] * 7)
    publish(system, "a-1")
    for _ in range(6):
        system.let_time_pass(A_DAY)
        system.sweep_and_run()
    assert system.health().paused_by == "failures"

    told = pause(system.ledger, [PUSH], because="until Monday")
    system.publish(an_event("withdrawn", "a-0", version=2))

    assert (told, system.sent()[-1]) == ([PUSH], ("withdrawn", 2))
    assert (system.health().paused_by, system.health().paused_because) == ("person", "until Monday")


def test_a_removal_that_failed_is_tried_again_though_all_else_is_paused(system: Rehearsal):
    partner = system.partner()
    publish(system, "a-1")
    pause(system.ledger, [PUSH], because="对方改版")
    partner.will(reply(503))
    system.publish(an_event("withdrawn", version=2))

    system.let_time_pass(hours(1))
    system.sweep_and_run()

    assert system.states()[-1] == ("withdraw", 2, "delivered")


def test_one_that_says_gone_is_sent_nothing_more_but_a_removal_still_gets_its_try(system: Rehearsal):
    partner = system.partner()
    publish(system, "a-0")
    partner.will(reply(410))
    publish(system, "a-1", "a-2")
    assert (states(system, "a-1", "a-2"), system.health().paused_by) == (["failed", "waiting"], "partner")

    system.publish(an_event("withdrawn", "a-0", version=2))

    assert system.sent()[-1] == ("withdrawn", 2)
    assert system.health().paused_by == "partner"


def test_nobody_is_woken_for_one_that_is_paused(system: Rehearsal):
    system.partner()
    pause(system.ledger, [PUSH], because="对方改版")
    publish(system, "a-1")
    system.lose_queue()

    assert [step for step in system.sweep() if isinstance(step, Deliver)] == []


# places and rates


def test_places_are_counted_over_all_workers(system: Rehearsal):
    peer = system.partner()
    system.partner(destinations=(a_destination(peer.url, concurrency=2),))
    ids = [row.id for row in owed(system, *(f"a-{number}" for number in range(4)))]
    system.claim(ids[0], token="another-worker")

    at_once = []

    def send(destination, parcel):
        with system.ledger.read() as connection:
            at_once.append(sum(lines.in_flight(connection, ("deliver", "slow")).values()))
        return Outcome(kind="delivered", reason="收到")

    system.send_by(send, ids[1:])

    assert at_once == [2, 2, 2]


def test_removals_have_places_of_their_own(system: Rehearsal):
    peer = system.partner()
    publish(system, "a-0")
    system.partner(destinations=(a_destination(peer.url, concurrency=1),))
    (row,) = owed(system, "a-1")
    system.claim(row.id, token="another-worker")

    system.publish(an_event("withdrawn", "a-0", version=2))

    assert system.sent()[-1] == ("withdrawn", 2)


def test_no_more_goes_in_a_minute_than_the_rate_allows(system: Rehearsal):
    peer = system.partner()
    system.partner(destinations=(a_destination(peer.url, per_minute=1),))
    for number in range(5):
        publish(system, f"a-{number}")
    assert len(peer.requests) == 1

    system.let_time_pass(minutes(3))
    for _ in range(3):
        system.sweep_and_run()
    assert len(peer.requests) == 2

    for _ in range(3):
        system.let_time_pass(minutes(3))
        system.sweep_and_run()
    assert len(peer.requests) == 5


def test_a_removal_does_not_wait_for_the_rate(system: Rehearsal):
    peer = system.partner()
    publish(system, "a-0")
    system.partner(destinations=(a_destination(peer.url, per_minute=0.1),))
    publish(system, "a-1")

    system.publish(an_event("withdrawn", "a-0", version=2))

    assert system.sent()[-1] == ("withdrawn", 2)


def test_a_destination_with_much_to_get_does_not_hold_up_another(system: Rehearsal):
    # given: a thousand wait for one, due long before what waits for the other
    for id in ("da", "xiao"):
        system.partner(id)
    owed(system, "a-1")
    (row,) = system.rows(partner="da")
    copies(system, row.id, many=1000)

    # when
    turns = Turns("deliver")
    with system.ledger.read() as connection:
        turns.look(connection, now=system.database_time())

    # then
    assert turns.destinations() == {"da/push", "xiao/push"}


def test_half_of_the_places_are_for_partners_that_are_being_sent_nothing(system: Rehearsal):
    # given: much waits for two partners, and one of them lets half of the places hang
    for id in ("da", "xiao"):
        system.partner(id)
    owed(system, *(f"a-{number}" for number in range(4)))
    turns = Turns("deliver")
    with system.ledger.read() as connection:
        turns.look(connection, now=system.database_time())

    assert went(turns, flying={"da/push": 4}, places=8, free=4) == {"xiao/push": 1}


def test_the_other_half_goes_to_whoever_has_something_to_get(system: Rehearsal):
    system.partner("da")
    owed(system, "a-1", "a-2", "a-3", "a-4")
    system.partner("xiao")
    owed(system, "a-5")
    turns = Turns("deliver")
    with system.ledger.read() as connection:
        turns.look(connection, now=system.database_time())

    assert went(turns, flying={}, places=8, free=8) == {"da/push": 3, "xiao/push": 1}


def went(turns: Turns, *, flying: dict[str, int], places: int, free: int) -> dict[str, int]:
    """Who is sent how many now."""
    concurrency = dict.fromkeys(turns.destinations(), 8)
    room = Room(places=places, free=free, flying=flying, allowed={}, troubled={}, concurrency=concurrency, now=NOON)
    return dict(Counter(due.destination_id for due in turns.take(room)))


class EveryOtherTime(ByHand):
    """A wire whose outcomes come every other time that it is asked for them."""

    asked = 0

    def finished(self, *, wait_s: float) -> list[tuple[str, Outcome]]:
        self.asked += 1
        return super().finished(wait_s=wait_s) if self.asked % 2 == 0 else []


def test_a_worker_goes_on_as_long_as_something_waits_also_beyond_what_it_has_looked_at(system: Rehearsal, monkeypatch):
    # given: a worker that looks at four at a time, two of which may be under way at once
    monkeypatch.setitem(Turns.__init__.__kwdefaults__, "at_once", 4)
    peer = system.partner()
    system.partner(destinations=(a_destination(peer.url, concurrency=2),))
    names = [f"a-{number}" for number in range(10)]
    owed(system, *names)

    # when: it runs once
    sent = Outcome(kind="delivered", reason="accepted (200)", status=200)
    deliver(
        system.ledger,
        lane="deliver",
        wire=EveryOtherTime(lambda *_: sent),
        policy=system.system.policy,
        around=Surroundings(clock=lambda: NOON, dice=lambda: 0.0),
    )

    # then
    assert states(system, *names) == ["delivered"] * 10


class Hangs(ByHand):
    """A wire that has no outcome until it has been asked five times; `waits` tells how long it might have waited."""

    def __init__(self, send: Callable[..., Outcome]) -> None:
        super().__init__(send)
        self.waits: list[float] = []

    def finished(self, *, wait_s: float) -> list[tuple[str, Outcome]]:
        self.waits.append(wait_s)
        return super().finished(wait_s=wait_s) if len(self.waits) >= 5 else []


def test_a_worker_that_is_told_to_stop_waits_for_what_is_under_way_without_spinning(system: Rehearsal):
    # given: more waits than may be under way
    peer = system.partner()
    system.partner(destinations=(a_destination(peer.url, concurrency=1),))
    owed(system, "a-1", "a-2")
    sent = Outcome(kind="delivered", reason="accepted (200)", status=200)
    wire = Hangs(lambda *_: sent)

    # when: it is told to stop once something has left
    deliver(
        system.ledger,
        lane="deliver",
        wire=wire,
        policy=system.system.policy,
        around=Surroundings(clock=lambda: NOON, dice=lambda: 0.0, stopping=lambda: len(wire) > 0),
    )

    # then
    assert states(system, "a-1", "a-2") == ["delivered", "waiting"]
    assert min(wire.waits) > 0


def test_lines_beyond_those_that_are_looked_into_at_once_have_their_turn(system: Rehearsal, monkeypatch):
    # given: more partners that are paused, with something waiting, than are looked at in one go
    monkeypatch.setattr("syndicate.pipeline.turns.MANY_LINES", 2)
    for number in range(3):
        system.partner(f"paused-{number}")
    system.partner("well")
    owed(system, "a-1")
    pause(system.ledger, [f"paused-{number}/push" for number in range(3)], because="until Monday")

    with system.ledger.read() as connection:
        assert is_work(connection, "deliver", now=system.database_time())
    system.queue([Deliver(lane="deliver")])
    system.run_all()

    assert system.sent("well") == [("published", 1)]


def copies(system: Rehearsal, id: str, *, many: int) -> None:
    """So many like this one wait, and have been due for an hour."""
    table = tables.deliveries
    with system.ledger.write() as connection:
        (row,) = connection.execute(table.select().where(table.c.id == id)).mappings().all()
        told = {name: value for name, value in row.items() if name != "seq"}
        earlier = {"due_at": row["due_at"] - hours(1)}
        rows = [told | earlier | {"id": f"d_{number}", "number": number + 2} for number in range(many)]
        connection.execute(table.insert(), rows)


# one that can't be sent fails alone


def test_one_whose_bytes_are_gone_fails_alone_and_in_view(system: Rehearsal):
    partner = system.partner()
    _, broken, _ = owed(system, "a-0", "a-1", "a-2")
    with system.ledger.write() as connection:
        content = update(tables.contents).where(tables.contents.c.digest == broken.body)
        connection.execute(content.values(gzip=b"nonsense"))

    for _ in range(3):
        system.sweep_and_run()
        system.let_time_pass(hours(1))

    assert states(system, "a-0", "a-1", "a-2") == ["delivered", "failed", "delivered"]
    assert "bytes" in system.rows("a-1")[0].reason
    assert len(partner.requests) == 2


@pytest.mark.parametrize("worker_stands_still_s", [0.0, 1.0])
def test_a_claim_that_has_become_old_is_looked_at_again_before_a_byte_leaves(
    system: Rehearsal, monkeypatch, worker_stands_still_s: float
):
    # given: a worker that is held up after its claim, while the article is withdrawn
    monkeypatch.setattr("syndicate.pipeline.window.FENCE_AGAIN_S", 0.5 - worker_stands_still_s)
    system.partner()
    (row,) = owed(system, "a-1")

    def withdraw_meanwhile(destination, parcel, is_wanted):
        system.tell(an_event("withdrawn", version=2))
        return (
            Outcome(kind="delivered", reason="收到")
            if is_wanted(parcel.delivery_id)
            else Outcome(kind="unsent", reason="不再需要")
        )

    system.send_by(withdraw_meanwhile, [row.id])

    # then: it is not sent, and nothing says that it was tried
    (after,) = system.rows()
    if worker_stands_still_s:
        assert (after.state, after.tries, system.tries(row.id)) == ("cancelled", 0, [])
    else:
        assert (after.state, after.tries) == ("delivered", 1)
