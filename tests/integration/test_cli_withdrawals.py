"""Who may ask, by shell? `withdrawals`: how far each has got, with a clock for every partner."""

import json

import pytest
from sqlalchemy import update

from syndicate.ledger import tables
from tests.builders import NOON, an_event
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
    """A partner that has accepted a removal, and shows the page still."""
    with FakePartner() as partner:
        shell.configure("partners/yunfeng.toml", a_partner_file("云峰新闻网", url=partner.url))
        page = partner.show("/a/1.html")
        partner.will(reply(201, body=json.dumps({"url": page}).encode()))
        for kind, version in (("published", 1), ("withdrawn", 2)):
            shell.run("publish", shell.file(f"{kind}.json", an_event(kind, version=version)))
            shell.perform()
        shell.perform()
        yield partner


def told(shell, *options):
    return json.loads(shell.run("withdrawals", "--json", *options).stdout)


def look_at_the_deadline(shell):
    system = shell.open()
    with system.ledger.write() as connection:
        connection.execute(update(tables.takedowns).values(deadline=NOON, due_at=NOON))
    system.close()
    shell.perform()


def test_when_nobody_had_to_be_told_that_is_said(shell):
    assert shell.run("withdrawals").stdout == "nobody had to be told of a withdrawal yet\n"


def test_a_withdrawal_is_shown_with_a_clock_for_the_partner(shell, partner):
    (one,) = told(shell)
    (removal,) = one["removals"]

    assert (one["article"], one["headline"], one["reason"], one["is_open"]) == (
        "a-1",
        "老码头重新开渡",
        "事实有误",
        True,
    )
    assert (removal["partner"], removal["standing"], removal["looks"]) == ("云峰新闻网", "checking", 1)
    assert removal["sent_at"] < removal["acknowledged_at"] < removal["looked_at"] < removal["deadline"]
    assert removal["gone_at"] is None


def test_the_address_of_a_page_that_is_there_still_stands_on_a_line_of_its_own(shell, partner):
    said = shell.run("withdrawals").stdout

    assert f"yunfeng/push: {partner.show('/a/1.html')}" in said.splitlines()
    assert "the page is there still (200)" in said


def test_what_is_overdue_is_shown_so_and_is_a_worry_of_the_status_with_the_way_out(shell, partner):
    look_at_the_deadline(shell)

    assert told(shell)[0]["removals"][0]["standing"] == "overdue"
    worries = json.loads(shell.run("status", "--json").stdout)["worries"]
    (worry,) = [one for one in worries if "a-1 at yunfeng/push" in one]
    assert "syndicate withdrawals --open" in worry


def test_what_is_complete_is_not_open(shell, partner):
    partner.show("/a/1.html", reply(404))
    look_at_the_deadline(shell)

    assert [one["removals"][0]["standing"] for one in told(shell)] == ["gone"]
    assert told(shell, "--open") == []
    assert shell.run("withdrawals", "--open").stdout == "every withdrawal is complete\n"
