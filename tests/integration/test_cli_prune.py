"""Who may ask, by shell? `ledger prune`: what was settled long ago loses its bytes; and who asks for it is told."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from syndicate.ledger import tables
from tests.builders import an_event
from tests.fakes.cli_newsroom import a_partner_file, a_shell
from tests.fakes.partner import FakePartner


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A newsroom that delivered an article a year ago."""
    for shell in a_shell(tmp_path, monkeypatch):
        with FakePartner() as partner:
            shell.secret("hezuo")
            shell.configure("partners/yunfeng.toml", a_partner_file("云峰新闻网", url=partner.url))
            shell.run("ledger", "upgrade")
            shell.run("publish", shell.file("a.json", an_event()))
            shell.perform()
            system = shell.open()
            with system.ledger.write() as connection:
                long_ago = system.clock() - timedelta(days=365)
                connection.execute(update(tables.deliveries).values(settled_at=long_ago))
            system.close()
            yield shell


def pruned(shell, *options):
    return json.loads(shell.run("ledger", "prune", "--json", *options).stdout)


def test_pruning_tells_what_it_dropped(shell):
    done = pruned(shell)

    assert (done["deliveries"], done["kept_days"], done["dry_run"]) == (1, 200, False)
    assert done["bytes"] > 0


def test_a_dry_run_tells_the_same_and_drops_nothing(shell):
    beforehand = pruned(shell, "--dry-run")

    assert beforehand | {"dry_run": False} == pruned(shell)


def test_when_there_is_nothing_to_drop_that_is_said(shell):
    pruned(shell)

    said = shell.run("ledger", "prune").stdout
    assert said == "the bytes of 0 deliveries older than 200 days were dropped: 0.0 MiB\n"


def test_why_tells_until_when_the_bytes_were_kept(shell, monkeypatch):
    monkeypatch.setenv("COLUMNS", "240")
    pruned(shell)

    said = " ".join(shell.run("why", "a-1", "--deliveries").stdout.split())
    assert "its bytes were kept until" in said


def test_a_replay_tells_that_the_bytes_are_gone(shell):
    pruned(shell)

    said = shell.run("replay", "--article", "a-1", "--delivered").stdout
    assert said.startswith(
        "0 deliveries will be sent again now; 1 can't be sent again: their bytes are gone, the last were"
    )
