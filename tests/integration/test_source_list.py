"""The dated list of units whose news may be reprinted: what leaves it is taken back, what comes on it is sent."""

import json
from datetime import date
from typing import Any

import pytest

from syndicate.ledger import listings
from syndicate.ledger.backlog import Which
from syndicate.model.listing import Edition, Unit
from syndicate.model.problem import Invalid
from syndicate.model.step import Plan
from tests.builders import NOON, OWN, STATE, an_agreement, an_event, shanghai
from tests.fakes import cli_newsroom
from tests.fakes.rehearsal import Rehearsal

LAKE = "湖畔日报"
MAY_HAVE_IT = {"obtained": "授权使用", "evidence": "QSW-2025-31", "pass_to": ["yunfeng", "tianmen"]}
REPRINT = {
    "kind": "reprint",
    "source": STATE,
    "original_title": "大坝合龙",
    "original_author": "郭一帆",
    "rights": MAY_HAVE_IT,
}
MIXED = {"kind": "mixed", "source": STATE, "rights": MAY_HAVE_IT}
TODAY, TOMORROW = date(2025, 5, 6), date(2025, 5, 7)


def import_edition(system: Rehearsal, name: str, *units: str, starts: date = TODAY) -> None:
    edition = Edition(name=name, starts=starts, units=tuple(Unit(name=unit) for unit in units))
    system.system.import_edition(edition, by="沈禾")
    system.run_all()


def takes_reprints(system: Rehearsal, id: str = "yunfeng", **changes: Any) -> None:
    system.partner(id, agreement=an_agreement(reprints="cleared"), **changes)


def why(system: Rehearsal, partner: str = "yunfeng", article: str = "a-1") -> str:
    clearance = system.answers(article)[partner].clearance
    return f"{clearance.rule}: {clearance.reason}"


def what_happened(system: Rehearsal, partner: str = "yunfeng") -> list[str]:
    return [event for event, _ in system.sent(partner)]


# what the list says


@pytest.mark.parametrize("origin", [REPRINT, MIXED], ids=["a reprint", "mixed"])
def test_what_comes_from_a_listed_source_is_sent(system: Rehearsal, origin: dict[str, Any]):
    takes_reprints(system)
    import_edition(system, "2025-06", STATE)

    system.publish(an_event(origin=origin))

    assert what_happened(system) == ["published"]


@pytest.mark.parametrize("origin", [REPRINT, MIXED], ids=["a reprint", "mixed"])
def test_what_does_not_is_refused_with_the_edition_and_its_day(system: Rehearsal, origin: dict[str, Any]):
    takes_reprints(system)
    import_edition(system, "2025-06", LAKE)

    system.publish(an_event(origin=origin))

    assert what_happened(system) == []
    assert why(system) == f"listed: {STATE} isn't on the source list 2025-06, in force since 2025-05-06"


def test_while_no_edition_was_imported_nothing_is_refused_for_it(system: Rehearsal):
    takes_reprints(system)

    system.publish(an_event(origin=REPRINT))

    assert what_happened(system) == ["published"]


def test_our_own_words_go_whatever_the_list_says(system: Rehearsal):
    system.partner()
    import_edition(system, "2025-06", LAKE)

    system.publish(an_event())

    assert what_happened(system) == ["published"]


# the list changes


def test_a_source_that_leaves_the_list_has_its_articles_taken_back_from_those_who_have_them(system: Rehearsal):
    takes_reprints(system)
    import_edition(system, "2021-10", STATE, LAKE)
    system.publish(an_event(article="a-1", origin=REPRINT), an_event(article="a-2", origin=REPRINT | {"source": LAKE}))

    import_edition(system, "2025-06", LAKE)

    taken = json.loads(system.peers["yunfeng"].requests[-1].body)
    assert what_happened(system) == ["published", "published", "withdrawn"]
    assert taken["altIds"] == [{"role": "cms", "value": "a-1"}]
    assert why(system, article="a-1").startswith("listed:")


