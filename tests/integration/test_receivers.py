"""Both receivers over real loopback connections: the demonstration's partner, and the tests' own fake partner.

The pushes are signed by PyPI's `standardwebhooks`, which knows nothing of our code.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import requests
from standardwebhooks import Webhook

from syndicate.demo.receiver import Receiver
from syndicate.transports.errors import DestinationMisconfigured
from syndicate.transports.keys import new_key
from syndicate.transports.signature import sign
from tests.fakes.partner import FakePartner, hang, hang_up, reply

SECRET = "whsec_" + "c2FtcGxlLXNlY3JldC1vZi0zMi1ieXRlcy1sb25nLi4="
OTHER_SECRET = "whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMtbG9uZyE="
URI = "tag:news.example,2026-01-01:article:a-1"
START = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is told otherwise."""

    now = START

    def __call__(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def receiver(tmp_path: Path, clock: Clock) -> Iterator[Receiver]:
    with Receiver("湖畔网", SECRET, tmp_path / "湖畔网", clock=clock) as running:
        yield running


def a_document(*, version: object = "1", uri: str = URI, **more: object) -> dict[str, object]:
    return {"uri": uri, "version": version, "headlines": [{"value": "早市搬进新大棚"}], **more}


def a_removal(*, version: str) -> dict[str, object]:
    return a_document(version=version, pubStatus="canceled")


def push(
    to: Receiver, document: object, *, id: str = "d_1", at: datetime = START, secret: str = SECRET
) -> requests.Response:
    body = json.dumps(document, ensure_ascii=False)
    return send(to, body, id=id, at=at, signature=Webhook(secret).sign(id, at, body))


def send(to: Receiver, body: str, *, id: str, at: datetime, signature: str) -> requests.Response:
    headers = {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    return requests.post(to.url, data=body.encode(), headers=headers, timeout=5)


def log_of(tmp_path: Path) -> list[dict[str, object]]:
    lines = (tmp_path / "湖畔网" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


# --- signatures ---------------------------------------------------------------------------------------------------


def test_a_push_with_a_right_signature_is_accepted(receiver: Receiver):
    assert push(receiver, a_document()).status_code == 200


def test_a_push_signed_with_another_secret_is_401(receiver: Receiver):
    assert push(receiver, a_document(), secret=OTHER_SECRET).status_code == 401


def test_a_push_that_was_refused_leaves_no_copy(receiver: Receiver):
    push(receiver, a_document(), secret=OTHER_SECRET)

    assert receiver.holdings() == {}


def test_a_body_changed_on_the_way_is_401(receiver: Receiver):
    signature = Webhook(SECRET).sign("d_1", START, json.dumps(a_document()))

    changed = send(receiver, json.dumps(a_document(version="2")), id="d_1", at=START, signature=signature)

    assert changed.status_code == 401


def test_another_id_than_the_signed_one_is_401(receiver: Receiver):
    body = json.dumps(a_document())
    signature = Webhook(SECRET).sign("d_1", START, body)

    assert send(receiver, body, id="d_2", at=START, signature=signature).status_code == 401


def test_one_right_signature_among_others_is_enough_while_keys_change(receiver: Receiver):
    body = json.dumps(a_document())
    right = Webhook(SECRET).sign("d_1", START, body)
    old = Webhook(OTHER_SECRET).sign("d_1", START, body)

    answer = send(receiver, body, id="d_1", at=START, signature=f"{old} v9,YWJj {right}")

    assert answer.status_code == 200


@pytest.mark.parametrize("signature", ["", "v1,", "v1", "v1a,YWJj", "v1,YWJj"])
def test_what_is_no_right_signature_is_401(receiver: Receiver, signature: str):
    assert send(receiver, json.dumps(a_document()), id="d_1", at=START, signature=signature).status_code == 401


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_push_without_one_of_the_three_headers_is_401(receiver: Receiver, header: str):
    body = json.dumps(a_document())
    headers = {
        "webhook-id": "d_1",
        "webhook-timestamp": str(int(START.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("d_1", START, body),
    }
    del headers[header]

    assert requests.post(receiver.url, data=body, headers=headers, timeout=5).status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-300, 200), (300, 200), (301, 401)])
def test_a_signature_is_good_for_five_minutes_either_way(receiver: Receiver, seconds: int, status: int):
    assert push(receiver, a_document(), at=START + timedelta(seconds=seconds)).status_code == status


def test_a_push_signed_by_the_private_key_is_accepted_with_the_public_one(tmp_path: Path, clock: Clock):
    private = new_key("asymmetric")
    body = json.dumps(a_document())
    with Receiver("湖畔网", private.public_key.text, tmp_path / "湖畔网", clock=clock) as receiver:
        ours = send(
            receiver, body, id="d_1", at=START, signature=sign(id="d_1", at=START, body=body.encode(), keys=[private])
        )
        forged = push(receiver, a_document(), id="d_2")

    assert (ours.status_code, forged.status_code) == (200, 401)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_湖", "not base64!"])
def test_a_receiver_without_a_usable_secret_says_so_and_does_not_show_it(tmp_path: Path, secret: str):
    with pytest.raises(DestinationMisconfigured) as refused:
        Receiver("湖畔网", secret, tmp_path)
    assert "湖" not in refused.value.reason
    assert "base64!" not in refused.value.reason


# --- what is kept -------------------------------------------------------------------------------------------------


def test_an_accepted_push_is_kept_as_a_readable_file_named_by_number_and_id(receiver: Receiver, tmp_path: Path):
    push(receiver, a_document(), id="d_abc")

    assert "早市搬进新大棚" in (tmp_path / "湖畔网" / "001-d_abc.json").read_text(encoding="utf-8")


def test_every_push_has_a_line_in_the_log(receiver: Receiver, tmp_path: Path):
    push(receiver, a_document(version="7"), id="d_1")

    assert log_of(tmp_path) == [
        {
            "webhook-id": "d_1",
            "timestamp": int(START.timestamp()),
            "action": "publish",
            "uri": URI,
            "version": 7,
            "duplicate": False,
        }
    ]


def test_the_same_id_again_is_answered_200(receiver: Receiver):
    push(receiver, a_document())

    assert push(receiver, a_document(), at=START + timedelta(seconds=9)).status_code == 200


def test_the_same_id_again_is_kept_once(receiver: Receiver, tmp_path: Path):
    push(receiver, a_document())
    push(receiver, a_document(), at=START + timedelta(seconds=9))

    assert [file.name for file in (tmp_path / "湖畔网").glob("*-d_1.json")] == ["001-d_1.json"]


def test_the_same_id_again_is_marked_as_a_duplicate_in_the_log(receiver: Receiver, tmp_path: Path):
    push(receiver, a_document())
    push(receiver, a_document(), at=START + timedelta(seconds=9))

    assert [line["duplicate"] for line in log_of(tmp_path)] == [False, True]


def test_a_higher_version_replaces_a_lower_one(receiver: Receiver):
    push(receiver, a_document(version="9"), id="d_1")
    push(receiver, a_document(version="10"), id="d_2")

    assert receiver.holdings()[URI]["version"] == "10"


def test_a_lower_version_that_comes_late_changes_nothing(receiver: Receiver, tmp_path: Path):
    push(receiver, a_document(version="10"), id="d_2")
    late = push(receiver, a_document(version="9"), id="d_1")

    assert (late.status_code, receiver.holdings()[URI]["version"]) == (200, "10")
    assert [line["action"] for line in log_of(tmp_path)] == ["publish", "outdated"]


def test_the_same_version_under_new_terms_replaces_what_was_sent_before(receiver: Receiver):
    push(receiver, a_document(usageTerms="旧"), id="d_1")
    push(receiver, a_document(usageTerms="新"), id="d_2", at=START + timedelta(seconds=60))

    assert receiver.holdings()[URI]["usageTerms"] == "新"


def test_a_canceled_article_is_gone_for_readers(receiver: Receiver):
    push(receiver, a_document(version="1"), id="d_1")
    push(receiver, a_removal(version="2"), id="d_2")

    assert receiver.holdings() == {}


def test_the_version_that_was_taken_back_does_not_return_when_it_comes_late(receiver: Receiver):
    push(receiver, a_removal(version="1"), id="d_2", at=START + timedelta(seconds=1))
    push(receiver, a_document(version="1"), id="d_1", at=START)

    assert receiver.holdings() == {}


def test_an_article_taken_back_returns_with_a_higher_version(receiver: Receiver):
    push(receiver, a_removal(version="2"), id="d_2")
    push(receiver, a_document(version="3"), id="d_3")

    assert list(receiver.holdings()) == [URI]


def test_the_holdings_file_says_what_holdings_says(receiver: Receiver, tmp_path: Path):
    push(receiver, a_document(version="1"), id="d_1")

    written = (tmp_path / "湖畔网" / "holdings.json").read_text(encoding="utf-8")

    assert json.loads(written) == receiver.holdings() != {}


def test_the_receipt_leads_to_the_article_as_readers_see_it(receiver: Receiver):
    receipt = push(receiver, a_document()).json()

    assert requests.get(receipt["url"], timeout=5).json() == a_document()


def test_the_receipt_of_a_later_version_is_the_same(receiver: Receiver):
    first = push(receiver, a_document(version="1"), id="d_1").json()
    push(receiver, a_document(uri=f"{URI}-other"), id="d_2")

    assert push(receiver, a_document(version="2"), id="d_3").json() == first


def test_the_receipts_address_is_404_once_the_article_is_taken_back(receiver: Receiver):
    receipt = push(receiver, a_document(version="1"), id="d_1").json()
    push(receiver, a_removal(version="2"), id="d_2")

    assert requests.get(receipt["url"], timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "uri"),
        ({"version": "1"}, "uri"),
        ({"uri": URI}, "version"),
        ({"uri": URI, "version": "v2"}, "version"),
        ({"uri": URI, "version": "-1"}, "version"),
    ],
)
def test_a_signed_push_that_is_no_ninjs_is_400_and_says_which_field(receiver: Receiver, document: object, field: str):
    answer = push(receiver, document)

    assert (answer.status_code, answer.json()["error"].split(":")[0]) == (400, field)


