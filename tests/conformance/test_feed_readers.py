"""Whatever a history has put into feeds, every document holds to its standard, and every reader reads it as meant."""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from lxml import etree

from syndicate.ledger.database import Ledger
from tests.conformance.json_feed import see_json_feed
from tests.fakes.feed_history import Delta, Document, Life, live
from tests.fakes.feed_readers import READERS, Found
from tests.fakes.rehearsal import Rehearsal

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
SEEDS = (1, 2)


@pytest.fixture(scope="module", params=SEEDS)
def life(request, sqlite_template, tmp_path_factory) -> Iterator[Life]:
    """A history of its own for each seed, lived once."""
    folder = tmp_path_factory.mktemp("life")
    shutil.copy(sqlite_template, folder / "ledger.db")
    with closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")) as ledger, Rehearsal(ledger, data_dir=folder) as system:
        yield live(system, request.param)


def written(folder: Path, documents: Sequence[Document | Delta]) -> list[Path]:
    """These as files."""
    files = [folder / f"{number}.{one.format}" for number, one in enumerate(documents)]
    for file, one in zip(files, documents, strict=True):
        file.write_bytes(one.body)
    return files


def in_json(body: bytes) -> Found:
    return {item["id"]: item["title"] for item in json.loads(body)["items"]}


def in_atom(body: bytes) -> Found:
    return {
        str(entry.findtext(f"{ATOM}id")): str(entry.findtext(f"{ATOM}title"))
        for entry in etree.fromstring(body).findall(f"{ATOM}entry")
    }


def test_a_history_leaves_archives_and_deltas_in_every_format(life):
    assert {one.format for one in life.documents if one.month} == {"rss", "atom", "json"}
    assert {one.format for one in life.deltas} == {"rss", "atom", "json"}


def test_every_atom_document_holds_to_the_grammar_of_rfc_4287(life, shared_schemas):
    grammar = etree.RelaxNG(etree.parse(shared_schemas / "atom.rng"))
    for one in [*life.documents, *life.deltas]:
        if one.format == "atom":
            grammar.assertValid(etree.fromstring(one.body))


def test_every_json_document_holds_to_json_feed_1_1(life):
    for one in [*life.documents, *life.deltas]:
        if one.format == "json":
            see_json_feed(json.loads(one.body))


def test_from_the_json_document_every_archive_is_reached_once(life):
    documents = {(one.feed, one.month): json.loads(one.body) for one in life.documents if one.format == "json"}
    by_address = {document["feed_url"]: document for document in documents.values()}
    for feed in life.states:
        months, document = 0, documents[feed, ""]
        while "next_url" in document:
            document, months = by_address.pop(document["next_url"]), months + 1
        assert months == len([month for name, month in documents if name == feed and month])


@pytest.mark.parametrize("name", READERS)
def test_a_reader_finds_in_the_documents_of_a_feed_all_that_stands_in_it_and_nothing_else(life, name, tmp_path):
    read, formats = READERS[name]
    documents = [one for one in life.documents if one.format in formats]
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)

    for one, entries in zip(documents, read(written(tmp_path, documents)), strict=True):
        found[one.feed, one.format] |= entries

    assert found == {(feed, each): dict(state) for feed, state in life.states.items() for each in formats}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_finds_in_a_delta_all_that_came_or_was_edited_since(life, name, tmp_path):
    read, formats = READERS[name]
    deltas = [one for one in life.deltas if one.format in formats]

    for one, entries in zip(deltas, read(written(tmp_path, deltas)), strict=True):
        assert changed(one.before, one.after).items() <= entries.items() <= one.after.items()


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> Found:
    return {name: title for name, title in after.items() if before.get(name) != title}


def test_a_delta_names_all_that_was_taken_back_since(life):
    for one in life.deltas:
        gone = one.before.keys() - one.after.keys()
        if one.format == "json":
            assert gone <= {each["id"] for each in json.loads(one.body)["_syndicate"].get("deleted", [])}
        elif one.format == "atom":
            assert gone <= {each.get("ref") for each in etree.fromstring(one.body).findall(TOMBSTONE)}
        else:
            assert gone == set()


def test_no_document_has_an_entry_together_with_its_tombstone(life):
    for one in [*life.documents, *life.deltas]:
        if one.format == "atom":
            stones = {each.get("ref") for each in etree.fromstring(one.body).findall(TOMBSTONE)}
            assert stones.isdisjoint(in_atom(one.body))
