"""A changed address or secret lets what failed because of it wait again."""

import errno
import os

import pytest

from syndicate.pipeline.pause import pause
from tests.builders import a_destination, an_event, hours
from tests.fakes.partner import reply
from tests.fakes.rehearsal import SECRET, Rehearsal

PUSH = "yunfeng/push"
ANOTHER = "whsec_" + "YW5vdGhlciBzYW1wbGUgc2VjcmV0IG9mIDMyIGJ5dGVz"


def too_many_open_files(*_: object) -> str:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def not_for_us(*_: object) -> str:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def fail(system: Rehearsal, *answers: int, article: str = "a-1") -> None:
    """An article is sent, and answered so until it has failed."""
    system.peers["yunfeng"].will(*[reply(answer) for answer in answers])
    system.publish(an_event(article=article))
    for _ in answers:
        system.let_time_pass(hours(100))
        system.sweep_and_run()
    assert system.rows(article)[-1].state == "failed"


def settle(system: Rehearsal) -> None:
    for _ in range(3):
        system.let_time_pass(hours(1))
        system.sweep_and_run()


def test_a_changed_secret_lets_what_was_not_accepted_wait_again(system: Rehearsal):
    partner = system.partner()
    system.system.notice_changes()
    fail(system, 401, 401, 401)

    system.set_secret(ANOTHER)
    assert system.system.notice_changes() == [PUSH]
    settle(system)

    assert system.rows()[-1].state == "delivered"
    assert len({seen.headers["webhook-id"] for seen in partner.requests}) == 1


def test_a_changed_address_lets_what_had_failed_there_go_to_the_new_one(system: Rehearsal):
    system.partner()
    system.system.notice_changes()
    fail(system, 404, 404, 404)

    system.partner(destinations=(a_destination(system.peers["yunfeng"].url + "/elsewhere"),))
    system.begin()
    assert system.system.notice_changes() == [PUSH]
    settle(system)

    assert system.peers["yunfeng"].requests[-1].path.endswith("/elsewhere")
    assert system.rows()[-1].state == "delivered"


def test_one_that_the_partner_ended_is_sent_to_again_at_its_new_address(system: Rehearsal):
    system.partner()
    system.system.notice_changes()
    fail(system, 410)
    assert system.health().paused_by == "partner"

    system.partner(destinations=(a_destination(system.peers["yunfeng"].url + "/elsewhere"),))
    system.begin()
    system.system.notice_changes()
    settle(system)

    assert system.rows()[-1].state == "delivered"


def test_one_that_the_partner_ended_stays_so_when_its_secret_changes(system: Rehearsal):
    system.partner()
    system.system.notice_changes()
    fail(system, 410)

    system.set_secret(ANOTHER)
    system.system.notice_changes()
    settle(system)

    assert system.health().paused_by == "partner"
    assert system.rows()[-1].state == "failed"


def test_one_that_the_partner_ended_stays_so_when_another_setting_changes(system: Rehearsal):
    partner = system.partner()
    system.system.notice_changes()
    fail(system, 410)

    settings = {"url": partner.url, "secret": "hezuo", "network": "internal", "deadline_s": 3}
    system.partner(destinations=(a_destination(settings=settings),))
    system.begin()
    system.system.notice_changes()

    assert system.health().paused_by == "partner"


def test_what_was_refused_stays_refused(system: Rehearsal):
    system.partner()
    system.system.notice_changes()
    fail(system, 422)

    system.set_secret(ANOTHER)
    system.system.notice_changes()
    settle(system)

    assert system.rows()[-1].state == "failed"


def test_a_pause_that_a_person_asked_for_stays(system: Rehearsal):
    system.partner()
    system.system.notice_changes()
    pause(system.ledger, [PUSH], because="对方改版")

    system.set_secret(ANOTHER)
    system.system.notice_changes()

    assert system.health().paused_by == "person"


def test_a_secret_that_is_set_at_last_is_a_change(system: Rehearsal):
    system.partner()
    system.set_secret(None)
    system.system.notice_changes()

    system.set_secret(SECRET)

    assert system.system.notice_changes() == [PUSH]


def test_a_look_at_which_a_secret_could_not_be_read_tells_of_no_change_nor_does_the_next(
    system: Rehearsal, monkeypatch: pytest.MonkeyPatch
):
    system.partner()
    system.system.notice_changes()

    with monkeypatch.context() as full:
        full.setattr("syndicate.settings.Settings.secret", too_many_open_files)
        meanwhile = system.system.notice_changes()

    assert (meanwhile, system.system.notice_changes()) == ([], [])


def test_a_secret_that_we_may_read_at_last_is_a_change(system: Rehearsal, monkeypatch: pytest.MonkeyPatch):
    system.partner()
    with monkeypatch.context() as closed:
        closed.setattr("syndicate.settings.Settings.secret", not_for_us)
        system.system.notice_changes()

    assert system.system.notice_changes() == [PUSH]


def test_nothing_has_changed_at_the_first_look_nor_without_a_cause(system: Rehearsal):
    system.partner()

    assert [system.system.notice_changes() for _ in range(3)] == [[], [], []]


def test_what_is_kept_of_a_secret_does_not_show_it(system: Rehearsal):
    system.partner()
    system.system.notice_changes()

    assert SECRET.removeprefix("whsec_") not in str(system.rows_of("health"))
