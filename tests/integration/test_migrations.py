"""What the migrations do to rows that are there already: on both databases, from the first shape to the newest."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from syndicate.ledger import articles, contents, deliveries, health, labels, pictures
from syndicate.ledger.database import Ledger
from syndicate.ledger.deliveries import Delivery
from syndicate.ledger.migrate import is_current, migrate
from syndicate.model.delivery import Manifest
from tests.builders import an_article
from tests.fakes.postgresql import Cluster

OLDEST = "0001"
WHEN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
MANIFEST = Manifest(agreement="QSW-2025-07", notices=("attribution",))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def old_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of the oldest shape, with an article that was delivered, corrected and is about to be taken back."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        cluster.say("CREATE DATABASE old")
        url = cluster.url("old")
    ledger = Ledger(url)
    migrate(ledger, to=OLDEST)
    with ledger.write() as connection:
        _an_article(connection)
        _a_delivery(connection, "d_1", revision=1, state="delivered", tries=2)
        _a_delivery(connection, "d_2", revision=2, state="waiting", tries=0)
        _a_delivery(connection, "d_3", revision=3, state="waiting", tries=0, action="withdraw", lane="withdraw")
        for number in (1, 2):
            connection.execute(
                text(
                    "INSERT INTO attempts (delivery_id, number, started_at, outcome, reason, answer) "
                    "VALUES ('d_1', :number, :at, 'delivered', 'accepted', '')"
                ),
                {"number": number, "at": _moment(connection)},
            )
        connection.execute(
            text("INSERT INTO receipts VALUES ('d_1', 'remote-1', 'https://yunfeng.example/1', :at)"),
            {"at": _moment(connection)},
        )
    yield ledger
    ledger.close()
    if request.param == "postgresql":
        cluster.say("DROP DATABASE old WITH (FORCE)")


def rows(ledger: Ledger) -> list[Delivery]:
    with ledger.read() as connection:
        return deliveries.of_article(connection, "a-1")


def test_every_delivery_is_there_still_in_the_order_in_which_it_was_owed(old_ledger: Ledger):
    migrate(old_ledger)

    assert is_current(old_ledger)
    assert [(row.id, row.state, row.tries, row.number) for row in rows(old_ledger)] == [
        ("d_1", "delivered", 2, 1),
        ("d_2", "waiting", 0, 2),
        ("d_3", "waiting", 0, 3),
    ]


def test_removals_that_an_older_version_owed_go_by_their_own_lane(old_ledger: Ledger):
    migrate(old_ledger)

    assert [(row.action, row.lane) for row in rows(old_ledger)][1:] == [("update", "deliver"), ("withdraw", "retract")]


def test_the_patience_begins_with_the_first_try(old_ledger: Ledger):
    migrate(old_ledger)

    assert [row.patient_since for row in rows(old_ledger)] == [WHEN, None, None]


def test_tries_receipts_and_manifests_are_still_those_of_their_deliveries(old_ledger: Ledger):
    migrate(old_ledger)

    first = rows(old_ledger)[0]
    with old_ledger.read() as connection:
        assert deliveries.manifest(connection, first) == MANIFEST
        attempts = connection.execute(text("SELECT delivery_seq, number FROM attempts ORDER BY number")).all()
        assert [tuple(row) for row in attempts] == [(first.seq, 1), (first.seq, 2)]
        (receipt,) = connection.execute(text("SELECT * FROM receipts")).all()
    assert (receipt.destination_id, receipt.article_id, receipt.delivery_seq) == ("yunfeng/push", "a-1", first.seq)


def test_every_destination_is_taken_to_be_well_and_counts_on(old_ledger: Ledger):
    migrate(old_ledger)

    with old_ledger.write() as connection:
        assert health.of(connection, ["yunfeng/push"])["yunfeng/push"].is_well
        assert health.count_owed(connection, {"yunfeng/push": 1}) == {"yunfeng/push": (1, 3)}


def test_the_pictures_of_what_was_published_before_are_found(old_ledger: Ledger):
    migrate(old_ledger, to="0008")
    with old_ledger.write() as connection:
        _a_revision(connection, "a-2", an_article("a-2").model_dump_json().encode())

    migrate(old_ledger)

    with old_ledger.read() as connection:
        assert pictures.carriers(connection, ["https://news.example/img/ferry.jpg"]) == ["a-2"]


def test_whose_words_live_articles_carry_is_read_off_their_newest_revision(old_ledger: Ledger):
    theirs = {"kind": "reprint", "source": "远山通讯社"}
    with old_ledger.write() as connection:
        _a_live_article(connection, "b-1", {"kind": "own"}, theirs)
        _a_live_article(connection, "b-2", theirs, {"kind": "own"})
        _a_live_article(connection, "b-3", {"kind": "own"})

    migrate(old_ledger)

    with old_ledger.read() as connection:
        assert articles.with_words_of_others(connection) == ["b-1"]
        assert connection.scalar(text("SELECT words_of FROM articles WHERE id = 'b-1'")) == "远山通讯社"


def test_a_delivery_may_bring_a_feed_and_those_of_articles_are_as_they_were(old_ledger: Ledger):
    migrate(old_ledger, to="0013")
    before = _every_row(old_ledger)

    migrate(old_ledger)

    assert _every_row(old_ledger) == before
    with old_ledger.write() as connection:
        same = "revision, edition, partner_id, destination_id, line, action, lane, reason, tries, media_type, manifest"
        names = f"{same}, id, article_id, number, state, created_at"
        row = f"{same}, 'd_feed', '/feeds/all.atom', 99, 'cancelled', created_at FROM deliveries WHERE id = 'd_1'"
        connection.execute(text(f"INSERT INTO deliveries ({names}) SELECT {row}"))


def test_the_tables_are_sound_after_the_reference_to_articles_is_gone(old_ledger: Ledger):
    migrate(old_ledger)

    if old_ledger.url.get_backend_name() == "sqlite":
        with old_ledger.read() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    with old_ledger.write() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE deliveries SET line = 12345"))


def test_the_way_back_leaves_what_articles_were_brought(old_ledger: Ledger):
    migrate(old_ledger, to="0013")
    before = _every_row(old_ledger)
    migrate(old_ledger)

    unmigrate(old_ledger, to="0013")

    assert _every_row(old_ledger) == before
    with old_ledger.write() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE deliveries SET article_id = '/feeds/all.atom'"))


def unmigrate(ledger: Ledger, *, to: str) -> None:
    """Nothing of ours goes back, but a person with Alembic may."""
    with ledger.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrate.__code__.co_filename).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.downgrade(config, to)


def _every_row(ledger: Ledger) -> list[tuple[object, ...]]:
    with ledger.read() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM deliveries ORDER BY seq"))]


def test_what_keywords_and_authors_articles_had_before_is_found(old_ledger: Ledger):
    migrate(old_ledger, to="0008")
    article = an_article("a-2", keywords=["渡口"], correspondents=["陆明远"])
    with old_ledger.write() as connection:
        _a_revision(connection, "a-2", article.model_dump_json().encode())

    migrate(old_ledger)

    with old_ledger.read() as connection:
        found = labels.belongings(connection, "a-2")
    assert (found.keywords, found.authors) == (["渡口"], ["陆明远", "顾晓舟"])


def _a_live_article(connection: Connection, id: str, *origins: dict[str, str]) -> None:
    """An article with a revision for each of these origins."""
    connection.execute(
        text(
            "INSERT INTO articles (id, uri, head_revision, planned_revision, plans, version, withdrawn, final) "
            "VALUES (:id, :uri, :head, :head, 1, 1, FALSE, FALSE)"
        ),
        {"id": id, "uri": f"tag:news.example,2020-01-01:article:{id}", "head": len(origins)},
    )
    for number, origin in enumerate(origins, start=1):
        event = {"id": f"{id}-{number}", "article": id, "revision": number, "at": _moment(connection)}
        connection.execute(
            text(
                "INSERT INTO events (source, id, type, digest, article_id, version, revision, outcome, reason, notes, "
                "received_at) VALUES ('cms', :id, 'article.published', 'x', :article, :revision, :revision, "
                "'accepted', '', '[]', :at)"
            ),
            event,
        )
        digest = contents.keep(connection, an_article(id, origin=origin).model_dump_json().encode())
        connection.execute(
            text(
                "INSERT INTO revisions (article_id, revision, kind, event_seq, digest, section, updated, recorded_at) "
                "SELECT :article, :revision, 'published', max(seq), :digest, '', :at, :at FROM events"
            ),
            event | {"digest": digest},
        )


def _an_article(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO articles (id, uri, head_revision, planned_revision, plans, version, withdrawn, final) "
            "VALUES ('a-1', 'tag:news.example,2020-01-01:article:a-1', 3, 3, 3, 3, TRUE, FALSE)"
        )
    )


def _a_revision(connection: Connection, id: str, words: bytes) -> None:
    """A live article with one revision, as it was kept before pictures were noted beside it."""
    told = {"id": id, "uri": f"tag:{id}", "digest": "a" * 64, "gzip": gzip.compress(words), "at": _moment(connection)}
    for statement in (
        "INSERT INTO contents (digest, size, gzip) VALUES (:digest, 1, :gzip)",
        "INSERT INTO articles (id, uri, head_revision, planned_revision, plans, version, withdrawn, final) "
        "VALUES (:id, :uri, 1, 1, 1, 1, FALSE, FALSE)",
        "INSERT INTO events (seq, source, id, type, digest, article_id, version, revision, outcome, reason, notes, "
        "received_at) VALUES (1, 'cms', 'e-1', 'article.published', :digest, :id, 1, 1, 'accepted', '', '[]', :at)",
        "INSERT INTO revisions (article_id, revision, kind, event_seq, digest, section, updated, recorded_at) "
        "VALUES (:id, 1, 'published', 1, :digest, '', :at, :at)",
    ):
        connection.execute(text(statement), told)


def _a_delivery(connection: Connection, id: str, *, revision: int, state: str, tries: int, **changes: str) -> None:
    told = {
        "id": id,
        "article_id": "a-1",
        "revision": revision,
        "edition": 1,
        "partner_id": "yunfeng",
        "destination_id": "yunfeng/push",
        "action": "publish" if revision == 1 else "update",
        "lane": "deliver",
        "state": state,
        "reason": "",
        "due_at": _moment(connection),
        "tries": tries,
        "body": "f" * 64,
        "media_type": "application/json",
        "manifest": json.dumps(MANIFEST.model_dump(mode="json")),
        "created_at": _moment(connection),
        "patient_since": _moment(connection),
    } | changes
    names = ", ".join(told)
    places = ", ".join(f":{name}" for name in told)
    connection.execute(text(f"INSERT INTO deliveries ({names}) VALUES ({places})"), told)


def _moment(connection: Connection) -> object:
    return WHEN if connection.dialect.name == "postgresql" else WHEN.strftime("%Y-%m-%d %H:%M:%S.%f")
