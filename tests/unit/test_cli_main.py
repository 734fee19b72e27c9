"""Who may ask, by shell? The commands as a whole: help, version, the contract, the ledger, and what a terminal gets."""

import json
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pytest

from syndicate.cli.main import COMMANDS, GROUPS
from syndicate.cli.schema import schema_text
from syndicate.cli.terminal import age, legible
from tests.builders import an_event
from tests.fakes.cli_newsroom import a_shell

DOCS = Path(__file__).parents[2] / "docs"
EVERY_COMMAND = [
    *((name,) for name, _, _ in COMMANDS),
    *((group, name) for group, (_, commands) in GROUPS.items() for name, _, _ in commands),
]


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


def test_the_version_is_the_packages(shell):
    assert shell.run("--version").stdout == f"syndicate {version('syndicate')}\n"


def test_the_help_tells_the_exit_codes(shell):
    assert "0 all is well; 1 something is wrong, and was said; 2 wrong usage" in shell.run("--help").stdout


def test_nothing_asked_shows_the_help(shell):
    assert "Usage:" in shell.run().output


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_every_command_shows_an_example_of_itself(shell, command):
    result = shell.run(*command, "--help")

    example = result.stdout.partition("Example: ")[2]
    assert (example.startswith("syndicate "), " ".join(command) in example) == (True, True)


def test_an_unknown_command_is_wrong_usage(shell):
    assert shell.run("publsh").exit_code == 2


def test_the_directory_of_the_configuration_can_be_named(shell, monkeypatch):
    monkeypatch.delenv("SYNDICATE_CONFIG_DIR")

    assert shell.run("--config", shell.config, "check").exit_code == 0


def test_the_schema_in_docs_is_the_one_in_force():
    assert (DOCS / "event.schema.json").read_text(encoding="utf-8") == schema_text(), (
        "run: syndicate schema --out docs/event.schema.json"
    )


def test_the_schema_accepts_an_event_that_we_accept():
    jsonschema.Draft202012Validator(json.loads(schema_text())).validate(an_event())


def test_the_schema_can_be_written_into_a_file(shell):
    shell.run("schema", "--out", shell.folder / "schema.json")

    assert (shell.folder / "schema.json").read_text(encoding="utf-8") == shell.run("schema").stdout


def test_a_ledger_that_is_not_there_is_told_and_not_made_by_looking(shell):
    result = shell.run("ledger", "check", "--json")

    assert (result.exit_code, json.loads(result.stdout)["ok"], shell.ledger_file.exists()) == (1, False, False)


def test_upgrading_makes_a_ledger_that_passes_the_check(shell):
    shell.run("ledger", "upgrade")

    assert shell.run("ledger", "check").exit_code == 0


def test_a_ledger_made_by_a_newer_version_is_left_alone(shell):
    shell.run("ledger", "upgrade")
    system = shell.open()
    with system.ledger.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    system.close()

    result = shell.run("ledger", "upgrade")

    assert (result.exit_code, "made by a newer version" in result.stderr) == (1, True)


def test_a_ledger_that_cannot_be_read_is_told_in_one_line(shell):
    shell.file("data/ledger.db", b"no database, but long enough to be taken for one" * 100)

    result = shell.run("status")

    said = "the ledger can't be used: file is not a database; is ledger_url right, and the database up?\n"
    assert (result.exit_code, result.stderr) == (1, said)


def test_a_mistake_in_the_settings_is_told_by_any_command(shell, monkeypatch):
    monkeypatch.setenv("SYNDICATE_WEB__PORT", "0")

    result = shell.run("feeds")

    said = "syndicate.toml: web.port: input should be greater than or equal to 1\n"
    assert (result.exit_code, result.stderr) == (1, said)


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (200_000, "2 d"), (-1, "0 s")]
)
def test_an_age_is_told_in_the_largest_unit_that_makes_sense(seconds, told):
    assert age(seconds) == told


def test_text_from_elsewhere_cannot_steer_the_terminal():
    assert legible("渡口\x1b[2J\u202e重开\n二") == "渡口 [2J重开\n二"


def test_wide_spaces_stay_in_chinese_text():
    assert legible("渡口\u3000重开") == "渡口\u3000重开"
