"""Who may ask, by shell? `fetches`: what tokens got of their feeds, and who has heard that an article is gone."""

import json
from datetime import UTC, datetime

import pytest

from syndicate.ledger import feeds, fetches
from syndicate.ledger.fetches import Fetch
from syndicate.web.tokens import id_of
from tests.builders import an_event
from tests.fakes.cli_newsroom import a_partner_file, a_shell

WHEN = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
FEED = "partners/yunfeng"


@pytest.fixture
def shell(tmp_path, monkeypatch):
    for shell in a_shell(tmp_path, monkeypatch):
        shell.configure("partners/yunfeng.toml", a_partner_file("云峰网"))
        shell.run("ledger", "upgrade")
        shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))
        shell.perform()
        yield shell


@pytest.fixture
def token(shell):
    created = shell.run("token", "create", "云峰网技术部", "--scope", "feeds:read", "--partner", "yunfeng")
    return created.stdout.strip()


def fetched(shell, token, *, status=200, at=WHEN):
    """What the web writes down when it answers with the feed as it is now."""
    system = shell.open()
    with system.ledger.write() as connection:
        served = feeds.serve(connection, FEED, "atom")
        told = Fetch(id_of(token), "yunfeng", FEED, "atom", "", status, served.digest, served.build, 321, at)
        fetches.record(connection, [told])
    system.close()


def withdrawn(shell):
    shell.run("publish", shell.file("two.json", an_event("withdrawn", "qsw-1", version=2)))
    shell.perform()


def rows(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_answer_is_listed_with_its_token_feed_and_version(shell, token):
    fetched(shell, token)

    (row,) = rows(shell.run("fetches", "--json"))

    told = {name: row[name] for name in ("token_id", "partner_id", "feed_id", "format", "status", "bytes", "times")}
    assert told == {
        **{"token_id": id_of(token), "partner_id": "yunfeng", "feed_id": FEED, "format": "atom"},
        **{"status": 200, "bytes": 321, "times": 1},
    }
    assert row["at"] == WHEN.isoformat()


def test_the_table_shows_the_token_by_its_id_and_never_its_secret(shell, token):
    fetched(shell, token)

    said = shell.run("fetches", "云峰网").stdout

    assert (id_of(token) in said, token.split("_", 2)[2] in said) == (True, False)


def test_a_partner_there_is_not_is_an_error(shell):
    result = shell.run("fetches", "moumou")

    assert (result.exit_code, result.stderr.startswith("there is no partner 'moumou'")) == (1, True)


def test_who_has_not_fetched_since_an_article_went_is_told_with_those_who_have(shell, token):
    other = shell.run("token", "create", "云峰网备用", "--scope", "feeds:read", "--partner", "yunfeng").stdout.strip()
    fetched(shell, other)
    withdrawn(shell)
    fetched(shell, token, at=datetime(2100, 1, 1, tzinfo=UTC))

    found = {row["token"]: row["at"] for row in rows(shell.run("fetches", "--gone", "qsw-1", "--json"))}

    assert found == {id_of(token): "2100-01-01T00:00:00+00:00", id_of(other): None}


def test_a_token_that_had_ended_before_has_nothing_to_hear(shell, token):
    shell.run("token", "revoke", id_of(token))
    withdrawn(shell)

    result = shell.run("fetches", "--gone", "qsw-1")

    assert (result.stdout, "is gone from no feed that a partner has a token for" in result.stderr) == ("", True)


def test_it_is_said_how_many_have_not_heard(shell, token):
    withdrawn(shell)

    result = shell.run("fetches", "--gone", "qsw-1")

    assert "1 of 1 have fetched no version without it yet" in result.stderr


def test_an_article_that_nobody_knows_is_an_error(shell):
    result = shell.run("fetches", "--gone", "nothing")

    assert (result.exit_code, "we were never told of an article 'nothing'" in result.stderr) == (1, True)
