"""Who may ask, by shell? `check`: every mistake in one go, with its file and key."""

import json

import pytest

from tests.fakes.cli_newsroom import NOBODY_LISTENS, a_partner_file, a_shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


def fields(result):
    return [problem["field"] for problem in json.loads(result.stdout)["problems"]]


def test_a_sound_configuration_is_counted(shell):
    shell.configure("partners/yunfeng.toml", a_partner_file("云峰网"))
    shell.configure("partners/songtao.toml", a_partner_file("松涛网", agreement="ends = 2020-12-31"))
    shell.configure("partners/heyuan.toml", 'name = "河源网"')

    result = shell.run("check", "--json")

    expected = {"ok": True, "partners": 3, "in_term": 1, "feeds": 6, "wordings": 2, "problems": []}
    assert (result.exit_code, json.loads(result.stdout)) == (0, expected)


def test_a_sound_configuration_is_told_in_a_sentence(shell):
    result = shell.run("check")

    assert result.stdout == "all is well: 0 partners (0 with an agreement in term), 6 feeds, 2 wordings\n"


def test_mistakes_everywhere_are_listed_at_once(shell):
    settings = (shell.config / "syndicate.toml").read_text(encoding="utf-8").replace("port = 8080", "port = 0")
    shell.configure("syndicate.toml", settings)
    shell.configure("partners/yunfeng.toml", a_partner_file("云峰网", agreement="ends = 2019-01-01"))
    shell.configure("partners/songtao.toml", a_partner_file("松涛网", url=NOBODY_LISTENS, secret="songtao"))
    shell.configure("feeds/all.toml", 'title = "{nobody}"\ndescription = "全部"')
    shell.configure("notices/zh-CN/ai-label.toml", "assisted = ")

    result = shell.run("check", "--json")

    assert result.exit_code == 1
    assert fields(result)[:3] == [
        "syndicate.toml: web.port",
        "partners/yunfeng.toml: agreement.ends",
        "feeds/all.toml: title",
    ]
    assert "notices/zh-CN/ai-label.toml" in fields(result)
    assert fields(result)[-1] == "partners/songtao.toml: destinations.0"


def test_a_mistake_is_a_line_on_standard_error(shell):
    shell.configure("partners/yunfeng.toml", "name = 7")

    result = shell.run("check")

    said = "partners/yunfeng.toml: name: must be text: write it in quotation marks\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", said)


def test_a_secret_that_is_set_is_no_mistake(shell):
    shell.configure("partners/songtao.toml", a_partner_file("松涛网", url=NOBODY_LISTENS))
    shell.secret("hezuo")

    assert shell.run("check").exit_code == 0


def test_a_settings_file_that_is_no_toml_is_named_and_the_partners_are_still_read(shell):
    shell.configure("syndicate.toml", "[web")
    shell.configure("partners/yunfeng.toml", "name = 7")

    assert fields(shell.run("check", "--json")) == ["syndicate.toml", "partners/yunfeng.toml: name"]


def test_a_folder_without_settings_says_how_to_name_another(shell):
    result = shell.run("--config", shell.folder, "check")

    said = f"{shell.folder}: has no syndicate.toml; name the directory with --config\n"
    assert (result.exit_code, result.stderr) == (1, said)
