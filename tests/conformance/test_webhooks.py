"""Does the published library for Standard Webhooks agree with ours, both ways?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook as Reference
from standardwebhooks.webhooks import WebhookVerificationError

from syndicate.model.delivery import Parcel
from syndicate.transports.http import Answer
from syndicate.transports.signature import sign, verify
from syndicate.transports.webhook import Webhook, WebhookSettings

OLD = "whsec_" + "b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk"
NEW = "whsec_" + "bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


class ADoor:
    def post(self, post):
        self.body, self.headers = post.body, post.headers
        return Answer(status=200, headers={}, body=b"", duration_s=0.1)


def sent(*, secret, at):
    door = ADoor()
    settings = WebhookSettings(url="https://hezuo.example/tuisong", secret="hezuo")
    body = '{"标题": "夜读:山里的邮路"}'.encode()
    parcel = Parcel(
        delivery_id="d_7", destination_id="h/push", action="update", media_type="application/json", body=body, at=at
    )
    Webhook(settings=settings, secret=lambda name: secret, door=door).send(parcel)
    return door


def test_the_library_accepts_what_we_send():
    door = sent(secret=NEW, at=datetime.now(UTC))
    assert Reference(NEW).verify(door.body, door.headers) == {"标题": "夜读:山里的邮路"}


@pytest.mark.parametrize("known", [OLD, NEW])
def test_a_receiver_with_either_secret_accepts_while_one_replaces_the_other(known):
    door = sent(secret=f"{NEW} {OLD}", at=datetime.now(UTC))
    assert Reference(known).verify(door.body, door.headers)


def test_the_library_refuses_what_we_sent_to_somebody_else():
    door = sent(secret=OLD, at=datetime.now(UTC))
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Reference(NEW).verify(door.body, door.headers)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_the_library_refuses_what_is_out_of_time(minutes):
    door = sent(secret=NEW, at=datetime.now(UTC) + timedelta(minutes=minutes))
    with pytest.raises(WebhookVerificationError, match="too"):
        Reference(NEW).verify(door.body, door.headers)


@given(body=TEXTS, seconds=st.integers(0, 4_000_000_000))
def test_both_sign_the_same(body, seconds):
    at = datetime.fromtimestamp(seconds, tz=UTC)
    theirs = Reference(NEW).sign(msg_id="d_7", timestamp=at, data=body)
    assert sign(id="d_7", at=at, body=body.encode(), secret=NEW) == theirs


@given(body=TEXTS)
def test_we_accept_what_the_library_signs(body):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    theirs = Reference(OLD).sign(msg_id="d_7", timestamp=at, data=body)
    stamp = str(int(at.timestamp()))
    assert verify(id="d_7", timestamp=stamp, signature=theirs, body=body.encode(), secret=f"{NEW} {OLD}", now=at)
