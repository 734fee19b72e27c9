"""What we remember: claims that never meet, locks that are held, the shape of the tables: on both databases."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text, update
from sqlalchemy.exc import IntegrityError

from syndicate.ledger import claims, partners, tables
from syndicate.ledger.claims import Claim, Settlement
from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import is_current, migrate
from tests.builders import NOON, a_destination, a_partner, an_event, hours
from tests.fakes.rehearsal import Rehearsal

LEASE = timedelta(minutes=1)


def owed(system: Rehearsal, many: int) -> list[str]:
    """The ids of so many deliveries that wait."""
    system.partner()
    for number in range(many):
        system.tell(an_event(article=f"a-{number}"))
    for _ in range(many):
        system.run_next()
    system.lose_queue()
    return [row.id for number in range(many) for row in system.rows(f"a-{number}")]


def claim(system: Rehearsal, ids: list[str], *, token: str) -> list[str]:
    return [claim.due.id for claim in system.claim(*ids, token=token)]


# claims


def test_claimers_at_the_same_time_never_get_the_same_delivery(system: Rehearsal):
    ids = owed(system, 24)
    start = Barrier(4)

    def take_all(number: int) -> list[str]:
        start.wait()
        mine: list[str] = []
        for place in range(0, len(ids), 3):
            mine += claim(system, ids[place : place + 3], token=f"claimer-{number}")
        return mine

    with ThreadPoolExecutor(4) as claimers:
        taken = [id for found in claimers.map(take_all, range(4)) for id in found]

    assert sorted(taken) == sorted(ids)


def test_what_is_claimed_is_ours_until_the_lease_ends(system: Rehearsal):
    (id,) = owed(system, 1)

    (claim,) = system.claim(id, token="one", lease=LEASE)

    (row,) = system.rows("a-0")
    assert (row.state, row.tries) == ("sending", claim.number == 1)
    assert (row.claimed_at, row.lease_until) == (claim.claimed_at, claim.claimed_at + LEASE)


def test_while_a_claim_has_run_out_and_nobody_noticed_nothing_else_goes_to_that_destination(system: Rehearsal):
    (id,) = owed(system, 1)
    system.claim_and_die(id)
    system.tell(an_event("updated", "a-0", version=2))
    system.run_next()
    newer = system.rows("a-0")[-1]

    assert claim(system, [id, newer.id], token="one") == []


def test_two_live_claims_for_one_destination_and_article_are_impossible(system: Rehearsal):
    (id,) = owed(system, 1)
    system.claim(id)
    system.tell(an_event("updated", "a-0", version=2))
    system.run_next()
    newer = system.rows("a-0")[-1]

    twice = update(tables.deliveries).where(tables.deliveries.c.id == newer.id).values(state="sending")
    with system.ledger.write() as connection, pytest.raises(IntegrityError):
        connection.execute(twice)


def test_a_retry_that_is_not_due_yet_is_not_claimed(system: Rehearsal):
    ids = owed(system, 1)
    with system.ledger.write() as connection:
        later = datetime.now(UTC) + hours(1)
        connection.execute(update(tables.deliveries).values(due_at=later, lane="slow"))

    assert claim(system, ids, token="one") == []


def test_a_claim_is_ours_only_while_the_token_matches(system: Rehearsal):
    (id,) = owed(system, 1)
    (mine,) = system.claim(id, token="mine")
    somebody_elses = mine._replace(token="not-mine")

    def is_ours(claim: Claim) -> bool:
        with system.ledger.write() as connection:
            return bool(claims.settle(connection, [(claim, Settlement("delivered", "", None, "deliver"))], now=NOON))

    assert [is_ours(somebody_elses), is_ours(mine)] == [False, True]


@pytest.mark.parametrize("ledger_url", [pytest.param("postgresql", marks=pytest.mark.integration)], indirect=True)
@pytest.mark.parametrize("moves", ["the head", "the answer"])
def test_whether_a_delivery_is_superseded_waits_for_a_plan_that_is_being_written_down(system: Rehearsal, moves: str):
    # given: a plan has locked the article, and found nothing waiting that it could cancel (SQLite has but one writer)
    (id,) = owed(system, 1)
    (mine,) = system.claim(id, token="mine")

    def ask() -> bool:
        with system.ledger.write() as connection:
            connection.execute(text("SET application_name = 'the worker'"))
            return bool(claims.superseded(connection, [mine]))

    # when: the worker asks before the plan is committed
    with ThreadPoolExecutor(1) as worker:
        with system.ledger.write() as connection:
            move(connection, moves)
            asked = worker.submit(ask)
            wait_until_blocked_or_done(system.ledger, asked)
        answer = asked.result(timeout=10)

    # then
    assert answer


def move(connection: Connection, what: str) -> None:
    connection.execute(tables.articles.select().with_for_update()).all()
    if what == "the head":
        connection.execute(update(tables.articles).values(head_revision=2))
        return
    (answer,) = connection.execute(tables.clearances.select().where(tables.clearances.c.audience == "yunfeng")).all()
    newer = {name: value for name, value in answer._mapping.items() if name != "seq"} | {"edition": 2}
    connection.execute(tables.clearances.insert().values(newer))


def wait_until_blocked_or_done(ledger: Ledger, asked: "Future[bool]") -> None:
    waiting = text("SELECT 1 FROM pg_stat_activity WHERE application_name = 'the worker' AND wait_event_type = 'Lock'")
    deadline = time.monotonic() + 10
    while not asked.done():
        with ledger.read() as connection:  # a new look each time: within a transaction the view stands still
            if connection.scalar(waiting):
                return
        assert time.monotonic() < deadline, "the worker neither waits nor answers"


# partners


def test_every_version_of_an_address_is_kept_and_the_newest_is_known(ledger: Ledger):
    for number, url in enumerate(("https://a.example/", "https://b.example/")):
        with ledger.write() as connection:
            partners.remember(connection, [a_partner(url=url)], now=NOON + hours(number))

    with ledger.read() as connection:
        newest = partners.newest_destinations(connection, ["yunfeng/push"])
        kept = connection.execute(tables.destinations.select()).all()
    assert newest == {"yunfeng/push": a_destination("https://b.example/")}
    assert len(kept) == 2


def test_an_address_that_comes_back_is_the_newest_again(ledger: Ledger):
    for number, url in enumerate(("https://a.example/", "https://b.example/", "https://a.example/")):
        with ledger.write() as connection:
            partners.remember(connection, [a_partner(url=url)], now=NOON + hours(number))

    with ledger.read() as connection:
        newest = partners.newest_destinations(connection, ["yunfeng/push"])
    assert newest == {"yunfeng/push": a_destination("https://a.example/")}


# transactions


def test_what_raises_leaves_nothing_behind(ledger: Ledger):
    def fail_half_way() -> None:
        with ledger.write() as connection:
            partners.remember(connection, [a_partner()], now=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()

    with ledger.read() as connection:
        assert connection.execute(tables.destinations.select()).all() == []


def test_read_then_write_by_several_at_once_loses_nothing(ledger: Ledger):
    with ledger.write() as connection:
        connection.execute(tables.articles.insert().values(**an_article_row()))

    def add_one(_: int) -> None:
        with ledger.write() as connection:
            row = connection.execute(tables.articles.select().with_for_update()).one()
            connection.execute(update(tables.articles).values(version=row.version + 1))

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(add_one, range(40)))

    with ledger.read() as connection:
        assert connection.execute(tables.articles.select()).one().version == 40


def test_a_reader_sees_one_moment_however_long_it_looks(ledger: Ledger):
    with ledger.read() as reader:
        before = reader.execute(tables.articles.select()).all()
        with ledger.write() as writer:
            writer.execute(tables.articles.insert().values(**an_article_row()))
        after = reader.execute(tables.articles.select()).all()

    assert (before, after) == ([], [])


def an_article_row() -> dict[str, object]:
    return {
        "id": "a-1",
        "uri": "tag:news.example,2020-01-01:article:a-1",
        "head_revision": 0,
        "planned_revision": 0,
        "version": 0,
        "withdrawn": False,
        "final": False,
    }


def test_a_moment_comes_back_as_it_went_in(ledger: Ledger):
    moment = datetime(2025, 5, 6, 12, 0, 0, 123456, tzinfo=UTC)
    with ledger.write() as connection:
        connection.execute(tables.articles.insert().values(**an_article_row() | {"first_published": moment}))

    with ledger.read() as connection:
        assert connection.execute(tables.articles.select()).one().first_published == moment


def test_a_moment_without_a_zone_is_refused(ledger: Ledger):
    naive = datetime(2025, 5, 6)  # noqa: DTZ001

    with pytest.raises(Exception, match="without a zone"), ledger.write() as connection:
        connection.execute(tables.articles.insert().values(**an_article_row() | {"first_published": naive}))


# the shape of the tables


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(ledger: Ledger):
    with ledger.write() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})

        assert compare_metadata(context, tables.metadata) == []


def test_a_new_sqlite_ledger_is_made_with_its_folder(tmp_path: Path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'new' / 'folder' / 'ledger.db'}")

    migrate(ledger)

    assert is_current(ledger)
    ledger.close()


def test_migrating_twice_is_harmless(ledger: Ledger):
    migrate(ledger)

    assert is_current(ledger)


def test_a_ledger_of_an_older_version_is_noticed(ledger: Ledger):
    with ledger.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))

    assert not is_current(ledger)


def test_a_ledger_in_memory_is_refused_because_processes_could_not_share_it():
    with pytest.raises(ValueError, match="needs a file"):
        Ledger("sqlite://")
