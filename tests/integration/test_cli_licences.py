"""The terms on which our work may be used, shown to whoever has to answer for them."""

import json

import pytest

from tests.builders import an_event
from tests.fakes.cli_newsroom import a_partner_file, a_shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


@pytest.fixture
def used(shell):
    """A newsroom whose licence something has left under."""
    shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))
    shell.perform()
    return shell


def test_it_shows_the_words_the_version_and_what_machines_may_do(used):
    shown = used.run("licence", "show").stdout

    assert shown.startswith("京山网内容使用许可 (jingshan-syndication, version ")
    for said in ("machines may: search", "machines may not: ai-all", "1. 凡未注明其他来源的文字", "/licence/"):
        assert said in shown


def test_it_lists_every_version_that_was_ever_used(used):
    used.configure("licence.toml", (used.config / "licence.toml").read_text("utf-8").replace("追究", "追索"))
    used.run("publish", used.file("two.json", an_event(article="qsw-2")))
    used.perform()

    told = json.loads(used.run("licence", "show", "--json").stdout)

    assert len(told["versions"]) == 2
    assert told["versions"][-1]["version"] == told["version"] == told["sha256"][:12]
    assert told["url"].endswith(told["version"])


def test_without_a_licence_it_says_what_is_quoted_in_its_place(used):
    (used.config / "licence.toml").unlink()

    done = used.run("licence", "show")

    assert (done.exit_code, "licence.toml" in done.stderr, "copyright" in done.stderr) == (1, True, True)


def test_check_names_every_mistake_in_the_licence(shell):
    shell.configure("licence.toml", 'id = "x"\npermits = ["fishing"]\n')

    done = shell.run("check")

    assert done.exit_code == 1
    assert "licence.toml: permits.0" in done.stderr
    assert "licence.toml: text: is required" in done.stderr


def test_it_prints_what_a_partners_agreement_allows(shell):
    shell.configure("partners/yunfeng.toml", a_partner_file("云峰网"))
    shell.open().close()

    document = json.loads(shell.run("licence", "policy", "云峰网").stdout)

    assert (document["@type"], document["dcterms:identifier"]) == ("Agreement", "QSW-7")
    assert f"/policies/yunfeng/{document['uid'][-12:]}" in document["uid"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["songtao"], "there is no written agreement with 松涛网"),
        (["nobody"], "there is no partner"),
        (["yunfeng", "--version", "0123456789ab"], "never had an agreement of version 0123456789ab"),
    ],
)
def test_what_there_is_not_is_said(shell, arguments: list[str], said: str):
    shell.configure("partners/yunfeng.toml", a_partner_file("云峰网"))
    shell.configure("partners/songtao.toml", 'name = "松涛网"\n')
    shell.open().close()

    done = shell.run("licence", "policy", *arguments)

    assert (done.exit_code, said in done.stderr) == (1, True)
