"""A withdrawal is complete for a partner only when its page is gone: it is looked at until then, or it is overdue."""

import json
from datetime import date, timedelta

import pytest
from structlog.testing import capture_logs

from syndicate.ledger import takedowns
from syndicate.ledger.backlog import Which
from syndicate.ledger.takedowns import Place
from syndicate.model.delivery import Outcome, Receipt
from syndicate.model.step import Verify
from syndicate.model.takedown import Sight
from syndicate.monitor.metrics import exposition
from syndicate.monitor.status import status
from syndicate.monitor.withdrawals import Removal, Withdrawn, withdrawals
from syndicate.pipeline.verify import verify
from syndicate.settings import Takedown as TakedownSettings
from tests.builders import a_destination, an_agreement, an_event, hours, minutes
from tests.fakes.partner import Behaviour, FakePartner, hang, reply
from tests.fakes.rehearsal import Rehearsal

PAGE = "/a/1.html"
A_DAY = hours(24)


def naming(url: str) -> Behaviour:
    """An answer that tells the address of the partner's page."""
    return reply(201, body=json.dumps({"id": "7", "url": url}).encode())


@pytest.fixture
def partner(system: Rehearsal) -> FakePartner:
    """A partner that shows the article on a page of its own, and tells its address when it takes the article."""
    partner = system.partner()
    partner.will(naming(partner.show(PAGE)))
    return partner


def take_back(system: Rehearsal) -> None:
    """Publish and withdraw; the partner accepts both."""
    system.publish(an_event(), an_event("withdrawn", version=2))


def look(system: Rehearsal, *, after: timedelta = timedelta(0)) -> None:
    """Let some time pass, and do what is due then."""
    system.let_time_pass(after)
    system.sweep_and_run()


def the_removal(system: Rehearsal, destination: str = "yunfeng/push") -> Removal:
    """How the newest withdrawal stands at a destination."""
    first, *_ = seen_by_newsroom(system)
    (found,) = [removal for removal in first.removals if removal.destination == destination]
    return found


def seen_by_newsroom(system: Rehearsal, *, only_open: bool = False) -> list[Withdrawn]:
    directory = system.system.newsroom.directory
    return withdrawals(system.ledger, directory=directory, now=system.database_time(), only_open=only_open)


def is_open(system: Rehearsal) -> bool:
    return bool(seen_by_newsroom(system, only_open=True))


def test_a_page_that_is_there_still_is_looked_at_again_until_it_is_gone(system: Rehearsal, partner: FakePartner):
    take_back(system)
    look(system)
    first = the_removal(system)

    partner.show(PAGE, reply(410))
    look(system, after=minutes(2))
    last = the_removal(system)

    assert (first.standing, first.said, first.looks) == ("checking", "the page is there still (200)", 1)
    assert (last.standing, last.said, last.looks) == ("gone", "the page is gone (410)", 2)
    assert not is_open(system)


def test_it_is_looked_at_by_a_get_that_asks_for_no_cached_copy(system: Rehearsal, partner: FakePartner):
    take_back(system)
    look(system)

    (seen,) = partner.looks
    assert (seen.method, seen.body, seen.headers["cache-control"]) == ("GET", b"", "no-cache")


def test_once_it_is_gone_nobody_looks_any_more(system: Rehearsal, partner: FakePartner):
    take_back(system)
    partner.show(PAGE, reply(404))
    look(system)

    look(system, after=7 * A_DAY)

    assert len(partner.looks) == 1


def test_between_two_looks_nobody_is_woken(system: Rehearsal, partner: FakePartner):
    take_back(system)
    look(system)

    assert [step for step in system.sweep() if isinstance(step, Verify)] == []


def test_nobody_looks_before_the_removal_was_accepted(system: Rehearsal, partner: FakePartner):
    partner.will(reply(503))
    take_back(system)

    look(system)

    assert (partner.looks, the_removal(system).standing) == ((), "waiting")


def test_it_is_looked_at_too_where_the_partner_says_that_it_no_longer_has_it(system: Rehearsal, partner: FakePartner):
    partner.will(reply(410))
    take_back(system)

    look(system)

    assert (len(partner.looks), the_removal(system).standing) == (1, "checking")


