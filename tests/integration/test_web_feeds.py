"""Does everybody get the feeds they may have, once, in the coding they asked for, and nobody else's?"""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
import zstandard

from syndicate.ledger.database import Ledger
from syndicate.model.step import BuildFeed
from tests.fakes.web_newsroom import BASE, FEEDS, NOW, a_newsroom, an_article, an_event, basic

LATER = NOW + timedelta(minutes=5)
NESTED = "/feeds/sections/%E6%B9%96%E5%8C%BA/%E8%A7%82%E9%B8%9F%20%E6%89%8B%E8%AE%B0.atom"
OWN = "/feeds/partners/chenbao.rss"


@pytest.fixture
def newsroom(tmp_path):
    with a_newsroom(tmp_path) as newsroom:
        newsroom.published()
        yield newsroom


@pytest.fixture
def empty(tmp_path):
    with a_newsroom(tmp_path) as newsroom:
        yield newsroom


@pytest.fixture
def key(newsroom):
    return newsroom.token("feeds:read", partner_id="chenbao")


# --- the public feeds


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [("rss", "application/rss+xml"), ("atom", "application/atom+xml"), ("json", "application/feed+json")],
)
def test_a_public_feed_is_for_everybody_in_every_format(newsroom, suffix, media_type):
    answer = newsroom.get(f"/feeds/all.{suffix}")
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, media_type)
    assert "芦苇荡里来了新住客".encode() in answer.body


def test_a_feed_reader_understands_what_is_served(newsroom):
    parsed = feedparser.parse(newsroom.get("/feeds/all.atom").body)
    assert [entry.title for entry in parsed.entries] == ["芦苇荡里来了新住客"]


def test_a_section_with_chinese_names_has_its_address_percent_encoded(newsroom):
    assert newsroom.get(NESTED).status == 200


def test_a_section_above_has_a_feed_too(newsroom):
    assert newsroom.get("/feeds/sections/%E6%B9%96%E5%8C%BA.rss").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/none.rss",
        "/feeds/all.xml",
        "/feeds/all",
        "/feeds/all.",
        "/feeds/.rss",
        "/feeds/sections.rss",
        "/feeds/sections/%E5%B1%B1.rss",
        "/feeds/sections/%E6%B9%96%E5%8C%BA/.rss",
        "/feeds/all%00.rss",
        "/feeds/sections/%00.rss",
        "/feeds/sections/%ff%fe.rss",
        "/feeds/sections/%ed%a0%80.rss",
        "/feeds/all.rss/",
        "/feeds/../all.rss",
    ],
)
def test_what_is_no_feed_is_not_found(newsroom, path):
    answer = newsroom.get(path)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_feed_that_was_never_built_comes_soon(empty):
    answer = empty.get("/feeds/all.rss")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")


def test_a_section_that_was_never_built_comes_soon(empty):
    empty.system.accept(an_event())
    empty.system.perform(empty.queue.steps.popleft())
    assert empty.get(NESTED).status == 503


def test_without_a_database_a_reader_is_told_to_come_again(newsroom, tmp_path):
    away = replace(newsroom, system=replace(newsroom.system, ledger=Ledger(f"sqlite:///{tmp_path}/none/ledger.db")))
    answer = away.get("/feeds/all.rss")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")


def test_a_feed_names_its_own_address_and_its_licence(newsroom):
    assert newsroom.get(NESTED).headers["link"] == (
        f'<https://feeds.hupan.example{NESTED}>; rel="self", '
        '<https://www.hupan.example/%E7%89%88%E6%9D%83>; rel="license"'
    )


def test_the_address_in_the_header_is_the_one_in_the_feed(newsroom):
    answer = newsroom.get(NESTED)
    assert answer.headers["link"].partition(">")[0].strip("<").encode() in answer.body


def test_the_right_to_mine_the_text_is_reserved(newsroom):
    assert newsroom.get("/feeds/all.rss").headers["tdm-reservation"] == "1"


def test_a_public_feed_may_be_cached_for_a_while_by_anybody(newsroom):
    headers = newsroom.get("/feeds/all.rss").headers
    assert headers["cache-control"] == "public, max-age=60, stale-while-revalidate=60"
    assert headers["vary"] == "Accept-Encoding, Sec-Fetch-Dest, A-IM"


def test_no_browser_guesses_what_a_feed_is(newsroom):
    assert newsroom.get("/feeds/all.rss").headers["x-content-type-options"] == "nosniff"


# --- asked again


