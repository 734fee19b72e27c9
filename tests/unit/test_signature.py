"""Is a message signed as Standard Webhooks 1.0.0 says, and is a forged or stale one found out?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.transports.keys import keys_of, new_key, verifying_keys_of
from syndicate.transports.signature import sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PRIVATE = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, tz=UTC)
BODY = b'{"test": 2432232314}'
V1 = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
V1A = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="

BOTH = pytest.mark.parametrize(("signature", "secret"), [(V1, SECRET), (V1A, PUBLIC)], ids=["v1", "v1a"])


def verified(*, secret, **changes):
    told = {"id": ID, "timestamp": "1614265330", "signature": V1, "body": BODY, "now": AT}
    return verify(**told | changes, keys=verifying_keys_of(secret))


def signed(secret, *, at=AT):
    return sign(id=ID, at=at, body=BODY, keys=keys_of(secret))


# signing


@pytest.mark.parametrize(("secret", "signature"), [(SECRET, V1), (PRIVATE, V1A)], ids=["v1", "v1a"])
def test_the_published_vectors_are_met(secret, signature):
    assert signed(secret) == signature


@pytest.mark.parametrize("secret", [SECRET.removeprefix("whsec_"), SECRET.rstrip("="), PRIVATE.rstrip("=")])
def test_prefix_and_padding_of_a_secret_make_no_difference(secret):
    assert signed(secret) in (V1, V1A)


@pytest.mark.parametrize(
    ("secret", "signatures"), [(f"{PRIVATE} {SECRET}", f"{V1A} {V1}"), (f"{SECRET} {PRIVATE}", f"{V1} {V1A}")]
)
def test_each_key_signs_in_its_order_whatever_its_kind(secret, signatures):
    assert signed(secret) == signatures


def test_the_seconds_are_whole_ones():
    assert signed(SECRET, at=AT + timedelta(milliseconds=900)) == V1


def test_an_id_with_a_full_stop_is_not_signed():
    with pytest.raises(ValueError, match="full stop"):
        sign(id="a.b", at=AT, body=BODY, keys=keys_of(SECRET))


# checking


@BOTH
def test_a_genuine_message_is_verified(signature, secret):
    assert verified(signature=signature, secret=secret)


def test_the_private_key_checks_its_own_signatures_too():
    assert verified(signature=V1A, secret=PRIVATE)


@BOTH
@pytest.mark.parametrize("others", ["v2,AAAA", "v1,AAAA v1a,AAAA", "v1,", "v1a", ",", "v2,a,b", f"{V1} {V1A}"])
def test_one_right_signature_among_others_is_enough(signature, secret, others):
    assert verified(signature=f"{others} {signature}", secret=secret)


@BOTH
def test_either_key_is_enough_while_one_replaces_the_other(signature, secret):
    others = f"{new_key('symmetric').text} {new_key('asymmetric').text}"
    assert verified(signature=signature, secret=f"{others} {secret}")


@BOTH
@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_either_way_are_tolerated(signature, secret, seconds):
    assert verified(signature=signature, secret=secret, now=AT + timedelta(seconds=seconds))


@BOTH
@pytest.mark.parametrize("seconds", [-301, 301])
def test_more_than_five_minutes_either_way_are_not(signature, secret, seconds):
    assert not verified(signature=signature, secret=secret, now=AT + timedelta(seconds=seconds))


@BOTH
@pytest.mark.parametrize(
    "timestamp", ["", "hello", "-1614265330", "1614265330.0", " 1614265330", "１６１４２６５３３０", "9" * 5000]
)
def test_a_timestamp_that_is_none_is_refused(signature, secret, timestamp):
    assert not verified(signature=signature, secret=secret, timestamp=timestamp)


@BOTH
def test_a_wrong_signature_is_refused_however_it_is_wrong(signature, secret):
    version, _, given = signature.partition(",")
    wrong = [
        "",
        version,
        f"{version},",
        signature[:-4],
        given,
        f"v2,{given}",
        f"{version},ü",
        f"{version},{given[4:]}AAAA",
    ]
    assert [one for one in wrong if verified(signature=one, secret=secret)] == []


@BOTH
def test_a_signature_does_not_count_under_the_other_version(signature, secret):
    other = signature.replace("v1a,", "v1,") if signature == V1A else signature.replace("v1,", "v1a,")
    assert not verified(signature=other, secret=secret)


@BOTH
@pytest.mark.parametrize(
    "change", [{"id": "msg_other"}, {"id": ""}, {"body": BODY + b" "}, {"timestamp": "1614265331"}]
)
def test_whatever_is_signed_may_not_change(signature, secret, change):
    assert not verified(signature=signature, secret=secret, **change)


@pytest.mark.parametrize(("signature", "kind"), [(V1, "symmetric"), (V1A, "asymmetric")])
def test_another_key_does_not_verify(signature, kind):
    assert not verified(signature=signature, secret=new_key(kind).text)


def test_a_full_stop_cannot_move_between_the_id_and_the_time():
    keys = keys_of(SECRET)
    moved = sign(id=ID, at=AT, body=b"1614265330." + BODY, keys=keys)
    assert not verified(secret=SECRET, id=f"{ID}.1614265330", signature=moved)


@given(id=st.text(), timestamp=st.text(), signature=st.text())
def test_no_header_is_ever_too_strange_to_be_refused(id, timestamp, signature):
    assert not verified(secret=f"{SECRET} {PUBLIC}", id=id, timestamp=timestamp, signature=f"{signature} v1,AAAA")