def test_what_a_correction_took_back_from_one_partner_is_looked_at_as_well(system: Rehearsal, partner: FakePartner):
    system.partner(agreement=an_agreement(sections=("要闻",)))
    system.publish(an_event(), an_event("updated", version=2, section=["文旅"]))

    look(system)

    assert the_removal(system).standing == "checking"


def test_a_partner_that_never_told_the_address_is_said_not_to_be_checked_and_is_not_open(system: Rehearsal):
    system.partner()
    take_back(system)

    look(system)

    removal = the_removal(system)
    assert (removal.standing, removal.said) == ("acknowledged", "not checked: the partner gave no address")
    assert not is_open(system)


def test_the_address_that_counts_is_that_of_the_copy_and_not_what_the_removals_answer_says(
    system: Rehearsal, partner: FakePartner
):
    partner.will(naming(partner.show("/removed.html")))
    take_back(system)

    look(system)

    assert [seen.path for seen in partner.looks] == [PAGE]


def test_an_address_that_the_partner_tells_with_its_answer_to_the_removal_is_better_than_none(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(200), naming(partner.show(PAGE)))
    take_back(system)

    look(system)

    assert [seen.path for seen in partner.looks] == [PAGE]


@pytest.mark.parametrize("status", [301, 403, 500])
def test_any_other_answer_is_not_known_yet(system: Rehearsal, partner: FakePartner, status: int):
    partner.show(PAGE, reply(status, headers={"Location": partner.show("/elsewhere", reply(404))}))
    take_back(system)

    look(system)

    removal = the_removal(system)
    assert removal.standing == "checking"
    assert removal.said == f"the page answers {status}, which doesn't say whether it is gone"
    assert [seen.path for seen in partner.looks] == [PAGE]


def test_a_page_that_hangs_is_not_known_yet_and_holds_up_no_other(system: Rehearsal):
    partner = system.partner()
    settings = {"url": partner.url, "secret": "hezuo", "network": "internal", "deadline_s": 0.5}
    system.partner(destinations=(a_destination(settings=settings),))
    partner.will(*[naming(partner.show(f"/{number}", hang())) for number in range(6)], naming(partner.show("/6")))
    for number in range(7):
        system.publish(an_event(article=f"a-{number}"))
    for number in range(7):
        system.tell(an_event("withdrawn", f"a-{number}", version=2))
    system.run_all()
    before = system.database_time()

    look(system)

    took = system.database_time() - before
    said = [removal.said for one in seen_by_newsroom(system) for removal in one.removals]
    assert sorted(set(said)) == ["127.0.0.1 did not answer within 0.5 s", "the page is there still (200)"]
    assert took < timedelta(seconds=2)  # one after the other they would take 3 s


def test_a_page_at_an_address_of_our_own_network_is_not_looked_at_for_a_partner_on_the_public_one(system: Rehearsal):
    # given: a partner on the public network, whose copy is said to be on ours
    partner = system.partner()
    page = partner.show(PAGE)
    system.publish(an_event())
    settings = {"url": "https://yunfeng.example/push", "secret": "hezuo"}
    system.partner(destinations=(a_destination(settings=settings),))
    system.begin()
    system.tell(an_event("withdrawn", version=2))
    system.run_next()
    system.queue.steps.clear()

    # when: it accepts the removal
    accepted = Outcome(kind="delivered", reason="accepted", receipt=Receipt(remote_url=page))
    system.send_by(lambda *_: accepted, [system.rows()[-1].id])
    look(system)

    # then
    assert partner.looks == ()
    assert "which is this machine" in the_removal(system).said


def test_a_partner_on_our_own_network_can_not_send_us_to_another_place_in_it(system: Rehearsal):
    # given: a partner on our network that says that its copy is at somebody else's
    partner, neighbour = system.partner(), system.partner("songtao", agreement=an_agreement(sections=("要闻",)))
    partner.will(naming(neighbour.show(PAGE)))
    take_back(system)

    look(system)

    removal = the_removal(system)
    assert neighbour.looks == ()
    assert (removal.standing, "which is this machine" in removal.said) == ("checking", True)


# the deadline


