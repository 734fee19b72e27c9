"""The queue is a hint: with every message lost, the sweep finds everything in the ledger: on both databases."""

from syndicate.model.step import Beat, BuildFeed, Deliver, Plan, Withdraw
from syndicate.pipeline.sweep import AT_ONCE, FULL
from tests.builders import an_agreement, an_event, hours
from tests.fakes.partner import reply
from tests.fakes.rehearsal import Rehearsal


def test_with_every_message_lost_after_every_stage_the_article_arrives_all_the_same(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    kinds = []
    for _ in range(2):
        system.lose_queue()
        found = system.sweep()
        kinds.append({type(step) for step in found if step != BuildFeed(feed_id="all")})
        system.queue.run(lambda step: system.system.perform(step) if not isinstance(step, BuildFeed) else None)

    system.lose_queue()
    system.sweep_and_run()

    assert system.sent() == [("published", 1)]
    assert Plan in kinds[0]
    assert "老码头重新开渡" in system.feed().decode()


def test_a_lost_plan_is_found(system: Rehearsal):
    system.tell(an_event())
    system.lose_queue()

    assert Plan(article_id="a-1") in system.sweep()


def test_a_lost_withdrawal_is_found(system: Rehearsal):
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))
    system.lose_queue()

    assert Withdraw(article_id="a-1") in system.sweep()


def test_a_lost_delivery_is_found(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.run_next()
    system.lose_queue()

    assert Deliver(lane="deliver") in system.sweep()


def test_a_lost_build_is_found(system: Rehearsal):
    system.tell(an_event())
    system.run_next()
    system.lose_queue()

    assert BuildFeed(feed_id="sections/要闻") in system.sweep()


def test_a_lost_build_that_must_forget_is_found_as_urgent(system: Rehearsal):
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))
    system.run_next()
    system.lose_queue()

    assert BuildFeed(feed_id="all", urgent=True) in system.sweep()


def test_sweeping_twice_is_harmless(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.lose_queue()

    system.sweep()
    system.sweep()
    system.run_all()

    assert system.sent() == [("published", 1)]


def test_when_nothing_is_owed_nobody_is_woken(system: Rehearsal):
    system.partner()
    system.partner("patient", agreement=an_agreement(delay_minutes=60))
    system.publish(an_event())
    system.sweep_and_run()

    assert system.sweep() == []


def test_a_retry_that_is_not_due_yet_is_not_woken(system: Rehearsal):
    system.partner().will(reply(503, headers={"Retry-After": "3600"}))
    system.publish(an_event())
    system.sweep_and_run()

    assert system.sweep() == []


def test_a_lane_whose_queue_is_long_is_given_nothing(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.run_next()
    system.lose_queue()
    system.depth = {"deliver": FULL}

    assert not [step for step in system.sweep() if isinstance(step, Deliver)]


def test_a_long_queue_in_one_lane_holds_up_no_other(system: Rehearsal):
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))
    system.tell(an_event(article="a-2"))
    system.lose_queue()
    system.depth = {"intake": FULL, "deliver": FULL, "slow": FULL, "feeds": FULL}

    assert system.sweep() == [Withdraw(article_id="a-1")]


def test_a_lane_whose_queue_is_nearly_empty_is_woken(system: Rehearsal):
    system.tell(an_event())
    system.lose_queue()
    system.depth = {"intake": FULL - 1}

    assert Plan(article_id="a-1") in system.sweep()


def test_a_withdrawal_is_found_behind_more_plans_than_one_sweep_looks_at(system: Rehearsal):
    # given: nobody has planned for a long time, and the intake's queue is full
    system.publish(an_event(article="z-last"))
    for number in range(AT_ONCE + 1):
        system.tell(an_event(article=f"a-{number:03}"))
    system.tell(an_event("withdrawn", "z-last", version=2))
    system.lose_queue()
    system.depth = {"intake": FULL}

    assert Withdraw(article_id="z-last") in system.sweep()


def test_a_feed_that_must_forget_is_found_behind_more_builds_than_one_sweep_looks_at(system: Rehearsal):
    for number in range(AT_ONCE + 1):
        system.touch(f"sections/{number:03}")
    system.touch("sections/要闻", urgent=True)
    system.depth = {"feeds": FULL}

    assert BuildFeed(feed_id="sections/要闻", urgent=True) in system.sweep()


def test_removals_are_woken_before_anything_new(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))
    system.tell(an_event(article="a-2"))
    system.run_next()
    system.run_next()
    system.lose_queue()

    lanes = [step.lane for step in system.sweep() if isinstance(step, Deliver)]

    assert lanes == ["retract", "deliver"]


def test_every_worker_of_every_lane_is_asked_for_a_sign_of_life(system: Rehearsal):
    settings = system.system.settings
    workers = settings.workers.model_copy(update={"withdraw": 1, "deliver": 3})
    system.reconfigure(settings.model_copy(update={"workers": workers}))

    system.system.beat()

    asked = [step for step in system.queue.steps if isinstance(step, Beat)]
    assert len(asked) == len(set(asked)) == sum(system.system.settings.worker_counts.values())
    assert [step.number for step in asked if step.lane == "deliver"] == [1, 2, 3]
    assert [step.number for step in asked if step.lane == "withdraw"] == [1]


def test_a_new_start_remembers_the_partners_as_they_are_configured_then(system: Rehearsal):
    system.partner()

    system.begin()

    assert (system.count()["agreements"], system.count()["destinations"]) == (1, 1)


def test_the_feeds_that_are_configured_are_there_after_the_first_sweep(system: Rehearsal):
    system.partner()

    found = {step.feed_id for step in system.sweep() if isinstance(step, BuildFeed)}
    assert found == {"all", "own", "partners/yunfeng"}


def test_a_hold_that_has_not_lapsed_wakes_nobody(system: Rehearsal):
    system.partner(agreement=an_agreement(delay_minutes=60))
    system.publish(an_event())
    system.sweep_and_run()

    system.advance(hours(0.99))

    assert system.sweep() == []
