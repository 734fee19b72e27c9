"""Does any input at all make us stumble, or leave something half-written?"""

import copy
import itertools
import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from syndicate.ledger import tables
from tests.fakes.web_newsroom import a_newsroom, an_article, an_event

SLOW = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
PICTURE = {"url": "pictures/1.jpg", "caption": "白鹭", "width": 10, "size_bytes": 1}
FULL = an_article(
    pictures=[PICTURE],
    keywords=["观鸟"],
    correspondents=["苏禾"],
    updated_at="2026-05-06T10:00:00+08:00",
    embargo_until=None,
    ai_label="none",
    change="minor",
    language="zh-CN",
)
WITHDRAWAL = {"id": "hp-1", "version": 1, "reason": "", "final": False}
TEXT = st.text(st.characters(), max_size=30)  # all of Unicode, NUL and lone surrogates with it
HUGE = st.sampled_from([10**40, -(10**40), 2**53, 2**63, 1e308, -0.0, 10**4000])
EDGES = st.sampled_from(
    [
        "\x00",
        "\ud800",
        "",
        " ",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "http://[",
        "//",
        "<b>" * 3000,
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | HUGE | EDGES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def places(value, path=()):
    """The path to everything in a JSON value."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


def put(value, path, replacement):
    if not path:
        return replacement
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = replacement
    return changed


NUMBERS = itertools.count(1)


def fresh(event):
    """The event as the next one of its article, where that part of it wasn't spoiled: two events for each article."""
    number = next(NUMBERS)
    news = {("id",): f"f-{number}", ("data", "id"): f"hp-{number // 2}", ("data", "version"): number}
    for path, value in news.items():
        if was(event, path) in ({"e-1", "w"} if path == ("id",) else {"hp-1"} if path[-1] == "id" else {1}):
            event = put(event, path, value)
    return event


def was(event, path):
    for key in path:
        event = event.get(key) if isinstance(event, dict) else None
    return event if isinstance(event, str | int) else None


PUBLISHED = an_event(data=FULL)
WITHDRAWN = an_event(id="w", type="article.withdrawn", data=WITHDRAWAL)
SPOILED = st.one_of(
    *(
        st.builds(put, st.just(event), st.sampled_from([path for path in places(event) if path]), JSON)
        for event in (PUBLISHED, WITHDRAWN)
    )
)


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    with a_newsroom(tmp_path_factory.mktemp("fuzz")) as newsroom:
        yield newsroom


@pytest.fixture(scope="module")
def token(newsroom):
    return newsroom.token("events:write")


def counts(newsroom):
    with newsroom.system.ledger.read() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table))
            for name, table in tables.metadata.tables.items()
        }


def broken(newsroom):
    """What is half-written: accepted events without a revision, articles whose head isn't there."""
    events, revisions, articles = tables.events, tables.revisions, tables.articles
    with newsroom.system.ledger.read() as connection:
        without = select(events.c.seq).where(
            events.c.outcome == "accepted", events.c.seq.not_in(select(revisions.c.event_seq))
        )
        heads = (
            select(articles.c.id)
            .outerjoin(revisions, revisions.c.article_id == articles.c.id)
            .group_by(articles.c.id, articles.c.head_revision)
            .having(func.coalesce(func.max(revisions.c.revision), -1) != articles.c.head_revision)
        )
        return [*connection.execute(without), *connection.execute(heads)]


def assert_taken_or_left(newsroom, answer, before):
    """Either the event is in the ledger, whole, or nothing has happened; and never is it our mistake."""
    assert answer.status < 500, answer.body
    after = counts(newsroom)
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["status"] == answer.status
        assert after == before
    elif answer.json["outcome"] == "accepted":
        assert (after["events"], after["revisions"]) == (before["events"] + 1, before["revisions"] + 1)
    assert broken(newsroom) == []


@SLOW
@given(st.binary(max_size=300), st.sampled_from(["application/cloudevents+json", "application/json"]))
def test_random_bytes_never_make_us_stumble(newsroom, token, body, media_type):
    before = counts(newsroom)
    assert_taken_or_left(newsroom, newsroom.post(body, token=token, media_type=media_type), before)


@SLOW
@given(JSON)
def test_random_json_never_makes_us_stumble(newsroom, token, body):
    before = counts(newsroom)
    assert_taken_or_left(newsroom, newsroom.post(json.dumps(body).encode(), token=token), before)


@settings(SLOW, max_examples=400)
@given(SPOILED)
@example(put(PUBLISHED, ("data", "published_at"), "9999-12-31T23:59:59.999999Z"))
@example(put(PUBLISHED, ("data", "body_html"), "<b>" * 15_000))
@example(put(PUBLISHED, ("data", "version"), 10**4299))
@example(PUBLISHED | {"subject": [[["hp-1"]]], "time": 1e308, "datacontenttype": {}})
def test_an_event_with_anything_in_any_field_never_makes_us_stumble(newsroom, token, event):
    before = counts(newsroom)
    assert_taken_or_left(newsroom, newsroom.post(json.dumps(fresh(event)).encode(), token=token), before)


def test_what_the_fuzzing_starts_from_is_accepted_so_that_it_gets_past_the_door(newsroom, token):
    outcomes = [newsroom.post(fresh(event), token=token).status for event in (PUBLISHED, PUBLISHED, WITHDRAWN)]
    assert outcomes == [202, 202, 202]


@SLOW
@given(st.dictionaries(st.sampled_from(["id", "source", "type", "specversion", "time", "data", "x y"]), TEXT))
def test_random_headers_in_binary_mode_never_make_us_stumble(newsroom, token, attributes):
    before = counts(newsroom)
    sent = {f"ce-{name}": said.encode("utf-8", "replace") for name, said in attributes.items()}
    answer = newsroom.post(FULL, token=token, media_type="application/json", **{"ce-specversion": "1.0"} | sent)
    assert_taken_or_left(newsroom, answer, before)


@settings(SLOW, max_examples=30)
@given(st.integers(100, 20_000), st.sampled_from(["[", '{"a":']), st.sampled_from(["data", "subject", "extra", "type"]))
def test_nesting_of_any_depth_in_any_place_never_makes_us_stumble(newsroom, token, depth, opening, place):
    before = counts(newsroom)
    depth = min(depth, 65_000 // (len(opening) + 1) - 1_000)
    nested = opening * depth + ("0" if opening == '{"a":' else "") + {"[": "]"}.get(opening, "}") * depth
    body = json.dumps(PUBLISHED | {place: "HERE"}).replace('"HERE"', nested)
    assert_taken_or_left(newsroom, newsroom.post(body.encode(), token=token), before)


@SLOW
@given(TEXT)
def test_any_credentials_never_make_us_stumble(newsroom, said):
    header = said.encode("utf-8", "replace")
    statuses = {
        newsroom.ask("POST", "/events", headers={"authorization": b"Bearer " + header}, content=b"{}").status,
        newsroom.get("/feeds/partners/chenbao.rss", authorization=b"Basic " + header).status,
    }
    assert statuses == {401}
