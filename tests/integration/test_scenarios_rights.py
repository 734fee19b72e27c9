"""Who may have what, as the scenarios of the design tell it: filters, releases, pictures. On both databases."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from syndicate.model.problem import Invalid
from syndicate.model.selection import Selection
from tests.builders import NOON, SHANGHAI, STATE, an_agreement, an_event, hours, shanghai
from tests.fakes.rehearsal import Rehearsal

OURS = {"url": "https://news.example/img/ferry.jpg", "caption": "渡船靠上新栈桥", "taken_by": "顾晓舟"}
THEIRS = {"url": "https://news.example/img/mist.jpg", "caption": f"上游的晨雾 图片来源:{STATE}"}
UNRECORDED = {"url": "https://news.example/img/gate.jpg", "caption": "渠首的闸门"}


def why(system: Rehearsal, partner: str, article: str = "a-1") -> str:
    """The answer that stands for a partner: which rule, and why."""
    standing = system.answers(article)[partner]
    return f"{standing.clearance.rule}: {standing.clearance.reason}"


def got(system: Rehearsal, partner: str) -> list[str]:
    """The articles that a partner was sent."""
    return [json.loads(seen.body)["uri"].rsplit(":", 1)[1] for seen in system.peers[partner].requests]


def body(system: Rehearsal, partner: str) -> str:
    """Everything in the last document that a partner was sent."""
    return system.peers[partner].requests[-1].body.decode()


def test_1_what_passes_a_partners_filter_is_sent_and_what_does_not_is_not(system: Rehearsal):
    system.partner(wants=Selection(sections=("副刊",), except_keywords=("讣告",)))

    system.publish(
        an_event(article="a-1", section=["要闻"]),
        an_event(article="a-2", section=["副刊", "诗"]),
        an_event(article="a-3", section=["副刊"], keywords=["讣告"]),
    )

    assert got(system, "yunfeng") == ["a-2"]
    assert why(system, "yunfeng", "a-1") == "wanted: not asked for: section 要闻 isn't among 副刊"
    assert why(system, "yunfeng", "a-3") == "wanted: not asked for: keyword 讣告 is excepted"


def test_2_what_the_newsroom_keeps_to_itself_goes_to_nobody_but_those_for_whom_that_was_lifted(system: Rehearsal):
    system.partner("yunfeng")
    system.partner("tianmen", unfiltered=True)
    system.publisher(syndicates=Selection(except_genres=("内参",)))

    system.publish(an_event(genre="内参"))

    assert (got(system, "yunfeng"), got(system, "tianmen")) == ([], ["a-1"])
    assert why(system, "yunfeng") == "syndicated: not syndicated: genre 内参 is excepted"
    assert why(system, "public") == "syndicated: not syndicated: genre 内参 is excepted"


def test_3_a_partner_that_asks_for_nothing_gets_what_is_released_to_it_by_name(system: Rehearsal):
    system.partner(only_by_name=True)

    system.publish(an_event(article="a-1"), an_event(article="a-2", only_to=["yunfeng"]))

    assert got(system, "yunfeng") == ["a-2"]
    assert why(system, "yunfeng", "a-1") == "wanted: they get only what is released to them by name"
    assert why(system, "public", "a-2") == "targets: released to yunfeng only"


def test_3_no_release_by_name_replaces_an_agreement(system: Rehearsal):
    system.partner(agreement=an_agreement(sections=("副刊",)))

    system.publish(an_event(only_to=["yunfeng"], section=["要闻"]))

    assert got(system, "yunfeng") == []
    assert why(system, "yunfeng").startswith("scope: outside agreement")


@pytest.mark.parametrize(
    ("release", "sent"),
    [
        ({"only_to": ["CN-HB"]}, ["hubei"]),
        ({"only_to": ["CN"]}, ["hubei", "hunan"]),
        ({"not_to": ["CN-HB"]}, ["hunan", "nowhere"]),
        ({"only_to": ["CN"], "not_to": ["CN-HN"]}, ["hubei"]),
        ({"only_to": ["CN-HB", "nowhere"]}, ["hubei", "nowhere"]),
    ],
)
def test_4_a_release_names_regions_or_excepts_them(system: Rehearsal, release: dict[str, Any], sent: list[str]):
    system.partner("hubei", region="CN-HB")
    system.partner("hunan", region="CN-HN")
    system.partner("nowhere")

    system.publish(an_event(**release))

    assert [id for id in ("hubei", "hunan", "nowhere") if got(system, id)] == sent


def test_5_a_correction_that_names_another_changes_nothing_for_the_audience(system: Rehearsal):
    for id in ("yunfeng", "tianmen"):
        system.partner(id)

    system.publish(
        an_event(only_to=["yunfeng"]), an_event("updated", version=2, only_to=["yunfeng", "tianmen"], headline="更正")
    )

    assert (system.sent("yunfeng"), system.sent("tianmen")) == ([("published", 1), ("updated", 2)], [])


def test_5_a_correction_may_narrow_the_audience(system: Rehearsal):
    for id in ("yunfeng", "tianmen"):
        system.partner(id)

    system.publish(an_event(), an_event("updated", version=2, not_to=["tianmen"]))

    assert system.sent("yunfeng") == [("published", 1), ("updated", 2)]
    assert system.sent("tianmen") == [("published", 1), ("withdrawn", 2)]


def test_5_what_was_taken_off_the_schedule_says_nothing_about_whom_it_is_released_to_later(system: Rehearsal):
    for id in ("yunfeng", "tianmen"):
        system.partner(id)
    hour = (NOON + hours(5)).isoformat()

    system.publish(
        an_event(only_to=["yunfeng"], publish_at=hour),
        an_event("descheduled", version=2),
        an_event(version=3, only_to=["tianmen"]),
    )

    assert ([*system.sent("yunfeng")], len(system.sent("tianmen"))) == ([], 1)


def test_6_a_partner_entitled_to_words_only_gets_words_only(system: Rehearsal):
    system.partner(agreement=an_agreement(pictures="none"))

    system.publish(an_event(pictures=[OURS]))

    assert got(system, "yunfeng") == ["a-1"]
    assert "ferry.jpg" not in body(system, "yunfeng")


def test_7_sent_to_a_second_partner_it_carries_its_picture(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(pictures="none"))
    system.partner("tianmen")

    system.publish(an_event(pictures=[OURS]))

    assert "ferry.jpg" not in body(system, "yunfeng")
    assert "ferry.jpg" in body(system, "tianmen")


def test_8_a_partners_feed_has_what_it_may_have_without_the_pictures_it_may_not(system: Rehearsal):
    system.partner(wants=Selection(sections=("副刊",)))

    system.publish(
        an_event(article="a-1", section=["要闻"]), an_event(article="a-2", section=["副刊"], pictures=[THEIRS, OURS])
    )

    written = system.feed("partners/yunfeng", "json")
    assert [item["id"].rsplit(":", 1)[1] for item in json.loads(written)["items"]] == ["a-2"]
    assert b"mist.jpg" not in written
    assert b"ferry.jpg" in written


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"headline": ""}, "data.headline"), ({"pictures": [{"caption": "渡船"}]}, "data.pictures.0.url")],
)
def test_9_what_lacks_a_field_it_must_have_is_refused_by_its_name(
    system: Rehearsal, changes: dict[str, Any], field: str
):
    with pytest.raises(Invalid) as refused:
        system.tell(an_event(**changes))

    assert [problem.field for problem in refused.value.problems] == [field]
    assert system.count()["articles"] == 0


def test_10_a_pictures_licence_that_the_editor_set_arrives_at_the_portal(system: Rehearsal):
    system.partner()
    licensed = OURS | {"licence": "CC BY 4.0", "licence_url": "https://creativecommons.org/licenses/by/4.0/"}

    system.publish(an_event(pictures=[licensed]))

    (picture,) = json.loads(body(system, "yunfeng"))["associations"]
    assert picture["usageTerms"] == "CC BY 4.0"
    assert picture["rightsInfo"] == {"linkedRights": "https://creativecommons.org/licenses/by/4.0/"}


def test_11_a_picture_nobody_has_recorded_rights_for_is_left_out_and_listed_and_the_others_keep_their_credits(
    system: Rehearsal,
):
    system.partner()

    system.publish(an_event(pictures=[OURS, THEIRS, UNRECORDED]))

    sent = body(system, "yunfeng")
    manifest = system.manifest(system.rows()[0])
    assert ("mist.jpg" in sent, "gate.jpg" in sent, "顾晓舟" in sent) == (False, False, True)
    assert {verdict.url.rsplit("/", 1)[1]: verdict.reason for verdict in manifest.pictures if not verdict.passed} == {
        "mist.jpg": f"names {STATE} as its source: not ours to pass on",
        "gate.jpg": "nobody has recorded whose it is, and undecided means no",
    }


def test_12_what_one_rule_allows_and_another_denies_is_denied(system: Rehearsal):
    system.partner()

    system.publish(an_event(only_to=["yunfeng"], not_to=["yunfeng"]))

    assert got(system, "yunfeng") == []
    assert why(system, "yunfeng") == "targets: the newsroom doesn't release it to them"


FUTURE = shanghai(2098, 5, 6, 12)  # rights run out by the database's clock, which nobody can turn


def a_lease(**rights: Any) -> dict[str, Any]:
    return THEIRS | {"rights": {"evidence": "合同 2025-17", "pass_to": ["yunfeng"]} | rights}


def test_13_when_a_pictures_lease_ends_those_who_had_it_get_a_correction_without_it_and_nobody_else(system: Rehearsal):
    system.at(FUTURE)
    # given: one has the picture, one takes words only, one is not named in its record
    system.partner("yunfeng", agreement=an_agreement(pictures="cleared"))
    system.partner("tianmen", agreement=an_agreement(pictures="none"))
    system.partner("heyuan", agreement=an_agreement(pictures="cleared"))
    system.publish(an_event(pictures=[a_lease(ends=(FUTURE + hours(1)).isoformat()), OURS]))
    assert "mist.jpg" in body(system, "yunfeng")
    assert "mist.jpg" not in body(system, "heyuan")

    # when
    system.advance(hours(1))
    system.sweep_and_run()

    # then
    assert system.sent("yunfeng") == [("published", 1), ("updated", 1)]
    assert "mist.jpg" not in body(system, "yunfeng")
    assert "ferry.jpg" in body(system, "yunfeng")
    assert (system.sent("tianmen"), system.sent("heyuan")) == ([("published", 1)], [("published", 1)])


def test_13_also_where_a_minor_correction_was_not_sent_before(system: Rehearsal):
    system.at(FUTURE)
    system.partner("yunfeng", agreement=an_agreement(pictures="cleared"))
    leased = [a_lease(ends=(FUTURE + hours(1)).isoformat())]
    system.publish(an_event(pictures=leased), an_event("updated", version=2, change="minor", pictures=leased))
    assert system.sent() == [("published", 1)]

    system.advance(hours(1))
    system.sweep_and_run()

    assert system.sent() == [("published", 1), ("updated", 2)]
    assert "mist.jpg" not in body(system, "yunfeng")


def test_13_the_correction_says_why(system: Rehearsal):
    system.at(FUTURE)
    system.partner("yunfeng", agreement=an_agreement(pictures="cleared"))
    system.publish(an_event(pictures=[a_lease(ends=(FUTURE + hours(1)).isoformat())]))

    system.advance(hours(1))
    system.sweep_and_run()

    (left_out,) = system.manifest(system.rows()[-1]).pictures
    assert (left_out.passed, left_out.reason) == (False, "our right to it ended on 2098-05-06 13:00")


def test_13_a_lease_that_begins_later_brings_the_picture_then(system: Rehearsal):
    system.at(FUTURE)
    system.partner("yunfeng", agreement=an_agreement(pictures="cleared"))
    system.publish(an_event(pictures=[a_lease(starts=(FUTURE + hours(1)).isoformat())]))
    assert "mist.jpg" not in body(system, "yunfeng")

    system.advance(hours(1))
    system.sweep_and_run()

    assert "mist.jpg" in body(system, "yunfeng")


def test_13_anothers_picture_is_never_in_a_public_feed_whatever_its_record_says(system: Rehearsal):
    system.sweep_and_run()

    system.publish(an_event(pictures=[a_lease(pass_to=["CN"])]))

    assert b"mist.jpg" not in system.feed("all", "json")


def test_a_permission_to_pass_on_names_where_it_is_written(system: Rehearsal):
    with pytest.raises(Invalid) as refused:
        system.tell(an_event(pictures=[THEIRS | {"rights": {"pass_to": ["yunfeng"]}}]))

    assert "evidence" in str(refused.value.problems[0])


# what an ended agreement leaves


LAST_DAY = date(2098, 5, 6)


def test_an_agreement_that_says_so_has_everything_taken_back_when_it_ends_by_itself(system: Rehearsal):
    system.partner(agreement=an_agreement(ends=LAST_DAY, after_end="remove"))
    system.publish(an_event(article="a-1"), an_event(article="a-2"))

    system.at(shanghai(2098, 5, 7))
    system.sweep_and_run()

    assert system.sent() == [("published", 1), ("published", 1), ("withdrawn", 1), ("withdrawn", 1)]


def test_under_an_agreement_that_lets_them_keep_it_nothing_is_taken_back_until_it_is_corrected(system: Rehearsal):
    system.partner(agreement=an_agreement(ends=LAST_DAY))
    system.publish(an_event())

    system.at(shanghai(2098, 5, 7))
    system.replan()
    system.publish(an_event("updated", version=2, change="minor"))
    assert system.sent() == [("published", 1)]

    system.publish(an_event("updated", version=3))
    assert system.sent() == [("published", 1), ("withdrawn", 3)]


def test_what_a_person_refuses_is_taken_back_also_where_the_agreement_has_ended(system: Rehearsal):
    system.partner(agreement=an_agreement(ends=LAST_DAY))
    system.publish(an_event())

    system.at(shanghai(2098, 5, 7))
    system.system.rule("a-1", "yunfeng", decision="refused", by="沈禾", reason="作者不同意")
    system.run_all()

    assert system.sent() == [("published", 1), ("withdrawn", 1)]


def test_what_the_newsroom_withdraws_is_taken_back_also_from_those_who_might_keep_it(system: Rehearsal):
    system.partner(agreement=an_agreement(ends=LAST_DAY, after_end="keep"))
    system.publish(an_event())

    system.at(shanghai(2098, 5, 7))
    system.publish(an_event("withdrawn", version=2))

    assert system.sent() == [("published", 1), ("withdrawn", 2)]


# reprints


REPRINT = {"kind": "reprint", "source": STATE, "original_title": "大坝合龙", "original_author": "郭一帆"}
PERMITTED = REPRINT | {"rights": {"evidence": "授权书 2025-3", "pass_to": ["yunfeng"]}}


def takes_reprints(system: Rehearsal, id: str = "yunfeng") -> None:
    system.partner(id, agreement=an_agreement(reprints="cleared"))


def test_a_reprint_goes_to_whom_its_permission_names_and_to_nobody_else(system: Rehearsal):
    takes_reprints(system, "yunfeng")
    takes_reprints(system, "tianmen")

    system.publish(an_event(origin=PERMITTED))

    assert (system.sent("yunfeng"), system.sent("tianmen")) == ([("published", 1)], [])
    assert why(system, "public").startswith("origin: the words belong to")


def test_a_permission_is_nothing_to_an_agreement_that_takes_no_reprints(system: Rehearsal):
    system.partner()

    system.publish(an_event(origin=PERMITTED))

    assert system.sent() == []


def test_when_its_permission_ends_a_reprint_is_taken_back_by_itself(system: Rehearsal):
    system.at(FUTURE)
    takes_reprints(system)
    ends = (FUTURE + hours(1)).isoformat()
    system.publish(an_event(origin=PERMITTED | {"rights": PERMITTED["rights"] | {"ends": ends}}))

    system.advance(hours(1))
    system.sweep_and_run()

    assert system.sent() == [("published", 1), ("withdrawn", 1)]


@pytest.mark.parametrize(
    ("lacks", "named"),
    [
        ({"origin": PERMITTED | {"original_author": ""}}, "origin.original_author"),
        ({"origin": PERMITTED | {"original_title": ""}}, "origin.original_title"),
        ({"editor": ""}, "editor"),
    ],
)
def test_a_reprint_that_lacks_what_the_law_wants_it_to_say_does_not_leave(
    system: Rehearsal, lacks: dict[str, Any], named: str
):
    takes_reprints(system)

    system.publish(an_event(**{"origin": PERMITTED} | lacks))

    assert system.sent() == []
    assert why(system, "yunfeng").startswith(f"preflight: a reprint must say its {named}")


def test_a_reprint_names_its_source_to_the_reader(system: Rehearsal):
    takes_reprints(system)

    system.publish(an_event(origin=PERMITTED))

    assert STATE in json.loads(body(system, "yunfeng"))["bodies"][0]["value"]


# Quotas and renewals


def test_a_quota_that_is_used_up_holds_the_next_article_until_tomorrow(system: Rehearsal):
    system.partner(agreement=an_agreement(quota={"per_day": 1}))
    system.publish(an_event(article="a-1"))
    system.publish(an_event(article="a-2"))
    before = got(system, "yunfeng")

    system.publish(an_event("updated", "a-1", version=2, headline="渡口今起复航"))
    system.at(shanghai(2025, 5, 7))
    system.sweep_and_run()

    assert before == ["a-1"]
    assert got(system, "yunfeng") == ["a-1", "a-1", "a-2"]


def test_an_article_published_under_one_agreement_is_kept_under_its_renewal(system: Rehearsal):
    last_day = date(2098, 5, 6)
    former = an_agreement(ends=last_day, after_end="remove")
    renewal = an_agreement(number="QSW-2098", starts=date(2098, 5, 7), ends=date(2099, 5, 6))
    system.partner(agreement=(former, renewal))
    system.publish(an_event())

    system.at(shanghai(2098, 5, 7))
    system.sweep_and_run()

    assert got(system, "yunfeng") == ["a-1", "a-1"]
    assert why(system, "yunfeng") == "all: cleared under agreement QSW-2098"


# What follows from new terms by themselves


def test_an_agreement_that_begins_sends_what_it_covers_if_it_says_so(system: Rehearsal):
    system.publish(an_event())
    system.partner(agreement=an_agreement(starts=date(2025, 5, 7), at_start="covered"))

    system.sweep_and_run()
    before = got(system, "yunfeng")
    system.at(shanghai(2025, 5, 7))
    system.sweep_and_run()

    assert (before, got(system, "yunfeng")) == ([], ["a-1"])


def test_so_it_does_when_it_follows_one_that_covers_less(system: Rehearsal):
    narrow = an_agreement(ends=date(2025, 5, 6), sections=("副刊",))
    wide = an_agreement(number="QSW-WIDE", starts=date(2025, 5, 7), at_start="covered")
    system.partner(agreement=(narrow, wide))
    system.publish(an_event())
    system.sweep_and_run()
    before = got(system, "yunfeng")

    system.at(shanghai(2025, 5, 7))
    system.sweep_and_run()

    assert (before, got(system, "yunfeng")) == ([], ["a-1"])


def test_an_agreement_that_begins_and_says_nothing_sends_nothing_of_before(system: Rehearsal):
    system.publish(an_event())
    system.partner(agreement=an_agreement(starts=date(2025, 5, 7)))
    system.at(shanghai(2025, 5, 7))
    system.sweep_and_run()

    system.publish(an_event(article="a-2", published_at=shanghai(2025, 5, 7).isoformat()))

    assert got(system, "yunfeng") == ["a-2"]


def test_new_terms_are_taken_up_once(system: Rehearsal):
    system.publish(an_event())
    system.partner(agreement=an_agreement(at_start="covered"))
    system.sweep_and_run()
    system.publish(an_event("withdrawn", "a-1", version=2))

    system.sweep_and_run()

    assert len(system.peers["yunfeng"].requests) == 2


def test_an_end_that_was_moved_forward_takes_everything_back_then(system: Rehearsal):
    system.partner(agreement=an_agreement(after_end="remove"))
    system.publish(an_event())
    system.partner(agreement=an_agreement(after_end="remove", ends=date(2098, 5, 6)))
    system.sweep_and_run()
    before = len(system.peers["yunfeng"].requests)

    system.at(shanghai(2098, 5, 7))
    system.sweep_and_run()

    assert (before, json.loads(body(system, "yunfeng"))["pubStatus"]) == (1, "canceled")


def test_an_end_that_is_past_already_takes_everything_back_at_once(system: Rehearsal):
    system.partner(agreement=an_agreement(after_end="remove"))
    system.publish(an_event())
    system.at(shanghai(2025, 6, 2))
    system.partner(agreement=an_agreement(after_end="remove", ends=date(2025, 5, 31)))

    system.sweep_and_run()

    assert json.loads(body(system, "yunfeng"))["pubStatus"] == "canceled"


# what is still to be sent when a right ends


def by_our_clock_only(system: Rehearsal) -> str:
    """Two hours ago is now, for us: a right that ends in an hour by our clock has ended by the database's."""
    system.at(system.database_time() - hours(2))
    return (system.now + hours(1)).isoformat()


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (lambda ends: {"pictures": [a_lease(ends=ends)]}, "our right to a picture that it carries ended"),
        (lambda ends: {"pictures": [a_lease(starts=ends)]}, "our right to another picture began"),
        (
            lambda ends: {"origin": PERMITTED | {"rights": PERMITTED["rights"] | {"ends": ends}}},
            "the permission to pass it on ended",
        ),
    ],
    ids=["lease", "lease to come", "reprint"],
)
def test_what_was_not_sent_before_a_right_ended_is_never_sent_and_says_which(system: Rehearsal, event: Any, said: str):
    system.partner(agreement=an_agreement(pictures="cleared", reprints="cleared"))

    system.publish(an_event(**event(by_our_clock_only(system))))
    system.sweep()

    assert system.sent() == []
    assert system.rows()[0].reason == f"{said} before it could be sent"


def test_what_was_not_sent_before_an_agreement_ended_is_sent_under_the_one_that_follows(system: Rehearsal):
    yesterday = system.database_time() - hours(36)
    last_day = yesterday.astimezone(SHANGHAI).date()
    follows = an_agreement(number="QSW-NEXT", starts=last_day + timedelta(days=1))
    system.partner(agreement=(an_agreement(ends=last_day), follows))
    system.at(yesterday)
    system.publish(an_event())

    system.at(system.database_time())
    system.sweep_and_run()

    (cancelled, delivered) = system.rows()
    assert cancelled.reason == "the agreement ended before it could be sent"
    assert (delivered.state, "QSW-NEXT" in body(system, "yunfeng")) == ("delivered", True)


def test_the_plan_at_that_hour_sends_it_without_the_picture(system: Rehearsal):
    system.partner(agreement=an_agreement(pictures="cleared"))
    system.publish(an_event(pictures=[a_lease(ends=by_our_clock_only(system)), OURS]))

    system.advance(hours(1))
    system.sweep_and_run()

    assert system.sent() == [("published", 1)]
    assert ("mist.jpg" in body(system, "yunfeng"), "ferry.jpg" in body(system, "yunfeng")) == (False, True)