@pytest.mark.parametrize(("id", "status"), [("../../out", 401), ("folder/out", 400)])
def test_an_id_that_is_a_path_is_refused_and_writes_nothing(receiver: Receiver, tmp_path: Path, id: str, status: int):
    assert push(receiver, a_document(), id=id).status_code == status
    assert [file.name for file in tmp_path.rglob("*out*")] == []


def test_half_an_emoji_in_a_headline_is_kept_as_it_came(receiver: Receiver):
    body = json.dumps(a_document(headlines=[{"value": "\ud83d"}]))
    signature = Webhook(SECRET).sign("d_1", START, body)

    assert send(receiver, body, id="d_1", at=START, signature=signature).status_code == 200


def test_a_body_over_the_limit_is_413(receiver: Receiver):
    answer = requests.post(receiver.url, headers={"content-length": "5000001"}, timeout=5)

    assert answer.status_code == 413


def test_a_push_to_another_path_is_404(receiver: Receiver):
    assert requests.post(receiver.url + "/else", data=b"{}", timeout=5).status_code == 404


# --- stopping and starting ----------------------------------------------------------------------------------------


def test_a_stopped_receiver_refuses_connections(receiver: Receiver):
    receiver.stop()

    with pytest.raises(requests.ConnectionError):
        push(receiver, a_document())


