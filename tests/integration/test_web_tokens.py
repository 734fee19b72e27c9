"""Are tokens made so that they can be shown once, recognised by their hash, and taken back?"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from syndicate.ledger import tables, tokens
from syndicate.model.problem import Invalid
from syndicate.web.tokens import SCOPES, issue, recognise, rotate
from tests.fakes.web_newsroom import NOW, a_newsroom


@pytest.fixture
def ledger(tmp_path):
    with a_newsroom(tmp_path) as newsroom:
        yield newsroom.system.ledger


def issued(ledger, *scopes, partner_id=None):
    return issue(ledger, name="采编系统", scopes=scopes, partner_id=partner_id, now=NOW)


def id_of(token):
    return token.split("_")[1]


def holder(ledger, token, *, scope, partner_id=None):
    """The name of the token, or None when it doesn't open this scope."""
    found = recognise(ledger, token, now=NOW)
    return found.name if found and found.may(scope, partner_id=partner_id) else None


def test_a_token_has_an_id_of_16_hex_digits_and_a_secret_of_43_characters(ledger):
    assert re.fullmatch(r"sy_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", issued(ledger, "events:write"))


def test_the_secret_itself_is_not_in_the_ledger(ledger):
    token = issued(ledger, "events:write")
    with ledger.read() as connection:
        row = connection.execute(select(tables.tokens)).one()
    assert token[-43:] not in repr(row)


def test_the_holder_of_a_token_is_known_by_name(ledger):
    assert holder(ledger, issued(ledger, "events:write"), scope="events:write") == "采编系统"


def test_a_token_does_not_open_another_scope(ledger):
    assert holder(ledger, issued(ledger, "events:write"), scope="feeds:read") is None


def test_a_token_with_both_scopes_opens_both(ledger):
    token = issued(ledger, *SCOPES, partner_id="chenbao")
    assert [holder(ledger, token, scope=scope) for scope in SCOPES] == ["采编系统", "采编系统"]


def test_a_partners_token_opens_that_partners_feed(ledger):
    token = issued(ledger, "feeds:read", partner_id="chenbao")
    assert holder(ledger, token, scope="feeds:read", partner_id="chenbao") == "采编系统"


def test_a_partners_token_does_not_open_another_partners_feed(ledger):
    token = issued(ledger, "feeds:read", partner_id="chenbao")
    assert holder(ledger, token, scope="feeds:read", partner_id="wanbao") is None


def test_a_token_that_was_taken_back_opens_nothing(ledger):
    token = issued(ledger, "events:write")
    with ledger.write() as connection:
        assert tokens.revoke(connection, id_of(token), now=NOW)
    assert holder(ledger, token, scope="events:write") is None


def test_the_right_id_with_another_secret_opens_nothing(ledger):
    token, other = issued(ledger, "events:write"), issued(ledger, "events:write")
    assert holder(ledger, token[:-43] + other[-43:], scope="events:write") is None


def test_an_id_that_was_never_issued_opens_nothing(ledger):
    assert holder(ledger, f"sy_{'0' * 16}_{'A' * 43}", scope="events:write") is None


@pytest.mark.parametrize("token", ["", "sy_", "sy_%_x", "令牌", "sy_" + "\ud800" * 16 + "_" + "A" * 43])
def test_what_is_not_a_token_at_all_opens_nothing(ledger, token):
    assert holder(ledger, token, scope="events:write") is None


def test_what_stands_around_a_token_spoils_it(ledger):
    assert holder(ledger, issued(ledger, "events:write") + "\n", scope="events:write") is None


@pytest.mark.parametrize(
    ("scopes", "partner_id", "fields"),
    [
        (("events:read",), None, ["scopes"]),
        ((), None, ["scopes"]),
        (("feeds:read",), None, ["partner_id"]),
        (("feeds:read", "x"), "", ["scopes", "partner_id"]),
    ],
)
def test_a_token_that_would_make_no_sense_is_refused_with_every_mistake(ledger, scopes, partner_id, fields):
    with pytest.raises(Invalid) as refusal:
        issued(ledger, *scopes, partner_id=partner_id)
    assert [problem.field for problem in refusal.value.problems] == fields


def test_a_refused_token_leaves_nothing_in_the_ledger(ledger):
    with pytest.raises(Invalid):
        issued(ledger, "events:read")
    with ledger.read() as connection:
        assert tokens.every(connection) == []


# --- one takes the place of another


def test_while_they_overlap_the_old_and_the_new_token_open_the_same(ledger):
    old = issued(ledger, "feeds:read", partner_id="chenbao")
    new = rotate(ledger, id_of(old), overlap=timedelta(days=7), now=NOW)

    opened = [holder(ledger, one, scope="feeds:read", partner_id="chenbao") for one in (old, new)]
    assert (opened, old == new) == (["采编系统", "采编系统"], False)


@pytest.mark.parametrize(("after", "opens"), [(timedelta(days=7, seconds=-1), True), (timedelta(days=7), False)])
def test_when_the_overlap_is_over_the_old_one_opens_nothing_and_the_new_one_goes_on(ledger, after, opens):
    old = issued(ledger, "feeds:read", partner_id="chenbao")
    new = rotate(ledger, id_of(old), overlap=timedelta(days=7), now=NOW)

    assert recognise(ledger, new, now=NOW + after) is not None
    assert (recognise(ledger, old, now=NOW + after) is not None) is opens


def test_the_old_one_can_be_taken_back_before_its_time(ledger):
    old = issued(ledger, "events:write")
    rotate(ledger, id_of(old), overlap=timedelta(days=7), now=NOW)
    with ledger.write() as connection:
        tokens.revoke(connection, id_of(old), now=NOW)

    assert recognise(ledger, old, now=NOW) is None


@pytest.mark.parametrize("what", ["unknown", "revoked", "replaced", "for too long", "backwards"])
def test_a_token_that_can_have_no_successor_gets_none(ledger, what):
    old, overlap = issued(ledger, "events:write"), timedelta(days=7)
    if what == "revoked":
        with ledger.write() as connection:
            tokens.revoke(connection, id_of(old), now=NOW)
    if what == "replaced":
        rotate(ledger, id_of(old), overlap=overlap, now=NOW)
    before = len(all_tokens(ledger))
    overlap = {"for too long": timedelta(days=91), "backwards": -overlap}.get(what, overlap)

    with pytest.raises(Invalid):
        rotate(ledger, "0" * 16 if what == "unknown" else id_of(old), overlap=overlap, now=NOW)

    assert len(all_tokens(ledger)) == before


def all_tokens(ledger):
    with ledger.read() as connection:
        return tokens.every(connection)