def test_the_gzip_variant_unpacks_to_the_identity_variant(newsroom):
    plain, packed = newsroom.get("/feeds/all.rss"), newsroom.get("/feeds/all.rss", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_the_two_variants_have_different_strong_validators(newsroom):
    plain = newsroom.get("/feeds/all.rss").headers["etag"]
    packed = newsroom.get("/feeds/all.rss", accept_encoding="gzip").headers["etag"]
    assert (len(plain), packed) == (34, f'{plain[:-1]}-gzip"')


def test_who_refuses_gzip_gets_the_plain_bytes(newsroom):
    assert "content-encoding" not in newsroom.get("/feeds/all.rss", accept_encoding="gzip;q=0, zstd;q=0, *").headers


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_what_has_not_changed_is_not_sent_again(newsroom, coding):
    first = newsroom.get("/feeds/all.rss", accept_encoding=coding, at=LATER)
    again = newsroom.get("/feeds/all.rss", accept_encoding=coding, if_none_match=first.headers["etag"], at=LATER)
    assert (again.status, again.body) == (304, b"")
    for name in ("etag", "cache-control", "vary", "last-modified"):
        assert again.headers[name] == first.headers[name]


def test_one_variants_validator_is_not_the_others(newsroom):
    etag = newsroom.get("/feeds/all.rss").headers["etag"]
    assert newsroom.get("/feeds/all.rss", accept_encoding="gzip", if_none_match=etag).status == 200


def test_a_changed_feed_is_sent_again(newsroom):
    etag = newsroom.get("/feeds/all.rss").headers["etag"]
    newsroom.published(id="e-2", version=2, headline="白鹭孵出了雏鸟")
    again = newsroom.get("/feeds/all.rss", if_none_match=etag)
    assert (again.status, "白鹭孵出了雏鸟".encode() in again.body) == (200, True)


def test_last_modified_is_when_it_was_built_in_whole_seconds(newsroom):
    assert newsroom.get("/feeds/all.rss", at=LATER).headers["last-modified"] == "Wed, 06 May 2026 02:00:00 GMT"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 5, 6, 2, 0, 0, 999_999, tzinfo=UTC), False),
        (datetime(2026, 5, 6, 2, 0, 1, tzinfo=UTC), True),
    ],
)
def test_last_modified_is_not_told_in_the_second_of_the_build(newsroom, at, told):
    assert ("last-modified" in newsroom.get("/feeds/all.rss", at=at).headers) is told


def test_in_the_second_of_the_build_nobody_is_told_by_date_that_nothing_changed(newsroom):
    assert newsroom.get("/feeds/all.rss", if_modified_since="Wed, 06 May 2026 02:00:00 GMT").status == 200


@pytest.mark.parametrize("back", [timedelta(0), timedelta(hours=2)])
def test_other_bytes_are_of_a_later_second_even_if_the_clock_was_set_back(newsroom, back):
    before = newsroom.get("/feeds/all.rss", at=LATER).headers["last-modified"]
    earlier = replace(newsroom, system=replace(newsroom.system, clock=lambda: NOW - back))
    earlier.published(id="e-2", version=2, headline="白鹭孵出了雏鸟")
    after = newsroom.get("/feeds/all.rss", at=LATER).headers["last-modified"]
    assert (before, after) == ("Wed, 06 May 2026 02:00:00 GMT", "Wed, 06 May 2026 02:00:01 GMT")


def test_if_modified_since_is_answered_where_there_is_nothing_better(newsroom):
    date = newsroom.get("/feeds/all.rss", at=LATER).headers["last-modified"]
    assert newsroom.get("/feeds/all.rss", if_modified_since=date, at=LATER).status == 304


def test_if_none_match_wins_over_if_modified_since(newsroom):
    date = newsroom.get("/feeds/all.rss", at=LATER).headers["last-modified"]
    again = newsroom.get("/feeds/all.rss", if_modified_since=date, if_none_match='"other"', at=LATER)
    assert again.status == 200


def test_head_has_the_headers_of_get(newsroom):
    told, asked = newsroom.ask("HEAD", "/feeds/all.rss"), newsroom.get("/feeds/all.rss")
    assert (told.status, dict(told.headers)) == (200, dict(asked.headers))


def test_zstd_is_sent_to_those_who_take_it(newsroom):
    plain, packed = newsroom.get("/feeds/all.rss"), newsroom.get("/feeds/all.rss", accept_encoding="gzip, zstd")
    assert packed.headers["content-encoding"] == "zstd"
    assert zstandard.ZstdDecompressor().decompress(packed.body) == plain.body
    assert packed.headers["etag"] == f'{plain.headers["etag"][:-1]}-zstd"'


# --- what has changed since


def since(newsroom, path, etag, **headers):
    return newsroom.get(path, if_none_match=etag, a_im="feed", **headers)


