"""Files in a directory: in place whole or not at all, readable for a web server, each with a time of its own."""

import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.stores import CannotBeStored, File, StoreUnavailable
from syndicate.stores.directory import LEFT_OVER_S, Folder

WHEN = datetime(2026, 5, 6, 2, 0, 0, 900_000, tzinfo=UTC)
FILE = File("feeds/sections/湖区/观鸟 手记.rss", b"<rss/>", "application/rss+xml", WHEN)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / FILE.path


def test_a_file_stands_under_its_path(tmp_path: Path, place: Path):
    Folder(tmp_path).put(FILE)

    assert place.read_bytes() == b"<rss/>"


def test_nothing_stands_beside_it(tmp_path: Path, place: Path):
    Folder(tmp_path).put(FILE)

    assert [file.name for file in place.parent.iterdir()] == [place.name]


def test_a_web_server_may_read_it(tmp_path: Path, place: Path):
    before = os.umask(0o022)
    try:
        Folder(tmp_path).put(FILE)
    finally:
        os.umask(before)

    assert stat.S_IMODE(place.stat().st_mode) == 0o644


def test_it_was_changed_in_the_second_in_which_its_bytes_came_to_be(tmp_path: Path, place: Path):
    Folder(tmp_path).put(FILE)

    assert place.stat().st_mtime == int(WHEN.timestamp())


def test_a_newer_version_of_the_same_second_has_a_later_one(tmp_path: Path, place: Path):
    store = Folder(tmp_path)
    store.put(FILE)

    store.put(replace(FILE, body=b"<rs2/>"))

    assert place.stat().st_mtime == int(WHEN.timestamp()) + 1


def test_who_has_the_file_open_reads_the_old_bytes_to_their_end(tmp_path: Path, place: Path):
    store = Folder(tmp_path)
    store.put(FILE)
    with place.open("rb") as reader:
        store.put(replace(FILE, body=b"<another/>"))

        assert (reader.read(), place.read_bytes()) == (b"<rss/>", b"<another/>")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_on_a_full_disk_the_old_file_stays_whole(tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch):
    store = Folder(tmp_path)
    store.put(FILE)
    really = os.open
    full = lambda path, flags, *rest: really("/dev/full" if flags & os.O_EXCL else path, flags & ~os.O_EXCL, *rest)  # noqa: E731
    monkeypatch.setattr("syndicate.stores.directory.os.open", full)

    with pytest.raises(StoreUnavailable, match="No space left on device"):
        store.put(replace(FILE, body=b"<another/>"))

    assert [file.read_bytes() for file in place.parent.iterdir()] == [b"<rss/>"]


def test_what_somebody_who_died_had_not_finished_is_removed(tmp_path: Path, place: Path):
    place.parent.mkdir(parents=True)
    old, new = place.parent / ".unfinished-1", place.parent / ".unfinished-2"
    old.write_bytes(b"<r")
    new.write_bytes(b"<r")
    long_ago = old.stat().st_mtime - LEFT_OVER_S - 1
    os.utime(old, (long_ago, long_ago))

    Folder(tmp_path).put(FILE)

    assert sorted(file.name for file in place.parent.iterdir()) == [".unfinished-2", place.name]


def test_a_removed_file_is_gone(tmp_path: Path, place: Path):
    store = Folder(tmp_path)
    store.put(FILE)

    store.remove(FILE.path)

    assert not place.exists()


def test_to_remove_what_is_not_there_is_no_mistake(tmp_path: Path):
    Folder(tmp_path).remove(FILE.path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("do", [lambda store: store.put(FILE), lambda store: store.remove(FILE.path)])
def test_a_directory_that_is_not_there_is_told_and_not_made(tmp_path: Path, do):
    with pytest.raises(StoreUnavailable, match="No such file or directory"):
        do(Folder(tmp_path / "not mounted"))

    assert not (tmp_path / "not mounted").exists()


def test_what_stands_in_the_way_concerns_this_file_only(tmp_path: Path):
    (tmp_path / "feeds").write_bytes(b"")

    with pytest.raises(CannotBeStored):
        Folder(tmp_path).put(FILE)


@pytest.mark.parametrize("path", ["../feeds.rss", "feeds/../../x.rss", "/etc/x.rss"])
def test_no_file_is_put_outside(tmp_path: Path, path: str):
    (tmp_path / "inside").mkdir()

    with pytest.raises(CannotBeStored):
        Folder(tmp_path / "inside").put(replace(FILE, path=path))

    assert [file.name for file in tmp_path.rglob("*")] == ["inside"]
