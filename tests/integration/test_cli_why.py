"""Who may ask, by shell? `why`: one row for each partner, whose width and reasons a person can read."""

import json
import re

import pytest
from rich.cells import cell_len

from tests.builders import an_event
from tests.fakes.cli_newsroom import NOBODY_LISTENS, a_partner_file, a_shell
from tests.fakes.partner import FakePartner, reply


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
        a_partner_file("河源网").replace("2020-01-01", '2098-01-01\nat_start = "covered"'),
    )
    shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))
    shell.perform()
    return shell


def test_a_delivery_that_waits_says_until_when(published):
    waiting = published.run("why", "qsw-1", "yunfeng").stdout

    assert re.search(r"云峰新闻网 +waiting until .*\n +20\d\d-\d\d-\d\d \d\d:\d\d", waiting)


def test_a_partner_who_is_held_says_until_when(published):
    held = published.run("why", "qsw-1", "heyuan").stdout

    assert re.search(r"河源网 +held until .*\n +2098-01-01 00:00", held)


def test_a_refusal_says_why(published):
    refused = published.run("why", "qsw-1", "songtao").stdout

    assert re.search(r"松涛网 +refused +agreement QSW-7 ended on 2020-12-31", refused)


@pytest.fixture
def ended(shell):
    """An article that one partner has, whose agreement has ended since; then there was a minor correction."""

    def end(after_end: str) -> None:
        with FakePartner() as partner:
            shell.secret("hezuo")
            shell.configure("partners/heyuan.toml", a_partner_file("河源网", url=partner.url))
            shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))
            shell.perform()
            terms = f'ends = 2020-12-31\nafter_end = "{after_end}"'
            shell.configure("partners/heyuan.toml", a_partner_file("河源网", url=partner.url, agreement=terms))
            minor = an_event("updated", article="qsw-1", version=2, change="minor")
            shell.run("publish", shell.file("two.json", minor))
            shell.perform()

    return end


def test_who_keeps_what_it_has_after_its_agreements_end_is_said_to(shell, ended):
    ended("keep")

    refused = " ".join(shell.run("why", "qsw-1", "heyuan").stdout.split())
    (told,) = json.loads(shell.run("why", "qsw-1", "heyuan", "--json").stdout)["explanations"]

    assert "agreement QSW-7 ended on 2020-12-31; they keep revision 1, which they have" in refused
    assert (told["standing"], told["keeps_revision"]) == ("refused", 1)


def test_who_has_to_give_it_back_at_the_end_keeps_nothing(shell, ended):
    ended("remove")

    (told,) = json.loads(shell.run("why", "qsw-1", "heyuan", "--json").stdout)["explanations"]

    assert (told["reason"], told["keeps_revision"]) == ("withdraw: accepted (200)", None)


def test_no_line_is_wider_than_the_terminal(published):
    result = published.run("why", "qsw-1", "--deliveries")

    assert max(cell_len(line) for line in result.stdout.splitlines()) <= 80


def test_pictures_that_fell_out_are_counted_for_each_partner_by_reason(published):
    told = published.run("why", "qsw-1", "yunfeng").stdout.partition("pictures dropped")[2]

    assert re.search(r"云峰新闻网 +2 +removed +agreement QSW-7 covers words only", told)


def test_one_partner_is_found_by_its_name(published):
    found = json.loads(published.run("why", "qsw-1", "松涛网", "--json").stdout)

    assert [one["audience"] for one in found["explanations"]] == ["songtao"]


def test_one_partner_is_found_by_its_id(published):
    found = json.loads(published.run("why", "qsw-1", "songtao", "--json").stdout)

    assert [one["name"] for one in found["explanations"]] == ["松涛网"]


def test_deliveries_are_listed_with_their_tries_when_asked_for(published):
    result = published.run("why", "qsw-1", "yunfeng", "--deliveries")

    assert re.search(r"d_[a-z2-7]{26} +publish +waiting +1 ", result.stdout)


def test_a_delivered_copy_is_listed_with_its_address_at_the_partner(shell):
    with FakePartner() as partner:
        partner.will(reply(201, body=b'{"url": "https://heyuan.example/2025/05/06/7.html"}'))
        shell.secret("hezuo")
        shell.configure("partners/heyuan.toml", a_partner_file("河源网", url=partner.url))
        shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))
        shell.perform()

    last = shell.run("why", "qsw-1", "heyuan", "--deliveries").stdout.splitlines()[-1]

    assert last.split(": ")[1:] == ["https://heyuan.example/2025/05/06/7.html"]


def test_the_heading_names_the_article_and_a_withdrawal_with_its_reason(published):
    published.run("publish", published.file("away.json", an_event("withdrawn", "qsw-1", version=2)))

    heading = published.run("why", "qsw-1").stdout.splitlines()[0]

    assert heading == "qsw-1 · 老码头重新开渡 · revision 2 · withdrawn: 事实有误"


def test_the_heading_says_that_an_article_came_off_the_schedule(shell):
    for name, event in {
        "1.json": an_event(article="qsw-9", publish_at="2099-05-06T12:00:00+08:00"),
        "2.json": an_event("descheduled", "qsw-9", reason=""),
    }.items():
        shell.run("publish", shell.file(name, event))

    heading = shell.run("why", "qsw-9").stdout.splitlines()[0]

    assert heading == "qsw-9 · 老码头重新开渡 · revision 2 · descheduled"


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


def test_with_rules_it_tells_what_each_rule_says(published):
    told = published.run("why", "qsw-1", "songtao", "--rules").stdout

    assert re.search(r"term +refused +agreement QSW-7 ended on 2020-12-31", told)
    assert re.search(r"embargo +cleared +nothing against it", told)


def test_with_rules_the_json_has_them_for_whom_was_asked(published):
    found = json.loads(published.run("why", "qsw-1", "heyuan", "--rules", "--json").stdout)

    assert list(found["rules"]) == ["heyuan"]
    assert {one["rule"]: one["decision"] for one in found["rules"]["heyuan"]}["term"] == "held"


@pytest.mark.parametrize("command", [("why",), ("sources", "check"), ("picture", "show")])
def test_an_argument_in_another_encoding_is_refused_in_a_line(published, command):
    refused = published.run(*command, "\udcff")

    assert refused.exit_code == 1
    assert "isn't UTF-8" in refused.output
