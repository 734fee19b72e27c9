"""What the dates of agreements, leases and quotas do by themselves, when several meet. On both databases."""

import json
from datetime import date, datetime
from typing import Any

from syndicate.model.agreement import Agreement
from tests.builders import NOON, STATE, an_agreement, an_event, hours, shanghai
from tests.fakes.rehearsal import Rehearsal

FUTURE = shanghai(2098, 5, 6, 12)  # rights run out by the database's clock, which nobody can turn
LAST_DAY, NEXT_DAY = date(2098, 5, 6), shanghai(2098, 5, 7)
OURS = {"url": "https://news.example/img/ferry.jpg", "caption": "渡船靠上新栈桥", "taken_by": "顾晓舟"}


def a_lease(ends: datetime) -> dict[str, Any]:
    """Somebody else's picture, which one partner may have until then."""
    rights = {"evidence": "合同 2025-17", "pass_to": ["yunfeng"], "ends": ends.isoformat()}
    return {"url": "https://news.example/img/mist.jpg", "caption": f"上游的晨雾 图片来源:{STATE}", "rights": rights}


def former(**changes: Any) -> Agreement:
    """An agreement that ends on a day to come."""
    return an_agreement(**{"ends": LAST_DAY, "pictures": "cleared"} | changes)


def after_a_gap(**changes: Any) -> Agreement:
    """The one after it, which begins three weeks later."""
    told = {"number": "QSW-LATER", "starts": date(2098, 6, 1), "ends": date(2098, 12, 31), "pictures": "cleared"}
    return an_agreement(**told | changes)


def got(system: Rehearsal, partner: str = "yunfeng") -> list[str]:
    """The articles that a partner was sent, or was to take down."""
    return [json.loads(seen.body)["uri"].rsplit(":", 1)[1] for seen in system.peers[partner].requests]


def last_body(system: Rehearsal) -> str:
    """Everything in the last document that the partner was sent."""
    return system.peers["yunfeng"].requests[-1].body.decode()


def why(system: Rehearsal, article: str = "a-1", revision: int = 1) -> str:
    """The answer that stands for the partner."""
    standing = system.answers(article, revision)["yunfeng"]
    return f"{standing.clearance.decision}: {standing.clearance.reason}"


# a gap between two agreements


def test_an_end_takes_all_back_though_another_agreement_is_to_begin_later(system: Rehearsal):
    system.partner(agreement=(former(after_end="remove"), after_a_gap()))
    system.publish(an_event())

    system.at(NEXT_DAY)
    system.sweep_and_run()

    assert system.sent() == [("published", 1), ("withdrawn", 1)]
    assert why(system) == "refused: agreement QSW-2025-07 ended on 2098-05-06"


def test_an_end_that_lets_them_keep_it_does_so_until_another_begins(system: Rehearsal):
    system.partner(agreement=(former(), after_a_gap(at_start="covered")))
    system.publish(an_event())

    system.at(NEXT_DAY)
    system.replan()

    assert system.sent() == [("published", 1)]
    assert why(system) == "refused: agreement QSW-2025-07 ended on 2098-05-06"


def test_what_came_out_in_the_gap_goes_when_an_agreement_begins_that_covers_it(system: Rehearsal):
    system.partner(agreement=(former(sections=("副刊",)), after_a_gap(at_start="covered")))
    system.at(NEXT_DAY)
    system.publish(an_event(published_at=NEXT_DAY.isoformat()))
    before = got(system)

    system.at(shanghai(2098, 6, 1))
    system.sweep_and_run()

    assert (before, got(system)) == ([], ["a-1"])


def test_what_is_scheduled_in_the_gap_for_after_it_goes_at_its_hour(system: Rehearsal):
    system.partner(agreement=(former(), after_a_gap()))
    system.at(NEXT_DAY)
    hour = shanghai(2098, 6, 2, 9).isoformat()
    system.publish(an_event(published_at=hour, publish_at=hour))

    system.at(shanghai(2098, 6, 2, 9))
    system.sweep_and_run()

    assert got(system) == ["a-1"]


