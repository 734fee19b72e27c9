"""Who may ask, by shell? `replay`: says what it tries again, and asks to be told what."""

import json

import pytest

from tests.builders import an_event
from tests.fakes.cli_newsroom import a_partner_file, a_shell
from tests.fakes.partner import FakePartner, reply


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


def test_what_failed_is_tried_again_and_named(shell):
    with FakePartner() as partner:
        partner.will(reply(422))
        shell.secret("hezuo")
        shell.configure("partners/yunfeng.toml", a_partner_file("云峰新闻网", url=partner.url))
        shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))
        shell.perform()

        told = json.loads(shell.run("replay", "--partner", "云峰新闻网", "--json").stdout)

    assert (len(told["again"]), told["left"]) == (1, 0)
    assert told["again"][0] == partner.requests[0].headers["webhook-id"]


def test_it_wants_to_be_told_what(shell):
    shell.run("ledger", "upgrade")

    assert shell.run("replay").exit_code == 2


def test_an_unknown_partner_is_named_with_those_there_are(shell):
    shell.run("ledger", "upgrade")
    shell.configure("partners/yunfeng.toml", a_partner_file("云峰新闻网", url="http://127.0.0.1:1/push"))

    result = shell.run("replay", "--partner", "meiyou")

    assert result.exit_code == 2
    assert "yunfeng" in result.output
