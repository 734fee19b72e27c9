"""Who may ask, by shell? `feeds`: which there are, where they are read, and their bytes as files."""

import json
import os
import stat

import feedparser
import pytest

from tests.builders import an_event
from tests.fakes.cli_newsroom import a_partner_file, a_shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    for shell in a_shell(tmp_path, monkeypatch):
        shell.configure("partners/yunfeng.toml", a_partner_file("云峰网"))
        shell.run("ledger", "upgrade")
        yield shell


@pytest.fixture
def built(shell):
    shell.run("publish", shell.file("one.json", an_event(article="qsw-1")))
    shell.perform()
    return shell


def listed(shell):
    return {one["id"]: one for one in map(json.loads, shell.run("feeds", "--json").stdout.splitlines())}


def files_below(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_feeds_that_nobody_has_built_yet_are_listed(shell):
    assert {name: one["state"] for name, one in listed(shell).items()} == {
        "all": "never built",
        "own": "never built",
        "partners/yunfeng": "never built",
    }


def test_a_built_feed_is_listed_as_built_with_its_addresses(built):
    found = listed(built)["sections/要闻"]

    assert found["state"] == "built"
    assert found["addresses"]["rss"] == "http://127.0.0.1:8080/feeds/sections/%E8%A6%81%E9%97%BB.rss"


def test_a_feed_whose_content_has_changed_since_is_behind(built):
    built.run("publish", built.file("two.json", an_event("withdrawn", "qsw-1", version=2)))
    system = built.open()
    system.sweep()
    for step in list(system.handover.steps)[:1]:
        system.perform(step)
    system.close()

    assert listed(built)["all"]["state"] == "behind"


def test_a_partners_feed_is_not_public(built):
    assert {name: one["public"] for name, one in listed(built).items() if "/" not in name or "yunfeng" in name} == {
        "all": True,
        "own": True,
        "partners/yunfeng": False,
    }


def test_an_address_stands_whole_on_a_line_of_its_own(built):
    lines = built.run("feeds").stdout.splitlines()

    assert "http://127.0.0.1:8080/feeds/sections/%E8%A6%81%E9%97%BB/%E6%B0%B4%E4%B8%8A.{rss,atom,json}" in lines


def test_every_built_feed_is_written_in_every_format(built):
    built.run("feeds", "--write", built.folder / "public")

    names = ("all", "authors/顾晓舟", "own", "partners/yunfeng", "sections/要闻", "sections/要闻/水上")
    assert files_below(built.folder / "public") == sorted(
        f"{name}.{ending}" for name in names for ending in ("rss", "atom", "json")
    )


def test_a_written_feed_holds_the_article(built):
    built.run("feeds", "--write", built.folder / "public")

    read = feedparser.parse((built.folder / "public/sections/要闻/水上.atom").read_bytes())
    assert [entry.title for entry in read.entries] == ["老码头重新开渡"]


def test_writing_again_replaces_what_was_written(built):
    file = built.file("public/all.rss", b"old")

    built.run("feeds", "--write", built.folder / "public")

    assert file.read_bytes().startswith(b"<?xml")


def test_a_web_server_may_read_what_was_written(built):
    before = os.umask(0o022)
    try:
        built.run("feeds", "--write", built.folder / "public")
    finally:
        os.umask(before)

    assert stat.S_IMODE((built.folder / "public/all.rss").stat().st_mode) == 0o644


def test_a_folder_that_cannot_be_made_is_named(built):
    built.file("public/sections", b"in the way")

    result = built.run("feeds", "--write", built.folder / "public")

    assert (result.exit_code, str(built.folder / "public/sections") in result.stderr) == (1, True)
