"""Do validators and content codings mean what RFC 9110 says they mean?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from syndicate.web.conditional import CODINGS, digests, http_date, preferred, unchanged, wants_delta

ETAG = '"0123abcd"'
AT = datetime(2026, 5, 6, 2, 0, 0, tzinfo=UTC)
ANY_HEADER = st.text(st.characters(max_codepoint=255), max_size=60)


def asked(**headers):
    return unchanged(Headers({name.replace("_", "-"): said for name, said in headers.items()}), etag=ETAG, modified=AT)


@pytest.mark.parametrize(
    "tags", [ETAG, f"W/{ETAG}", f'"other", {ETAG}', f'"a,b" ,W/"c",{ETAG}', "*", " * ", f"\t{ETAG} "]
)
def test_if_none_match_is_met_by_the_tag_in_any_spelling(tags):
    assert asked(if_none_match=tags)


@pytest.mark.parametrize("tags", ['"0123abcd-gzip"', "0123abcd", '"', "", '"other"', 'w/"other"', '"*"'])
def test_if_none_match_is_not_met_by_anything_else(tags):
    assert not asked(if_none_match=tags)


def test_if_none_match_may_be_spread_over_several_headers():
    raw = [(b"if-none-match", b'"other"'), (b"if-none-match", ETAG.encode())]
    assert unchanged(Headers(raw=raw), etag=ETAG, modified=None)


def test_if_none_match_wins_over_if_modified_since():
    assert not asked(if_none_match='"other"', if_modified_since=http_date(AT))


@pytest.mark.parametrize(("seconds", "met"), [(-1, False), (0, True), (1, True)])
def test_if_modified_since_is_met_from_the_second_of_the_change_on(seconds, met):
    assert asked(if_modified_since=http_date(AT + timedelta(seconds=seconds))) is met


@pytest.mark.parametrize("date", ["Wednesday, 06-May-26 02:00:00 GMT", "Wed May  6 02:00:00 2026"])
def test_the_two_obsolete_forms_of_a_date_are_understood(date):
    assert asked(if_modified_since=date)


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 May 2026 02:00:00 GMT", "9" * 60])
def test_a_date_that_cannot_be_read_is_ignored(date):
    assert not asked(if_modified_since=date)


def test_without_a_date_of_ours_if_modified_since_is_never_met():
    headers = Headers({"if-modified-since": http_date(AT + timedelta(days=1))})
    assert not unchanged(headers, etag=ETAG, modified=None)


def test_a_date_is_written_in_english_and_gmt():
    assert http_date(AT) == "Wed, 06 May 2026 02:00:00 GMT"


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("*", True),
        ("gzip;q=0.001", True),
        ("gzip ; q=0.5, identity;q=0.5", True),
        ("identity;q=0, *", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=nan", False),
        ("gzip;q=2", False),
        ("br, deflate", False),
        ("gzippy", False),
    ],
)
def test_gzip_is_sent_to_those_who_take_it_and_prefer_nothing_else(accepted, packed):
    assert (preferred(Headers({"accept-encoding": accepted}), ["gzip"]) == "gzip") is packed


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, zstd;q=0.5", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("zstd", "zstd"),
        ("br", ""),
    ],
)
def test_the_coding_is_the_one_liked_best_and_the_smaller_of_two_that_are_liked_alike(accepted, coding):
    assert preferred(Headers({"accept-encoding": accepted}), CODINGS) == coding


@pytest.mark.parametrize(
    ("said", "wants"),
    [("feed", True), ("feed, gdiff", True), ("FEED;q=0.5", True), ("feed;q=0", False), ("vcdiff", False), ("", False)],
)
def test_a_delta_is_for_those_who_take_feeds(said, wants):
    assert wants_delta(Headers({"a-im": said})) is wants


def test_the_digests_in_validators_are_told_whatever_their_coding_was():
    one, two = "0123456789abcdef" * 2, "f" * 32
    said = f'"{one}", W/"{two}-zstd", "{one}-brotli", "other", "{one[:8]}"'

    assert digests(Headers({"if-none-match": said})) == [one, two]


def test_who_says_nothing_of_codings_gets_the_plain_bytes():
    assert preferred(Headers({}), CODINGS) == ""


@given(ANY_HEADER, ANY_HEADER, ANY_HEADER)
def test_no_header_however_odd_raises(codings, tags, date):
    headers = {"accept-encoding": codings, "if-none-match": tags}
    answers = {
        preferred(Headers(headers), CODINGS) in ("", *CODINGS),
        wants_delta(Headers({"a-im": codings})),
        isinstance(digests(Headers(headers)), list),
        unchanged(Headers(headers), etag=ETAG, modified=AT),
        unchanged(Headers({"if-modified-since": date}), etag=ETAG, modified=AT),
    }
    assert answers <= {True, False}
