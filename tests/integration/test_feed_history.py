"""How feeds go on: windows, archives of months, tombstones; and they are what they would be if built from nothing."""

import gzip
import json
import random
from datetime import datetime, timedelta

import pytest
from lxml import etree
from sqlalchemy import delete, update

from syndicate.formats import FEED_FORMATS
from syndicate.ledger import feeds, tables
from syndicate.model.feed import FeedFamily
from syndicate.model.step import BuildFeed
from tests.builders import NOON, an_agreement, an_event, hours, shanghai
from tests.fakes.rehearsal import Rehearsal

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"


def one_feed(system: Rehearsal, **changes: object) -> None:
    """Configure a single public feed, and build it."""
    system.feeds(FeedFamily.model_validate({"id": "all", "title": "全部", "description": "全部稿件"} | changes))
    system.sweep_and_run()


def publish(system: Rehearsal, name: str, at: datetime) -> None:
    """An article of that hour, published in that hour."""
    system.at(at)
    system.publish(an_event(article=name, headline=name, published_at=at.isoformat()))


def document(system: Rehearsal, month: str = "", format: str = "atom", feed: str = "all") -> bytes | None:
    """A document's bytes, or None where there is none."""
    with system.ledger.read() as connection:
        found = feeds.serve(connection, feed, format, month=month)
    return gzip.decompress(found.packed) if found else None


def parsed(system: Rehearsal, month: str = "") -> etree._Element:
    """A document as Atom."""
    found = document(system, month)
    assert found is not None
    return etree.fromstring(found)


def titles(system: Rehearsal, month: str = "") -> list[str]:
    """The headlines in a document, in its order."""
    return [str(entry.findtext(f"{ATOM}title")) for entry in parsed(system, month).findall(f"{ATOM}entry")]


def links(system: Rehearsal, month: str = "") -> dict[str, str]:
    """Where a document points to: rel → address."""
    return {str(link.get("rel")): str(link.get("href")) for link in parsed(system, month).findall(f"{ATOM}link")}


# the window


def test_the_window_has_as_many_as_its_length_those_that_changed_last(system: Rehearsal):
    one_feed(system, length=2)
    for number in range(3):
        publish(system, f"a-{number}", NOON + hours(number))

    system.advance(hours(1))
    system.publish(an_event("updated", "a-0", version=2, headline="a-0 更正", published_at=NOON.isoformat()))

    assert titles(system) == ["a-2", "a-0 更正"]


def test_the_window_has_nothing_older_than_its_days_when_the_feed_last_changed(system: Rehearsal):
    one_feed(system, days=3)
    publish(system, "a-1", NOON)
    publish(system, "a-2", NOON + timedelta(days=2))
    before = titles(system)

    publish(system, "a-3", NOON + timedelta(days=4))

    assert (before, titles(system)) == (["a-2", "a-1"], ["a-3", "a-2"])


# tombstones


def test_what_is_taken_back_leaves_a_tombstone_before_the_entries(system: Rehearsal):
    one_feed(system)
    publish(system, "a-1", NOON)
    publish(system, "a-2", NOON)

    system.at(NOON + hours(5))
    system.publish(an_event("withdrawn", "a-1", version=2))

    names = [child.tag for child in parsed(system)]
    (stone,) = parsed(system).findall(TOMBSTONE)
    assert stone.attrib == {"ref": "tag:news.example,2020-01-01:article:a-1", "when": "2025-05-06T09:00:00+00:00"}
    assert names.index(TOMBSTONE) < names.index(f"{ATOM}entry")
    assert titles(system) == ["a-2"]


def test_json_has_it_under_our_own_name(system: Rehearsal):
    one_feed(system)
    publish(system, "a-1", NOON)
    system.publish(an_event("withdrawn", "a-1", version=2))

    (deleted,) = json.loads(system.feed("all", "json"))["_syndicate"]["deleted"]

    assert deleted["id"] == "tag:news.example,2020-01-01:article:a-1"


def test_what_is_published_again_has_no_tombstone(system: Rehearsal):
    one_feed(system)
    publish(system, "a-1", NOON)
    system.publish(an_event("withdrawn", "a-1", version=2), an_event(version=3, headline="又发"))

    assert parsed(system).findall(TOMBSTONE) == []
    assert titles(system) == ["又发"]


def test_what_was_never_in_a_feed_leaves_no_tombstone_there(system: Rehearsal):
    system.partner(agreement=an_agreement(sections=("副刊",)))
    system.sweep_and_run()
    system.publish(an_event(), an_event("withdrawn", version=2))

    found = document(system, feed="partners/yunfeng")

    assert found is not None
    assert b"deleted-entry" not in found