def test_what_they_had_under_the_former_agreement_is_corrected_under_the_next(system: Rehearsal):
    system.partner(agreement=(former(), after_a_gap()))
    system.publish(an_event())

    system.at(shanghai(2098, 6, 2))
    system.publish(an_event("updated", version=2, headline="渡口今起复航", change="minor"))
    system.publish(an_event("updated", version=3, headline="渡口复航"))

    assert system.sent() == [("published", 1), ("updated", 3)]


# pictures whose right ends when the answer isn't cleared


def test_a_picture_whose_right_ends_does_not_stay_with_who_may_keep_the_article(system: Rehearsal):
    system.at(FUTURE)
    system.partner(agreement=former())
    system.publish(an_event(pictures=[a_lease(shanghai(2098, 5, 10)), OURS]))

    system.at(NEXT_DAY)
    system.sweep_and_run()
    kept = system.sent()
    system.at(shanghai(2098, 5, 10))
    system.sweep_and_run()

    assert (kept, system.sent()) == ([("published", 1)], [("published", 1), ("withdrawn", 1)])
    assert "our right to it ended on 2098-05-10" in why(system)


def test_under_a_renewal_with_another_number_they_are_sent_the_article_without_it(system: Rehearsal):
    system.at(FUTURE)
    renewal = after_a_gap(starts=date(2098, 5, 7))
    system.partner(agreement=(former(), renewal))
    system.publish(an_event(pictures=[a_lease(shanghai(2098, 5, 10)), OURS]))

    system.at(shanghai(2098, 5, 10))
    system.sweep_and_run()

    assert system.sent() == [("published", 1), ("updated", 1)]
    assert "mist.jpg" not in last_body(system)


def test_so_they_are_where_the_agreement_was_replaced_in_its_file(system: Rehearsal):
    system.at(FUTURE)
    system.partner(agreement=former())
    system.publish(an_event(pictures=[a_lease(shanghai(2098, 5, 10)), OURS]))
    system.partner(agreement=after_a_gap(starts=date(2098, 5, 7)))

    system.at(shanghai(2098, 5, 10))
    system.sweep_and_run()

    assert system.sent() == [("published", 1), ("updated", 1)]
    assert "mist.jpg" not in last_body(system)


def test_nor_does_it_stay_with_whom_a_correction_is_held_for(system: Rehearsal):
    system.at(FUTURE)
    system.partner(agreement=former(ends=date(2099, 1, 1)))
    pictures = [a_lease(FUTURE + hours(2)), OURS]
    system.publish(an_event(pictures=pictures))
    system.publish(an_event("updated", version=2, pictures=pictures, ask_first=["谢若兰"]))
    kept = system.sent()

    system.at(FUTURE + hours(2))
    system.sweep_and_run()
    system.system.rule("a-1", "yunfeng", decision="cleared", by="沈禾", reason="已征得同意")
    system.run_all()

    assert kept == [("published", 1)]
    assert system.sent()[1:] == [("withdrawn", 2), ("published", 2)]
    assert "mist.jpg" not in last_body(system)


# an end while the answer isn't cleared


def test_an_end_takes_back_also_from_whom_a_correction_is_held_for(system: Rehearsal):
    system.at(FUTURE)
    system.partner(agreement=former(after_end="remove"))
    system.publish(an_event())
    system.publish(an_event("updated", version=2, ask_first=["谢若兰"]))
    kept = system.sent()

    system.at(NEXT_DAY)
    system.sweep_and_run()

    assert (kept, system.sent()) == ([("published", 1)], [("published", 1), ("withdrawn", 2)])


