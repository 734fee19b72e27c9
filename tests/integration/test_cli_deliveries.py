"""Who may ask, by shell? `deliveries`: what was owed to a partner, in order, and what became of it."""

import json

import pytest

from tests.builders import an_event
from tests.fakes.cli_newsroom import a_partner_file, a_shell
from tests.fakes.partner import FakePartner, reply


@pytest.fixture
def shell(tmp_path, monkeypatch):
    for shell in a_shell(tmp_path, monkeypatch):
        monkeypatch.setenv("COLUMNS", "240")
        shell.secret("hezuo")
        shell.run("ledger", "upgrade")
        yield shell


@pytest.fixture
def partner(shell):
    with FakePartner() as partner:
        shell.configure("partners/yunfeng.toml", a_partner_file("云峰新闻网", url=partner.url))
        yield partner


def publish(shell, *articles):
    for article in articles:
        shell.run("publish", shell.file(f"{article}.json", an_event(article=article)))
        shell.perform()


def told(shell, *options):
    return json.loads(shell.run("deliveries", "云峰新闻网", "--json", *options).stdout)


def test_what_was_never_owed_anything_is_said_so(shell, partner):
    assert shell.run("deliveries", "yunfeng").stdout == "nothing was ever owed there\n"


def test_37_the_queue_is_listed_in_order_with_state_tries_and_reason(shell, partner):
    partner.will(reply(200), reply(422), reply(503))
    publish(shell, "a-1", "a-2", "a-3")

    listed = [(one["number"], one["article"], one["state"], one["tries"]) for one in told(shell)]

    assert listed == [(1, "a-1", "delivered", 1), (2, "a-2", "failed", 1), (3, "a-3", "waiting", 1)]
    assert told(shell)[1]["reason"] == "the partner does not take this delivery (422)"


def test_only_the_last_so_many_are_listed_when_that_is_asked_for(shell, partner):
    publish(shell, "a-1", "a-2", "a-3")

    assert [one["number"] for one in told(shell, "--last", "2")] == [2, 3]
    assert [one["number"] for one in told(shell, "--last", "0")] == [1, 2, 3]


def test_the_table_names_the_delivery_that_can_be_replayed(shell, partner):
    partner.will(reply(422))
    publish(shell, "a-1")
    (one,) = told(shell)

    said = shell.run("deliveries", "yunfeng/push").stdout

    assert one["id"] in said
    assert "the partner does not take this delivery (422)" in said


def test_a_partner_that_nobody_knows_is_told_with_those_there_are(shell, partner):
    said = shell.run("deliveries", "songtao")

    assert (said.exit_code, "in the configuration there is: yunfeng" in said.stderr) == (1, True)
