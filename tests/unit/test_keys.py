"""Which keys does a secret's text hold, and what is said about one that is no proper key?"""

import base64

import pytest

from syndicate.transports.errors import DestinationMisconfigured
from syndicate.transports.keys import (
    PrivateKey,
    PublicKey,
    SymmetricKey,
    keys_of,
    named_keys,
    new_key,
    verifying_keys_of,
)

SHARED = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PRIVATE = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
OTHER = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def encoded(prefix, length):
    return prefix + base64.b64encode(b"k" * length).decode()


def mistake(secret, read=keys_of):
    with pytest.raises(DestinationMisconfigured) as refused:
        read(secret)
    return refused.value.reason


# what there is


@pytest.mark.parametrize("text", [SHARED, PRIVATE])
def test_a_key_is_written_as_it_was_read(text):
    assert [key.text for key in keys_of(text)] == [text]


def test_a_shared_key_needs_no_prefix():
    assert keys_of(SHARED.removeprefix("whsec_")) == keys_of(SHARED)


def test_a_shared_key_needs_no_padding():
    assert keys_of(OTHER.rstrip("=")) == keys_of(OTHER)


def test_the_keys_of_a_text_stand_in_its_order_whatever_their_kinds():
    keys = keys_of(f"{OTHER} {PRIVATE}\n{SHARED} ")
    assert [key.text for key in keys] == [OTHER, PRIVATE, SHARED]
    assert [key.kind for key in keys] == ["symmetric", "asymmetric", "symmetric"]


def test_a_private_key_knows_its_public_half():
    (key,) = keys_of(PRIVATE)
    assert key.public_key.text == PUBLIC


def test_a_receiver_checks_with_the_public_half_of_whatever_it_is_given():
    keys = verifying_keys_of(f"{SHARED} {PRIVATE} {PUBLIC}")
    assert [type(key) for key in keys] == [SymmetricKey, PublicKey, PublicKey]
    assert [key.text for key in keys] == [SHARED, PUBLIC, PUBLIC]


@pytest.mark.parametrize(("kind", "type"), [("symmetric", SymmetricKey), ("asymmetric", PrivateKey)])
def test_a_new_key_can_be_read_back(kind, type):
    text = new_key(kind).text
    (key,) = keys_of(text)
    assert (isinstance(key, type), key.text) == (True, text)


@pytest.mark.parametrize("kind", ["symmetric", "asymmetric"])
def test_no_two_new_keys_are_the_same(kind):
    assert new_key(kind).text != new_key(kind).text


def test_a_new_shared_key_has_32_bytes():
    assert len(new_key("symmetric").shared) == 32


@pytest.mark.parametrize("text", [SHARED, PRIVATE])
def test_a_key_is_never_shown_by_accident(text):
    shown = repr(keys_of(text))
    assert [
        part for part in (text, text[6:], repr(base64.b64decode(text.partition("_")[2]))[2:-1]) if part in shown
    ] == []


# what is wrong


@pytest.mark.parametrize("length", [24, 64])
def test_a_shared_key_of_24_to_64_bytes_is_proper(length):
    assert len(keys_of(encoded("whsec_", length))[0].shared) == length


@pytest.mark.parametrize("length", [0, 1, 23, 65])
def test_a_shared_key_of_another_length_is_not(length):
    said = f"the secret is {length} bytes long; Standard Webhooks asks for 24 to 64"
    assert mistake(encoded("whsec_", length)) == said


@pytest.mark.parametrize("length", [0, 32, 63, 65])
def test_a_private_key_has_a_seed_and_a_public_key(length):
    said = f"the secret is {length} bytes long; a whsk_ has 64, a seed and its public key of 32 each"
    assert mistake(encoded("whsk_", length)) == said


def test_the_two_halves_of_a_private_key_must_belong_together():
    swapped = "whsk_" + base64.b64encode(base64.b64decode(PRIVATE[5:])[:32] + b"p" * 32).decode()
    assert mistake(swapped) == "the secret is a whsk_ whose second half is not the public key that belongs to its first"


def test_a_public_key_cannot_sign():
    said = "the secret is a public key (whpk_), which can't sign; put the whsk_ that belongs to it there"
    assert mistake(PUBLIC) == said


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_public_key_has_32_bytes(length):
    assert mistake(encoded("whpk_", length), verifying_keys_of) == f"the secret is {length} bytes long; a whpk_ has 32"


@pytest.mark.parametrize(
    ("secret", "prefix"),
    [
        ("not!base64!", "whsec_"),
        ("口令口令口令", "whsec_"),
        ("whsec_a", "whsec_"),
        ("whsk_湖", "whsk_"),
        ("WHSEC_QUJD", "whsec_"),
    ],
)
def test_what_is_no_base64_is_told(secret, prefix):
    assert mistake(secret) == f"the secret is not {prefix} followed by base64"


@pytest.mark.parametrize("secret", ["", "  ", "\n"])
def test_an_empty_secret_is_told(secret):
    assert mistake(secret) == "the secret is empty"


def test_every_mistake_is_told_at_once():
    said = (
        "key 1 of 3 is 3 bytes long; Standard Webhooks asks for 24 to 64; "
        "key 3 of 3 is a public key (whpk_), which can't sign; put the whsk_ that belongs to it there"
    )
    assert mistake(f"YWJj {SHARED} {PUBLIC}") == said


@pytest.mark.parametrize("secret", ["whsec_YWJj", "whsk_c2VlZA==", encoded("whsk_", 64), "not!base64!", "口令口令口令"])
def test_no_mistake_shows_the_secret(secret):
    said = mistake(secret)
    assert [part for part in (secret, secret.partition("_")[2]) if part and part in said] == []


# secrets by name


def test_a_named_secret_that_is_not_set_is_told():
    with pytest.raises(DestinationMisconfigured, match=r"^secret hezuo is not set$"):
        named_keys("hezuo", {}.__getitem__)


def test_a_named_secret_that_is_not_proper_is_told_with_its_name():
    with pytest.raises(DestinationMisconfigured, match=r"^secret hezuo: the secret is empty$"):
        named_keys("hezuo", {"hezuo": ""}.__getitem__)


def test_a_named_secret_that_cannot_be_read_is_told_with_the_reason():
    def unreadable(name):
        raise PermissionError(13, "Permission denied", "/var/secrets/hezuo")

    with pytest.raises(DestinationMisconfigured, match=r"^secret hezuo can't be read: Permission denied$"):
        named_keys("hezuo", unreadable)