def test_a_source_that_comes_on_the_list_has_its_articles_sent(system: Rehearsal):
    takes_reprints(system)
    import_edition(system, "2021-10", LAKE)
    system.publish(an_event(origin=REPRINT))

    import_edition(system, "2025-06", LAKE, STATE)

    assert what_happened(system) == ["published"]


def test_what_stays_on_the_list_is_not_sent_again(system: Rehearsal):
    takes_reprints(system)
    import_edition(system, "2021-10", STATE)
    system.publish(an_event(origin=REPRINT))

    import_edition(system, "2025-06", STATE, LAKE)

    assert what_happened(system) == ["published"]


def test_an_edition_that_starts_tomorrow_counts_tomorrow(system: Rehearsal):
    takes_reprints(system)
    import_edition(system, "2021-10", STATE)
    system.publish(an_event(article="a-1", origin=REPRINT))

    import_edition(system, "2025-06", LAKE, starts=TOMORROW)
    system.publish(an_event(article="a-2", origin=REPRINT))
    system.at(shanghai(2025, 5, 6, 23, 59, 59))
    system.sweep_and_run()
    assert what_happened(system) == ["published", "published"]

    system.at(shanghai(2025, 5, 7))
    system.sweep_and_run()
    assert what_happened(system) == ["published", "published", "withdrawn", "withdrawn"]


def test_it_counts_for_what_is_published_on_its_day_before_anybody_swept(system: Rehearsal):
    takes_reprints(system)
    import_edition(system, "2025-06", LAKE, starts=TOMORROW)

    system.at(shanghai(2025, 5, 7))
    system.publish(an_event(origin=REPRINT))

    assert what_happened(system) == []


def test_who_was_stopped_between_import_and_plans_has_them_made_by_the_sweep(system: Rehearsal):
    takes_reprints(system)
    import_edition(system, "2021-10", STATE)
    system.publish(an_event(origin=REPRINT))
    edition = Edition(name="2025-06", starts=TODAY, units=(Unit(name=LAKE),))

    with system.ledger.write() as connection:
        listings.add(connection, edition, starts_at=NOON, by="沈禾", now=NOON)
    system.sweep_and_run()

    assert what_happened(system) == ["published", "withdrawn"]


def test_a_plan_that_began_before_the_import_and_ends_after_it_is_made_again(system: Rehearsal):
    takes_reprints(system)
    import_edition(system, "2021-10", STATE)
    system.publish(an_event(origin=REPRINT))
    edition = Edition(name="2025-06", starts=TODAY, units=(Unit(name=LAKE),))

    steps = system.plan_overtaken_by(lambda: system.system.import_edition(edition, by="沈禾") and None)

    assert steps == [Plan(article_id="a-1")]


def test_what_was_withdrawn_stays_so_whoever_comes_on_the_list(system: Rehearsal):
    takes_reprints(system)
    import_edition(system, "2021-10", LAKE)
    system.publish(an_event(origin=REPRINT), an_event("withdrawn", version=2))

    import_edition(system, "2025-06", STATE)

    assert what_happened(system) == []


def test_of_two_editions_with_one_first_day_the_later_imported_counts(system: Rehearsal):
    takes_reprints(system)
    import_edition(system, "2025-06", LAKE)
    import_edition(system, "2025-06-b", LAKE, STATE)

    system.publish(an_event(origin=REPRINT))

    assert what_happened(system) == ["published"]


def test_an_older_edition_imported_later_does_not_count(system: Rehearsal):
    takes_reprints(system)
    import_edition(system, "2025-06", STATE)
    import_edition(system, "2021-10", LAKE, starts=date(2021, 10, 20))

    system.publish(an_event(origin=REPRINT))

    assert what_happened(system) == ["published"]


# partners that take from listed units only


def test_who_takes_from_listed_units_only_does_not_get_ours_until_we_are_on_the_list(system: Rehearsal):
    system.partner(only_listed=True)
    system.publish(an_event(article="a-1"))
    import_edition(system, "2021-10", STATE)
    system.publish(an_event(article="a-2"))
    assert what_happened(system) == []

    import_edition(system, "2025-06", STATE, OWN)
    system.publish(an_event(article="a-3"))

    assert what_happened(system) == ["published"]
    assert why(system, article="a-1") == "listed: they take from listed units only, and no source list is in force"
    assert why(system, article="a-2").startswith(
        "listed: they take from listed units only, and none of our names is on"
    )


