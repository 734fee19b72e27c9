"""What each token got of its feed is on record, beside the answer: who has had which version, and who has heard."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from syndicate.ledger import fetches, tables
from syndicate.ledger.database import Ledger
from syndicate.ledger.fetches import Fetch
from syndicate.pipeline.prune import forget_fetches
from syndicate.web.app import make_app
from syndicate.web.fetched import AT_MOST, FetchBook
from syndicate.web.tokens import id_of
from tests.fakes.web_newsroom import NOW, a_newsroom

OWN = "/feeds/partners/chenbao.atom"
HOUR = timedelta(hours=1)


@pytest.fixture
def newsroom(tmp_path, ledger_url):
    with a_newsroom(tmp_path, url=ledger_url) as newsroom:
        newsroom.built("partners/chenbao")
        newsroom.published()
        yield newsroom


@pytest.fixture
def key(newsroom):
    return newsroom.token("feeds:read", partner_id="chenbao")


def rows(newsroom):
    with newsroom.system.ledger.read() as connection:
        return list(reversed(fetches.latest(connection, limit=1_000)))


def heard(newsroom, article="hp-1"):
    """Of partners' own feeds."""
    with newsroom.system.ledger.read() as connection:
        found = fetches.heard(connection, article)
    return [one for one in found if newsroom.system.newsroom.directory.owner(one.feed_id)]


def withdrawn(newsroom, *, version=9):
    told = {"id": "hp-1", "version": version, "reason": "事实有误"}
    newsroom.published(id=f"w-{version}", type="article.withdrawn", data=told)


def a_fetch(**changes) -> Fetch:
    told = {
        "token_id": "0" * 16,
        "partner_id": "chenbao",
        "feed_id": "partners/chenbao",
        "format": "rss",
        "month": "",
        "status": 200,
        "digest": "a" * 64,
        "build": 1,
        "bytes": 10,
        "at": NOW,
    }
    return Fetch(**told | changes)


# what is written down


def test_who_got_what_of_which_version_and_when_is_written_down(newsroom, key):
    answer = newsroom.get(OWN, authorization=f"Bearer {key}", accept_encoding="gzip")

    (row,) = rows(newsroom)
    assert (row.token_id, row.partner_id, row.at, row.times) == (id_of(key), "chenbao", NOW, 1)
    assert (row.feed_id, row.format, row.status, row.bytes) == ("partners/chenbao", "atom", 200, len(answer.body))
    assert answer.headers["etag"] == f'"{row.digest[:32]}-gzip"'


def test_who_asks_again_and_hears_that_nothing_has_changed_adds_to_one_row(newsroom, key):
    etag = newsroom.get(OWN, authorization=f"Bearer {key}").headers["etag"]

    for minutes in range(1, 4):
        at = NOW + timedelta(minutes=minutes)
        assert newsroom.get(OWN, authorization=f"Bearer {key}", if_none_match=etag, at=at).status == 304

    first, again = rows(newsroom)
    assert (first.status, again.status, again.times) == (200, 304, 3)
    assert (again.at, again.last_at) == (NOW + timedelta(minutes=1), NOW + timedelta(minutes=3))


def test_a_token_that_stands_in_the_address_is_on_record_by_its_id_alone(newsroom, key):
    newsroom.get(f"{OWN}?token={key}")

    (row,) = rows(newsroom)
    assert (row.token_id, key[20:] in repr(row)) == (id_of(key), False)


@pytest.mark.parametrize("path", ["/feeds/all.atom", "/feeds/sections/%E6%B9%96%E5%8C%BA.rss"])
def test_who_reads_the_public_feeds_is_nobodys_business(newsroom, key, path):
    assert newsroom.get(path).status == 200

    assert rows(newsroom) == []


def test_who_gets_nothing_is_not_written_down(newsroom, key):
    newsroom.get(OWN)
    newsroom.get("/feeds/partners/wanbao.atom", authorization=f"Bearer {key}")
    newsroom.ask("HEAD", OWN, headers={"authorization": f"Bearer {key}"})

    assert rows(newsroom) == []


# who has heard of a removal


def test_nobody_has_heard_of_a_removal_who_has_not_asked_since(newsroom, key):
    newsroom.get(OWN, authorization=f"Bearer {key}")

    withdrawn(newsroom)

    (found,) = heard(newsroom)
    assert (found.feed_id, found.first) == ("partners/chenbao", {})


