"""Who may ask, by shell? `publish` and `import`: what goes in, what doesn't, and what is said about it."""

import json

import pytest

from syndicate.cli.documents import documents
from syndicate.ledger import events
from tests.builders import an_event
from tests.fakes.cli_newsroom import a_shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


def objects(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def known_events(shell):
    system = shell.open()
    with system.ledger.read() as connection:
        many = events.count(connection)
    system.close()
    return many


def lines_of(*values):
    return b"\n".join(json.dumps(value, ensure_ascii=False).encode() for value in values) + b"\n"


def test_an_event_goes_into_a_ledger_that_is_made_for_it(shell):
    file = shell.file("one.json", an_event(article="qsw-1"))

    result = shell.run("publish", file)

    assert (result.exit_code, known_events(shell)) == (0, 1)


def test_the_table_names_event_article_outcome_and_revision(shell):
    file = shell.file("one.json", an_event(article="qsw-1", id="shijian-1"))

    result = shell.run("publish", file)

    row = next(line for line in result.stdout.splitlines() if "shijian-1" in line)
    assert row.split() == ["shijian-1", "qsw-1", "accepted", "1"]


def test_an_event_told_twice_is_a_duplicate_and_no_fault(shell):
    file = shell.file("one.json", an_event())
    shell.run("publish", file)

    result = shell.run("publish", "--json", file)

    assert (result.exit_code, objects(result)[0]["outcome"]) == (0, "duplicate")


def test_an_older_version_is_ignored_with_the_reason_and_no_fault(shell):
    shell.run("publish", shell.file("new.json", an_event(version=3)))

    result = shell.run("publish", "--json", shell.file("old.json", an_event(version=2)))

    assert result.exit_code == 0
    assert objects(result)[0]["reason"] == "version 2 is not newer than version 3, which we have"


def test_a_mistake_is_told_with_its_file_and_field(shell):
    pictures = [{"url": "https://news.example/a.jpg"}, {"url": "https://news.example/b.jpg", "width": 0}]
    file = shell.file("wrong.json", an_event(pictures=pictures))

    result = shell.run("publish", file)

    assert result.exit_code == 1
    assert f"{file}: data.pictures.1.width: input should be greater than or equal to 1" in result.stderr.splitlines()


def test_every_mistake_of_a_file_is_told_at_once(shell):
    file = shell.file("wrong.json", an_event(headline="", section=[]))

    result = shell.run("publish", "--json", file)

    assert [problem["field"] for problem in objects(result)[0]["problems"]] == ["data.headline", "data.section"]


def test_a_rejected_event_does_not_hold_up_the_others(shell):
    files = [
        shell.file("1.json", an_event(article="qsw-1")),
        shell.file("2.json", an_event(article="qsw-2", headline="")),
        shell.file("3.json", an_event(article="qsw-3")),
    ]

    result = shell.run("publish", "--json", *files)

    assert [one["outcome"] for one in objects(result)] == ["accepted", "rejected", "accepted"]
    assert (result.exit_code, known_events(shell)) == (1, 2)


def test_the_same_event_with_other_content_is_rejected_as_a_conflict(shell):
    shell.run("publish", shell.file("one.json", an_event(id="e-1")))
    file = shell.file("other.json", an_event(id="e-1", headline="渡口改了名字"))

    result = shell.run("publish", file)

    said = f"{file}: id: event e-1 of https://cms.news.example/ was accepted before with other content"
    assert (result.exit_code, said in result.stderr.splitlines()) == (1, True)


def test_withdrawing_what_is_in_a_live_package_is_rejected_with_what_to_do(shell):
    shell.run("publish", shell.file("one.json", [an_event(), an_event(article="p-1", items=["a-1"])]))
    file = shell.file("away.json", an_event("withdrawn", version=2))

    result = shell.run("publish", file)

    said = f"{file}: data.id: article a-1 is in the live package p-1: withdraw or correct the package first"
    assert (result.exit_code, said in result.stderr.splitlines()) == (1, True)


def test_an_array_holds_several_events(shell):
    file = shell.file("all.json", [an_event(article="qsw-1"), an_event(article="qsw-2")])

    result = shell.run("publish", "--json", file)

    assert [(one["file"], one["article"]) for one in objects(result)] == [
        (f"{file}[0]", "qsw-1"),
        (f"{file}[1]", "qsw-2"),
    ]


def test_json_lines_hold_several_events_and_a_broken_line_is_named(shell):
    file = shell.file("all.jsonl", lines_of(an_event(article="qsw-1")) + b"\n{broken\n")

    result = shell.run("publish", "--json", file)

    assert [(one["file"], one["outcome"]) for one in objects(result)] == [
        (f"{file}:1", "accepted"),
        (f"{file}:3", "rejected"),
    ]


def test_a_dash_reads_standard_input(shell):
    result = shell.run("publish", "-", "--json", input=lines_of(an_event(article="qsw-1"), an_event(article="qsw-2")))

    assert [one["file"] for one in objects(result)] == ["-:1", "-:2"]


def test_with_a_broker_nothing_is_said_of_the_clock(shell):
    result = shell.run("publish", shell.file("one.json", an_event()))

    assert "the clock" not in result.stderr


def test_what_was_put_right_on_the_way_in_is_noted(shell):
    file = shell.file("one.json", an_event(headline="渡口\x0b重开"))

    result = shell.run("publish", "--json", file)

    assert objects(result)[0]["notes"] == ["data.headline: 1 characters that XML forbids were taken out"]


def test_a_file_that_is_not_there_is_wrong_usage(shell):
    assert shell.run("publish", shell.folder / "nothing.json").exit_code == 2


def test_an_empty_array_is_told_to_hold_no_event(shell):
    result = shell.run("publish", shell.file("none.json", []))

    assert (result.exit_code, result.stderr.splitlines()) == (1, ["there was no event in it"])


def test_without_a_broker_the_events_are_kept_and_that_is_said(shell):
    shell.without_broker()

    result = shell.run("publish", shell.file("one.json", an_event()))

    assert "the events are kept in the ledger, and the clock picks them up" in result.stderr


def test_what_was_published_without_a_broker_is_found_by_the_sweep(shell):
    shell.without_broker()
    shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))

    shell.perform()

    assert "cleared for the public" in shell.run("why", "qsw-1").stdout