def test_what_is_there_at_the_deadline_is_overdue_with_one_line_of_error_in_the_log(
    system: Rehearsal, partner: FakePartner
):
    take_back(system)
    look(system)

    with capture_logs() as before:
        look(system, after=hours(23))
    with capture_logs() as at_the_deadline:
        look(system, after=hours(2))
    with capture_logs() as afterwards:
        look(system, after=hours(25))

    (line,) = [line for line in at_the_deadline if line["log_level"] == "error"]
    assert (line["event"], line["article"], line["destination"]) == ("takedown.overdue", "a-1", "yunfeng/push")
    assert [line for line in before + afterwards if line["log_level"] == "error"] == []
    assert (the_removal(system).standing, len(partner.looks)) == ("overdue", 4)


def test_it_is_overdue_at_the_deadline_also_when_nobody_looks(system: Rehearsal, partner: FakePartner):
    take_back(system)
    system.let_time_pass(hours(25))

    assert the_removal(system).standing == "overdue"


def test_what_is_overdue_is_in_the_status_until_the_page_is_gone(system: Rehearsal, partner: FakePartner):
    take_back(system)
    look(system, after=hours(25))
    overdue = status(system.ledger, depth={}, now=system.database_time())

    partner.show(PAGE, reply(404))
    look(system, after=hours(25))
    over = status(system.ledger, depth={}, now=system.database_time())

    assert (overdue.takedowns, overdue.overdue) == (1, ("a-1 at yunfeng/push",))
    assert (over.takedowns, over.overdue) == (0, ())
    assert b"syndicate_takedowns_overdue 1.0" in exposition(overdue)
    assert b"syndicate_takedowns_overdue 0.0" in exposition(over)


def test_the_deadline_can_be_set_for_all_and_for_a_destination(system: Rehearsal):
    settings = system.system.settings
    system.reconfigure(settings.model_copy(update={"takedown": TakedownSettings(verify_within_h=2)}))
    for id, changes in (("yunfeng", {}), ("songtao", {"verify_within_h": 48})):
        partner = system.partner(id)
        system.partner(id, destinations=(a_destination(partner.url, **changes),))
        partner.will(naming(partner.show(PAGE)))
    take_back(system)

    look(system, after=hours(3))

    standings = [the_removal(system, f"{id}/push").standing for id in ("yunfeng", "songtao")]
    assert standings == ["overdue", "checking"]


def test_an_agreement_that_has_all_removed_at_its_end_says_within_how_many_days(system: Rehearsal):
    url = system.partner("yunfeng").url
    terms = {"after_end": "remove", "remove_within_days": 10}
    partner = system.partner("yunfeng", destinations=(a_destination(url),), agreement=an_agreement(**terms))
    partner.will(naming(partner.show(PAGE)))
    system.publish(an_event())
    system.partner("yunfeng", agreement=an_agreement(**terms, ends=date(2025, 5, 5)))

    system.sweep_and_run()

    removal = the_removal(system, "yunfeng/push")
    assert removal.deadline is not None
    assert removal.acknowledged_at is not None
    assert removal.deadline - removal.acknowledged_at == timedelta(days=10)


def test_a_removal_that_is_sent_again_and_accepted_has_its_page_looked_at_at_once(
    system: Rehearsal, partner: FakePartner
):
    take_back(system)
    look(system, after=hours(25))
    system.system.replay(Which(delivery=system.rows()[-1].id, delivered=True))
    partner.show(PAGE, reply(404))

    system.run_all()
    look(system)

    assert the_removal(system).standing == "gone"


def test_a_page_that_was_gone_is_looked_at_again_when_the_removal_is_accepted_once_more(
    system: Rehearsal, partner: FakePartner
):
    take_back(system)
    partner.show(PAGE, reply(404))
    look(system)
    assert the_removal(system).standing == "gone"

    partner.show(PAGE)  # from a backup, say
    system.system.replay(Which(delivery=system.rows()[-1].id, delivered=True))
    system.run_all()
    look(system)

    removal = the_removal(system)
    assert (removal.standing, removal.said) == ("checking", "the page is there still (200)")


# published again


def test_published_again_nobody_looks_any_more(system: Rehearsal, partner: FakePartner):
    take_back(system)
    look(system)

    system.publish(an_event(version=3))
    look(system, after=hours(25))

    assert len(partner.looks) == 1
    assert (the_removal(system).standing, is_open(system)) == ("called off", False)
    assert status(system.ledger, depth={}, now=system.database_time()).takedowns == 0


