"""The configuration changes while the system runs: the next decision is by the new one, what was sent stays so."""

import pytest

from syndicate.assemble import System
from syndicate.ledger import deliveries, licences
from syndicate.model.delivery import Manifest
from tests.builders import an_event
from tests.fakes.cli_newsroom import NOBODY_LISTENS, Shell, a_partner_file, a_shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setattr("syndicate.configuration.LOOK_EVERY_S", 0.0)
    monkeypatch.setattr("syndicate.configuration.SETTLES_IN_S", 0.0)
    yield from a_shell(tmp_path, monkeypatch)


@pytest.fixture
def running(shell: Shell):
    shell.secret("hezuo")
    configure(shell, number="QSW-7")
    system = shell.open()
    yield system
    system.close()


def configure(shell: Shell, *, number: str, more: str = "ends = 2099-12-31") -> None:
    written = a_partner_file("云峰网", url=NOBODY_LISTENS, agreement=more).replace("QSW-7", number)
    shell.configure("partners/yunfeng.toml", written)


def publish(system: System, article: str) -> Manifest:
    """Tell of an article, plan it, and see under which terms it would leave."""
    system.accept(an_event(article=article))
    system.handover.run(system.perform)
    with system.ledger.read() as connection:
        (row,) = deliveries.of_article(connection, article)
        return deliveries.manifest(connection, row)


def test_an_agreement_that_changes_changes_the_next_decision_and_nothing_that_was_decided(
    shell: Shell, running: System
):
    before = publish(running, "a-1")

    configure(shell, number="QSW-8")
    after = publish(running, "a-2")

    assert (before.agreement, after.agreement) == ("QSW-7", "QSW-8")
    with running.ledger.read() as connection:
        (row,) = deliveries.of_article(connection, "a-1")
        assert deliveries.manifest(connection, row) == before


def test_a_variant_of_the_words_that_is_added_counts_for_the_next_article(shell: Shell, running: System):
    (shell.config / "notices" / "zh-CN" / "national").mkdir()
    shell.configure("notices/zh-CN/national/licence.toml", 'partner = "经{publisher}许可刊用（{agreement}）。"')

    configure(shell, number="QSW-8", more='ends = 2099-12-31\nwording = "national"')

    assert publish(running, "a-1").licence == "经今日京山新闻网许可刊用（QSW-8）。"


def test_a_partner_that_is_added_gets_the_next_article(shell: Shell, running: System):
    publish(running, "a-1")

    shell.configure("partners/songtao.toml", a_partner_file("松涛网", url=NOBODY_LISTENS))
    running.accept(an_event(article="a-2"))
    running.handover.run(running.perform)

    with running.ledger.read() as connection:
        assert {row.partner_id for row in deliveries.of_article(connection, "a-2")} == {"yunfeng", "songtao"}


def test_a_dialect_that_changes_is_taken_over_by_those_who_speak_it(shell: Shell, running: System):
    written = '[[channel]]\nelement = "title"\nvalue = "title"\n[[item]]\nelement = "content"\nvalue = "body"\n'
    (shell.config / "dialects").mkdir(exist_ok=True)
    shell.configure("dialects/ours.toml", written)
    shell.configure("partners/yunfeng.toml", 'dialect = "ours"\n' + a_partner_file("云峰网", url=NOBODY_LISTENS))
    before = running.newsroom.directory.partner("yunfeng")

    shell.configure("dialects/ours.toml", written.replace('"content"', '"description"'))
    after = running.newsroom.directory.partner("yunfeng")

    told = [one.dialect.item[0].element for one in (before, after) if one and one.dialect]
    assert told == ["content", "description"]


def test_a_change_that_is_wrong_is_not_taken_over_and_the_log_says_what_is_wrong(
    shell: Shell, running: System, capsys: pytest.CaptureFixture[str]
):
    configure(shell, number="QSW-8", more="ends = 2019-12-31")

    found = publish(running, "a-1")

    assert found.agreement == "QSW-7"
    assert "partners/yunfeng.toml: agreement" in capsys.readouterr().out


def test_what_was_wrong_counts_once_it_is_mended(shell: Shell, running: System):
    configure(shell, number="QSW-8", more="ends = 2019-12-31")
    publish(running, "a-1")

    configure(shell, number="QSW-9")

    assert publish(running, "a-2").agreement == "QSW-9"


def test_while_somebody_writes_the_former_files_count(shell: Shell, running: System, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("syndicate.configuration.SETTLES_IN_S", 3600.0)

    configure(shell, number="QSW-8")

    assert publish(running, "a-1").agreement == "QSW-7"


def test_a_partner_whose_file_is_gone_is_sent_nothing_more(shell: Shell, running: System):
    publish(running, "a-1")

    (shell.config / "partners" / "yunfeng.toml").unlink()
    running.accept(an_event(article="a-2"))
    running.handover.run(running.perform)

    with running.ledger.read() as connection:
        assert deliveries.of_article(connection, "a-2") == []


def test_a_licence_that_changes_is_quoted_by_what_leaves_next_and_both_versions_are_kept(shell: Shell, running: System):
    before = publish(running, "a-1")

    words = (shell.config / "licence.toml").read_text("utf-8")
    shell.configure("licence.toml", words.replace("追究责任", "追究法律责任"))
    after = publish(running, "a-2")

    assert before.licence_id == after.licence_id == "jingshan-syndication"
    assert before.licence_url.endswith(before.licence_version)
    with running.ledger.read() as connection:
        kept = [one.licence.version for one in licences.every(connection)]
    assert kept == [before.licence_version, after.licence_version]


def test_a_licence_that_is_taken_away_is_not_quoted_any_more(shell: Shell, running: System):
    publish(running, "a-1")

    (shell.config / "licence.toml").unlink()
    after = publish(running, "a-2")

    assert (after.licence_id, after.licence_url) == ("", running.newsroom.publisher.licence_url)