def test_a_ledger_of_another_shape_says_how_to_upgrade_it(shell):
    shell.file("data/ledger.db", b"")

    result = shell.run("publish", shell.file("one.json", an_event()))

    assert (result.exit_code, "run: syndicate ledger upgrade" in result.stderr) == (1, True)


def test_import_takes_every_json_file_below_in_the_order_of_names(shell):
    shell.file("archive/2/b.json", an_event(article="qsw-3"))
    shell.file("archive/1/z.json", an_event(article="qsw-2"))
    shell.file("archive/1/a.json", an_event(article="qsw-1"))
    shell.file("archive/1/readme.txt", b"no event")

    result = shell.run("import", shell.folder / "archive", "--json")

    assert [one["article"] for one in objects(result)] == ["qsw-1", "qsw-2", "qsw-3"]


def test_a_dry_run_tells_the_mistakes_and_writes_nothing(shell):
    shell.file("archive/a.json", an_event(article="qsw-1"))
    shell.file("archive/b.json", an_event(article="qsw-2", editor="一\n二"))

    result = shell.run("import", shell.folder / "archive", "--dry-run", "--json")

    assert [one["outcome"] for one in objects(result)] == ["accepted", "rejected"]
    assert (result.exit_code, shell.ledger_file.exists()) == (1, False)


def test_a_dry_run_finds_files_that_contradict_each_other(shell):
    shell.file("archive/a.json", an_event(id="e-1"))
    shell.file("archive/b.json", an_event(id="e-1", headline="渡口改了名字"))

    result = shell.run("import", shell.folder / "archive", "--dry-run", "--json")

    assert [problem["field"] for problem in objects(result)[1]["problems"]] == ["id"]


def test_a_dry_run_leaves_a_ledger_that_is_there_as_it_is(shell):
    shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))
    shell.file("archive/a.json", an_event(article="qsw-2"))

    shell.run("import", shell.folder / "archive", "--dry-run")

    assert known_events(shell) == 1


def test_a_folder_without_json_files_is_said_to_have_none(shell):
    (shell.folder / "empty").mkdir()

    result = shell.run("import", shell.folder / "empty")

    assert (result.exit_code, result.stderr) == (
        1,
        f"{shell.folder / 'empty'}: there is no .json file in it, nor below it\n",
    )


def test_an_object_written_over_many_lines_is_one_document():
    written = json.dumps(an_event(), indent=2).encode()

    assert [found.body for found in documents("f", written)] == [written]


def test_what_is_no_json_at_all_stays_one_document():
    assert [found.where for found in documents("f", b"\xff\xfe\nno\njson")] == ["f"]


def test_an_array_keeps_a_lone_surrogate_for_the_reader_to_judge():
    assert documents("f", b'["\\ud800"]')[0].body == b'"\\ud800"'
