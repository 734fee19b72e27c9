"""The words on an article at one partner, shown to whoever has to answer for them."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

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


def test_the_statements_can_be_read_in_another_language(published):
    lines = published.run("notice", "preview", "qsw-1", "yunfeng", "--language", "en-GB").stdout.splitlines()

    assert lines[0].startswith("From 今日京山新闻网 (reported by 顾晓舟):")
    assert "头班船载了三十二人。" in lines
    assert lines[-1] == "Original article: https://news.example/qsw-1.html"


def test_a_language_without_words_says_whose_are_shown(published):
    done = published.run("notice", "preview", "qsw-1", "yunfeng", "--language", "fr")

    assert "there are no words in fr: these are in zh-CN" in done.stderr
    assert done.stdout.startswith("据今日京山新闻网消息")


def test_an_event_that_nobody_has_sent_is_shown_and_leaves_no_trace(published):
    told = "票价应为两元。"
    draft = published.file("draft.json", an_event("updated", article="qsw-1", version=2, correction_note=told))

    shown = json.loads(published.run("notice", "preview", str(draft), "yunfeng", "--json").stdout)

    assert "correction" in shown["notices"]
    assert told in shown["text"]
    assert told not in published.run("notice", "preview", "qsw-1", "yunfeng").stdout


def test_an_event_may_come_by_standard_input(published):
    body = json.dumps(an_event(article="qsw-2")).encode()

    done = published.run("notice", "preview", "-", "yunfeng", "--format", "html", input=body)

    assert done.stdout.startswith('<p data-notice="attribution">')


def test_an_event_that_would_be_refused_says_why(published):
    wrong = published.file("wrong.json", an_event(article="qsw-2", url="not a url"))

    done = published.run("notice", "preview", str(wrong), "yunfeng")

    assert (done.exit_code, "data.url: must be an absolute" in done.stderr) == (1, True)


def test_a_file_that_is_no_json_is_named(published):
    wrong = published.file("wrong.json", {})
    Path(wrong).write_text("{", encoding="utf-8")

    done = published.run("notice", "preview", wrong, "yunfeng")

    assert (done.exit_code, f"{wrong}: is not JSON" in done.stderr) == (1, True)


def test_a_withdrawal_is_told_to_be_one(published):
    withdrawal = published.file("gone.json", an_event("withdrawn", article="qsw-1", version=2))

    done = published.run("notice", "preview", withdrawal, "yunfeng")

    assert (done.exit_code, "takes the article back, so there is nothing to read" in done.stderr) == (1, True)


def test_an_event_that_leaves_an_article_withdrawn_says_so(published):
    published.run("publish", published.file("gone.json", an_event("withdrawn", article="qsw-1", version=3)))

    done = published.run(
        "notice", "preview", published.file("old.json", an_event("updated", article="qsw-1", version=2)), "yunfeng"
    )

    assert (done.exit_code, "the article is withdrawn: there is nothing to read" in done.stderr) == (1, True)


def test_an_agreements_variant_and_its_own_text_are_shown(published):
    (published.config / "notices" / "zh-CN" / "national").mkdir()
    published.configure("notices/zh-CN/national/canonical-link.toml", 'text = "首发于：{url}"')
    terms = 'ends = 2099-12-31\nwording = "national"\nlicence_text = "须在显著位置注明来源。"'
    published.configure("partners/yunfeng.toml", a_partner_file("云峰新闻网", agreement=terms))

    lines = published.run("notice", "preview", "qsw-1", "yunfeng").stdout.splitlines()

    assert lines[-2:] == ["须在显著位置注明来源。", "首发于：https://news.example/qsw-1.html"]


# All words in one place


def test_every_word_of_every_language_is_listed(shell):
    told = json.loads(shell.run("notice", "list", "--json").stdout)

    found = {(one["statement"], one["case"], one["language"]): one["words"] for one in told}
    assert found["correction", "text", "zh-CN"] == "更正（{date}）：{note}"
    assert found["correction", "text", "en"] == "Correction ({date}): {note}"
    assert {language for _, _, language in found} == {"zh-CN", "en"}
    assert found["date", "months", "en"].startswith("January February")


def test_a_variant_is_listed_with_what_it_changes_and_an_agreement_with_its_own_text(shell):
    (shell.config / "notices" / "en" / "national").mkdir()
    shell.configure("notices/en/national/licence.toml", 'public = "Ask {organisation} first."')
    terms = 'ends = 2099-12-31\nlicence_text = "须在显著位置注明来源。"'
    shell.configure("partners/yunfeng.toml", a_partner_file("云峰新闻网", agreement=terms))

    told = json.loads(shell.run("notice", "list", "--json").stdout)

    assert [(one["case"], one["words"]) for one in told if one["variant"]] == [("public", "Ask {organisation} first.")]
    assert [(one["statement"], one["words"]) for one in told if one["partner"] == "yunfeng"] == [
        ("licence-text", "须在显著位置注明来源。")
    ]


def test_the_list_names_each_statement_once_and_fits_the_terminal(shell):
    lines = shell.run("notice", "list").stdout.splitlines()

    assert sum(line.strip().startswith("correction") for line in lines) == 1
    assert max(map(cell_len, lines)) <= 80


def test_one_language_is_listed_alone_and_one_there_is_not_names_those_there_are(shell):
    told = json.loads(shell.run("notice", "list", "--language", "en", "--json").stdout)
    wrong = shell.run("notice", "list", "--language", "fr")

    assert {one["language"] for one in told} == {"en"}
    assert (wrong.exit_code, wrong.stderr) == (1, "there are no words in 'fr'; there is: en, zh-CN\n")


def test_the_words_can_be_listed_without_a_ledger(shell):
    assert shell.run("notice", "list").exit_code == 0
    assert not shell.ledger_file.exists()


@pytest.mark.parametrize(("article", "partner"), [("nothing", "yunfeng"), ("qsw-1", "nobody")])
def test_what_there_is_not_is_said(published, article: str, partner: str):
    done = published.run("notice", "preview", article, partner)

    assert (done.exit_code, "there is no" in done.stderr) == (1, True)
