"""Is an event taken in as CloudEvents says, from those who may, once, and refused with everything that is wrong?"""

import json
from dataclasses import replace

import jsonschema
import pytest
from sqlalchemy import func, select

from syndicate.ledger import tables
from syndicate.ledger.database import Ledger
from tests.fakes.web_newsroom import a_newsroom, an_article, an_event


@pytest.fixture
def newsroom(tmp_path):
    with a_newsroom(tmp_path) as newsroom:
        yield newsroom


@pytest.fixture
def token(newsroom):
    return newsroom.token("events:write")


def events_in(newsroom):
    with newsroom.system.ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(tables.events))


def test_a_new_event_is_accepted_with_its_revision(newsroom, token):
    answer = newsroom.post(an_event(), token=token)
    assert (answer.status, answer.json) == (
        202,
        {
            "event_id": "e-1",
            "article_id": "hp-1",
            "outcome": "accepted",
            "reason": "",
            "revision": 1,
            "notes": [],
        },
    )


def test_what_was_accepted_is_handed_over(newsroom, token):
    newsroom.post(an_event(), token=token)
    assert len(newsroom.queue.steps) == 1


def test_the_same_event_again_is_a_duplicate(newsroom, token):
    newsroom.post(an_event(), token=token)
    answer = newsroom.post(an_event(), token=token)
    assert (answer.status, answer.json["outcome"], answer.json["revision"]) == (200, "duplicate", 1)


def test_an_event_that_changes_nothing_is_ignored_with_the_reason(newsroom, token):
    newsroom.post(an_event(version=2), token=token)
    answer = newsroom.post(an_event(id="e-2", version=2), token=token)
    assert (answer.status, answer.json["outcome"]) == (200, "ignored")
    assert "version 2" in answer.json["reason"]


def test_the_same_event_with_other_content_is_a_conflict(newsroom, token):
    newsroom.post(an_event(), token=token)
    answer = newsroom.post(an_event(headline="白鹭又飞走了"), token=token)
    assert (answer.status, answer.json["title"]) == (409, "Conflict")


def test_withdrawing_what_is_in_a_live_package_is_a_conflict_and_may_be_tried_again_later(newsroom, token):
    withdrawal = an_event(id="w-1", type="article.withdrawn", data={"id": "hp-1", "version": 2})
    package = {"id": "w-2", "type": "article.withdrawn", "data": {"id": "hp-9", "version": 2}}
    newsroom.post(an_event(), token=token)
    newsroom.post(an_event(id="e-9", data=an_article(id="hp-9", items=["hp-1"])), token=token)
    refused = newsroom.post(withdrawal, token=token)
    newsroom.post(an_event(**package), token=token)
    assert (refused.status, refused.json["detail"]) == (
        409,
        "article hp-1 is in the live package hp-9: withdraw or correct the package first",
    )
    assert newsroom.post(withdrawal, token=token).status == 202


def test_what_was_put_right_on_the_way_in_is_told(newsroom, token):
    answer = newsroom.post(an_event(headline="白鹭\u0000归来"), token=token)
    assert answer.json["notes"] == ["data.headline: 1 characters that XML forbids were taken out"]


def test_a_lone_surrogate_in_a_name_that_is_told_back_is_escaped(newsroom, token):
    answer = newsroom.post(an_event() | {"extra": {"\ud800": "\u0000"}}, token=token)
    assert (answer.status, "\ud800" in answer.json["notes"][0]) == (202, True)


def test_binary_mode_takes_the_attributes_from_headers(newsroom, token):
    attributes = {"ce-specversion": "1.0", "ce-id": "b-1", "ce-source": "/cms", "ce-type": "article.published"}
    answer = newsroom.post(an_article(), token=token, media_type="application/json; charset=utf-8", **attributes)
    assert (answer.status, answer.json["event_id"]) == (202, "b-1")


def test_a_whole_event_may_come_as_plain_json(newsroom, token):
    assert newsroom.post(an_event(), token=token, media_type="application/json").status == 202


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/cloudevents-batch+json", [an_event()]),
        ("application/json", an_article()),
        ("text/xml", b"<a/>"),
        ("", an_event()),
        ("multipart/form-data", b""),
    ],
)
def test_any_other_form_is_refused_and_told_which_are_accepted(newsroom, token, media_type, body):
    answer = newsroom.post(body, token=token, media_type=media_type)
    assert (answer.status, "application/cloudevents+json" in answer.json["detail"]) == (415, True)


def test_a_compressed_body_is_refused(newsroom, token):
    answer = newsroom.post(b"\x1f\x8b", token=token, **{"content-encoding": "gzip"})
    assert (answer.status, answer.headers["accept-encoding"]) == (415, "identity")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", "湖".encode("gb18030"), b"NaN x"])
def test_a_body_that_is_not_json_is_a_bad_request(newsroom, token, body):
    assert newsroom.post(body, token=token).status == 400


