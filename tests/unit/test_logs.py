"""One line of JSON for everything that happens: ours, the libraries', and one for each of many."""

import json
import logging
import sys
from contextlib import suppress

import pytest
import structlog

from syndicate.monitor.logs import set_up_logs


@pytest.fixture
def log(capsysbinary):
    """Begins to log; tells how to, and how to read what was logged."""
    root = logging.getLogger()
    before = list(root.handlers), root.level

    def read():
        return [json.loads(line) for line in capsysbinary.readouterr().out.decode().splitlines()]

    def start():
        set_up_logs("INFO")
        return structlog.get_logger("syndicate.test"), read

    yield start
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def test_a_line_says_what_where_when_and_how_bad(log):
    logger, read = log()

    logger.warning("feed.built", feed="要闻", stories=3)

    (line,) = read()
    assert (line["event"], line["feed"], line["stories"]) == ("feed.built", "要闻", 3)
    assert (line["level"], line["logger"]) == ("warning", "syndicate.test")
    assert line["timestamp"].endswith("Z")


def test_each_of_many_has_a_line_of_its_own(log):
    logger, read = log()

    logger.info("attempt", each=[{"delivery": "d_1"}, {"delivery": "d_2"}], lane="slow")

    assert [(line["event"], line["delivery"], line["lane"]) for line in read()] == [
        ("attempt", "d_1", "slow"),
        ("attempt", "d_2", "slow"),
    ]


def test_of_none_there_is_no_line(log):
    logger, read = log()

    logger.info("attempt", each=[])

    assert read() == []


def test_what_is_below_the_level_is_not_written(log):
    logger, read = log()

    logger.debug("nothing")

    assert read() == []


def test_a_traceback_shows_no_local_variable(log):
    logger, read = log()
    secret = "whsec_mima"

    try:
        raise ZeroDivisionError(len(secret))
    except ZeroDivisionError:
        logger.exception("bug")

    (line,) = read()
    assert "ZeroDivisionError" in json.dumps(line)
    assert secret not in json.dumps(line)


def test_a_library_is_written_down_the_same_way(log):
    _, read = log()

    logging.getLogger("celery.worker").info("任务 %s", "收到")

    (line,) = read()
    assert (line["event"], line["level"], line["logger"]) == ("任务 收到", "info", "celery.worker")


def test_what_is_no_json_is_written_as_it_is_called(log):
    logger, read = log()

    logger.info("strange", thing={1, 2}, moment=None)

    (line,) = read()
    assert line["thing"] in ("{1, 2}", [1, 2])


def test_a_disk_that_is_full_stops_nobody(log, monkeypatch):
    logger, _ = log()
    went_on = False

    with suppress(OSError), open("/dev/full", "w") as full, monkeypatch.context() as patched:  # closing it fails
        patched.setattr(sys, "stdout", full)
        logger.info("said", into="the void")
        went_on = True

    assert went_on
