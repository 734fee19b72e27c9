"""The words on what partners really get: corrections, what is taken back, other languages, other partners' variants."""

import json
from typing import Any

import pytest

from syndicate.markup.text import text_of
from tests.builders import OWN, an_agreement, an_event, hours, shanghai
from tests.fakes.rehearsal import Rehearsal

NOTE = "票价应为两元,原文误作三元。"
DAY_1, DAY_2 = shanghai(2025, 7, 11, 9), shanghai(2025, 7, 30, 9)


def last(system: Rehearsal, partner: str = "yunfeng") -> dict[str, Any]:
    """The last document that a partner was sent."""
    told: dict[str, Any] = json.loads(system.peers[partner].requests[-1].body)
    return told


def lines(system: Rehearsal, partner: str = "yunfeng") -> list[str]:
    """What a reader sees of it."""
    return text_of(last(system, partner)["bodies"][0]["value"]).splitlines()


def corrected(version: int, **changes: Any) -> dict[str, Any]:
    return an_event("updated", version=version, **{"correction_note": NOTE} | changes)


# Corrections


def test_a_correction_is_told_to_the_reader_and_to_the_desk(system: Rehearsal):
    system.partner()
    system.publish(an_event())

    system.publish(corrected(2, updated_at=DAY_1.isoformat()))

    assert f"更正（2025年7月11日）：{NOTE}" in lines(system)
    assert last(system)["edNote"] == f"更正（2025年7月11日）：{NOTE}"
    assert "correction" in system.manifest(system.rows()[-1]).notices


def test_a_correction_that_later_versions_carry_keeps_its_day(system: Rehearsal):
    system.partner()
    system.publish(an_event(), corrected(2, updated_at=DAY_1.isoformat()))

    system.publish(corrected(3, updated_at=DAY_2.isoformat(), headline="老码头重开"))

    assert f"更正（2025年7月11日）：{NOTE}" in lines(system)


def test_another_correction_has_a_day_of_its_own(system: Rehearsal):
    system.partner()
    system.publish(an_event(), corrected(2, updated_at=DAY_1.isoformat()))

    system.publish(corrected(3, updated_at=DAY_2.isoformat(), correction_note="船工姓沈。"))

    assert [line for line in lines(system) if line.startswith("更正")] == ["更正（2025年7月30日）：船工姓沈。"]


def test_a_correction_of_which_no_day_is_said_has_that_of_its_arrival(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.at(DAY_1)

    system.publish(corrected(2))

    assert f"更正（2025年7月11日）：{NOTE}" in lines(system)


def test_a_version_that_does_not_carry_the_correction_has_none(system: Rehearsal):
    system.partner()
    system.publish(an_event(), corrected(2, updated_at=DAY_1.isoformat()))

    system.publish(an_event("updated", version=3, updated_at=DAY_2.isoformat()))

    assert not [line for line in lines(system) if line.startswith("更正")]
    assert "edNote" not in last(system)


def test_a_partners_feed_tells_the_same_day(system: Rehearsal):
    system.partner()
    system.publish(an_event(), corrected(2, updated_at=DAY_1.isoformat()))

    system.publish(corrected(3, updated_at=DAY_2.isoformat()))

    assert f"更正（2025年7月11日）：{NOTE}" in system.feed("partners/yunfeng", "json").decode()


# What is taken back


def test_what_is_withdrawn_says_who_took_it_back_and_when(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.at(DAY_1)

    system.publish(an_event("withdrawn", version=2, reason="事实有误"))

    assert last(system)["usageTerms"] == f"本文已由{OWN}于2025年7月11日撤回，请勿继续传播；已转载的请予删除。"
    assert last(system)["edNote"] == "事实有误"
    assert system.manifest(system.rows()[-1]).notices == ("withdrawal:by_newsroom",)


def test_who_may_not_have_it_any_more_is_told_so_and_not_that_it_was_withdrawn(system: Rehearsal):
    system.partner()
    system.publish(an_event())

    system.system.rule("a-1", "yunfeng", decision="refused", by="沈禾", reason="作者不同意")
    system.run_all()

    assert last(system)["pubStatus"] == "canceled"
    assert last(system)["usageTerms"] == f"{OWN}对本文的转载授权已终止，请勿继续使用；已转载的请予删除。"
    assert system.manifest(system.rows()[-1]).notices == ("withdrawal:no_longer_cleared",)


def test_what_derives_from_a_withdrawn_story_is_withdrawn(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event(article="a-2", derived_from="a-1"))
    system.at(DAY_1)

    system.publish(an_event("withdrawn", version=2))

    told = [json.loads(seen.body) for seen in system.peers["yunfeng"].requests[-2:]]
    assert {one["usageTerms"] for one in told} == {
        f"本文已由{OWN}于2025年7月11日撤回，请勿继续传播；已转载的请予删除。"
    }


def test_a_removal_is_in_the_articles_language_and_the_partners_words(system: Rehearsal):
    system.partner("yunfeng")
    system.partner("tianmen", agreement=an_agreement(wording="national"))
    system.variants({("en", "national"): {"withdrawal": {"by_newsroom": "Kill ({publisher}, {date})."}}})
    system.publish(an_event(language="en-GB"))
    system.at(DAY_1)

    system.publish(an_event("withdrawn", version=2))

    assert last(system, "yunfeng")["usageTerms"].startswith(f"This article was withdrawn by {OWN} on 11 July 2025.")
    assert last(system, "tianmen")["usageTerms"] == f"Kill ({OWN}, 11 July 2025)."


def test_who_is_gone_from_the_configuration_is_told_in_the_common_words(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.part_with("yunfeng")

    system.publish(an_event("withdrawn", version=2))

    assert last(system)["usageTerms"].startswith(f"本文已由{OWN}于")


# Whose words


@pytest.mark.parametrize(("language", "head"), [("en-GB", f"From {OWN} (reported by 顾晓舟):"), ("fr", f"据{OWN}消息")])
def test_the_statements_are_in_the_articles_language_or_else_in_ours(system: Rehearsal, language: str, head: str):
    system.partner()

    system.publish(an_event(language=language))

    assert lines(system)[0].startswith(head)


def test_each_partner_gets_the_words_and_the_text_that_its_agreement_asks_for(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(licence_text="须在显著位置注明来源。"))
    system.partner("tianmen", agreement=an_agreement(wording="national"))
    system.variants({("zh-CN", "national"): {"canonical-link": {"text": "首发于：{url}"}}})

    system.publish(an_event())

    link = "https://news.example/a-1.html"
    assert lines(system, "yunfeng")[-2:] == ["须在显著位置注明来源。", f"原文链接：{link}"]
    assert lines(system, "tianmen")[-1] == f"首发于：{link}"
    assert last(system, "yunfeng")["usageTerms"].endswith("须在显著位置注明来源。")


def test_a_feed_is_built_anew_when_the_words_of_any_variant_change(system: Rehearsal):
    system.partner(agreement=an_agreement(wording="national"))
    system.variants({("zh-CN", "national"): {"canonical-link": {"text": "首发于：{url}"}}})
    system.publish(an_event())
    assert "首发于" in system.feed("partners/yunfeng").decode()

    system.variants({("zh-CN", "national"): {"canonical-link": {"text": "原载于：{url}"}}})
    system.advance(hours(1))
    system.begin()
    system.sweep_and_run()

    assert "原载于" in system.feed("partners/yunfeng").decode()
