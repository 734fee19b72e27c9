"""What runs for every delivery, or every second, is answered from an index, however much there is."""

import re
from datetime import date

import pytest
from sqlalchemy import event, text

from syndicate.ledger import clearances, fetches, health, lines, listings
from syndicate.ledger.database import Ledger
from syndicate.ledger.fetches import Fetch
from syndicate.model.listing import Edition, Unit
from syndicate.model.step import SENDING_LANES
from tests.builders import an_event
from tests.fakes.rehearsal import Rehearsal


@pytest.fixture(params=["sqlite"])
def ledger_url(request, tmp_path, sqlite_template):
    """On SQLite only: it says how it will find its rows, also in an empty table."""
    file = tmp_path / "ledger.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


def plans(ledger: Ledger, work) -> list[tuple[str, str]]:
    """How SQLite finds the rows of every statement that `work` runs: (statement, a line of its plan)."""
    seen: dict[str, object] = {}

    def remember(_connection, _cursor, statement, parameters, _context, many):
        seen.setdefault(statement, parameters[0] if many else parameters)

    for engine in (ledger.engine, ledger._reading):
        event.listen(engine, "before_cursor_execute", remember)
    work()
    found = []
    with ledger.read() as connection:
        for statement, parameters in list(seen.items()):
            if re.match(r"\s*(SELECT|UPDATE|WITH|DELETE)", statement):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                found += [(statement, row.detail) for row in rows]
    return found


def scans(found: list[tuple[str, str]], table: str) -> list[tuple[str, str]]:
    """Those that go through all rows of a table. To go through an index of a few of its rows only is no such thing."""
    names = "|".join((table, "head", "other", "sibling", "first", "following"))
    few = "ix_deliveries_(sending|first_tries|retries|removals|failed|expiring)|ix_health"
    whole = re.compile(rf"^SCAN ({names})( USING (COVERING )?INDEX (?!{few})|$)")
    return [one for one in found if whole.match(one[1])]


def test_a_turn_looks_at_no_more_deliveries_than_it_needs(system: Rehearsal):
    system.partner()
    system.publish(an_event(article="a-0"))

    def work():
        system.publish(an_event(article="a-1"))

    assert scans(plans(system.ledger, work), "deliveries") == []


def test_a_sweep_looks_at_no_more_deliveries_than_it_needs(system: Rehearsal):
    system.partner()
    system.publish(an_event(article="a-0"))

    assert scans(plans(system.ledger, system.sweep), "deliveries") == []


def test_what_is_in_whose_line_is_found_by_skipping(system: Rehearsal):
    def work():
        with system.ledger.read() as connection:
            for lane in SENDING_LANES:
                lines.lines(connection, lane, limit=10)
                lines.in_flight(connection, (lane,))
            health.troubled(connection)

    assert scans(plans(system.ledger, work), "deliveries") == []
    assert scans(plans(system.ledger, work), "health") == []


def test_the_source_list_is_asked_by_name_however_long_it_is(system: Rehearsal):
    edition = Edition(name="2025-06", starts=date(2025, 1, 1), units=(Unit(name="远山通讯社"),))

    def work():
        system.publish(an_event(article="a-1"))
        system.system.import_edition(edition, by="沈禾")
        system.sweep()
        system.publish(an_event(article="a-2"))
        with system.ledger.read() as connection:
            listings.sent_to(connection, ["yunfeng"])
            listings.editions_with(connection, "远山通讯社")

    system.partner(only_listed=True)
    found = plans(system.ledger, work)

    assert scans(found, "source_units") == []
    assert scans(found, "deliveries") == []
    asked = [statement for statement, _ in found if "source_units" in statement and "source_editions" in statement]
    assert asked


def test_this_test_would_notice_a_scan(system: Rehearsal):
    def work():
        with system.ledger.read() as connection:
            connection.execute(text("SELECT count(*) FROM deliveries WHERE reason = 'x'")).all()

    assert scans(plans(system.ledger, work), "deliveries")


def test_a_keywords_feed_is_found_by_its_label_and_not_by_looking_at_every_article(system: Rehearsal):
    system.publish(an_event(article="a-0", keywords=["渡口"]))
    definition = system.system.newsroom.directory.definition("keywords/渡口", system.system.newsroom.publisher)
    assert definition is not None

    def work():
        with system.ledger.read() as connection:
            clearances.selection(connection, definition, now=system.now)

    found = plans(system.ledger, work)
    assert [one for one in found if one[1].startswith("SCAN")] == []


def test_fetches_are_written_down_and_read_by_index(system: Rehearsal):
    told = Fetch("0" * 16, "yunfeng", "partners/yunfeng", "rss", "", 304, "a" * 64, 1, 0, system.now)

    def work():
        with system.ledger.write() as connection:
            fetches.record(connection, [told])
            fetches.forget(connection, before=system.now, limit=10)
        with system.ledger.read() as connection:
            fetches.latest(connection, partner_id="yunfeng", limit=10)
            fetches.heard(connection, "a-1")

    assert scans(plans(system.ledger, work), "fetches") == []