def test_a_partner_that_lost_its_right_finds_a_tombstone_and_the_public_does_not(system: Rehearsal):
    system.partner(agreement=an_agreement(sections=("要闻",)))
    system.publish(an_event(), an_event("updated", version=2, section=["副刊"]))

    own, everybodys = document(system, feed="partners/yunfeng"), document(system)

    assert own is not None
    assert everybodys is not None
    assert (b"deleted-entry" in own, b"deleted-entry" in everybodys) == (True, False)


def test_after_thirty_days_of_changes_a_tombstone_is_gone(system: Rehearsal):
    one_feed(system)
    publish(system, "a-1", NOON)
    system.publish(an_event("withdrawn", "a-1", version=2))

    publish(system, "a-2", NOON + timedelta(days=31))

    assert parsed(system).findall(TOMBSTONE) == []


# archives


@pytest.fixture
def archived(system: Rehearsal) -> Rehearsal:
    """Three months of articles."""
    system.at(shanghai(2025, 1, 1))
    one_feed(system, length=1, archives=True)
    for month in (1, 2, 3):
        for day in (5, 20):
            publish(system, f"{month}-{day}", shanghai(2025, month, day, 12))
    return system


def test_every_month_that_is_over_has_an_archive_and_the_rest_stands_in_the_subscription_document(archived: Rehearsal):
    assert titles(archived) == ["3-20", "3-5"]
    assert titles(archived, "2025-02") == ["2-20", "2-5"]
    assert titles(archived, "2025-01") == ["1-20", "1-5"]
    assert document(archived, "2025-03") is None


def test_the_documents_lead_to_each_other(archived: Rehearsal):
    base = "https://feeds.news.example"
    assert links(archived)["prev-archive"] == f"{base}/archives/all/2025-02.atom"
    assert links(archived, "2025-02") == {
        "self": f"{base}/archives/all/2025-02.atom",
        "alternate": "https://news.example/",
        "prev-archive": f"{base}/archives/all/2025-01.atom",
        "current": f"{base}/feeds/all.atom",
    }
    assert links(archived, "2025-01")["next-archive"] == f"{base}/archives/all/2025-02.atom"
    assert "prev-archive" not in links(archived, "2025-01")


def test_only_archives_say_that_they_are(archived: Rehearsal):
    assert [len(parsed(archived, month).findall(ARCHIVE)) for month in ("", "2025-02")] == [0, 1]


def test_an_archive_stays_as_it_is_when_the_feed_goes_on(archived: Rehearsal):
    before = [document(archived, "2025-01", name) for name in FEED_FORMATS]

    publish(archived, "3-25", shanghai(2025, 3, 25, 12))
    publish(archived, "4-1", shanghai(2025, 4, 1, 12))

    assert [document(archived, "2025-01", name) for name in FEED_FORMATS] == before


def test_an_archive_tells_when_what_stands_in_it_last_changed(archived: Rehearsal):
    before = parsed(archived, "2025-01").findtext(f"{ATOM}updated")
    archived.at(shanghai(2025, 3, 21, 12))
    archived.publish(an_event("withdrawn", "1-5", version=2))

    after = parsed(archived, "2025-01").findtext(f"{ATOM}updated")

    assert (before, after) == ("2025-01-20T04:00:00+00:00", "2025-03-21T04:00:00+00:00")


def test_a_new_archive_is_linked_from_the_one_before(archived: Rehearsal):
    publish(archived, "4-1", shanghai(2025, 4, 1, 12))

    assert titles(archived, "2025-03") == ["3-20", "3-5"]
    assert links(archived, "2025-02")["next-archive"].endswith("/2025-03.atom")


def test_a_correction_of_an_old_article_is_in_its_archive_and_in_the_subscription_document(archived: Rehearsal):
    at = shanghai(2025, 1, 5, 12).isoformat()
    archived.advance(hours(1))
    archived.publish(an_event("updated", "1-5", version=2, headline="1-5 更正", published_at=at))

    assert titles(archived, "2025-01") == ["1-20", "1-5 更正"]
    assert titles(archived) == ["3-20", "3-5", "1-5 更正"]


def test_what_is_taken_back_leaves_its_archive_too(archived: Rehearsal):
    archived.publish(an_event("withdrawn", "1-5", version=2))

    assert titles(archived, "2025-01") == ["1-20"]


