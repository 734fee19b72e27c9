"""Is the table of transports honest, and does everything that can go wrong become an outcome?"""

import pytest
import structlog
from structlog.testing import capture_logs

from syndicate.model.delivery import Outcome, Parcel
from syndicate.transports import TRANSPORTS, open_transport, outcome_of, settings_problems
from syndicate.transports.errors import DestinationMisconfigured, PartnerRefused, PartnerUnavailable
from tests.builders import NOON

GOOD = {"url": "https://hezuo.example/tuisong", "secret": "hezuo"}


def a_parcel():
    return Parcel(
        delivery_id="d_1", destination_id="h/push", action="publish", media_type="application/json", body=b"{}", at=NOON
    )


def raising(error):
    def send(parcel):
        raise error

    return send


def test_good_settings_have_no_problem():
    assert settings_problems("webhook", GOOD) == []


def test_every_mistake_in_the_settings_is_told_at_once():
    problems = settings_problems("webhook", {"url": "ftp://x", "deadline_s": 31, "colour": "red"})
    assert {problem.field for problem in problems} == {
        "settings.url",
        "settings.secret",
        "settings.deadline_s",
        "settings.colour",
    }


def test_an_unencrypted_address_is_refused_with_the_way_out():
    (problem,) = settings_problems("webhook", {**GOOD, "url": "http://hezuo.example/tuisong"})
    assert "https://" in problem.message
    assert 'network = "internal"' in problem.message


def test_our_own_network_may_be_unencrypted():
    assert settings_problems("webhook", {**GOOD, "url": "http://10.0.0.7/tuisong", "network": "internal"}) == []


def test_an_unknown_transport_is_told_with_those_there_are():
    (problem,) = settings_problems("pigeon", {})
    assert str(problem) == "transport: 'pigeon' is not a transport; there is: webhook"


def test_opening_with_wrong_settings_is_a_misconfiguration():
    with pytest.raises(DestinationMisconfigured, match=r"settings\.url: .*; settings\.secret: is required"):
        open_transport("webhook", {"url": ""}, secret=str, door=None)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_transport_in_the_table_offers_its_two_names(transport):
    from importlib import import_module

    module = import_module(TRANSPORTS[transport])
    assert module.SETTINGS.__doc__
    assert callable(module.TRANSPORT)


def test_what_a_transport_answers_is_passed_on():
    said = Outcome(kind="delivered", reason="accepted (200)", status=200)
    assert outcome_of(lambda parcel: said, a_parcel()) is said


def test_an_unavailable_partner_keeps_what_it_said():
    error = PartnerUnavailable("the partner asks us to slow down", retry_after_s=7, status=429, answer="稍后再来")
    assert outcome_of(raising(error), a_parcel()) == Outcome(
        kind="unavailable",
        reason="the partner asks us to slow down",
        retry_after_s=7,
        status=429,
        answer="稍后再来",
    )


def test_a_refusal_keeps_what_the_partner_said():
    error = PartnerRefused("the partner does not take this delivery", status=422, answer="缺少标题")
    assert outcome_of(raising(error), a_parcel()) == Outcome(
        kind="refused", reason="the partner does not take this delivery", status=422, answer="缺少标题"
    )


def test_a_misconfiguration_stays_one():
    outcome = outcome_of(raising(DestinationMisconfigured("secret hezuo is not set")), a_parcel())
    assert (outcome.kind, outcome.reason) == ("misconfigured", "secret hezuo is not set")


def test_any_other_error_is_a_bug_and_its_traceback_is_logged():
    with capture_logs() as logged:
        outcome = outcome_of(raising(ZeroDivisionError("division by zero")), a_parcel())
    assert (outcome.kind, outcome.reason) == ("bug", "ZeroDivisionError: division by zero")
    assert logged[0]["delivery_id"] == "d_1"
    assert "in send" in logged[0]["traceback"]


def test_the_log_of_a_bug_shows_neither_body_nor_secret(capsys):
    def send(parcel):
        secret = "whsec_" + "c2VjcmV0" * 4
        raise ZeroDivisionError(len(secret))

    structlog.reset_defaults()
    outcome_of(send, a_parcel()._replace(body="湖边新修的步道".encode()))
    written = capsys.readouterr().out
    assert "transport_bug" in written
    assert "c2VjcmV0c2Vj" not in written
    assert "body=" not in written