def test_what_was_published_before_we_came_on_it_is_owed_by_a_replay(system: Rehearsal):
    system.partner(only_listed=True)
    import_edition(system, "2021-10", STATE)
    system.publish(an_event())
    import_edition(system, "2025-06", OWN)

    system.system.replay(Which(partner="yunfeng"))
    system.run_all()

    assert what_happened(system) == ["published"]


def test_when_we_leave_the_list_ours_is_taken_back_there_and_nowhere_else(system: Rehearsal):
    system.partner("yunfeng", only_listed=True)
    system.partner("tianmen")
    import_edition(system, "2021-10", OWN)
    system.publish(an_event())

    import_edition(system, "2025-06", STATE)

    assert what_happened(system, "yunfeng") == ["published", "withdrawn"]
    assert what_happened(system, "tianmen") == ["published"]


# editions never change


def test_the_same_edition_again_is_harmless(system: Rehearsal):
    import_edition(system, "2025-06", STATE, LAKE)
    before = system.count()

    import_edition(system, "2025-06", LAKE, STATE)

    assert system.count() == before


@pytest.mark.parametrize(
    ("units", "starts", "differs"),
    [
        ((STATE,), TODAY, "that has 2 units, in force from 2025-05-06; this one 1 units, in force from 2025-05-06"),
        ((STATE, LAKE), TOMORROW, "in force from 2025-05-06; this one 2 units, in force from 2025-05-07"),
        ((STATE, OWN), TODAY, "that has 2 units, in force from 2025-05-06 too, but others"),
    ],
)
def test_another_of_its_name_is_refused_and_told_how_it_differs(system: Rehearsal, units, starts, differs: str):
    import_edition(system, "2025-06", STATE, LAKE)

    with pytest.raises(Invalid) as refused:
        import_edition(system, "2025-06", *units, starts=starts)

    assert differs in str(refused.value)
    assert "imported on 2025-05-06 12:00 by 沈禾" in str(refused.value)


# whether an AI made it


def test_what_an_article_leaves_unsaid_of_ai_stays_unsaid_in_the_ledger(system: Rehearsal):
    system.partner()
    system.publisher(must_say_ai=True)

    system.publish(an_event(article="a-1"), an_event(article="a-2", ai_label="none"))

    assert why(system, article="a-1").startswith("labelled: doesn't say whether an AI made it")
    assert why(system, article="a-2").startswith("all: cleared")


def test_a_correction_that_says_it_lets_it_go(system: Rehearsal):
    system.partner()
    system.publisher(must_say_ai=True)

    system.publish(an_event(), an_event("updated", version=2, ai_label="assisted"))

    assert what_happened(system) == ["published"]


# by shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from cli_newsroom.a_shell(tmp_path, monkeypatch)


def imported(shell, name: str, starts: str, *units: str, encoding: str = "utf-8"):
    file = shell.file(f"{name}.csv", "\n".join(units).encode(encoding))
    return shell.run("sources", "import", file, "--edition", name, "--starts", starts, "--by", "沈禾", "--json")


def test_by_shell_an_edition_is_imported_and_listed(shell):
    done = imported(shell, "2021-10", "2021-10-20", f"{STATE},中央", LAKE, encoding="gb18030")
    imported(shell, "2099-01", "2099-01-01", STATE)

    (old, new) = json.loads(shell.run("sources", "list", "--json").stdout)
    table = shell.run("sources", "list").stdout
    assert json.loads(done.stdout) == {"edition": "2021-10", "starts": "2021-10-20", "units": 2, "outcome": "imported"}
    assert (old["edition"], old["units"], old["by"], old["in_force"]) == ("2021-10", 2, "沈禾", True)
    assert (new["edition"], new["in_force"]) == ("2099-01", False)
    assert ("in force" in table, "to come" in table) == (True, True)


