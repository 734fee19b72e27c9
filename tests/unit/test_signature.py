"""Is a message signed as Standard Webhooks 1.0.0 says, and is a forged or stale one found out?"""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.transports.errors import DestinationMisconfigured
from syndicate.transports.signature import sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(bytes(range(32))).decode()
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, tz=UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def verified(**changes):
    told = {"id": ID, "timestamp": "1614265330", "signature": SIGNATURE, "body": BODY, "secret": SECRET, "now": AT}
    return verify(**told | changes)


def signed(secret):
    return sign(id=ID, at=AT, body=BODY, secret=secret)


def test_the_vector_of_the_specification_is_met():
    assert signed(SECRET) == SIGNATURE


def test_the_prefix_of_a_secret_makes_no_difference():
    assert signed(SECRET.removeprefix("whsec_")) == SIGNATURE


def test_a_secret_without_its_padding_is_the_same_secret():
    assert signed(OTHER.rstrip("=")) == signed(OTHER)


def test_two_secrets_give_two_signatures_with_a_space_between():
    assert signed(f"{SECRET} {OTHER}") == f"{SIGNATURE} {signed(OTHER)}"


def test_the_seconds_are_whole_ones():
    half_past = AT + timedelta(milliseconds=900)
    assert sign(id=ID, at=half_past, body=BODY, secret=SECRET) == SIGNATURE


@pytest.mark.parametrize(("length", "proper"), [(23, False), (24, True), (64, True), (65, False)])
def test_a_key_has_24_to_64_bytes(length, proper):
    secret = "whsec_" + base64.b64encode(b"k" * length).decode()
    if proper:
        assert signed(secret).startswith("v1,")
        return
    with pytest.raises(DestinationMisconfigured, match=f"is {length} bytes long"):
        signed(secret)


@pytest.mark.parametrize("secret", ["", "  ", "whsec_", "口令口令口令", "not!base64!not!base64!not!base64!"])
def test_a_secret_that_is_none_is_refused_without_being_shown(secret):
    with pytest.raises(DestinationMisconfigured) as refused:
        signed(secret)
    assert not secret.strip() or secret not in refused.value.reason


def test_an_id_with_a_full_stop_is_refused():
    with pytest.raises(ValueError, match="full stop"):
        sign(id="a.b", at=AT, body=BODY, secret=SECRET)


def test_a_genuine_message_is_verified():
    assert verified()


def test_one_right_signature_among_others_is_enough():
    assert verified(signature=f"v2,AAAA v1,AAAA {SIGNATURE}")


def test_either_secret_is_enough_while_one_replaces_the_other():
    assert verified(secret=f"{OTHER} {SECRET}")


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_either_way_are_tolerated(seconds):
    assert verified(now=AT + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_more_than_five_minutes_either_way_are_not(seconds):
    assert not verified(now=AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "timestamp", ["", "hello", "-1614265330", "1614265330.0", " 1614265330", "１６１４２６５３３０", "9" * 5000]
)
def test_a_timestamp_that_is_none_is_refused(timestamp):
    assert not verified(timestamp=timestamp)


@pytest.mark.parametrize(
    "signature",
    ["", "v1,", "v1", SIGNATURE[:-4], SIGNATURE[3:], SIGNATURE.replace("v1,", "v2,"), "v1,ü", "v1a," + SIGNATURE[3:]],
)
def test_a_signature_that_is_not_ours_is_refused(signature):
    assert not verified(signature=signature)


@pytest.mark.parametrize(
    "change", [{"id": "msg_other"}, {"body": BODY + b" "}, {"timestamp": "1614265331"}, {"secret": OTHER}]
)
def test_whatever_is_signed_may_not_change(change):
    assert not verified(**change)
