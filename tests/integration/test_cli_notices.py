"""The words on an article at one partner, shown to whoever has to answer for them."""

import json

import pytest

from tests.builders import an_event
from tests.fakes.cli_newsroom import a_partner_file, a_shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


@pytest.fixture
def published(shell):
    """An article that one partner may have with our pictures, and another not at all."""
    ours = a_partner_file("云峰新闻网", agreement='ends = 2099-12-31\npictures = "ours"')
    shell.configure("partners/yunfeng.toml", ours)
    shell.configure("partners/songtao.toml", a_partner_file("松涛网", agreement="ends = 2020-12-31"))
    shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))
    return shell


def test_it_shows_the_text_with_every_statement_in_its_place(published):
    lines = published.run("notice", "preview", "qsw-1", "云峰新闻网").stdout.splitlines()

    assert lines[0].startswith("据今日京山新闻网消息")
    assert any("顾晓舟 摄" in line for line in lines)
    assert any("QSW-7" in line for line in lines)
    assert "https://news.example/qsw-1.html" in lines[-1]


def test_it_shows_the_html_as_it_is_sent(published):
    shown = published.run("notice", "preview", "qsw-1", "yunfeng", "--form", "html").stdout

    assert shown.startswith('<p data-notice="attribution">')


def test_what_is_refused_is_shown_too_with_the_reason_beside_it(published):
    done = published.run("notice", "preview", "qsw-1", "songtao")

    assert done.exit_code == 0
    assert "refused as things stand: agreement QSW-7 ended on 2020-12-31" in done.stderr
    assert done.stdout.startswith("据今日京山新闻网消息")


def test_the_json_names_every_statement(published):
    shown = json.loads(published.run("notice", "preview", "qsw-1", "yunfeng", "--json").stdout)

    assert {name.partition(":")[0] for name in shown["notices"]} >= {"attribution", "licence", "canonical-link"}


@pytest.mark.parametrize(("article", "partner"), [("nothing", "yunfeng"), ("qsw-1", "nobody")])
def test_what_there_is_not_is_said(published, article: str, partner: str):
    done = published.run("notice", "preview", article, partner)

    assert (done.exit_code, "there is no" in done.stderr) == (1, True)