def test_a_receiver_started_again_has_the_same_address(receiver: Receiver):
    before = receiver.url
    receiver.stop()
    receiver.start()

    assert (push(receiver, a_document()).status_code, receiver.url) == (200, before)


def test_a_receiver_on_the_same_folder_knows_what_it_held_and_what_it_has_seen(
    receiver: Receiver, tmp_path: Path, clock: Clock
):
    push(receiver, a_document(version="1"), id="d_1")
    push(receiver, a_removal(version="2"), id="d_2")
    push(receiver, a_document(uri=f"{URI}-other"), id="d_3")

    with Receiver("湖畔网", SECRET, tmp_path / "湖畔网", clock=clock) as again:
        push(again, a_document(version="1"), id="d_1")

        assert list(again.holdings()) == [f"{URI}-other"]
    assert [line["duplicate"] for line in log_of(tmp_path)] == [False, False, False, True]


def test_pushes_at_the_same_time_are_all_kept(receiver: Receiver, tmp_path: Path):
    threads = [
        Thread(target=push, args=(receiver, a_document(uri=f"{URI}-{n}")), kwargs={"id": f"d_{n}"}) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(receiver.holdings()), len(log_of(tmp_path))) == (20, 20)


# --- the fake partner ---------------------------------------------------------------------------------------------


