"""Do the probes tell the truth to supervisors, balancers, Prometheus and people, and are errors all of one form?"""

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from syndicate.ledger.database import Ledger
from syndicate.web.probes import RecentDepth
from tests.fakes.web_newsroom import a_newsroom

QUEUED = {"withdraw": 0, "retract": 0, "intake": 3, "deliver": 0, "slow": 0, "feeds": 0}


@pytest.fixture
def newsroom(tmp_path):
    with a_newsroom(tmp_path, depth=lambda: QUEUED) as newsroom:
        yield newsroom


@pytest.fixture
def without_ledger(newsroom, tmp_path):
    return replace(newsroom, system=replace(newsroom.system, ledger=Ledger(f"sqlite:///{tmp_path}/none/ledger.db")))


def test_a_process_that_answers_is_healthy(newsroom):
    answer = newsroom.get("/healthz")
    assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_a_process_without_its_ledger_is_healthy_all_the_same(without_ledger):
    assert without_ledger.get("/healthz").status == 200


def test_with_its_ledger_it_is_ready(newsroom):
    answer = newsroom.get("/readyz")
    assert (answer.status, [check["name"] for check in answer.json["checks"]]) == (200, ["ledger", "broker"])


def test_without_its_ledger_it_is_not_ready_and_says_why(without_ledger):
    answer = without_ledger.get("/readyz")
    ledger = answer.json["checks"][0]
    assert (answer.status, ledger["name"], ledger["ok"]) == (503, "ledger", False)


def test_without_a_broker_it_is_ready_because_events_are_kept(newsroom):
    alone = replace(newsroom, system=replace(newsroom.system, depth=lambda: None))
    answer = alone.get("/readyz")
    assert (answer.status, answer.json["checks"][1]["ok"]) == (200, False)


def test_the_status_tells_what_waits_in_each_lane(newsroom):
    lanes = {lane["lane"]: lane["queued"] for lane in newsroom.get("/status").json["lanes"]}
    assert lanes == QUEUED


def test_the_metrics_are_readable_for_prometheus(newsroom):
    families = text_string_to_metric_families(newsroom.get("/metrics").body.decode())
    queued = next(family for family in families if family.name == "syndicate_queued_messages")
    assert {sample.labels["lane"]: sample.value for sample in queued.samples} == QUEUED


def test_the_metrics_have_the_media_type_that_prometheus_asks_for(newsroom):
    assert newsroom.get("/metrics").headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/status", "/metrics"])
def test_nobody_keeps_what_a_probe_said(newsroom, path):
    assert newsroom.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/status", "/metrics"])
def test_without_a_database_they_say_so(without_ledger, path):
    assert without_ledger.get(path).status == 503


def recent(answers, seconds):
    return RecentDepth(lambda: next(answers), ticks=lambda: next(seconds))


def test_the_broker_is_not_asked_again_within_two_seconds():
    depth = recent(iter([QUEUED]), iter([0.0, 1.9]))
    assert [depth(), depth()] == [QUEUED, QUEUED]


def test_the_broker_is_asked_again_after_two_seconds():
    depth = recent(iter([QUEUED, None]), iter([0.0, 2.0, 2.0]))
    assert [depth(), depth()] == [QUEUED, None]


def test_a_broker_that_is_away_is_not_hammered_either():
    depth = recent(iter([None]), iter([0.0, 1.0]))
    assert [depth(), depth()] == [None, None]


def test_an_unknown_address_is_a_problem_too(newsroom):
    answer = newsroom.get("/nope")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json == {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Not Found"}


def test_the_description_of_the_interface_can_be_read(newsroom):
    paths = newsroom.get("/openapi.json").json["paths"]
    assert {"/events", "/feeds/{feed_id}.{suffix}", "/readyz"} <= set(paths)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_there_is_no_page_that_loads_scripts_from_elsewhere(newsroom, path):
    assert newsroom.get(path).status == 404


def test_one_line_is_logged_for_a_request_without_its_query(newsroom):
    with capture_logs() as lines:
        newsroom.get("/feeds/all.rss?token=sy_secret")
    assert [(line["event"], line["method"], line["path"], line["status"]) for line in lines] == [
        ("http.request", "GET", "/feeds/all.rss", 503)
    ]
    assert "sy_secret" not in repr(lines)


def test_a_request_that_breaks_is_logged_as_our_mistake(newsroom):
    def broken():
        raise ZeroDivisionError

    odd = replace(newsroom, system=replace(newsroom.system, depth=broken))
    with capture_logs() as lines, pytest.raises(ZeroDivisionError):
        odd.get("/status")
    assert [line["status"] for line in lines] == [500]
