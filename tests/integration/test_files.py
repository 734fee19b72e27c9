"""Feeds as files: what was built stands in the store, whatever stops, fills up or is away in between; nothing older."""

import gzip
import random
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import update
from zstandard import ZstdDecompressor

from syndicate.ledger import contents, feeds, files, tables
from syndicate.model.problem import Invalid
from syndicate.model.step import WriteFiles
from syndicate.monitor.status import status
from syndicate.pipeline.write_files import LONGEST_WAIT, wait, write_files
from syndicate.settings import Settings
from syndicate.stores import CannotBeStored, File, StoreUnavailable
from tests.builders import an_event, minutes
from tests.fakes.rehearsal import Rehearsal

ALL, SECTION, OWN = "all", "sections/要闻/水上", "partners/yunfeng"
LEASE, MARGIN = minutes(5), minutes(1)


@dataclass
class Shelf:
    """A store in memory, that can be away, full for one name, or have something happen in the middle."""

    name: str = "shelf"
    is_near: bool = False
    stands: dict[str, File] = field(default_factory=dict)
    away: str = ""
    refuses: str = ""
    meanwhile: object = None
    puts: list[str] = field(default_factory=list)
    trouble: Callable[[], BaseException | None] = lambda: None

    def put(self, file):
        self._happen(file.path)
        self.puts.append(file.path)
        self.stands[file.path] = file

    def remove(self, path):
        self._happen(path)
        self.stands.pop(path, None)

    def close(self):
        pass

    def text(self, path):
        return self.stands[path].body.decode()

    def _happen(self, path):
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        if (trouble := self.trouble()) is not None:
            raise trouble
        if self.away:
            raise StoreUnavailable(self.away)
        if self.refuses and path.endswith(self.refuses):
            raise CannotBeStored(f"{path} is no name for a file")


def with_files(system: Rehearsal, place: Path | str) -> None:
    settings = system.system.settings
    web = settings.web.model_copy(update={"files": str(place)})
    system.reconfigure(Settings.model_copy(settings, update={"web": web}))


@pytest.fixture
def folder(system: Rehearsal, tmp_path: Path) -> Path:
    """Where the system writes its files."""
    found = tmp_path / "public"
    found.mkdir()
    with_files(system, found)
    return found


@pytest.fixture
def shelf(system: Rehearsal) -> Shelf:
    """A store that the system writes to."""
    shelf = Shelf()
    with_files(system, "/nowhere")
    vars(system.system._performer)["store"] = shelf
    return shelf