def test_who_takes_deltas_gets_what_came_since_its_version(newsroom):
    etag = newsroom.get("/feeds/all.atom").headers["etag"]
    newsroom.published(id="e-2", **{"data": an_article(id="hp-2", headline="堤上的风筝")})

    delta = since(newsroom, "/feeds/all.atom", etag)

    assert (delta.status, delta.headers["im"]) == (226, "feed")
    assert ("堤上的风筝".encode() in delta.body, "芦苇荡里来了新住客".encode() in delta.body) == (True, False)
    assert delta.headers["etag"] == newsroom.get("/feeds/all.atom").headers["etag"]
    assert delta.headers["cache-control"] == "no-store, im"
    assert "A-IM" in delta.headers["vary"]


def test_an_edit_is_in_the_delta(newsroom):
    etag = newsroom.get("/feeds/all.rss").headers["etag"]
    newsroom.published(id="e-2", version=2, headline="白鹭孵出了雏鸟")
    assert (since(newsroom, "/feeds/all.rss", etag).status) == 226


def withdrawn(newsroom):
    newsroom.published(id="e-2", type="article.withdrawn", data={"id": "hp-1", "version": 2, "reason": "有误"})


def test_a_removal_is_in_the_delta(newsroom):
    etag = newsroom.get("/feeds/all.atom").headers["etag"]
    withdrawn(newsroom)
    delta = since(newsroom, "/feeds/all.atom", etag)
    assert (delta.status, delta.body.count(b"at:deleted-entry ")) == (226, 1)


def test_rss_has_no_word_for_a_removal_and_so_all_of_it_is_sent(newsroom):
    etag = newsroom.get("/feeds/all.rss").headers["etag"]
    withdrawn(newsroom)
    assert since(newsroom, "/feeds/all.rss", etag).status == 200


def test_of_a_version_that_we_do_not_know_all_is_sent(newsroom):
    assert since(newsroom, "/feeds/all.atom", f'"{"0" * 32}"').status == 200


def test_what_has_not_changed_is_not_a_delta(newsroom):
    etag = newsroom.get("/feeds/all.atom").headers["etag"]
    assert since(newsroom, "/feeds/all.atom", etag).status == 304


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_after_a_compressed_delta_the_reader_is_up_to_date_in_that_coding(newsroom, coding):
    etag = newsroom.get("/feeds/all.atom", accept_encoding=coding).headers["etag"]
    newsroom.published(id="e-2", **{"data": an_article(id="hp-2", headline="堤上的风筝")})
    delta = since(newsroom, "/feeds/all.atom", etag, accept_encoding=coding)
    again = since(newsroom, "/feeds/all.atom", delta.headers["etag"], accept_encoding=coding)
    assert (delta.status, delta.headers["content-encoding"], again.status) == (226, coding, 304)


def test_a_partners_delta_asks_for_its_token_too(newsroom, key):
    etag = newsroom.get(OWN, authorization=f"Bearer {key}").headers["etag"]
    newsroom.published(id="e-2", **{"data": an_article(id="hp-2", headline="堤上的风筝")})
    assert since(newsroom, OWN, etag).status == 401
    assert since(newsroom, OWN, etag, authorization=f"Bearer {key}").status == 226


# --- archives, and what was ended


def test_an_archive_is_served_at_its_own_address(tmp_path):
    feeds = FEEDS | {"all": 'title = "全部"\ndescription = "全部"\narchives = true\n'}
    with a_newsroom(tmp_path, feeds=feeds) as newsroom:
        newsroom.published(published_at="2026-04-01T09:00:00+08:00")

        archive = newsroom.get("/archives/all/2026-04.atom", at=LATER)

        assert (archive.status, archive.headers["vary"]) == (200, "Accept-Encoding, Sec-Fetch-Dest")
        assert archive.headers["link"].startswith(f'<{BASE}/archives/all/2026-04.atom>; rel="self"')
        assert newsroom.get("/archives/all/2026-04.atom", if_none_match=archive.headers["etag"]).status == 304
        assert newsroom.get("/archives/all/2026-03.atom").status == 404
        assert newsroom.get("/archives/all/2026-13.atom").status == 404
        withdrawn(newsroom)
        assert newsroom.get("/archives/all/2026-04.atom").status == 410


def test_a_partners_archive_asks_for_its_token(newsroom, key):
    assert newsroom.get("/archives/partners/chenbao/2026-04.rss").status == 401
    assert newsroom.get("/archives/partners/chenbao/2026-04.rss", authorization=f"Bearer {key}").status == 404


def test_a_feed_that_was_ended_is_gone(newsroom):
    others = {name: told for name, told in FEEDS.items() if name != "all"}
    with a_newsroom(newsroom.system.settings.config_dir.parent / "later", feeds=others, ledger=newsroom) as later:
        assert later.get("/feeds/all.rss").status == 410


# --- partners' own feeds


def test_a_partner_reads_its_own_feed_in_full(newsroom, key):
    answer = newsroom.get(OWN, authorization=f"Bearer {key}")
    assert (answer.status, "六只白鹭落在湖心岛上".encode() in answer.body) == (200, True)