def test_an_archive_of_which_all_was_taken_back_is_dropped_and_nobody_is_led_there(archived: Rehearsal):
    archived.publish(an_event("withdrawn", "2-5", version=2), an_event("withdrawn", "2-20", version=2))

    assert document(archived, "2025-02") is None
    assert links(archived)["prev-archive"].endswith("/2025-01.atom")
    assert "next-archive" not in links(archived, "2025-01")


def test_rss_and_json_have_archives_too(archived: Rehearsal):
    rss, told = document(archived, "2025-02", "rss"), document(archived, "2025-02", "json")

    assert rss is not None
    assert told is not None
    assert b'rel="prev-archive" href="https://feeds.news.example/archives/all/2025-01.rss"' in rss
    assert json.loads(told)["next_url"] == "https://feeds.news.example/archives/all/2025-01.json"


# built bit by bit, or from nothing: the same bytes


def every_document(system: Rehearsal) -> dict[tuple[str, str, str], bytes]:
    """All that is served, by feed, month and format."""
    rows = [(row["feed_id"], row["month"], row["format"]) for row in system.rows_of("feed_documents")]
    return {(feed, month, name): document(system, month, name, feed) or b"" for feed, month, name in rows}


def build_all_from_nothing(system: Rehearsal) -> None:
    """Forget every entry that stands in a feed, its bytes and all documents, and build again. Tombstones stay."""
    entries = tables.feed_entries
    with system.ledger.write() as connection:
        connection.execute(delete(entries).where(entries.c.gone_at.is_(None)))
        connection.execute(delete(tables.entry_bytes))
        connection.execute(delete(tables.feed_documents))
        connection.execute(update(tables.feeds).values(built_seq=0, form=""))
    system.begin()
    for row in system.rows_of("feeds"):
        system.system.perform(BuildFeed(feed_id=row["id"]))


@pytest.mark.parametrize("seed", range(4))
def test_after_any_history_feeds_are_byte_for_byte_what_they_would_be_if_built_from_nothing(
    system: Rehearsal, seed: int
):
    dice = random.Random(seed)
    families = ("one", "section", "partner")
    system.partner(agreement=an_agreement(delay_minutes=dice.choice([0, 90]), sections=("要闻",)))
    system.feeds(
        *(
            FeedFamily.model_validate(
                {"id": each, "each": each, "title": "甲", "description": "乙", "length": 4, "archives": True}
                | ({"days": 40} if dice.random() < 0.5 else {})
            )
            for each in families
        )
    )
    system.sweep_and_run()
    versions: dict[str, int] = {}
    for _ in range(40):
        system.advance(timedelta(hours=dice.choice([1, 5, 100, 400])))
        name = f"a-{dice.randrange(8)}"
        versions[name] = versions.get(name, 0) + 1
        kind = dice.choice(["published", "updated", "updated", "withdrawn"])
        section = [dice.choice(["要闻", "副刊"])]
        words = {"headline": f"{name} 第{versions[name]}版", "section": section, "published_at": system.now.isoformat()}
        system.publish(an_event(kind, name, version=versions[name], **({} if kind == "withdrawn" else words)))
        if dice.random() < 0.3:
            system.sweep_and_run()
    system.advance(hours(2))
    system.sweep_and_run()
    as_built = every_document(system)

    build_all_from_nothing(system)

    assert every_document(system) == as_built
    assert {month for _, month, _ in as_built} > {""}


def test_bytes_of_entries_are_kept_no_longer_than_they_stand_in_a_feed(system: Rehearsal):
    one_feed(system)
    publish(system, "a-1", NOON)
    system.publish(an_event("updated", "a-1", version=2, headline="更正"))
    kept = len(system.rows_of("entry_bytes"))

    system.publish(an_event("withdrawn", "a-1", version=3))

    assert (kept, len(system.rows_of("entry_bytes"))) == (len(FEED_FORMATS), 0)


def test_bytes_that_are_gone_though_they_stand_in_a_feed_are_written_again(system: Rehearsal):
    one_feed(system)
    publish(system, "a-1", NOON)
    with system.ledger.write() as connection:
        connection.execute(delete(tables.entry_bytes))
    system.begin()
    vars(system.system).pop("_performer")  # another process, which has nothing in mind

    publish(system, "a-2", NOON + hours(1))
    system.sweep_and_run()

    assert titles(system) == ["a-2", "a-1"]
    assert len(system.rows_of("entry_bytes")) == 2 * len(FEED_FORMATS)