def test_a_plan_of_a_worker_that_has_the_former_file_moves_no_end(system: Rehearsal):
    # given: the end was moved forward and seen to; then somebody plans who doesn't know that yet
    system.partner(agreement=an_agreement(after_end="remove"))
    system.publish(an_event())
    system.partner(agreement=former(after_end="remove"))
    system.sweep_and_run()
    system.partner(agreement=an_agreement(after_end="remove"))
    system.publish(an_event("updated", version=2))

    # when
    system.partner(agreement=former(after_end="remove"))
    system.at(NEXT_DAY)
    system.sweep_and_run()

    # then
    assert system.sent()[-1] == ("withdrawn", 2)


# plans of everything


def test_a_plan_of_everything_sends_nothing_to_whom_only_the_terms_are_others(system: Rehearsal):
    system.partner("yunfeng")
    system.publish(an_event())
    system.partner("yunfeng", agreement=an_agreement(delay_minutes=5))
    system.advance(hours(1))

    system.partner("tianmen", agreement=an_agreement(at_start="covered"))
    system.sweep_and_run()
    system.sweep_and_run()

    assert (got(system, "yunfeng"), got(system, "tianmen")) == (["a-1"], ["a-1"])
    assert system.states(partner="yunfeng") == [("publish", 1, "delivered"), ("update", 1, "cancelled")]


def test_but_it_does_where_they_may_have_more_now(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(pictures="none"))
    system.publish(an_event())
    system.partner("yunfeng", agreement=an_agreement())

    system.partner("tianmen", agreement=an_agreement(at_start="covered"))
    system.sweep_and_run()

    assert got(system, "yunfeng") == ["a-1", "a-1"]
    assert "ferry.jpg" in last_body(system)


# quotas


def test_what_was_refused_because_nothing_was_left_stays_refused(system: Rehearsal):
    system.partner(agreement=an_agreement(quota={"per_day": 1, "when_used_up": "refuse"}))
    system.publish(an_event(article="a-1"), an_event(article="a-2"))

    system.at(shanghai(2025, 5, 7))
    system.replan("a-2")
    system.publish(an_event("updated", "a-2", version=2))

    assert got(system) == ["a-1"]
    assert why(system, "a-2", 2).startswith("refused: came when agreement QSW-2025-07 allowed no more")


def test_what_is_not_due_yet_has_not_come_too_late(system: Rehearsal):
    system.partner(agreement=an_agreement(quota={"per_day": 1, "when_used_up": "refuse"}))
    system.publish(an_event(article="a-1"), an_event(article="a-2", embargo_until=shanghai(2025, 5, 7).isoformat()))
    before = why(system, "a-2")

    system.at(shanghai(2025, 5, 7))
    system.sweep_and_run()

    assert before.startswith("held: under embargo")
    assert got(system) == ["a-1", "a-2"]


def test_when_the_quota_begins_anew_the_oldest_goes_first(system: Rehearsal):
    system.partner(agreement=an_agreement(quota={"per_day": 1}))
    system.publish(an_event(article="a-0"))
    for number, name in enumerate(("a-3", "a-1", "a-2")):
        system.publish(an_event(article=name, published_at=(NOON + hours(number)).isoformat()))

    for day in (7, 8, 9):
        system.at(shanghai(2025, 5, day))
        system.sweep_and_run()

    assert got(system) == ["a-0", "a-3", "a-1", "a-2"]


def test_a_quota_of_one_partner_is_nothing_to_another(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(quota={"per_day": 1}))
    system.partner("tianmen", agreement=an_agreement(quota={"per_week": 2}))

    for name in ("a-1", "a-2", "a-3"):
        system.publish(an_event(article=name))

    assert (got(system, "yunfeng"), got(system, "tianmen")) == (["a-1"], ["a-1", "a-2"])


def test_a_withdrawn_article_is_not_planned_at_an_end(system: Rehearsal):
    system.partner(agreement=an_agreement(after_end="remove"))
    system.publish(an_event(), an_event("withdrawn", version=2))
    system.partner(agreement=former(after_end="remove"))

    system.sweep()

    assert [row["plan_due_at"] for row in system.rows_of("articles")] == [None]