def test_published_again_and_cancelled_before_it_left_the_looking_goes_on(system: Rehearsal, partner: FakePartner):
    take_back(system)
    look(system)
    system.tell(an_event(version=3))
    system.run_next()
    system.queue.steps.clear()

    system.publish(an_event("withdrawn", version=4))
    look(system, after=minutes(2))

    assert len(partner.looks) == 2


def test_withdrawn_once_more_after_that_it_has_a_deadline_of_its_own(system: Rehearsal, partner: FakePartner):
    take_back(system)
    look(system, after=hours(25))

    system.publish(an_event(version=3), an_event("withdrawn", version=4))
    look(system)

    assert the_removal(system).standing == "checking"
    assert len(seen_by_newsroom(system, only_open=True)) == 1


# what can go wrong


def test_a_lost_step_is_found_again(system: Rehearsal, partner: FakePartner):
    take_back(system)
    system.sweep()
    system.lose_queue()

    look(system)

    assert len(partner.looks) == 1


def test_the_same_step_twice_looks_once(system: Rehearsal, partner: FakePartner):
    take_back(system)
    removal = system.rows()[-1]

    for _ in range(2):
        system.system.perform(Verify(deliveries=(removal.id,)))

    assert len(partner.looks) == 1


def test_what_a_worker_that_died_was_looking_at_is_looked_at_again(system: Rehearsal, partner: FakePartner):
    take_back(system)
    with system.ledger.write() as connection:
        now = system.database_time()
        (taken,) = takedowns.take(connection, [system.rows()[-1].id], now=now, until=now + minutes(1))
    assert isinstance(taken, Place)

    look(system)
    meanwhile = len(partner.looks)
    look(system, after=minutes(2))

    assert (meanwhile, len(partner.looks)) == (0, 1)


def test_what_was_seen_does_not_count_when_the_removal_was_accepted_again_meanwhile(
    system: Rehearsal, partner: FakePartner
):
    take_back(system)
    removal = system.rows()[-1]

    def meanwhile(pages: object) -> list[Sight]:
        system.system.replay(Which(delivery=removal.id, delivered=True))
        system.run_all()
        return [Sight("there", "as it was before")]

    verify(system.ledger, [removal.id], look=meanwhile, lease=minutes(1))

    assert the_removal(system).said == "not looked at yet"


def test_a_page_of_a_destination_that_is_gone_from_the_configuration_is_looked_at(
    system: Rehearsal, partner: FakePartner
):
    system.publish(an_event())
    system.part_with("yunfeng")

    system.publish(an_event("withdrawn", version=2))
    look(system)

    assert len(partner.looks) == 1


def test_while_the_slow_lane_has_much_to_do_nobody_is_sent_to_look(system: Rehearsal, partner: FakePartner):
    take_back(system)
    system.depth = {"slow": 1}

    assert [step for step in system.sweep() if isinstance(step, Verify)] == []


# in view


def test_every_partner_has_a_clock_of_its_own(system: Rehearsal, partner: FakePartner):
    system.partner("songtao").will(reply(200), reply(503))
    take_back(system)
    look(system)

    (one,) = seen_by_newsroom(system)
    yunfeng, songtao = the_removal(system), the_removal(system, "songtao/push")
    assert (one.article, one.reason, one.is_open) == ("a-1", "事实有误", True)
    assert (songtao.standing, songtao.acknowledged_at, songtao.deadline) == ("waiting", None, None)
    assert yunfeng.sent_at <= yunfeng.acknowledged_at < yunfeng.looked_at < yunfeng.deadline
    assert songtao.sent_at is not None


def test_a_removal_that_has_failed_is_open(system: Rehearsal):
    system.partner().will(reply(200), reply(422))
    take_back(system)

    assert (the_removal(system).standing, is_open(system)) == ("failed", True)


def test_what_a_correction_took_back_tells_why_the_partner_may_not_have_it(system: Rehearsal, partner: FakePartner):
    system.partner(agreement=an_agreement(sections=("要闻",)))
    system.publish(an_event(), an_event("updated", version=2, section=["文旅"]))

    (one,) = seen_by_newsroom(system)
    assert one.reason == "outside agreement QSW-2025-07: section 文旅 isn't among 要闻"