def test_by_shell_every_bad_line_is_told_at_once(shell):
    done = imported(shell, "2025-06", "2025-07-02", STATE, "7", STATE)

    assert done.exit_code == 1
    assert [line.split("2025-06.csv: ")[1] for line in done.stderr.splitlines()] == [
        "line 2: '7' is a number and no unit; put the unit first, or call its column 单位名称 in a line of headings",
        f"line 3: {STATE} stands on line 1 already",
    ]
    assert json.loads(shell.run("sources", "list", "--json").stdout) == []


def test_by_shell_the_same_again_is_harmless_and_another_is_refused(shell):
    imported(shell, "2025-06", "2025-07-02", STATE)

    same, other = imported(shell, "2025-06", "2025-07-02", STATE), imported(shell, "2025-06", "2025-07-02", LAKE)

    assert (same.exit_code, json.loads(same.stdout)["outcome"]) == (0, "known")
    assert (other.exit_code, other.stdout) == (1, "")
    assert "import this one by another name, such as 2025-06-b" in other.stderr


def test_by_shell_two_editions_are_compared(shell):
    imported(shell, "2021-10", "2021-10-20", STATE, f"{LAKE},省级")
    imported(shell, "2025-06", "2025-07-02", STATE, "柳湾周刊,市级")

    newest = json.loads(shell.run("sources", "diff", "--json").stdout)
    back = shell.run("sources", "diff", "2025-06", "2021-10").stdout

    assert newest == {
        "from": "2021-10",
        "to": "2025-06",
        "added": [{"name": "柳湾周刊", "further": ["市级"]}],
        "gone": [{"name": LAKE, "further": ["省级"]}],
    }
    assert "2025-06 → 2021-10: 1 added, 1 gone" in back
    assert [line.split() for line in back.splitlines() if LAKE in line] == [["+", LAKE, "省级"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no edition of the source list was imported yet"),
        (["2021-10", "2025-06"], "there is no edition '2021-10'; there is none"),
    ],
)
def test_by_shell_what_is_not_there_is_not_compared(shell, arguments: list[str], said: str):
    shell.run("ledger", "upgrade")

    done = shell.run("sources", "diff", *arguments)

    assert (done.exit_code, said in done.stderr) == (1, True)


def test_by_shell_one_edition_alone_is_not_compared(shell):
    imported(shell, "2025-06", "2025-07-02", STATE)

    done = shell.run("sources", "diff")

    assert (done.exit_code, "there is 2025-06 only" in done.stderr) == (1, True)


def test_by_shell_a_name_is_looked_up_on_every_edition(shell):
    imported(shell, "2021-10", "2021-10-20", f"{LAKE},省级")
    imported(shell, "2025-06", "2025-07-02", STATE)

    gone, listed = shell.run("sources", "check", LAKE, "--json"), shell.run("sources", "check", f" {STATE}")

    told = json.loads(gone.stdout)
    assert (gone.exit_code, told["listed"], told["in_force"]) == (1, False, "2025-06")
    assert [(one["edition"], one["listed"]) for one in told["editions"]] == [("2021-10", True), ("2025-06", False)]
    assert (listed.exit_code, "yes" in listed.stdout) == (0, True)


def test_by_shell_nobody_is_on_a_list_that_was_never_imported(shell):
    shell.run("ledger", "upgrade")

    done = shell.run("sources", "check", STATE)

    assert (done.exit_code, "no edition of the source list was imported yet" in done.stderr) == (1, True)


@pytest.mark.parametrize("starts", ["2025-13-01", "tomorrow"])
def test_by_shell_a_day_that_is_none_is_wrong_usage(shell, starts: str):
    assert imported(shell, "2025-06", starts, STATE).exit_code == 2


@pytest.mark.parametrize("starts", ["0001-01-01", "9999-12-31"])
def test_by_shell_a_day_beyond_the_calendar_is_told(shell, starts: str):
    done = imported(shell, "2025-06", starts, STATE)

    assert (done.exit_code, "--starts: " in done.stderr, "must lie between" in done.stderr) == (1, True, True)
