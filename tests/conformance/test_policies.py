"""Our terms in ODRL: an agreement by IPTC's profile, the public licence by W3C's TDMRep."""

import json
from datetime import date

import pytest

from syndicate.formats import odrl, tdmrep
from syndicate.model.licence import addresses
from tests.builders import a_licence, a_publisher, an_agreement

BASE = "https://feeds.news.example"
MINE = "http://www.w3.org/ns/tdmrep#mine"
LINE = "据青石湾新闻网消息:(记者:XXX)"


def at(**changes):
    return addresses(a_licence(**changes), page="https://news.example/licence", base_url=BASE)


def policy(agreement=None, *, where=None) -> dict:
    found = odrl.agreement_policy(
        agreement or an_agreement(),
        uid=f"{BASE}/policies/yunfeng/0123456789ab",
        assignee=("yunfeng", "云峰网"),
        publisher=a_publisher(),
        addresses=where or at(),
        attribution=LINE,
    )
    assert found.media_type == "application/ld+json"
    return json.loads(found.body)


def offer(**changes) -> dict:
    return json.loads(tdmrep.offer(publisher=a_publisher(), addresses=at(**changes)).body)


def constraints(rule: dict) -> list[tuple]:
    return [
        (one["leftOperand"], one["operator"], one["rightOperand"]["@value"])
        for one in rule.get("constraint", [])
        if one["leftOperand"] == "dateTime"
    ]


def permitted(document: dict) -> dict[str, dict]:
    return {rule["action"]: rule for rule in document["permission"]}


def forbidden(document: dict) -> set[str]:
    return {rule["action"] for rule in document.get("prohibition", [])}


# --- an agreement


def test_it_is_an_agreement_between_us_and_the_partner_about_what_it_covers():
    document = policy()
    assert document["@context"][0] == "http://www.w3.org/ns/odrl.jsonld"
    assert (document["@type"], document["uid"]) == ("Agreement", f"{BASE}/policies/yunfeng/0123456789ab")
    assert document["profile"] == "https://iptc.org/std/RightsML/odrl-profile/"
    assert (document["assigner"]["uid"], document["assigner"]["vcard:fn"]) == (
        "https://news.example/",
        "青石湾县融媒体中心",
    )
    assert (document["assignee"]["uid"], document["assignee"]["vcard:fn"]) == (
        "tag:news.example,2020-01-01:partner:yunfeng",
        "云峰网",
    )
    assert document["target"].startswith("tag:news.example,2020-01-01:agreement:yunfeng:")
    assert (document["dcterms:identifier"], document["dcterms:license"]) == ("QSW-2025-07", at().page)


def test_they_may_distribute_reproduce_and_display_and_owe_the_line_at_the_head():
    rules = permitted(policy())
    assert set(rules) == {"distribute", "reproduce", "display"}
    for rule in rules.values():
        (duty,) = rule["duty"]
        assert (duty["action"], duty["dcterms:description"]) == ("attribute", LINE)


def test_the_term_is_that_of_the_publishers_clocks_both_days_included():
    rules = permitted(policy(an_agreement(starts=date(2025, 1, 1), ends=date(2025, 12, 31))))
    assert constraints(rules["distribute"]) == [
        ("dateTime", "gteq", "2025-01-01T00:00:00+08:00"),
        ("dateTime", "lt", "2026-01-01T00:00:00+08:00"),
    ]


@pytest.mark.parametrize(("after_end", "operators"), [("keep", ["gteq"]), ("remove", ["gteq", "lt"])])
def test_what_they_keep_at_the_end_they_may_go_on_to_show(after_end, operators):
    rules = permitted(policy(an_agreement(after_end=after_end)))
    assert [operator for _, operator, _ in constraints(rules["display"])] == operators


def test_what_is_taken_back_at_the_end_must_be_deleted_then():
    (duty,) = policy(an_agreement(ends=date(2025, 12, 31), after_end="remove"))["obligation"]
    assert (duty["action"], constraints(duty)) == ("delete", [("dateTime", "gteq", "2026-01-01T00:00:00+08:00")])
    assert "obligation" not in policy(an_agreement())


def test_they_may_neither_change_it_nor_pass_it_on_nor_mine_it():
    document = policy()
    assert forbidden(document) == {"derive", "modify", "grantUse", MINE}
    assert document["conflict"] == "prohibit"


def test_mining_that_everybody_may_do_is_not_forbidden_to_partners():
    assert MINE not in forbidden(policy(where=at(permits=["all"], prohibits=[])))


# --- everybody


def test_the_public_policy_has_the_form_that_tdmrep_asks_for():
    document = offer()
    assert document["@context"] == ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"]
    assert (document["@type"], document["profile"]) == ("Offer", "http://www.w3.org/ns/tdmrep")
    assert document["uid"] == f"{BASE}/policies/public"
    assert document["assigner"] == {
        "uid": "https://news.example/",
        "vcard:fn": "青石湾县融媒体中心",
        "vcard:nickname": "青石湾在线",
        "vcard:hasEmail": "mailto:desk@news.example",
        "vcard:hasURL": at().page,
    }
    assert not document.keys() & {"prohibition", "obligation"}


def test_mining_needs_our_consent_unless_every_ai_may():
    (reserved,) = offer()["permission"]
    (free,) = offer(permits=["ai-all"], prohibits=[])["permission"]
    assert (reserved["action"], reserved["duty"]) == ("tdm:mine", [{"action": "obtainConsent"}])
    assert (free["action"], "duty" in free) == ("tdm:mine", False)


# --- terms that widen an agreement


def test_who_may_edit_and_pass_on_is_not_forbidden_to_and_where_is_said():
    document = policy(an_agreement(may_edit=True, may_sublicense=True, territory=("CN", "CN-HB")))
    assert forbidden(document) == {MINE}
    for rule in document["permission"]:
        (where,) = [one for one in rule["constraint"] if one["leftOperand"] == "spatial"]
        assert (where["operator"], where["rightOperand"]) == ("isAnyOf", ["urn:iso:3166:CN", "urn:iso:3166:CN-HB"])