@pytest.mark.parametrize("body", [[], "白鹭", 1, None, [an_event()]])
def test_json_that_is_not_an_event_cannot_be_processed(newsroom, token, body):
    assert newsroom.post(json.dumps(body).encode(), token=token).status == 422


def test_every_mistake_is_listed_by_its_field(newsroom, token):
    answer = newsroom.post(an_event(headline="", section=[]) | {"specversion": "0.3"}, token=token)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {problem["field"] for problem in answer.json["problems"]} == {"specversion", "data.headline", "data.section"}


def test_a_refused_event_leaves_nothing_in_the_ledger(newsroom, token):
    newsroom.post(an_event(headline=""), token=token)
    assert events_in(newsroom) == 0


def test_a_thousand_mistakes_do_not_make_a_long_answer(newsroom, token):
    answer = newsroom.post(an_event(section=[1] * 1000), token=token)
    assert (answer.status, len(answer.json["problems"])) == (422, 100)


@pytest.mark.parametrize("depth", [600, 5_000, 30_000])
def test_deep_nesting_is_refused(newsroom, token, depth):
    body = json.dumps(an_event() | {"extra": 0}).replace('"extra": 0', '"extra": ' + "[" * depth + "]" * depth)
    answer = newsroom.post(body.encode(), token=token)
    assert (answer.status, answer.json["problems"][0]["message"]) == (422, "is nested too deeply")


def test_a_time_at_the_very_end_of_the_calendar_is_not_our_mistake(newsroom, token):
    last = "9999-12-31T23:59:59.999999Z"
    newsroom.post(an_event(published_at=last), token=token)
    assert newsroom.post(an_event(id="e-2", version=2, published_at=last), token=token).status == 422


def test_a_body_over_the_limit_is_refused(newsroom, token):
    answer = newsroom.post(b" " * 65_537, token=token)
    assert (answer.status, "65536" in answer.json["detail"]) == (413, True)


def test_a_body_at_the_limit_is_read(newsroom, token):
    body = json.dumps(an_event()).encode()
    assert newsroom.post(body + b" " * (65_536 - len(body)), token=token).status == 202


@pytest.mark.parametrize("said", ["5", "0", "-1", "x", "²", "99999999999999999999999"])
def test_a_body_over_the_limit_is_refused_whatever_length_is_claimed(newsroom, token, said):
    headers = {"content-length": said.encode("latin-1")}
    assert newsroom.post(b" " * 65_537, token=token, **headers).status == 413


def test_a_claimed_length_over_the_limit_is_refused_before_the_body(newsroom, token):
    assert newsroom.post(an_event(), token=token, **{"content-length": "65537"}).status == 413


def test_without_a_token_nobody_gets_in(newsroom):
    headers = {"content-type": "application/cloudevents+json"}
    answer = newsroom.ask("POST", "/events", headers=headers, content=b"{}")
    assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Bearer realm="events"')


def test_a_token_that_is_not_ours_is_refused(newsroom):
    answer = newsroom.post(an_event(), token=f"sy_{'0' * 16}_{'A' * 43}")
    assert (answer.status, 'error="invalid_token"' in answer.headers["www-authenticate"]) == (401, True)


def test_a_partners_token_may_not_write(newsroom):
    answer = newsroom.post(an_event(), token=newsroom.token("feeds:read", partner_id="chenbao"))
    assert (answer.status, 'error="insufficient_scope"' in answer.headers["www-authenticate"]) == (403, True)


def test_a_token_in_the_query_does_not_write(newsroom, token):
    assert newsroom.ask("POST", f"/events?token={token}", content=b"{}").status == 401


def test_the_scheme_may_be_written_in_any_case(newsroom, token):
    headers = {"authorization": f"bEaReR  {token}"}
    assert newsroom.post(an_event(), token=token, **headers).status == 202


def test_events_cannot_be_read(newsroom):
    answer = newsroom.get("/events")
    assert (answer.status, answer.headers["allow"], answer.json["status"]) == (405, "POST", 405)


def test_without_a_database_the_sender_is_told_to_come_again(newsroom, token, tmp_path):
    away = replace(newsroom, system=replace(newsroom.system, ledger=Ledger(f"sqlite:///{tmp_path}/none/ledger.db")))
    answer = away.post(an_event(), token=token)
    assert (answer.status, answer.headers["retry-after"], answer.json["title"]) == (503, "5", "Service Unavailable")


def test_the_schema_is_published_and_fits_what_we_accept(newsroom):
    answer = newsroom.get("/schemas/article-event.json")
    assert answer.headers["content-type"] == "application/schema+json"
    jsonschema.Draft202012Validator(answer.json).validate(an_event())


def test_the_schema_is_not_sent_twice(newsroom):
    etag = newsroom.get("/schemas/article-event.json").headers["etag"]
    again = newsroom.get("/schemas/article-event.json", if_none_match=etag)
    assert (again.status, again.headers["etag"], again.body) == (304, etag, b"")
