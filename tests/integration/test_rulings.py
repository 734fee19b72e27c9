"""A person decides: what must be asked about is held until somebody clears it, and what is refused is taken back."""

import json

import pytest

from syndicate.model.problem import Invalid
from tests.builders import an_agreement, an_event
from tests.fakes import cli_newsroom
from tests.fakes.rehearsal import Rehearsal

ASKED = {"ask_first": ["石磊"]}


def decide(system: Rehearsal, decision: str, audience: str = "", article: str = "a-1") -> None:
    system.system.rule(article, audience, decision=decision, by="沈禾", reason="已付稿酬")
    system.run_all()


def test_what_somebody_must_be_asked_about_is_held_for_everybody(system: Rehearsal):
    system.partner()

    system.publish(an_event(**ASKED))

    standings = system.answers()
    assert system.sent() == []
    assert {standing.clearance.decision for standing in standings.values()} == {"held"}
    assert "石磊 must be asked first" in standings["yunfeng"].clearance.reason


def test_it_goes_when_a_person_clears_it(system: Rehearsal):
    system.partner()
    system.publish(an_event(**ASKED))

    decide(system, "cleared")

    assert system.sent() == [("published", 1)]


def test_a_correction_needs_no_second_word(system: Rehearsal):
    system.partner()
    system.publish(an_event(**ASKED))
    decide(system, "cleared")

    system.publish(an_event("updated", version=2, **ASKED))

    assert system.sent() == [("published", 1), ("updated", 2)]


def test_it_may_be_cleared_for_one_partner_alone(system: Rehearsal):
    system.partner("yunfeng")
    system.partner("tianmen")
    system.publish(an_event(**ASKED))

    decide(system, "cleared", "yunfeng")

    assert (system.sent("yunfeng"), system.sent("tianmen")) == ([("published", 1)], [])


def test_no_persons_word_lets_through_what_another_rule_refuses(system: Rehearsal):
    system.partner(agreement=an_agreement(sections=("副刊",)))
    system.publish(an_event(**ASKED))

    decide(system, "cleared")

    assert system.sent() == []
    assert system.answers()["yunfeng"].clearance.rule == "scope"


def test_what_a_person_refuses_is_taken_back_and_the_answer_says_who_and_why(system: Rehearsal):
    system.partner()
    system.publish(an_event())

    decide(system, "refused", "yunfeng")

    assert system.sent() == [("published", 1), ("withdrawn", 1)]
    assert system.answers()["yunfeng"].clearance.reason == "refused by 沈禾 on 2025-05-06 12:00: 已付稿酬"


def test_the_newest_word_counts(system: Rehearsal):
    system.partner()
    system.publish(an_event(**ASKED))
    decide(system, "refused")

    decide(system, "cleared")

    assert system.sent() == [("published", 1)]


def test_what_one_partner_is_refused_no_word_for_all_lifts_and_one_for_it_does(system: Rehearsal):
    system.partner()
    system.publish(an_event(**ASKED))
    decide(system, "refused", "yunfeng")

    decide(system, "cleared")
    assert system.sent() == []

    decide(system, "cleared", "yunfeng")
    assert system.sent() == [("published", 1)]


def test_a_correction_that_names_somebody_else_to_be_asked_is_held_again(system: Rehearsal):
    system.partner()
    system.publish(an_event(**ASKED))
    decide(system, "cleared")

    system.publish(an_event("updated", version=2, ask_first=["石磊", "田野"]))

    assert system.sent() == [("published", 1)]
    assert system.answers(revision=2)["yunfeng"].clearance.reason.startswith("田野 must be asked first")


@pytest.mark.parametrize("withdrawn", [True, False])
def test_there_is_nothing_to_decide_about_what_is_withdrawn_or_unknown(system: Rehearsal, withdrawn: bool):
    if withdrawn:
        system.publish(an_event(), an_event("withdrawn", version=2))

    with pytest.raises(Invalid):
        decide(system, "cleared")


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from cli_newsroom.a_shell(tmp_path, monkeypatch)


def test_by_shell_it_is_written_down_with_who_and_why(shell):
    shell.configure("partners/yunfeng.toml", cli_newsroom.a_partner_file("云峰新闻网"))
    shell.run("publish", shell.file("one.json", an_event(article="qsw-1", **ASKED)))
    shell.perform()

    done = shell.run("clear", "qsw-1", "云峰新闻网", "--reason", "已付稿酬", "--by", "沈禾", "--json")
    shell.perform()

    assert json.loads(done.stdout) == {
        "article": "qsw-1",
        "audience": "yunfeng",
        "decision": "cleared",
        "by": "沈禾",
        "reason": "已付稿酬",
    }
    assert "cleared under agreement" in shell.run("why", "qsw-1", "yunfeng").stdout


def test_by_shell_an_unknown_partner_is_told_who_there_is(shell):
    shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))

    done = shell.run("refuse", "qsw-1", "nobody", "--reason", "无")

    assert (done.exit_code, "there is no partner 'nobody'" in done.stderr) == (1, True)