def test_the_public_feed_has_no_full_text(newsroom):
    assert "六只白鹭落在湖心岛上".encode() not in newsroom.get("/feeds/all.rss").body


@pytest.mark.parametrize("user", ["", "chenbao", "读者"])
def test_the_token_may_be_the_password_of_any_user(newsroom, key, user):
    assert newsroom.get(OWN, authorization=basic(user, key)).status == 200


def test_the_token_may_stand_in_the_address(newsroom, key):
    assert newsroom.get(f"{OWN}?token={key}").status == 200


def test_the_token_is_not_repeated_in_the_answer(newsroom, key):
    answer = newsroom.get(f"{OWN}?token={key}")
    assert key not in repr(answer)


def test_a_partners_feed_is_kept_by_nobody_but_the_partner(newsroom, key):
    headers = newsroom.get(OWN, authorization=f"Bearer {key}").headers
    assert headers["cache-control"].startswith("private, ")
    assert headers["vary"] == "Accept-Encoding, Sec-Fetch-Dest, A-IM, Authorization"


def test_a_partners_feed_answers_conditionally_too(newsroom, key):
    etag = newsroom.get(OWN, authorization=f"Bearer {key}").headers["etag"]
    assert newsroom.get(OWN, authorization=f"Bearer {key}", if_none_match=etag).status == 304


def test_a_validator_opens_nothing_without_the_token(newsroom):
    assert newsroom.get(OWN, if_none_match="*").status == 401


def test_a_stranger_is_asked_for_a_token_in_both_ways(newsroom):
    answer = newsroom.get(OWN)
    assert (answer.status, answer.headers["www-authenticate"]) == (
        401,
        'Basic realm="feeds", charset="UTF-8", Bearer realm="feeds"',
    )


def without_address(answer):
    return answer.status, dict(answer.headers), answer.body


def test_a_stranger_does_not_learn_who_is_a_partner(newsroom):
    paths = ["chenbao.rss", "wanbao.atom", "ribao.rss", "nobody.rss", "chenbao.xml", "x/y.rss"]
    answers = [without_address(newsroom.get(f"/feeds/partners/{path}")) for path in paths]
    assert answers == answers[:1] * len(paths)


def test_a_partner_does_not_learn_who_else_is_one(newsroom, key):
    paths = ["wanbao.atom", "ribao.rss", "nobody.rss", "x/y.rss"]
    answers = [
        without_address(newsroom.get(f"/feeds/partners/{path}", authorization=f"Bearer {key}")) for path in paths
    ]
    assert (answers[0][0], answers) == (403, answers[:1] * len(paths))


def test_the_newsrooms_own_token_reads_no_partners_feed(newsroom):
    token = newsroom.token("events:write")
    assert newsroom.get(OWN, authorization=f"Bearer {token}").status == 403


def test_after_the_last_day_of_the_agreement_the_feed_is_closed_with_the_reason(newsroom):
    key = newsroom.token("feeds:read", partner_id="wanbao")
    answer = newsroom.get("/feeds/partners/wanbao.rss", authorization=f"Bearer {key}")
    assert (answer.status, answer.json["detail"]) == (403, "agreement HP-2 ended on 2026-05-05")


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), 200),  # still 31 December in Shanghai
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), 403),
        (datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC), 403),
        (datetime(2025, 12, 31, 16, 0, 0, tzinfo=UTC), 200),
    ],
)
def test_the_days_of_an_agreement_are_the_publishers_days(newsroom, key, at, status):
    assert newsroom.get(OWN, authorization=f"Bearer {key}", at=at).status == status


def test_a_partner_without_an_agreement_is_told_so(newsroom):
    key = newsroom.token("feeds:read", partner_id="ribao")
    answer = newsroom.get("/feeds/partners/ribao.rss", authorization=f"Bearer {key}")
    assert (answer.status, answer.json["detail"]) == (403, "there is no written agreement with this partner")


def test_a_partner_that_is_no_longer_configured_is_told_so(newsroom):
    key = newsroom.token("feeds:read", partner_id="gone")
    assert newsroom.get("/feeds/partners/gone.rss", authorization=f"Bearer {key}").status == 403


def test_a_partner_asking_for_a_format_there_is_not_is_told_so(newsroom, key):
    assert newsroom.get("/feeds/partners/chenbao.xml", authorization=f"Bearer {key}").status == 404


def test_a_partners_feed_that_was_never_built_comes_soon(empty):
    key = empty.token("feeds:read", partner_id="chenbao")
    assert empty.get(OWN, authorization=f"Bearer {key}").status == 503


def test_an_empty_feed_is_a_feed(empty):
    empty.system.sweep()
    empty.queue.run(empty.system.perform)
    empty.system.perform(BuildFeed(feed_id="all"))
    assert feedparser.parse(empty.get("/feeds/all.rss").body).entries == []
