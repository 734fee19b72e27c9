"""Pictures that a later revision dropped and somebody shows still: their right may end there too. On both databases."""

from datetime import datetime
from typing import Any

from syndicate.model.picture_rights import PictureRights
from tests.builders import STATE, an_agreement, an_event, hours, shanghai
from tests.fakes.partner import reply
from tests.fakes.rehearsal import Rehearsal

FUTURE = shanghai(2098, 5, 6, 12)  # rights run out by the database's clock, which nobody can turn
MIST = "https://news.example/img/mist.jpg"
OURS = {"url": "https://news.example/img/ferry.jpg", "caption": "渡船靠上新栈桥", "taken_by": "顾晓舟"}


def a_lease(ends: datetime) -> dict[str, Any]:
    """Somebody else's picture, which one partner may have until then."""
    rights = {"evidence": "合同 2025-17", "pass_to": ["yunfeng"], "ends": ends.isoformat()}
    return {"url": MIST, "caption": f"上游的晨雾 图片来源:{STATE}", "rights": rights}


def sent_with_a_lease_and_then(system: Rehearsal, **correction: Any) -> None:
    """They were sent the article with the picture; a correction has dropped it, and did not go to them."""
    system.at(FUTURE)
    system.partner(agreement=an_agreement(pictures="cleared"))
    system.publish(an_event(pictures=[a_lease(FUTURE + hours(2)), OURS]))
    system.publish(an_event("updated", version=2, pictures=[OURS], **correction))
    assert system.sent() == [("published", 1)]


def test_who_waits_for_the_correction_loses_the_article_with_the_picture(system: Rehearsal):
    sent_with_a_lease_and_then(system, ask_first=["谢若兰"])

    system.at(FUTURE + hours(2))
    system.sweep_and_run()

    assert system.sent()[1:] == [("withdrawn", 2)]
    assert "our right to it ended on 2098-05-06" in system.answers("a-1", 2)["yunfeng"].clearance.reason


def test_who_was_spared_a_minor_correction_is_sent_it_when_the_right_ends(system: Rehearsal):
    sent_with_a_lease_and_then(system, change="minor")

    system.at(FUTURE + hours(2))
    system.sweep_and_run()

    assert system.sent()[1:] == [("updated", 2)]
    assert MIST not in system.peers["yunfeng"].requests[-1].body.decode()


def test_so_it_is_when_a_person_records_that_the_right_has_ended(system: Rehearsal):
    sent_with_a_lease_and_then(system, change="minor")

    ended = PictureRights(url=MIST, ends=FUTURE, by="沈禾", reason="对方收回授权", at=FUTURE)
    system.system.record_rights([ended])
    system.run_all()

    assert system.sent()[1:] == [("updated", 2)]


def test_nothing_more_is_sent_once_the_picture_is_gone(system: Rehearsal):
    sent_with_a_lease_and_then(system, change="minor")
    system.at(FUTURE + hours(2))
    system.sweep_and_run()

    system.replan()
    system.replan()

    assert system.sent()[1:] == [("updated", 2)]


def test_a_picture_whose_right_runs_on_leaves_a_minor_correction_unsent(system: Rehearsal):
    sent_with_a_lease_and_then(system, change="minor")

    system.replan()

    assert system.sent() == [("published", 1)]


def test_it_is_gone_also_from_whom_a_correction_may_have_reached_or_not(system: Rehearsal):
    system.at(FUTURE)
    peer = system.partner(agreement=an_agreement(pictures="cleared"))
    pictures = [a_lease(FUTURE + hours(2)), OURS]
    system.publish(an_event(pictures=pictures))
    peer.will(reply(410))
    system.publish(an_event("updated", version=2, pictures=pictures))
    system.publish(an_event("updated", version=3, pictures=pictures, ask_first=["谢若兰"]))

    system.at(FUTURE + hours(2))
    system.sweep_and_run()

    assert system.states()[-1][:2] == ("withdraw", 3)


def test_a_picture_that_was_dropped_stands_nowhere_any_more(system: Rehearsal):
    sent_with_a_lease_and_then(system, change="minor")

    standing = system.system.picture(MIST)

    assert (standing.told, standing.passing) == ((), ())
