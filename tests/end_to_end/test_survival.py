"""Nothing is lost and nothing doubled when a worker dies in the middle of a send, or Redis forgets everything."""

import json
import signal
import time
from threading import Event

from tests.builders import an_event
from tests.fakes.live import LEASE_S, Live
from tests.fakes.partner import FakePartner, hang, hang_up, reply

STOPS_WITHIN_S = 45


def test_41_a_worker_killed_in_mid_send_leaves_one_delivery_in_effect_under_the_same_key(
    live: Live, partners: dict[str, FakePartner]
) -> None:
    answer_now = Event()
    partners["jingchu"].will(reply(200, until=answer_now))
    live.publish(an_event("published", "a-1"))
    partners["jingchu"].wait_for(lambda seen: len(seen) == 1, timeout_s=20)

    live.kill("deliver")
    answer_now.set()

    seen = partners["jingchu"].wait_for(lambda seen: len(seen) == 2, timeout_s=LEASE_S + 40)
    assert len({request.headers["webhook-id"] for request in seen}) == 1
    assert len({request.body for request in seen}) == 1
    for partner in partners.values():
        partner.wait_for(lambda seen: len(seen) >= 1, timeout_s=30)
    live.wait_for(lambda: {row.state for row in live.deliveries("a-1")} == {"delivered"}, timeout_s=30)
    keys = [{seen.headers["webhook-id"] for seen in partner.requests} for partner in partners.values()]
    assert [len(key) for key in keys] == [1, 1, 1]


def test_42_redis_flushed_with_deliveries_waiting_nothing_is_lost_and_nothing_doubled(
    live: Live, partners: dict[str, FakePartner]
) -> None:
    for partner in partners.values():
        partner.will(hang_up(), hang_up())
    for number in range(5):
        live.publish(an_event("published", f"a-{number}"))
    live.wait_for(lambda: any(row.state == "waiting" for row in live.deliveries("a-0")), timeout_s=20)

    with live.redis() as redis:
        redis.flushall()

    for number in range(5):
        live.wait_for(
            lambda number=number: [row.state for row in live.deliveries(f"a-{number}")] == ["delivered"] * 3,
            timeout_s=60,
        )
    for partner in partners.values():
        accepted = [request.headers["webhook-id"] for request in partner.requests[2:]]
        assert len(accepted) == len(set(accepted)) == 5


def test_told_to_stop_while_a_partner_hangs_it_stops_in_time_and_goes_on_where_it_stopped(
    live: Live, partners: dict[str, FakePartner]
) -> None:
    partners["jingchu"].will(hang())
    partners["jingmen"].will(reply(503, headers={"Retry-After": "8"}))
    live.publish(an_event("published", "a-1"))
    for partner in partners.values():
        partner.wait_for(lambda seen: len(seen) == 1, timeout_s=20)

    told = time.monotonic()
    code = live.stop()
    took_s = time.monotonic() - told
    when_stopped = [row.state for row in live.deliveries("a-1")]
    live.start()

    assert (code, when_stopped) == (0, ["waiting", "waiting", "delivered"])
    assert took_s < STOPS_WITHIN_S
    live.wait_for(lambda: {row.state for row in live.deliveries("a-1")} == {"delivered"}, timeout_s=40)
    assert [len(partner.requests) for partner in partners.values()] == [2, 2, 1]
    assert len({seen.headers["webhook-id"] for seen in partners["jingchu"].requests}) == 1


def test_everything_stops_when_the_supervisor_is_killed(live: Live) -> None:
    everybody = live.workers("deliver") + live.workers("clock")
    assert live.process is not None
    live.process.send_signal(signal.SIGKILL)
    live.process.wait(10)
    live.process = None
    live.wait_for(lambda: not any(one.is_running() and one.status() != "zombie" for one in everybody), timeout_s=60)


def test_a_withdrawal_takes_it_back_everywhere(live: Live, partners: dict[str, FakePartner]) -> None:
    live.publish(an_event("published", "a-1"))
    live.wait_for(lambda: [row.state for row in live.deliveries("a-1")] == ["delivered"] * 3, timeout_s=30)
    live.publish(an_event("withdrawn", "a-1", version=2))
    live.wait_for(lambda: [row.state for row in live.deliveries("a-1")] == ["delivered"] * 6, timeout_s=30)

    for partner in partners.values():
        last = json.loads(partner.requests[-1].body)
        assert last["pubStatus"] == "canceled"
        assert partner.requests[-1].headers["syndicate-event"] == "article.withdrawn"
    live.wait_for(lambda: "<entry" not in live.get("/feeds/all.atom").text, timeout_s=20)