def names(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def writing(system: Rehearsal, feed: str = ALL) -> files.Writing:
    with system.ledger.read() as connection:
        return files.every(connection)[feed]


def served(system: Rehearsal, feed: str, name: str) -> feeds.Served:
    with system.ledger.read() as connection:
        found = feeds.serve(connection, feed, name)
    assert found is not None
    return found


def no_longer_resting(system: Rehearsal) -> None:
    with system.ledger.write() as connection:
        connection.execute(update(tables.feed_writings).values(due_at=None))


def lease_runs_out(system: Rehearsal) -> None:
    """As if the writer had been stopped for longer than its lease."""
    with system.ledger.write() as connection:
        connection.execute(update(tables.feed_writings).values(leased_until=None))


def write(system: Rehearsal, store: Shelf, feed: str = ALL, lease=LEASE) -> None:
    write_files(system.ledger, feed, newsroom=system.system.newsroom, store=store, lease=lease, margin=MARGIN)


# what is written


def test_every_public_feed_stands_as_files_in_every_format_and_coding(system: Rehearsal, folder: Path):
    system.publish(an_event())

    with system.ledger.read() as connection:
        feed_ids = [state.id for state in feeds.every(connection) if not state.id.startswith("partners/")]
    assert {ALL, SECTION} <= set(feed_ids)
    wanted = [
        f"feeds/{feed}.{name}{ending}"
        for feed in feed_ids
        for name in ("rss", "atom", "json")
        for ending in ("", ".gz", ".zst")
    ]
    assert names(folder) == sorted(wanted)


@pytest.mark.parametrize("name", ["rss", "atom", "json"])
def test_files_hold_what_is_served(system: Rehearsal, folder: Path, name: str):
    system.publish(an_event())

    body = system.feed(SECTION, name)
    file = folder / f"feeds/{SECTION}.{name}"
    assert file.read_bytes() == body
    assert gzip.decompress(file.with_name(f"{file.name}.gz").read_bytes()) == body
    assert ZstdDecompressor().decompress(file.with_name(f"{file.name}.zst").read_bytes()) == body


def test_a_partners_feed_is_never_written(system: Rehearsal, folder: Path):
    system.partner()

    system.publish(an_event())

    assert system.feed(OWN, "json")
    assert [name for name in names(folder) if "partners" in name] == []


def test_what_was_taken_back_is_in_no_file_any_more(system: Rehearsal, folder: Path):
    system.publish(an_event(), an_event("withdrawn", version=2))

    assert [name for name in names(folder) if "老码头" in _text(folder / name)] == []


def test_where_no_store_is_set_nothing_is_asked_for(system: Rehearsal):
    system.publish(an_event())

    assert [step for step in system.sweep() if isinstance(step, WriteFiles)] == []


def test_what_was_built_before_a_store_was_set_is_written_by_the_sweep(system: Rehearsal, tmp_path: Path):
    system.publish(an_event())
    (tmp_path / "public").mkdir()
    with_files(system, tmp_path / "public")

    system.sweep_and_run()

    assert f"feeds/{ALL}.rss" in names(tmp_path / "public")


def test_another_store_gets_everything_after_a_start(system: Rehearsal, folder: Path, tmp_path: Path):
    system.publish(an_event())
    (tmp_path / "other").mkdir()
    with_files(system, tmp_path / "other")

    system.begin()
    system.sweep_and_run()

    assert names(tmp_path / "other") == names(folder)


def test_what_stands_already_is_not_written_again(system: Rehearsal, shelf: Shelf):
    system.publish(an_event())
    shelf.puts.clear()

    system.begin()
    system.sweep_and_run()

    assert (shelf.puts, writing(system).behind) == ([], False)


def test_a_feed_that_was_ended_is_removed(system: Rehearsal, folder: Path):
    system.publish(an_event())
    system.feeds(*(family for family in system.system.newsroom.directory.feeds if family.id != "all"))

    system.begin()
    system.sweep_and_run()

    assert [name for name in names(folder) if name.startswith("feeds/all")] == []
    assert f"feeds/{SECTION}.rss" in names(folder)


# what goes wrong


def test_what_nobody_wrote_after_a_crash_is_found_by_the_sweep(system: Rehearsal, shelf: Shelf):
    system.tell(an_event())
    while not any(isinstance(step, WriteFiles) for step in system.queue.steps):
        system.run_next()
    system.lose_queue()

    system.sweep_and_run()

    assert shelf.text(f"feeds/{ALL}.json") == system.feed(ALL, "json").decode()


def test_a_store_that_is_away_is_told_with_its_reason(system: Rehearsal, shelf: Shelf):
    shelf.away = "bucket.example answered 503"

    system.publish(an_event())

    assert (writing(system).behind, writing(system).reason) == (True, "bucket.example answered 503")


def test_what_cannot_be_written_is_part_of_the_status(system: Rehearsal, shelf: Shelf):
    shelf.away = "bucket.example answered 503"

    system.publish(an_event())

    assert status(system.ledger, depth={}, now=system.now).unwritten == ("bucket.example answered 503",)


def test_a_start_tries_again_at_once(system: Rehearsal, shelf: Shelf):
    shelf.away = "away"
    system.publish(an_event())
    shelf.away = ""

    system.begin()
    system.sweep_and_run()

    assert f"feeds/{ALL}.rss" in shelf.stands


def test_what_is_no_longer_to_be_written_troubles_nobody(system: Rehearsal, shelf: Shelf):
    shelf.away = "away"
    system.publish(an_event())

    with_files(system, "")
    system.begin()

    assert status(system.ledger, depth={}, now=system.now).unwritten == ()


def test_everything_is_written_again_when_somebody_asks_for_it(system: Rehearsal, folder: Path):
    system.publish(an_event())
    before = names(folder)
    for file in before:
        (folder / file).unlink()

    assert system.system.write_files_again()
    system.sweep_and_run()

    assert names(folder) == before


def test_a_store_that_is_away_is_asked_for_one_feed_only_and_then_left_alone(system: Rehearsal, shelf: Shelf):
    shelf.away = "away"
    tried = []
    shelf._happen, happen = (lambda path: (tried.append(path), happen(path))), shelf._happen

    system.publish(an_event())
    system.sweep_and_run()

    assert len(tried) == 1


def test_a_store_that_is_back_gets_all_that_was_owed(system: Rehearsal, shelf: Shelf):
    shelf.away = "away"
    system.publish(an_event())
    shelf.away = ""
    no_longer_resting(system)

    system.sweep_and_run()

    assert f"feeds/{ALL}.rss" in shelf.stands
    assert f"feeds/{SECTION}.rss" in shelf.stands
    assert (writing(system).behind, writing(system).reason) == (False, "")


def test_a_feed_that_cannot_be_stored_holds_up_no_other(system: Rehearsal, shelf: Shelf):
    shelf.refuses = "水上.json"

    system.publish(an_event())

    assert f"feeds/{ALL}.rss" in shelf.stands
    assert "is no name" in writing(system, SECTION).reason


def test_a_folder_that_is_not_there_is_told_and_not_made(system: Rehearsal, folder: Path):
    folder.rmdir()

    system.publish(an_event())

    assert "No such file or directory" in writing(system).reason
    assert not folder.exists()


def test_what_a_try_broke_off_is_written_whole_by_the_next_even_if_the_document_is_as_before(
    system: Rehearsal, shelf: Shelf
):
    system.publish(an_event())
    whole = dict(shelf.stands)
    shelf.refuses = "all.rss"  # its compressed variants are put
    system.publish(an_event("updated", version=2, headline="老码头"))
    _as_it_was(system, whole)
    shelf.refuses = ""
    no_longer_resting(system)

    system.sweep_and_run()

    of_all = [path for path in whole if path.startswith("feeds/all.")]
    assert {path: shelf.stands[path].body for path in of_all} == {path: whole[path].body for path in of_all}


def test_where_a_writer_died_in_the_middle_the_next_goes_on_once_its_lease_is_over(system: Rehearsal, shelf: Shelf):
    system.tell(an_event())
    _build_only(system)

    with pytest.raises(SystemExit):
        write(system, replace(shelf, meanwhile=_dies))
    system.sweep_and_run()
    held = sorted(shelf.stands)
    lease_runs_out(system)
    system.sweep_and_run()

    assert [path for path in held if path.startswith(f"feeds/{ALL}.")] == []
    assert shelf.text(f"feeds/{ALL}.rss") == system.feed(ALL, "rss").decode()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_goes_wrong_in_a_history_in_the_end_the_files_are_what_is_served(
    system: Rehearsal, shelf: Shelf, seed: int
):
    dice = random.Random(seed)
    shelf.trouble = lambda: dice.choice([None] * 12 + [StoreUnavailable("away"), CannotBeStored("no"), SystemExit()])
    for number in range(12):
        article, version = dice.choice(["a-1", "a-2", "a-3"]), number + 1
        kind = dice.choice(["published", "updated", "withdrawn"])
        with suppress(Invalid):
            system.tell(an_event(kind, article, version=version, **_headline(kind, number)))
        with suppress(SystemExit):
            system.run_all()
        if dice.random() < 0.3:
            lease_runs_out(system)
            no_longer_resting(system)

    shelf.trouble = lambda: None
    for _ in range(3):
        lease_runs_out(system)
        no_longer_resting(system)
        system.sweep_and_run()

    with system.ledger.read() as connection:
        ids = [state.id for state in feeds.every(connection) if not state.id.startswith("partners/")]
        wanted = {
            f"feeds/{feed}.{name}" for feed in ids for month, name in files.documents(connection, feed) if not month
        }
    plain = {path for path in shelf.stands if not path.endswith((".gz", ".zst")) and path.startswith("feeds/")}
    assert plain == wanted
    for path in sorted(plain):
        feed, _, name = path.removeprefix("feeds/").rpartition(".")
        body = system.feed(feed, name)
        assert shelf.stands[path].body == body
        assert gzip.decompress(shelf.stands[f"{path}.gz"].body) == body
        assert ZstdDecompressor().decompress(shelf.stands[f"{path}.zst"].body) == body


# two at once


def test_while_one_writes_no_other_does(system: Rehearsal, shelf: Shelf):
    system.publish(an_event())
    system.tell(an_event("updated", version=2, headline="老码头今天重新开渡"))
    _build_only(system)
    other = Shelf()
    shelf.meanwhile = lambda: write(system, other)

    write(system, shelf)

    assert (other.puts, "老码头今天" in shelf.text(f"feeds/{ALL}.json")) == ([], True)


def test_what_was_built_while_files_were_written_is_written_after(system: Rehearsal, shelf: Shelf):
    def corrected():
        system.tell(an_event("updated", version=2, headline="老码头今天重新开渡"))
        _build_only(system)

    shelf.meanwhile = corrected
    system.publish(an_event())
    system.sweep_and_run()

    assert "老码头今天" in shelf.text(f"feeds/{ALL}.json")


def test_what_a_writer_puts_that_was_stopped_for_too_long_does_not_stay(system: Rehearsal, shelf: Shelf):
    system.tell(an_event())
    _build_only(system)
    old = Shelf()

    def overtaken():
        lease_runs_out(system)
        system.tell(an_event("updated", version=2, headline="老码头今天重新开渡"))
        _build_only(system)
        write(system, shelf)

    with _late(old, shelf):
        old.meanwhile = overtaken
        write(system, old)
    assert "老码头今天" not in shelf.text(f"feeds/{ALL}.atom")  # the older came last

    system.sweep_and_run()

    assert "老码头今天" in shelf.text(f"feeds/{ALL}.atom")


def test_a_writer_whose_lease_is_nearly_over_leaves_the_rest_to_the_next(system: Rehearsal, shelf: Shelf):
    system.tell(an_event())
    _build_only(system)

    write(system, shelf, lease=MARGIN)  # no time at all

    assert (shelf.puts, writing(system).behind, writing(system).reason) == ([], True, "")


def test_the_waits_grow_up_to_a_bound():
    waits = [wait(tries) for tries in range(12)]

    assert waits == sorted(waits)
    assert (waits[0] < waits[1], waits[-1]) == (True, LONGEST_WAIT)


def _headline(kind: str, number: int) -> dict[str, str]:
    return {} if kind == "withdrawn" else {"headline": f"老码头第{number}次开渡"}


def _dies() -> None:
    raise SystemExit


def _build_only(system: Rehearsal) -> None:
    """What follows, but for the writing of files."""
    system.queue.run(lambda step: None if isinstance(step, WriteFiles) else system.system.perform(step))


@contextmanager
def _late(old: Shelf, shelf: Shelf):
    """What is put on the one comes to stand on the other: two workers, one store."""
    old.stands = shelf.stands
    yield


def _as_it_was(system: Rehearsal, whole: dict[str, File]) -> None:
    """The documents of the feed of all are again what they were."""
    with system.ledger.write() as connection:
        for name in ("rss", "atom", "json"):
            digest = contents.keep(connection, whole[f"feeds/{ALL}.{name}"].body)
            zstd = whole[f"feeds/{ALL}.{name}.zst"].body
            of = (tables.feed_documents.c.feed_id == ALL, tables.feed_documents.c.format == name)
            connection.execute(update(tables.feed_documents).where(*of).values(digest=digest, zstd=zstd))


def _text(file: Path) -> str:
    body = file.read_bytes()
    if file.suffix == ".gz":
        body = gzip.decompress(body)
    if file.suffix == ".zst":
        body = ZstdDecompressor().decompress(body)
    return body.decode()