@pytest.fixture
def partner() -> Iterator[FakePartner]:
    with FakePartner() as running:
        yield running


def post(partner: FakePartner, body: bytes = b"{}", timeout_s: float = 5) -> requests.Response:
    return requests.post(partner.url, data=body, headers={"Webhook-Id": "d_1"}, timeout=timeout_s)


def test_the_fake_answers_in_the_order_it_was_told(partner: FakePartner):
    partner.will(reply(503), reply(410))

    assert [post(partner).status_code for _ in range(3)] == [503, 410, 200]


def test_the_fake_sends_the_headers_and_the_body_it_was_told(partner: FakePartner):
    partner.will(reply(429, headers={"Retry-After": "7"}, body="稍后再试".encode()))

    answer = post(partner)

    assert (answer.headers["Retry-After"], answer.content.decode()) == ("7", "稍后再试")


def test_the_fake_remembers_headers_and_body(partner: FakePartner):
    post(partner, "新稿".encode())

    seen = partner.requests[0]

    assert (seen.headers["webhook-id"], seen.body.decode(), seen.path) == ("d_1", "新稿", "/push")


def test_the_fake_waits_with_its_answer_until_the_test_says_so(partner: FakePartner):
    go, statuses = Event(), []
    partner.will(reply(204, until=go))
    asking = Thread(target=lambda: statuses.append(post(partner).status_code))
    asking.start()
    partner.wait_for(lambda seen: len(seen) == 1, timeout_s=5)
    before = list(statuses)
    go.set()
    asking.join(5)

    assert (before, statuses) == ([], [204])


def test_the_fake_that_hangs_never_answers(partner: FakePartner):
    partner.will(hang())

    with pytest.raises(requests.ReadTimeout):
        post(partner, timeout_s=0.2)


def test_the_fake_that_hangs_up_has_read_the_request(partner: FakePartner):
    partner.will(hang_up())

    with pytest.raises(requests.ConnectionError):
        post(partner, "没有回音".encode())
    assert partner.requests[0].body.decode() == "没有回音"


def test_the_fake_stops_while_a_request_hangs_and_hangs_up_on_it():
    failures = []

    def ask() -> None:
        try:
            post(partner)
        except requests.ConnectionError as error:
            failures.append(error)

    with FakePartner(otherwise=hang()) as partner:
        asking = Thread(target=ask)
        asking.start()
        partner.wait_for(lambda seen: len(seen) == 1, timeout_s=5)
    asking.join(5)

    assert len(failures) == 1


def test_waiting_for_what_does_not_come_fails_and_says_what_came(partner: FakePartner):
    post(partner)

    with pytest.raises(AssertionError, match=r"not within 0.05 s.*POST /push d_1"):
        partner.wait_for(lambda seen: len(seen) == 2, timeout_s=0.05)