@pytest.mark.parametrize("how", ["whole", "unchanged"])
def test_who_has_fetched_the_version_without_the_article_is_known_with_the_hour(newsroom, key, how):
    withdrawn(newsroom)
    headers = {"authorization": f"Bearer {key}"} | ({"if_none_match": "*"} if how == "unchanged" else {})

    newsroom.get(OWN, at=NOW + HOUR, **headers)
    newsroom.get(OWN, at=NOW + 2 * HOUR, **headers)

    (found,) = heard(newsroom)
    assert found.first == {id_of(key): NOW + HOUR}


def test_a_version_of_before_the_removal_says_nothing_of_it_however_late_it_is_served(newsroom, key):
    told = {"id": "hp-1", "version": 9}
    newsroom.system.accept(
        {"specversion": "1.0", "id": "w", "source": "https://cms.hupan.example/", "type": "article.withdrawn"}
        | {"data": told}
    )
    newsroom.system.perform(newsroom.queue.steps.popleft())  # it is withdrawn, and its feeds aren't built yet

    newsroom.get(OWN, authorization=f"Bearer {key}", at=NOW + HOUR)

    assert [found for found in heard(newsroom) if found.first] == []


def test_an_article_that_was_published_again_and_withdrawn_again_counts_from_the_last_time(newsroom, key):
    withdrawn(newsroom, version=2)
    newsroom.get(OWN, authorization=f"Bearer {key}")
    newsroom.published(id="again", version=3)

    withdrawn(newsroom, version=4)

    (found,) = heard(newsroom)
    assert found.first == {}


def test_withdrawing_twice_does_not_have_them_hear_of_it_anew(newsroom, key):
    withdrawn(newsroom, version=2)
    newsroom.get(OWN, authorization=f"Bearer {key}")

    withdrawn(newsroom, version=3)

    (found,) = heard(newsroom)
    assert found.first == {id_of(key): NOW}


def test_a_partner_who_loses_an_article_by_a_persons_word_counts_too(newsroom, key):
    newsroom.system.rule("hp-1", "chenbao", decision="refused", by="沈禾", reason="作者不同意")
    newsroom.queue.run(newsroom.system.perform)

    newsroom.get(OWN, authorization=f"Bearer {key}", at=NOW + HOUR)

    (found,) = heard(newsroom)
    assert found.first == {id_of(key): NOW + HOUR}


# beside the answer


def test_an_answer_is_given_though_it_cant_be_written_down_and_that_is_made_good_later(newsroom, tmp_path):
    away = Ledger(f"sqlite:///{tmp_path}/none/ledger.db")
    book = FetchBook(away)
    book.add(a_fetch())
    book.flush()
    object.__setattr__(book, "_ledger", newsroom.system.ledger)

    book.flush()

    assert [row.digest for row in rows(newsroom)] == ["a" * 64]


def test_while_the_ledger_is_away_what_waits_does_not_grow_for_ever(newsroom):
    book = FetchBook(newsroom.system.ledger)

    for number in range(AT_MOST + 3):
        book.add(a_fetch(build=number))

    assert (len(book._waiting), book._waiting[0].build) == (AT_MOST, 3)


def test_what_waits_is_written_when_the_process_is_told_to_stop(newsroom):
    book = FetchBook(newsroom.system.ledger)
    book.start()
    for number in range(2_500):
        book.add(a_fetch(build=number))

    book.stop()

    with newsroom.system.ledger.read() as connection:
        assert len(connection.execute(select(tables.fetches)).all()) == 2_500


def test_the_application_starts_the_book_and_stops_it(newsroom):
    app = make_app(newsroom.system)

    async def live():
        async with app.router.lifespan_context(app):
            app.state.fetches.add(a_fetch())

    asyncio.run(live())

    assert len(rows(newsroom)) == 1


# how long it is kept


def test_what_was_fetched_long_ago_is_forgotten_and_what_was_confirmed_lately_is_not(newsroom):
    ages = [NOW - 500 * 24 * HOUR, NOW - 500 * 24 * HOUR]
    old = a_fetch(at=ages[0], status=304)
    with newsroom.system.ledger.write() as connection:
        fetches.record(connection, [old, a_fetch(at=ages[1], build=2), replace(old, at=NOW + 10_000 * 24 * HOUR)])

    dropped = list(forget_fetches(newsroom.system.ledger, keep=400 * 24 * HOUR))

    assert (dropped, [row.build for row in rows(newsroom)]) == ([1], [1])
