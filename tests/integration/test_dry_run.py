"""What would follow from an event: told before anybody sends it, the same that follows when it is sent, and undone."""

import json
import re

import pytest

from syndicate.model.problem import Invalid
from syndicate.pipeline.dry_run import DryRun
from syndicate.pipeline.receive import Conflict
from tests.builders import STATE, an_agreement, an_event
from tests.fakes import cli_newsroom, web_newsroom
from tests.fakes.rehearsal import Rehearsal


def answers(found: DryRun) -> dict[str, str]:
    return {one.audience: f"{one.clearance.decision} by {one.clearance.rule}" for one in found.prospects}


def test_it_tells_every_partner_with_its_answer_and_the_form_it_would_get(system: Rehearsal):
    system.partner("yunfeng")
    system.partner("tianmen", agreement=None)

    found = system.system.dry_run(an_event())

    assert answers(found) == {"public": "cleared by all", "yunfeng": "cleared by all", "tianmen": "refused by term"}
    assert [one.forms for one in found.prospects if one.audience == "yunfeng"] == [("push: ninjs by webhook",)]


def test_it_tells_which_pictures_would_fall_out_and_why_also_to_those_who_wait(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(delay_minutes=10**5))

    found = system.system.dry_run(an_event())

    (partner,) = (one for one in found.prospects if one.audience == "yunfeng")
    assert partner.clearance.decision == "held"
    assert [picture.reason for picture in partner.pictures if not picture.passed] == [
        f"names {STATE} as its source: not ours to pass on"
    ]


def test_nothing_is_written(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    before = system.count()

    system.system.dry_run(an_event("updated", version=2))
    system.system.dry_run(an_event(article="a-2"))

    assert system.count() == before
    assert not system.queue.steps


def test_it_says_what_follows_when_the_event_is_sent(system: Rehearsal):
    for id, agreement in (("yunfeng", an_agreement()), ("tianmen", an_agreement(sections=("副刊",)))):
        system.partner(id, agreement=agreement)
    foreseen = system.system.dry_run(an_event())

    system.publish(an_event())

    came = system.answers()
    assert {one.audience: one.clearance for one in foreseen.prospects} == {
        audience: standing.clearance for audience, standing in came.items()
    }


def test_what_would_be_refused_is_refused(system: Rehearsal):
    with pytest.raises(Invalid):
        system.system.dry_run(an_event(headline=""))
    system.publish(an_event())
    with pytest.raises(Conflict):
        system.system.dry_run(an_event(headline="另一篇"))


def test_what_changes_nothing_says_so(system: Rehearsal):
    system.publish(an_event(version=2))

    found = system.system.dry_run(an_event("updated", version=1))

    assert (found.event.outcome, found.prospects) == ("ignored", ())


# by shell and by HTTP


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from cli_newsroom.a_shell(tmp_path, monkeypatch)


def test_the_shell_shows_answers_and_pictures(shell):
    shell.secret("hezuo")
    shell.configure("partners/yunfeng.toml", cli_newsroom.a_partner_file("云峰新闻网"))
    shell.configure("partners/songtao.toml", cli_newsroom.a_partner_file("松涛网", agreement="ends = 2020-12-31"))

    done = shell.run("dry-run", shell.file("one.json", an_event(article="qsw-1")))

    assert done.exit_code == 0
    assert "qsw-1 · 老码头重新开渡 · would be accepted as revision 1" in done.stdout
    assert "云峰新闻网" in done.stdout.partition("pictures dropped")[2]
    assert "refused" in done.stdout


def test_the_shell_tells_which_pictures_would_be_replaced(shell):
    terms = 'ends = 2099-12-31\nmissing_pictures = "placeholder"'
    shell.configure("partners/yunfeng.toml", cli_newsroom.a_partner_file("云峰新闻网", agreement=terms))

    done = shell.run("dry-run", shell.file("one.json", an_event(article="qsw-1")))

    told = done.stdout.partition("pictures dropped")[2]
    assert re.search(r"云峰新闻网 +2 +replaced +agreement QSW-7 covers words only", told)


def test_the_shell_speaks_json(shell):
    done = shell.run("dry-run", shell.file("one.json", an_event(article="qsw-1")), "--json")

    found = json.loads(done.stdout)
    assert (found["event"]["outcome"], found["prospects"][0]["audience"]) == ("accepted", "public")


def test_the_shell_names_what_is_wrong(shell):
    done = shell.run("dry-run", shell.file("one.json", an_event(article="qsw-1", headline="")))

    assert (done.exit_code, "data.headline" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "bad.json: is not JSON"),
        (an_event(headline=""), "bad.json: data.headline: "),
    ],
)
def test_the_shell_names_the_file_that_is_wrong(shell, content: object, says: str):
    done = shell.run("dry-run", shell.file("bad.json", content))

    assert (done.exit_code, says in done.stderr) == (1, True)


def test_the_shell_says_that_there_is_no_such_file(shell):
    done = shell.run("dry-run", "nothing.json")

    assert (done.exit_code, "nothing.json: No such file" in done.stderr) == (1, True)


def test_by_http_it_takes_a_writers_token(tmp_path):
    with web_newsroom.a_newsroom(tmp_path) as newsroom:
        event = web_newsroom.an_event()

        refused = newsroom.post(event, path="/dry-run")
        told = newsroom.post(event, path="/dry-run", token=newsroom.token("events:write"))

        assert (refused.status, told.status) == (401, 200)
        assert told.json["event"]["outcome"] == "accepted"
        assert not newsroom.queue.steps
