"""Who may ask, by shell? `why`: one row for each partner, whose width and reasons a person can read."""

import json

import pytest
from rich.cells import cell_len

from tests.builders import an_event
from tests.unit.cli_newsroom import NOBODY_LISTENS, a_partner_file, a_shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


@pytest.fixture
def published(shell):
    """An article that one partner may have but can't be reached with, one must wait for, and one may not have."""
    shell.secret("hezuo")
    shell.configure("partners/yunfeng.toml", a_partner_file("云峰新闻网", url=NOBODY_LISTENS))
    shell.configure("partners/songtao.toml", a_partner_file("松涛网", agreement="ends = 2020-12-31"))
    shell.configure(
        "partners/heyuan.toml",
        a_partner_file("河源网").replace("2020-01-01", "2098-01-01"),
    )
    shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))
    shell.perform()
    return shell


def row_of(name, result):
    return next(line for line in result.stdout.splitlines() if line.strip().startswith(name))


def test_a_delivery_that_waits_says_until_when(published):
    assert "waiting until 2" in row_of("云峰新闻网", published.run("why", "qsw-1"))


def test_a_partner_who_is_held_says_until_when(published):
    assert "held until 2098-01-01 00:00" in row_of("河源网", published.run("why", "qsw-1"))


def test_a_refusal_says_why(published):
    assert row_of("松涛网", published.run("why", "qsw-1")).split(maxsplit=2)[1:] == [
        "refused",
        "agreement QSW-7 ended on 2020-12-31 ",
    ] or "agreement QSW-7 ended on" in row_of("松涛网", published.run("why", "qsw-1"))


def test_no_line_is_wider_than_the_terminal(published):
    result = published.run("why", "qsw-1", "--deliveries")

    assert max(cell_len(line) for line in result.stdout.splitlines()) <= 80


def test_pictures_that_fell_out_are_counted_for_each_partner_by_reason(published):
    result = published.run("why", "qsw-1", "云峰新闻网")

    below = result.stdout.partition("pictures dropped")[2]
    assert "远山通讯社" in below or "2" in below


def test_one_partner_is_found_by_its_name(published):
    found = json.loads(published.run("why", "qsw-1", "松涛网", "--json").stdout)

    assert [one["audience"] for one in found["explanations"]] == ["songtao"]


def test_one_partner_is_found_by_its_id(published):
    found = json.loads(published.run("why", "qsw-1", "songtao", "--json").stdout)

    assert [one["name"] for one in found["explanations"]] == ["松涛网"]


def test_deliveries_are_listed_with_their_tries_when_asked_for(published):
    result = published.run("why", "qsw-1", "yunfeng", "--deliveries")

    row = row_of("yunfeng/push", result)
    assert row.split()[1:4] == ["publish", "waiting", "1"]


def test_the_heading_names_the_article_and_a_withdrawal_with_its_reason(published):
    published.run("publish", published.file("away.json", an_event("withdrawn", "qsw-1", version=2)))

    heading = published.run("why", "qsw-1").stdout.splitlines()[0]

    assert heading == "qsw-1 · 老码头重新开渡 · revision 2 · withdrawn: 事实有误"


def test_a_headline_with_brackets_and_colons_is_shown_as_it_is(shell):
    shell.run("publish", shell.file("one.json", an_event(article="qsw-1", headline="[red]渡口[/red] :boat: 重开")))

    assert "[red]渡口[/red] :boat: 重开" in shell.run("why", "qsw-1").stdout


def test_an_unknown_article_says_what_to_do(published):
    result = published.run("why", "qsw-2")

    said = "we were never told of an article 'qsw-2'; take its id from the CMS, or publish it: syndicate publish\n"
    assert (result.exit_code, result.stderr) == (1, said)


def test_an_unknown_partner_is_told_with_those_there_are(published):
    result = published.run("why", "qsw-1", "nobody")

    said = "there is no partner 'nobody'; in the configuration there is: heyuan, songtao, yunfeng\n"
    assert (result.exit_code, result.stderr) == (1, said)
