"""Who may ask, by shell? `destinations`, `pause` and `resume`: how each is doing, and holding back what is due."""

import json

import pytest

from tests.builders import an_event
from tests.fakes.cli_newsroom import a_partner_file, a_shell
from tests.fakes.partner import FakePartner, reply


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


@pytest.fixture
def partner(shell):
    with FakePartner() as partner:
        shell.secret("hezuo")
        shell.configure("partners/yunfeng.toml", a_partner_file("云峰新闻网", url=partner.url))
        shell.run("ledger", "upgrade")
        yield partner


def publish(shell, article="qsw-1"):
    shell.run("publish", shell.file(f"{article}.json", an_event(article=article)))
    shell.perform()


def told(shell, *arguments):
    (one,) = json.loads(shell.run("destinations", *arguments, "--json").stdout)
    return one


def test_a_destination_that_is_well_is_shown_so(shell, partner):
    publish(shell)

    one = told(shell)

    assert (one["partner"], one["condition"], one["waiting"], one["failed"]) == ("云峰新闻网", "well", 0, 0)


def test_one_that_fails_is_shown_with_what_waits_for_it(shell, partner):
    partner.will(reply(503))
    publish(shell)

    one = told(shell, "--troubled")

    assert (one["condition"], one["waiting"]) == ("failing", 1)


def test_what_is_due_to_a_paused_one_is_held_with_the_reason_in_view(shell, partner):
    shell.run("pause", "云峰新闻网", "--reason", "对方改版")
    publish(shell)

    one = told(shell)

    assert not partner.requests
    assert (one["condition"], one["because"], one["waiting"]) == ("paused", "paused: 对方改版", 1)
    assert "对方改版" in json.loads(shell.run("why", "qsw-1", "yunfeng", "--json").stdout)["explanations"][0]["reason"]


def test_resumed_it_goes(shell, partner):
    shell.run("pause", "yunfeng", "--reason", "对方改版")
    publish(shell)

    result = shell.run("resume", "yunfeng/push")
    shell.perform()

    assert "resumed: yunfeng/push" in result.output
    assert len(partner.requests) == 1


def test_pausing_twice_is_said(shell, partner):
    shell.run("pause", "yunfeng", "--reason", "对方改版")

    assert "it is so already" in shell.run("pause", "yunfeng", "--reason", "再说一次").output


@pytest.mark.parametrize("named", ["meiyou", "yunfeng/meiyou"])
def test_what_is_not_there_is_named_with_what_there_is(shell, partner, named):
    result = shell.run("pause", named, "--reason", "对方改版")

    assert result.exit_code == 1
    assert "yunfeng" in result.output


def test_a_pause_wants_a_reason(shell, partner):
    assert shell.run("pause", "yunfeng").exit_code == 2


def test_the_table_names_every_destination(shell, partner):
    publish(shell)

    assert "yunfeng/push" in shell.run("destinations").output
    assert "every destination is well" in shell.run("destinations", "--troubled").output
