"""Do those who know nothing of our code agree with our signatures, over real HTTP? And we with theirs?

In Python the published library; in node, the one of the same name and Svix's; for `v1a`, which none of them knows,
what docs/partners.md tells partners to write. Each has one key, whatever the header carries.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook as Reference

from syndicate.model.delivery import Outcome, Parcel
from syndicate.transports import open_transport, outcome_of
from syndicate.transports.http import Door
from syndicate.transports.keys import keys_of, new_key
from syndicate.transports.signature import sign, verify
from tests.fakes.partner import FakePartner

NODE = Path(__file__).parent / "node"
INSTALL = "npm ci --prefix tests/conformance/node --ignore-scripts"
PARTNERS = (Path(__file__).parents[2] / "docs" / "partners.md").read_text(encoding="utf-8")

OLD, NEW, STRANGE = (new_key("symmetric").text for _ in range(3))
OLD_PAIR, NEW_PAIR, STRANGE_PAIR = (new_key("asymmetric") for _ in range(3))
BODY = '{"标题": "夜读:山里的邮路"}'
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))

SYMMETRIC = ["python standardwebhooks", "node standardwebhooks", "node svix"]
ASYMMETRIC = ["python partners", "node partners"]


def shown(language: str, about: str) -> str:
    """The example in docs/partners.md in this language that has to do with this word."""
    examples = re.findall(rf"```{language}\n(.*?)```", PARTNERS, re.DOTALL)
    return next(example for example in examples if about in example)


def a_parcel(at: datetime) -> Parcel:
    body = BODY.encode()
    return Parcel(
        delivery_id="d_7", destination_id="h/push", action="update", media_type="application/json", body=body, at=at
    )


def verified_by_library(key: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        return bool(Reference(key).verify(body, headers))
    except Exception:  # whatever a library raises, it did not accept
        return False


def verified_as_shown(key: str, headers: dict[str, str], body: bytes) -> bool:
    example: dict = {}
    exec(shown("python", "v1a"), example)
    return example["is_genuine"](key, headers, body)


PYTHON = {"standardwebhooks": verified_by_library, "partners": verified_as_shown}


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the partner who works with node; a test is skipped without node, but where CI=true it fails."""
    if shutil.which("node") is None or not (NODE / "node_modules").is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"there is no node, or not yet: {INSTALL}")
    example = tmp_path_factory.mktemp("partners") / "example.mjs"
    example.write_text(shown("js", "v1a"), encoding="utf-8")
    with subprocess.Popen(["node", NODE / "receiver.mjs", example], stdout=subprocess.PIPE, text=True) as receiver:
        assert receiver.stdout
        port = receiver.stdout.readline().strip()
        assert port.isdigit(), "node's receiver did not start; what it said stands above"
        yield f"http://127.0.0.1:{port}"
        receiver.terminate()


@pytest.fixture
def post(request: pytest.FixtureRequest) -> Iterator:
    """`post(verifier, secret=ours, key=theirs)` sends a real request; tells whether the verifier took it."""
    door = Door()

    def posted(url: str, secret: str, at: datetime) -> Outcome:
        settings = {"url": url, "secret": "hezuo", "network": "internal"}
        webhook = open_transport("webhook", settings, secret={"hezuo": secret}.__getitem__, door=door)
        return outcome_of(webhook.send, a_parcel(at))

    def post(verifier: str, *, secret: str, key: str, at: datetime | None = None) -> bool:
        language, name = verifier.split()
        if language == "python":
            with FakePartner() as partner:
                posted(partner.url, secret, at or datetime.now(UTC))
            (seen,) = partner.requests
            return PYTHON[name](key, dict(seen.headers), seen.body)
        address = request.getfixturevalue("node")
        outcome = posted(f"{address}/{name}/{quote(key, safe='')}", secret, at or datetime.now(UTC))
        assert outcome.status in (204, 401), outcome
        return outcome.status == 204

    yield post
    door.close()


# what we send


@pytest.mark.parametrize("verifier", SYMMETRIC)
def test_what_we_sign_with_a_shared_key_is_accepted(post, verifier):
    assert post(verifier, secret=NEW, key=NEW)


@pytest.mark.parametrize("verifier", ASYMMETRIC)
def test_what_we_sign_with_a_private_key_is_accepted_with_the_public_one(post, verifier):
    assert post(verifier, secret=NEW_PAIR.text, key=NEW_PAIR.public_key.text)


@pytest.mark.parametrize("verifier", SYMMETRIC)
def test_what_we_signed_with_another_shared_key_is_refused(post, verifier):
    assert not post(verifier, secret=f"{NEW} {OLD}", key=STRANGE)


@pytest.mark.parametrize("verifier", ASYMMETRIC)
def test_what_we_signed_with_another_private_key_is_refused(post, verifier):
    assert not post(verifier, secret=f"{NEW_PAIR.text} {OLD_PAIR.text}", key=STRANGE_PAIR.public_key.text)


@pytest.mark.parametrize("minutes", [-6, 6])
@pytest.mark.parametrize(
    ("verifier", "secret", "key"),
    [
        *((verifier, NEW, NEW) for verifier in SYMMETRIC),
        *((verifier, NEW_PAIR.text, NEW_PAIR.public_key.text) for verifier in ASYMMETRIC),
    ],
    ids=[*SYMMETRIC, *ASYMMETRIC],
)
def test_what_is_out_of_time_is_refused(post, verifier, secret, key, minutes):
    assert not post(verifier, secret=secret, key=key, at=datetime.now(UTC) + timedelta(minutes=minutes))


# while one key replaces another


@pytest.mark.parametrize("verifier", SYMMETRIC)
@pytest.mark.parametrize("key", [OLD, NEW], ids=["old", "new"])
@pytest.mark.parametrize(
    "secret",
    [f"{NEW} {OLD}", f"{NEW} {NEW_PAIR.text} {OLD}", f"{NEW_PAIR.text} {OLD} {NEW}"],
    ids=["alone", "a pair between", "a pair in front"],
)
def test_either_shared_key_is_enough_whatever_else_signs(post, verifier, secret, key):
    assert post(verifier, secret=secret, key=key)


@pytest.mark.parametrize("verifier", ASYMMETRIC)
@pytest.mark.parametrize("pair", [OLD_PAIR, NEW_PAIR], ids=["old", "new"])
@pytest.mark.parametrize("between", ["", f"{NEW} "], ids=["alone", "a shared key between"])
def test_either_public_key_is_enough_whatever_else_signs(post, verifier, pair, between):
    assert post(verifier, secret=f"{NEW_PAIR.text} {between}{OLD_PAIR.text}", key=pair.public_key.text)


# the published libraries and ours, both ways


@given(body=TEXTS, seconds=st.integers(0, 4_000_000_000))
def test_both_sign_the_same(body, seconds):
    at = datetime.fromtimestamp(seconds, tz=UTC)
    theirs = Reference(NEW).sign(msg_id="d_7", timestamp=at, data=body)
    assert sign(id="d_7", at=at, body=body.encode(), keys=keys_of(NEW)) == theirs


@given(body=TEXTS)
def test_we_accept_what_the_library_signs(body):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    theirs = Reference(OLD).sign(msg_id="d_7", timestamp=at, data=body)
    stamp = str(int(at.timestamp()))
    keys = keys_of(f"{NEW} {OLD}")
    assert verify(id="d_7", timestamp=stamp, signature=theirs, body=body.encode(), keys=keys, now=at)
