"""What the feeds hold: no more than their readers may have, built once for a burst, same words, same bytes."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from syndicate.formats import FEED_FORMATS
from syndicate.ledger import feeds
from syndicate.model.step import BuildFeed
from tests.builders import NOON, STATE, an_agreement, an_event, hours, shipped_feeds
from tests.fakes.rehearsal import Rehearsal

HEAD_LINE = "据青石湾新闻网消息:(记者:顾晓舟)"
FULL_TEXT = "摆渡四十年的船工"
ALL = "all"
SECTION = "sections/要闻/水上"
OWN = "partners/yunfeng"


def headlines(system: Rehearsal, feed: str = ALL) -> list[str]:
    return [item["title"] for item in json.loads(system.feed(feed, "json"))["items"]]


def state(system: Rehearsal, feed: str = ALL) -> feeds.FeedState:
    with system.ledger.read() as connection:
        found = feeds.state(connection, feed)
    assert found is not None
    return found


def every_byte(system: Rehearsal, feed: str) -> str:
    return "".join(system.feed(feed, name).decode() for name in FEED_FORMATS)


# what is in them


@pytest.mark.parametrize("feed", [ALL, "sections/要闻", SECTION, OWN])
def test_an_article_of_ours_is_in_every_feed_that_it_belongs_to(system: Rehearsal, feed: str):
    system.partner()

    system.publish(an_event())

    assert headlines(system, feed) == ["老码头重新开渡"]


@pytest.mark.parametrize("feed", [ALL, SECTION])
def test_public_feeds_carry_no_full_text(system: Rehearsal, feed: str):
    system.publish(an_event())

    said = every_byte(system, feed)
    assert "停航六年之后" in said
    assert FULL_TEXT not in said


@pytest.mark.parametrize("feed", [ALL, SECTION, OWN])
def test_no_feed_carries_a_picture_that_is_not_ours(system: Rehearsal, feed: str):
    system.partner()

    system.publish(an_event())

    said = every_byte(system, feed)
    assert "river.jpg" not in said
    assert STATE not in said


def test_a_partners_feed_has_the_full_text_under_the_head_line(system: Rehearsal):
    system.partner()

    system.publish(an_event())

    (item,) = json.loads(system.feed(OWN, "json"))["items"]
    assert FULL_TEXT in item["content_html"]
    assert HEAD_LINE in item["content_html"]
    assert item["content_html"].index(HEAD_LINE) < item["content_html"].index("青石湾的老码头今天重新开渡")


@pytest.mark.parametrize("name", sorted(FEED_FORMATS))
def test_a_partners_feed_has_the_full_text_in_every_format(system: Rehearsal, name: str):
    system.partner()

    system.publish(an_event())

    said = system.feed(OWN, name).decode()
    assert FULL_TEXT in said
    assert HEAD_LINE in said
    assert "ferry.jpg" in said


def test_a_reprint_is_in_no_feed(system: Rehearsal):
    system.partner()
    system.publish(an_event())

    system.publish(an_event(article="a-2", headline="远方来电", origin={"kind": "reprint", "source": STATE}))

    assert "远方来电" not in every_byte(system, ALL) + every_byte(system, SECTION) + every_byte(system, OWN)


def test_what_is_under_embargo_is_in_no_feed_until_its_hour(system: Rehearsal):
    system.partner()
    system.sweep_and_run()
    system.publish(an_event(embargo_until=(NOON + hours(3)).isoformat()))
    before = headlines(system)

    system.advance(hours(3))
    system.sweep_and_run()

    assert (before, headlines(system), headlines(system, OWN)) == ([], ["老码头重新开渡"], ["老码头重新开渡"])


def test_what_a_partner_must_wait_for_is_in_the_public_feed_and_not_in_its_own(system: Rehearsal):
    system.partner(agreement=an_agreement(delay_minutes=60))
    system.sweep_and_run()

    system.publish(an_event())

    assert (len(headlines(system)), len(headlines(system, OWN))) == (1, 0)


def test_a_section_is_not_mistaken_for_one_whose_name_begins_alike(system: Rehearsal):
    system.publish(an_event(section=["要闻"]), an_event(article="a-2", headline="要闻汇编", section=["要闻汇编"]))

    assert headlines(system, "sections/要闻") == ["老码头重新开渡"]


def test_the_newest_article_comes_first_and_the_oldest_falls_out(system: Rehearsal):
    system.feeds(*(family.model_copy(update={"archives": False}) for family in shipped_feeds()))
    for number in range(52):
        at = (NOON + hours(number)).isoformat()
        system.tell(an_event(article=f"n-{number}", headline=f"第{number}班船", published_at=at))
    system.run_all()

    assert headlines(system) == [f"第{number}班船" for number in range(51, 1, -1)]


def test_a_moved_article_leaves_the_old_sections_feed(system: Rehearsal):
    system.publish(an_event(), an_event("updated", version=2, section=["副刊"]))

    assert (headlines(system, SECTION), headlines(system, "sections/副刊")) == ([], ["老码头重新开渡"])


def test_an_empty_feed_can_be_read_too(system: Rehearsal):
    system.partner()

    system.sweep_and_run()

    assert (headlines(system), headlines(system, OWN)) == ([], [])


def test_a_partner_without_an_agreement_has_no_feed(system: Rehearsal):
    system.partner(agreement=None)

    system.publish(an_event())
    system.sweep_and_run()

    with system.ledger.read() as connection:
        assert feeds.state(connection, OWN) is None


# taken back


@pytest.mark.parametrize("feed", [ALL, "sections/要闻", SECTION, OWN])
def test_a_withdrawn_article_leaves_every_feed_in_every_format(system: Rehearsal, feed: str):
    system.partner()

    system.publish(an_event(), an_event("withdrawn", version=2))

    said = every_byte(system, feed)
    assert "老码头重新开渡" not in said
    assert FULL_TEXT not in said


def test_a_feed_that_must_forget_is_built_by_the_withdraw_lane(system: Rehearsal):
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))

    system.run_next()

    builds = [step for step in system.queue.steps if isinstance(step, BuildFeed)]
    assert builds
    assert all(step.urgent for step in builds)


def test_a_partner_that_lost_its_right_to_an_article_loses_it_from_its_feed(system: Rehearsal):
    system.partner(agreement=an_agreement(sections=("要闻",)))

    system.publish(an_event(), an_event("updated", version=2, section=["副刊"]))

    assert headlines(system, OWN) == []


def test_published_again_under_an_embargo_it_is_back_in_the_feeds_at_its_hour(system: Rehearsal):
    system.publish(an_event(), an_event("withdrawn", version=2))
    system.publish(an_event(version=3, embargo_until=(NOON + hours(3)).isoformat()))
    before = headlines(system)

    system.advance(hours(3))
    system.sweep_and_run()

    assert (before, len(headlines(system))) == ([], 1)


def test_what_a_partner_holds_for_us_is_in_its_own_feed_at_the_hour_and_not_before(system: Rehearsal):
    system.partner(agreement=an_agreement(under_embargo=True))
    system.publish(an_event(embargo_until=(NOON + hours(3)).isoformat()))
    before = headlines(system, OWN)

    system.advance(hours(3))
    system.sweep_and_run()

    assert (before, len(headlines(system, OWN))) == ([], 1)


def test_an_embargo_that_is_lifted_lets_it_into_the_feed_of_the_partner_that_held_it(system: Rehearsal):
    system.partner(agreement=an_agreement(under_embargo=True))

    system.publish(
        an_event(embargo_until=(NOON + hours(3)).isoformat()),
        an_event("updated", version=2, embargo_until=None, change="minor"),
    )

    assert len(headlines(system, OWN)) == 1


def test_what_is_scheduled_is_in_no_feed_until_its_hour(system: Rehearsal):
    system.partner()
    system.sweep_and_run()
    system.publish(an_event(publish_at=(NOON + hours(3)).isoformat()))
    before = headlines(system), headlines(system, OWN)

    system.advance(hours(3))
    system.sweep_and_run()

    assert (before, len(headlines(system)), len(headlines(system, OWN))) == (([], []), 1, 1)


def test_feeds_date_what_was_scheduled_by_its_hour_and_a_correction_later(system: Rehearsal):
    def dates() -> tuple[str, str]:
        (item,) = json.loads(system.feed(ALL, "json"))["items"]
        return item["date_published"], item["date_modified"]

    hour = NOON + hours(3)
    system.publish(an_event(publish_at=hour.isoformat()))
    system.advance(hours(4))
    system.sweep_and_run()
    first = dates()

    system.publish(an_event("updated", version=2))

    assert first == (hour.isoformat(), hour.isoformat())
    assert dates() == (hour.isoformat(), (hour + timedelta(seconds=1)).isoformat())


def test_published_again_an_article_is_back_with_the_same_id_and_a_later_date(system: Rehearsal):
    def entry() -> dict[str, Any]:
        (item,) = json.loads(system.feed(ALL, "json"))["items"]
        return dict(item)

    system.publish(an_event())
    before = entry()
    system.publish(an_event("withdrawn", version=2), an_event(version=3))

    after = entry()
    assert after["id"] == before["id"]
    assert after["date_modified"] > before["date_modified"]


# how they are built


def test_a_burst_builds_a_feed_once(system: Rehearsal):
    for number in range(5):
        system.tell(an_event(article=f"a-{number}"))
    for _ in range(5):
        system.run_next()
    builds = [step for step in system.queue.steps if step == BuildFeed(feed_id=ALL)]

    system.run_next()
    first = state(system)
    system.advance(hours(1))
    system.run_all()

    assert len(builds) == 5
    assert first.built_seq == first.dirty_seq
    assert state(system).built_at == first.built_at


@pytest.mark.parametrize("feed", [ALL, SECTION, OWN])
def test_a_correction_that_is_not_planned_yet_takes_nothing_out_of_a_feed_built_for_another_reason(
    system: Rehearsal, feed: str
):
    system.partner()
    system.publish(an_event())
    system.tell(an_event("updated", version=2, headline="渡口新篇"))
    system.lose_queue()

    system.touch(feed)
    system.system.perform(BuildFeed(feed_id=feed))

    assert headlines(system, feed) == ["老码头重新开渡"]


@pytest.mark.parametrize("feed", [ALL, SECTION, OWN])
def test_a_withdrawal_that_is_not_carried_out_yet_counts_in_a_feed_built_for_another_reason(
    system: Rehearsal, feed: str
):
    system.partner()
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))
    system.lose_queue()

    system.touch(feed)
    system.system.perform(BuildFeed(feed_id=feed))

    assert headlines(system, feed) == []


def test_a_new_start_keeps_the_bytes_of_feeds_that_are_configured_as_before(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    before = [(system.feed(feed), state(system, feed).built_at) for feed in (ALL, SECTION, OWN)]

    system.advance(hours(5))
    system.begin()
    system.sweep_and_run()

    assert [(system.feed(feed), state(system, feed).built_at) for feed in (ALL, SECTION, OWN)] == before
    assert system.sweep() == []


def test_a_new_start_builds_anew_what_was_configured_otherwise(system: Rehearsal):
    system.publish(an_event(), an_event(article="a-2", headline="第二班船"))
    assert len(headlines(system)) == 2
    system.feeds(*(family.model_copy(update={"length": 1, "archives": False}) for family in shipped_feeds()))

    system.begin()
    system.sweep_and_run()

    assert len(headlines(system)) == 1


def test_a_feed_that_is_gone_from_the_configuration_wakes_nobody_for_ever(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.part_with("yunfeng")
    system.begin()
    woken = system.sweep()

    system.run_all()

    assert BuildFeed(feed_id=OWN) in woken
    assert system.sweep() == []


def test_a_feed_that_was_gone_for_a_while_has_nothing_that_was_withdrawn_meanwhile(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event(article="a-2", headline="第二班船"))
    system.part_with("yunfeng")
    system.begin()
    system.sweep_and_run()
    system.publish(an_event("withdrawn", version=2))
    system.sweep_and_run()

    system.partner()
    system.begin()
    system.sweep_and_run()

    assert headlines(system, OWN) == ["第二班船"]


def test_the_same_selection_gives_the_same_bytes_and_the_same_date_of_building(system: Rehearsal):
    system.publish(an_event())
    bytes_before, built_before = system.feed(), state(system).built_at

    system.advance(hours(5))
    system.touch(ALL)
    system.system.perform(BuildFeed(feed_id=ALL))

    assert system.feed() == bytes_before
    assert state(system).built_at == built_before
    assert state(system).built_seq == state(system).dirty_seq


def test_the_bytes_do_not_depend_on_the_hour_of_building(system: Rehearsal):
    system.publish(an_event())
    system.tell(an_event("updated", version=2, headline="渡口新篇"))
    system.run_next()
    system.lose_queue()
    system.system.perform(BuildFeed(feed_id=ALL))
    at_once = [system.feed(ALL, name) for name in FEED_FORMATS]
    system.forget_build(ALL)

    system.advance(hours(100))
    system.system.perform(BuildFeed(feed_id=ALL))

    assert [system.feed(ALL, name) for name in FEED_FORMATS] == at_once


def test_a_change_while_a_feed_is_built_is_not_lost(system: Rehearsal):
    # given: a builder looked at the feed, and then something changed
    system.publish(an_event())
    system.touch(ALL)
    seen = state(system)
    system.tell(an_event(article="a-2", headline="第二班船"))
    system.run_next()
    system.lose_queue()

    # when: it puts in place what it saw
    with system.ledger.write() as connection:
        feeds.built(connection, seen, form=seen.form)
    system.sweep_and_run()

    # then
    assert sorted(headlines(system)) == sorted(["第二班船", "老码头重新开渡"])


def test_a_builder_that_was_overtaken_changes_nothing(system: Rehearsal):
    system.publish(an_event())
    system.touch(ALL)
    seen = state(system)
    system.publish(an_event("updated", version=2, headline="渡口新篇"))
    newer = system.feed()

    with system.ledger.write() as connection:
        placed = feeds.publish(connection, seen, form="stale", changed_at=NOON, documents=[], now=system.now)

    assert not placed
    assert system.feed() == newer


def test_terms_that_changed_change_the_partners_feed(system: Rehearsal):
    system.partner(agreement=an_agreement(pictures="ours"))
    system.publish(an_event())

    system.partner(agreement=an_agreement(pictures="none"))
    system.replan()

    assert "ferry.jpg" not in every_byte(system, OWN)


def test_an_agreement_that_ended_empties_the_partners_feed_at_the_next_plan(system: Rehearsal):
    system.partner()
    system.publish(an_event())

    system.partner(agreement=an_agreement(ends=date(2025, 5, 1)))
    system.replan()

    assert headlines(system, OWN) == []
