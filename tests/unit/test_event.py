"""What the newsroom's system tells us: CloudEvents, checked whole, with every mistake named by its field."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from syndicate.model.article import Article, Withdrawal
from syndicate.model.event import Envelope, event_schema, parse_binary, parse_structured, read_event
from syndicate.model.problem import Invalid
from tests.builders import NOON, a_withdrawal_data, an_article_data, an_event


def as_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def mistakes(call: Callable[..., Any], *arguments: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        call(*arguments)
    return {problem.field: problem.message for problem in refused.value.problems}


def mistakes_if_any(call: Callable[..., Any], *arguments: Any) -> list[str]:
    try:
        call(*arguments)
    except Invalid as refused:
        return [problem.field for problem in refused.problems]
    return []


# structured mode: one JSON object


def test_a_structured_event_gives_its_article_back():
    event = read_event(parse_structured(as_bytes(an_event(headline="渡口来信"))))

    assert isinstance(event.data, Article)
    assert event.data.headline == "渡口来信"


def test_a_byte_order_mark_before_the_json_is_no_mistake():
    assert parse_structured(b"\xef\xbb\xbf" + as_bytes(an_event()))["type"] == "article.published"


def test_data_may_come_as_base64():
    envelope = an_event()
    envelope["data_base64"] = base64.b64encode(as_bytes(envelope.pop("data"))).decode()

    assert read_event(parse_structured(as_bytes(envelope))).data.id == "a-1"


def test_the_same_article_has_the_same_digest_however_its_data_came():
    plain, coded = an_event(), an_event()
    coded["data_base64"] = base64.b64encode(as_bytes(coded.pop("data"))).decode()

    digests = {read_event(parse_structured(as_bytes(envelope))).digest for envelope in (plain, coded)}

    assert len(digests) == 1


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        (b"[]", "", "must be one CloudEvents object in JSON"),
        (b"null", "", "must be one CloudEvents object in JSON"),
        (b"", "", "is not JSON"),
        (b'{"id": ', "", "is not JSON"),
        (b'{"id": NaN}', "", "NaN is not JSON"),
        (b'{"id": "\xff"}', "", "is not UTF-8"),
        ("标题".encode("gbk"), "", "is not UTF-8"),
        (b"[" * 100_000, "", "is nested too deeply"),
        (b'{"data_base64": "e30=", "data": {}}', "data_base64", "can't stand beside data"),
        (b'{"data_base64": "not base64!"}', "data_base64", "is not base64"),
        (b'{"data_base64": 7}', "data_base64", "is not base64"),
        (b'{"data_base64": "/w=="}', "data", "is not UTF-8"),
    ],
)
def test_a_body_that_is_no_event_is_refused_with_what_is_wrong(body: bytes, field: str, says: str):
    found = mistakes(parse_structured, body)

    assert list(found) == [field]
    assert says in found[field]


# binary mode: attributes in headers, the data is the body


def headers_of(envelope: Envelope, **more: str) -> dict[str, str]:
    return {f"ce-{name}": str(value) for name, value in envelope.items() if name != "data"} | {
        "content-type": "application/json; charset=utf-8",
        **more,
    }


def test_a_binary_event_says_the_same_as_a_structured_one():
    envelope = an_event(envelope={"time": NOON.isoformat()})

    binary = read_event(parse_binary(headers_of(envelope), as_bytes(envelope["data"])))

    assert binary == read_event(parse_structured(as_bytes(envelope)))


def test_headers_are_read_whatever_their_case():
    envelope = an_event()
    shouted = {name.replace("ce-", "Ce-").replace("-id", "-Id"): value for name, value in headers_of(envelope).items()}

    assert read_event(parse_binary(shouted, as_bytes(envelope["data"]))).id == "published-a-1-1"


def test_percent_encoded_headers_are_decoded():
    envelope = an_event()
    headers = headers_of(envelope) | {"ce-id": quote("稿件 1%")}

    assert read_event(parse_binary(headers, as_bytes(envelope["data"]))).id == "稿件 1%"


def test_a_percent_sign_that_encodes_nothing_stays_as_it_is():
    envelope = an_event()
    headers = headers_of(envelope) | {"ce-id": "100%"}

    assert read_event(parse_binary(headers, as_bytes(envelope["data"]))).id == "100%"


def test_other_headers_are_none_of_the_events_business():
    envelope = an_event()
    headers = headers_of(envelope, host="news.example", accept="*/*")

    assert set(parse_binary(headers, as_bytes(envelope["data"]))) == {*envelope, "datacontenttype"}


def test_a_binary_body_that_is_not_json_is_refused_as_data():
    found = mistakes(parse_binary, headers_of(an_event()), b"<p>")

    assert list(found) == ["data"]


def test_a_binary_body_of_another_media_type_is_refused():
    headers = headers_of(an_event()) | {"content-type": "text/plain"}

    found = mistakes(read_event, parse_binary(headers, as_bytes(an_article_data())))

    assert found == {"datacontenttype": "must be application/json"}


# the envelope


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"id": ""}, "id", "is required"),
        ({"id": "  "}, "id", "is required"),
        ({"id": 7}, "id", "is required"),
        ({"id": "x" * 501}, "id", "is longer than 500 characters"),
        ({"source": None}, "source", "is required"),
        ({"specversion": "0.3"}, "specversion", "must be the string 1.0"),
        ({"specversion": 1.0}, "specversion", "must be the string 1.0"),
        ({"type": "article.deleted"}, "type", "must be one of article.published"),
        ({"type": ["article.published"]}, "type", "must be one of"),
        ({"datacontenttype": "text/html"}, "datacontenttype", "must be application/json"),
        ({"datacontenttype": 7}, "datacontenttype", "must be application/json"),
        ({"time": "2025-05-06T12:00:00"}, "time", "with an offset"),
        ({"time": "昨天"}, "time", "must be an RFC 3339 time"),
        ({"time": 1746504000}, "time", "must be an RFC 3339 time"),
        ({"time": "1746504000"}, "time", "must be an RFC 3339 time"),
        ({"time": "2025-02-30T12:00:00Z"}, "time", "must be an RFC 3339 time"),
        ({"subject": "a-2"}, "subject", "says 'a-2' where data.id is 'a-1'"),
        ({"Priority": "high"}, "Priority", "is not a CloudEvents attribute"),
        ({"my_field": "x"}, "my_field", "is not a CloudEvents attribute"),
    ],
)
def test_a_mistake_in_the_envelope_is_named_by_its_attribute(changes: dict[str, Any], field: str, says: str):
    found = mistakes(read_event, an_event(envelope=changes))

    assert list(found) == [field]
    assert says in found[field]


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "a-1"},
        {"time": "2025-05-06T12:00:00+08:00"},
        {"time": None},
        {"traceparent": "00-ab-cd-01"},
        {"datacontenttype": "application/json; charset=utf-8"},
        {"datacontenttype": "application/vnd.news+json"},
        {"dataschema": "https://news.example/schema"},
    ],
)
def test_what_cloudevents_allows_is_no_mistake(changes: dict[str, Any]):
    assert read_event(an_event(envelope=changes)).id == "published-a-1-1"


def test_an_event_without_data_says_so():
    envelope = an_event()
    del envelope["data"]

    assert mistakes(read_event, envelope)["data"] == "is required"


@pytest.mark.parametrize("year", [1900, 2199])
def test_a_time_within_three_centuries_is_taken(year: int):
    event = read_event(an_event(published_at=f"{year}-06-01T12:00:00+08:00"))

    assert isinstance(event.data, Article)
    assert event.data.published_at.year == year


@pytest.mark.parametrize("year", ["0001", "1899", "2200", "9999"])
def test_a_time_outside_three_centuries_is_a_mistake(year: str):
    found = mistakes(read_event, an_event(published_at=f"{year}-06-01T12:00:00+08:00"))

    assert "must lie between the years 1900 and 2199" in found["data.published_at"]


@pytest.mark.parametrize("said", [1746504000, 1746504000.5, "1746504000", "2025-05-06", "20250506T120000Z", True])
def test_a_time_that_is_not_spelled_as_rfc_3339_says_is_a_mistake(said: object):
    found = mistakes(read_event, an_event(published_at=said))

    assert "must be an RFC 3339 time" in found["data.published_at"]


def test_a_time_without_an_offset_is_a_mistake():
    assert "data.published_at" in mistakes(read_event, an_event(published_at="2025-05-06T12:00:00"))


@pytest.mark.parametrize("name", ["闻" * 66, "a" * 200, "rss", "atom.要闻", "要闻.xml"])
def test_a_section_name_may_be_long_and_have_dots(name: str):
    event = read_event(an_event(section=[name]))

    assert isinstance(event.data, Article)
    assert event.data.section == (name,)


@pytest.mark.parametrize("name", ["闻" * 67, "a" * 201, "要闻.rss", "要闻.atom", "要闻.json", "要闻.RSS"])
def test_a_section_name_that_makes_no_address_is_a_mistake(name: str):
    found = mistakes(read_event, an_event(section=["要闻", name]))

    assert [field for field in found if field.startswith("data.section")]


def test_the_time_is_kept_in_utc():
    event = read_event(an_event(envelope={"time": "2025-05-06T12:00:00+08:00"}))

    assert event.time == NOON


# the data


def test_every_mistake_is_listed_at_once_and_by_its_field():
    envelope = an_event(
        envelope={"specversion": "2.0"},
        version=0,
        headline="",
        section=["要闻", "a/b"],
        pictures=[{"url": "https://news.example/1.jpg"}, {"url": "1.jpg", "width": 0, "colour": "red"}],
        published_at="2025-05-06T12:00:00",
        headlines="x",
    )
    del envelope["data"]["body_html"]

    assert set(mistakes(read_event, envelope)) == {
        "specversion",
        "data.version",
        "data.headline",
        "data.section.1",
        "data.pictures.1.url",
        "data.pictures.1.width",
        "data.pictures.1.colour",
        "data.published_at",
        "data.headlines",
        "data.body_html",
    }


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"origin": {"kind": "reprint"}}, "data.origin", "a reprint must name its source"),
        ({"updated_at": "2020-01-01T00:00:00Z"}, "data", "updated_at is before published_at"),
        ({"pictures": [{"url": "https://a.example/1.jpg"}] * 2}, "data", "two pictures have the same url"),
        ({"headline": "第一行\n第二行"}, "data.headline", "must be a single line without control characters"),
        ({"url": "ftp://a.example/"}, "data.url", "must be an absolute http or https URL"),
        ({"url": "https://user:pass@a.example/"}, "data.url", "must not contain a user name or password"),
        ({"url": "https://a.example:99999/"}, "data.url", "is not a URL"),
        ({"id": "稿件"}, "data.id", "should match pattern"),
        ({"version": "1.5"}, "data.version", "whole number"),
        ({"section": []}, "data.section", "at least 1"),
        ({"section": ["要闻", ".."]}, "data.section.1", "must not contain"),
        ({"extra": 1}, "data.extra", "is not a known field"),
        ({"items": ["a-2", "a-3", "a-2"]}, "data.items", "lists an article twice"),
        ({"items": ["a-2", "a-1"]}, "data.items", "lists the package itself"),
        ({"items": [f"b-{number}" for number in range(201)]}, "data.items", "at most 200"),
        ({"items": ["a-2", "稿件"]}, "data.items.1", "should match pattern"),
        ({"derived_from": "a-1"}, "data.derived_from", "is the article itself"),
        ({"derived_from": "稿件"}, "data.derived_from", "should match pattern"),
        ({"publish_at": "2025-05-06T18:00:00"}, "data.publish_at", "timezone"),
        (
            {"publish_at": "2025-05-06T18:00:00Z", "embargo_until": "2025-05-06T18:00:00Z"},
            "data.publish_at",
            "can't stand beside embargo_until: say null to one of them",
        ),
    ],
)
def test_a_mistake_in_the_article_is_named_by_its_path(changes: dict[str, Any], field: str, says: str):
    found = mistakes(read_event, an_event() | {"data": an_article_data() | changes})

    assert list(found) == [field]
    assert says in found[field]


def test_a_withdrawal_is_read_as_one():
    event = read_event(an_event("withdrawn", version=4, final=True))

    assert event.data == Withdrawal(id="a-1", version=4, reason="事实有误", final=True)


def test_what_comes_off_the_schedule_is_told_like_a_withdrawal():
    event = read_event(an_event("descheduled", version=4))

    assert (event.type, event.data) == ("article.descheduled", Withdrawal(id="a-1", version=4, reason="事实有误"))


def test_a_schedule_in_another_zone_is_kept_in_utc():
    event = read_event(an_event(publish_at="2025-05-05T23:00:00-05:00"))

    assert isinstance(event.data, Article)
    assert event.data.publish_at == NOON


def test_a_withdrawal_with_an_articles_fields_is_refused():
    found = mistakes(read_event, an_event("withdrawn", headline="老码头"))

    assert found == {"data.headline": "is not a known field"}


def test_an_article_with_a_withdrawals_data_lists_what_is_missing():
    found = mistakes(read_event, an_event() | {"data": a_withdrawal_data()})

    assert {"data.headline", "data.body_html", "data.origin"} <= set(found)


@pytest.mark.parametrize("data", [None, [], "稿件", 7])
def test_data_that_is_no_object_is_refused(data: object):
    assert "data" in mistakes(read_event, an_event() | {"data": data})


# identity


def test_the_order_of_fields_does_not_change_the_digest():
    envelope = an_event()
    turned = dict(reversed(envelope.items())) | {"data": dict(reversed(envelope["data"].items()))}

    assert read_event(envelope).digest == read_event(turned).digest


def test_other_words_change_the_digest():
    assert read_event(an_event()).digest != read_event(an_event(headline="另一个标题")).digest


def test_the_same_data_under_another_type_has_another_digest():
    envelope = an_event()

    assert read_event(envelope).digest != read_event(envelope | {"type": "article.updated"}).digest


def test_when_it_was_sent_does_not_change_the_digest():
    assert read_event(an_event()).digest == read_event(an_event(envelope={"time": "2025-05-06T12:00:00Z"})).digest


# the contract as JSON Schema

GOOD = [
    an_event(),
    an_event("updated", version=2, change="minor", updated_at="2025-05-06T13:00:00+08:00"),
    an_event(pictures=[], reporters=[], correspondents=["石磊"], keywords=["渡口"], ai_label="assisted"),
    an_event(embargo_until="2025-05-07T08:00:00+08:00"),
    an_event(embargo_until=None),
    an_event(publish_at="2025-05-07T08:00:00-05:00", embargo_until=None),
    an_event(items=[f"b-{number}" for number in range(200)], derived_from="c-1"),
    an_event(origin={"kind": "reprint", "source": "远山通讯社", "original_url": "https://far.example/1"}),
    an_event(envelope={"time": "2025-05-06T12:00:00+08:00", "subject": "a-1", "traceparent": "00-ab-cd-01"}),
    an_event("withdrawn"),
    an_event("withdrawn", version=9, final=True, reason=""),
    an_event("descheduled", version=2),
]
BAD = [
    an_event(version=0),
    an_event(headline=""),
    an_event(section=[]),
    an_event(extra=1),
    an_event(change="tiny"),
    an_event("withdrawn", headline="老码头"),
    an_event("descheduled", headline="老码头"),
    an_event(items=["a-2", "a-2"]),
    an_event(items=[f"b-{number}" for number in range(201)]),
    an_event(derived_from=""),
    an_event() | {"data": a_withdrawal_data()},
    an_event(envelope={"specversion": "0.3"}),
    an_event(envelope={"type": "article.deleted"}),
    an_event(envelope={"id": ""}),
]


def test_the_schema_is_itself_a_schema():
    Draft202012Validator.check_schema(event_schema())


@pytest.mark.parametrize("envelope", GOOD)
def test_the_schema_accepts_what_we_accept(envelope: Envelope):
    read_event(envelope)

    Draft202012Validator(event_schema(), format_checker=FormatChecker()).validate(envelope)


@pytest.mark.parametrize("envelope", BAD)
def test_the_schema_refuses_what_we_refuse(envelope: Envelope):
    mistakes(read_event, envelope)

    assert not Draft202012Validator(event_schema()).is_valid(envelope)


def test_the_schema_knows_every_field_of_an_article():
    assert set(event_schema()["$defs"]["Article"]["properties"]) == set(Article.model_fields)


# whatever comes

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_whatever_json_comes_that_is_no_event_is_refused_with_reasons(value: Any):
    with pytest.raises(Invalid) as refused:
        read_event(parse_structured(as_bytes(value)))

    assert refused.value.problems


@given(st.sampled_from(sorted(an_article_data())), json_values)
def test_any_value_in_any_field_is_accepted_or_refused_with_the_field_named(field: str, value: Any):
    envelope = an_event()
    envelope["data"][field] = value

    assert all(name.startswith("data") for name in mistakes_if_any(read_event, envelope))
