"""Does every transport keep the same promises? One suite, run against each, with a real peer on loopback.

To add a transport: a peer, which is a context manager that gives a Peer, and its line in PEERS.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from syndicate.model.delivery import Parcel
from syndicate.model.partner import Destination
from syndicate.transports import TRANSPORTS, open_transport, outcome_of
from syndicate.transports.fan_out import FanOut
from syndicate.transports.http import Door
from tests.builders import NOON
from tests.fakes.partner import FakePartner, hang_up, reply

SECRET = "whsec_" + "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5"


@dataclass(frozen=True)
class Peer:
    """A partner's end: how to reach it, how to make it behave for the next parcel, and what it has seen."""

    settings: dict[str, Any]
    will_refuse: Callable[[], None]
    will_be_unavailable: Callable[[], None]
    will_break_off: Callable[[], None]
    will_have_nothing: Callable[[], None]
    received: Callable[[], list[tuple[str, bytes]]]  # the idempotency key and the bytes of each parcel


@contextmanager
def a_web_peer() -> Iterator[Peer]:
    accepted = reply(201, headers={"Content-Type": "application/json"}, body='{"id": "稿-1"}'.encode())
    with FakePartner(otherwise=accepted) as partner:
        yield Peer(
            settings={"url": partner.url, "secret": "hezuo", "network": "internal", "deadline_s": 5},
            will_refuse=lambda: partner.will(reply(422, body="缺少标题".encode())),
            will_be_unavailable=lambda: partner.will(reply(503, headers={"Retry-After": "7"})),
            will_break_off=lambda: partner.will(hang_up()),
            will_have_nothing=lambda: partner.will(reply(410)),
            received=lambda: [(seen.headers["webhook-id"], seen.body) for seen in partner.requests],
        )


PEERS = {"webhook": a_web_peer}


@pytest.fixture(params=list(TRANSPORTS))
def transport(request):
    return request.param


@pytest.fixture
def peer(transport):
    with PEERS[transport]() as peer:
        yield peer


@pytest.fixture(params=["one by one", "side by side"])
def send(request, transport, peer):
    """Sends one parcel and tells its outcome: alone through the door, or in the window that many share."""
    if request.param == "one by one":
        door = Door()
        opened = open_transport(transport, peer.settings, secret=lambda name: SECRET, door=door)
        yield lambda parcel: outcome_of(opened.send, parcel)
        door.close()
        return
    fan_out = FanOut(secret=lambda name: SECRET)
    destination = Destination(name="peer", transport=transport, format="ninjs", settings=peer.settings)

    def send(parcel):
        fan_out.start(destination, parcel, lambda _: True)
        while not (done := fan_out.finished(wait_s=1)):
            pass
        assert (len(done), len(fan_out)) == (1, 0)
        return done[0][1]

    yield send
    fan_out.close()


def a_parcel(action="publish", *, body="新书架摆进了村口的小店"):
    return Parcel(
        delivery_id="d_1", destination_id="h/push", action=action, media_type="text/plain", body=body.encode(), at=NOON
    )


def test_a_parcel_arrives_byte_by_byte(send, peer):
    assert send(a_parcel()).kind == "delivered"
    assert peer.received() == [("d_1", a_parcel().body)]


def test_what_the_partner_calls_its_copy_is_reported(send):
    assert send(a_parcel()).receipt.remote_id == "稿-1"


def test_an_empty_body_is_a_parcel_too(send, peer):
    assert send(a_parcel(body="")).kind == "delivered"
    assert peer.received() == [("d_1", b"")]


def test_a_large_body_arrives_whole(send, peer):
    parcel = a_parcel(body="长文" * 500_000)
    assert send(parcel).kind == "delivered"
    assert peer.received() == [("d_1", parcel.body)]


def test_the_same_key_is_shown_when_it_is_tried_again(send, peer):
    peer.will_be_unavailable()
    assert [send(a_parcel()).kind, send(a_parcel()).kind] == ["unavailable", "delivered"]
    assert [key for key, _ in peer.received()] == ["d_1", "d_1"]


def test_a_refusal_is_reported_with_the_partners_words(send, peer):
    peer.will_refuse()
    outcome = send(a_parcel())
    assert (outcome.kind, outcome.answer) == ("refused", "缺少标题")


def test_an_unavailable_partner_says_when_to_come_again(send, peer):
    peer.will_be_unavailable()
    outcome = send(a_parcel())
    assert (outcome.kind, outcome.retry_after_s) == ("unavailable", 7)


def test_a_partner_that_breaks_off_is_unavailable(send, peer):
    peer.will_break_off()
    assert send(a_parcel()).kind == "unavailable"


def test_a_withdrawal_arrives(send, peer):
    assert send(a_parcel("withdraw")).kind == "delivered"
    assert len(peer.received()) == 1


def test_a_withdrawal_where_nothing_is_any_more_is_done(send, peer):
    peer.will_have_nothing()
    assert send(a_parcel("withdraw")).kind == "delivered"


def test_a_secret_that_is_not_set_is_reported_and_nothing_is_sent(transport, peer):
    door = Door()
    opened = open_transport(transport, peer.settings, secret={}.__getitem__, door=door)
    outcome = outcome_of(opened.send, a_parcel())
    door.close()
    assert (outcome.kind, peer.received()) == ("misconfigured", [])
