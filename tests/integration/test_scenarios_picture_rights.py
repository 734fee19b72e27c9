"""Rights in pictures that are recorded after publication, wherever the picture stands. On both databases."""

import json
from typing import Any

import pytest

from syndicate.ledger import pictures
from syndicate.model.picture_rights import PictureRights
from syndicate.model.problem import Invalid
from tests.builders import OWN, STATE, an_agreement, an_event, hours
from tests.fakes.rehearsal import Rehearsal

GATE = {"url": "https://news.example/img/gate.jpg", "caption": "渠首的闸门"}
MIST = {"url": "https://news.example/img/mist.jpg", "caption": f"上游的晨雾 图片来源:{STATE}"}
OURS = {"url": "https://news.example/img/ferry.jpg", "caption": "渡船靠上新栈桥", "taken_by": "顾晓舟"}
LENT = {"evidence": "合同 2025-17", "pass_to": ["yunfeng"]}


def record(system: Rehearsal, picture: dict[str, Any], **said: Any) -> int:
    """Somebody at the desk records rights; tells how many entries that made."""
    entry = PictureRights(url=picture["url"], by="沈禾", reason="摄影部来函", at=system.now, **said)
    done = system.system.record_rights([entry])
    system.run_all()
    return done.entries


def body(system: Rehearsal, partner: str = "yunfeng") -> str:
    """Everything in the last document that a partner was sent."""
    return system.peers[partner].requests[-1].body.decode()


def a_pictured(article: str, *shown: dict[str, Any], version: int = 1, kind: Any = "published") -> Any:
    """An article whose body shows these pictures, each with its caption under it."""
    figures = "".join(f'<p><img src="{one["url"]}"></p><p>{one["caption"]}</p>' for one in shown)
    html = f"<p>水位回落。</p>{figures}<p>渠水已清。</p>"
    return an_event(kind, article, version=version, body_html=html, pictures=list(shown))


def test_a_pictures_rights_recorded_after_publication_reach_those_who_have_the_article(system: Rehearsal):
    system.partner("yunfeng")
    system.partner("tianmen", agreement=an_agreement(pictures="none"))
    system.publish(a_pictured("a-1", GATE))
    assert "gate.jpg" not in body(system)

    record(system, GATE, owner=OWN)

    assert system.sent("yunfeng") == [("published", 1), ("updated", 1)]
    assert "gate.jpg" in body(system)
    assert "渠首的闸门" in body(system)
    assert system.sent("tianmen") == [("published", 1)]


def test_a_picture_that_stands_in_two_articles_is_recorded_once(system: Rehearsal):
    system.partner()
    system.publish(a_pictured("a-1", GATE), a_pictured("a-2", OURS, GATE), a_pictured("a-3", OURS))

    record(system, GATE, owner=OWN)

    corrected = [seen.body.decode() for seen in system.peers["yunfeng"].requests[3:]]
    assert sorted(name for told in corrected for name in ("a-1", "a-2", "a-3") if f"article:{name}" in told) == [
        "a-1",
        "a-2",
    ]
    assert all("gate.jpg" in told for told in corrected)


def test_a_recorded_end_takes_it_from_those_who_had_it_and_nobody_else_hears(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(pictures="cleared"))
    system.partner("heyuan", agreement=an_agreement(pictures="cleared"))
    system.partner("tianmen")
    system.publish(a_pictured("a-1", MIST | {"rights": LENT}, OURS))
    assert "mist.jpg" in body(system)

    system.advance(hours(1))
    record(system, MIST, ends=system.now)

    assert system.sent("yunfeng") == [("published", 1), ("updated", 1)]
    assert ("mist.jpg" in body(system), "上游的晨雾" in body(system)) == (False, False)
    assert (system.sent("heyuan"), system.sent("tianmen")) == ([("published", 1)], [("published", 1)])


def test_who_gets_nothing_else_by_it_hears_nothing_also_where_the_reason_is_another_now(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(pictures="cleared"))
    system.partner("tianmen")
    system.publish(a_pictured("a-1", GATE))

    record(system, GATE, owner=STATE, **LENT)

    assert system.sent("yunfeng") == [("published", 1), ("updated", 1)]
    assert system.sent("tianmen") == [("published", 1)]
    assert system.answers()["tianmen"].clearance.pictures[0].reason == f"belongs to {STATE}: not ours to pass on"
    assert system.rows(partner="tianmen")[-1].reason.startswith("nothing changes for them")


def test_what_is_on_record_counts_field_by_field(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(pictures="cleared"))
    system.publish(a_pictured("a-1", MIST | {"rights": LENT}))

    record(system, MIST, evidence="合同 2025-18")  # the event's partners stay

    assert "mist.jpg" in body(system)
    assert system.answers()["yunfeng"].clearance.pictures[0].reason == "may be passed on to them: 合同 2025-18"


def test_a_later_entry_takes_the_place_of_an_earlier_one_and_both_are_kept(system: Rehearsal):
    system.partner()
    system.publish(a_pictured("a-1", GATE))

    record(system, GATE, owner=OWN)
    record(system, GATE, owner="")

    assert "gate.jpg" not in body(system)
    with system.ledger.read() as connection:
        (history,) = pictures.entries(connection, [GATE["url"]]).values()
    assert [entry.owner for entry in history] == [OWN, ""]


@pytest.mark.parametrize("said", [{"owner": OWN}, {"credit_line": "记者 顾晓舟 摄"}, {"taken_by": "顾晓舟"}])
def test_no_record_unsays_that_it_is_credited_to_somebody_else(system: Rehearsal, said: dict[str, str]):
    system.partner("yunfeng", agreement=an_agreement(pictures="cleared"))
    credited = GATE | {"credit_line": f"图片来源:{STATE}"}
    system.publish(a_pictured("a-1", MIST, credited))

    record(system, MIST, **said)
    record(system, credited, **said)

    assert ("mist.jpg" in body(system), "gate.jpg" in body(system)) == (False, False)


def test_a_credit_recorded_later_stands_in_the_copy_and_in_the_feeds(system: Rehearsal):
    system.partner()
    system.sweep_and_run()
    system.publish(a_pictured("a-1", OURS))

    record(system, OURS, credit_line="摄影:顾晓舟")

    assert system.sent() == [("published", 1), ("updated", 1)]
    assert "摄影:顾晓舟" in body(system)
    assert "摄影:顾晓舟" in system.feed("all", "atom").decode()


def test_what_is_recorded_before_its_article_comes_counts_too(system: Rehearsal):
    system.partner()
    record(system, GATE, owner=OWN)

    system.publish(a_pictured("a-1", GATE))

    assert "gate.jpg" in body(system)


def test_rehearsal_preview_and_explanation_see_what_is_on_record(system: Rehearsal):
    system.partner()
    system.publish(a_pictured("a-1", GATE))
    record(system, GATE, owner=OWN)
    (partner,) = system.system.newsroom.directory.partners

    rehearsed = system.system.dry_run(a_pictured("a-1", GATE, version=2, kind="updated"))
    shown = system.system.preview("a-1", partner)

    assert [one.pictures[0].reason for one in rehearsed.prospects] == ["recorded as ours", "recorded as ours"]
    assert shown is not None
    assert "gate.jpg" in shown.html


def test_what_is_on_record_already_is_not_written_again(system: Rehearsal):
    system.partner()
    system.publish(a_pictured("a-1", GATE))

    written = [record(system, GATE, owner=OWN), record(system, GATE, owner=OWN)]

    assert (written, len(system.sent())) == ([1, 0], 2)


def test_an_article_that_lost_the_picture_or_was_withdrawn_is_left_alone(system: Rehearsal):
    system.partner()
    system.publish(a_pictured("a-1", GATE), a_pictured("a-1", OURS, version=2, kind="updated"))
    system.publish(a_pictured("a-2", GATE), an_event("withdrawn", "a-2", version=2))
    before = system.sent()

    record(system, GATE, owner=OWN)

    assert system.sent() == before
    assert {row["article_id"] for row in system.rows_of("article_pictures")} == {"a-1"}


def test_partners_without_evidence_are_refused_and_nothing_is_written(system: Rehearsal):
    system.publish(a_pictured("a-1", GATE))

    with pytest.raises(Invalid) as refused:
        record(system, GATE, pass_to=["yunfeng"])

    assert "evidence" in str(refused.value)
    assert system.count()["picture_rights"] == 0


def test_a_permission_that_is_recorded_with_an_end_runs_out_by_itself(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(pictures="cleared"))
    system.at(system.database_time())
    system.publish(a_pictured("a-1", MIST))
    record(system, MIST, ends=system.now + hours(5), **LENT)
    assert "mist.jpg" in body(system)

    system.advance(hours(5))
    system.sweep_and_run()

    assert system.sent() == [("published", 1), ("updated", 1), ("updated", 1)]
    assert "mist.jpg" not in body(system)


# what stands in the place of what fell out


PLACEHOLDER = "（此处图片未获授权转载，请见原文）"


def text(system: Rehearsal, partner: str = "yunfeng") -> str:
    """The body that a partner was sent last."""
    return str(json.loads(body(system, partner))["bodies"][0]["value"])


def test_a_placeholder_stands_where_a_picture_fell_out_without_its_caption(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(missing_pictures="placeholder"))
    system.partner("tianmen")

    system.publish(a_pictured("a-1", MIST, OURS))

    assert f'水位回落。</p><p data-notice="picture-placeholder">{PLACEHOLDER}</p><p><img' in text(system)
    assert ("mist.jpg" in body(system), "上游的晨雾" in body(system)) == (False, False)
    assert PLACEHOLDER not in text(system, "tianmen")


def test_the_manifest_tells_what_was_passed_and_what_was_replaced_and_why(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(missing_pictures="placeholder"))

    system.publish(a_pictured("a-1", MIST, OURS))

    manifest = system.manifest(system.rows()[0])
    assert [(one.passed, one.replaced) for one in manifest.pictures] == [(False, True), (True, False)]
    assert manifest.pictures[0].reason == f"names {STATE} as its source: not ours to pass on"
    assert "picture-placeholder:picture" in manifest.notices


def test_when_a_right_ends_a_placeholder_takes_the_pictures_place(system: Rehearsal):
    system.partner("yunfeng", agreement=an_agreement(pictures="cleared", missing_pictures="placeholder"))
    system.publish(a_pictured("a-1", MIST | {"rights": LENT}))
    assert PLACEHOLDER not in text(system)

    record(system, MIST, ends=system.now)

    assert (PLACEHOLDER in text(system), "上游的晨雾" in text(system)) == (True, False)


# films


FERRY = {"url": "https://news.example/film/ferry.mp4", "media_type": "video/mp4", "caption": "渡船过江", "owner": OWN}
FILM = '<video controls poster="/img/ferry.jpg"><source src="/film/ferry.mp4"></video>'
FILMED = f"<p>水位回落。</p><p>{FILM}</p><p>渡船过江</p>"


@pytest.mark.parametrize(("agreed", "goes"), [("none", False), ("ours", True), ("cleared", True)])
def test_a_film_goes_to_whom_its_agreement_covers(system: Rehearsal, agreed: str, goes: bool):
    system.partner(agreement=an_agreement(video=agreed))

    system.publish(an_event(body_html=FILMED, pictures=[FERRY, OURS]))

    assert ("ferry.mp4" in text(system), "渡船过江" in text(system)) == (goes, goes)
    named = [(one["type"], one["uri"].rpartition("/")[2]) for one in json.loads(body(system))["associations"]]
    assert named == [*[("video", "ferry.mp4")] * goes, ("picture", "ferry.jpg")]


def test_anothers_film_goes_to_whom_its_record_names(system: Rehearsal):
    for partner in ("yunfeng", "tianmen"):
        system.partner(partner, agreement=an_agreement(video="cleared"))
    system.publish(an_event(body_html=FILMED, pictures=[FERRY | {"owner": STATE}]))
    assert "ferry.mp4" not in body(system)

    record(system, FERRY, **LENT)

    assert ("ferry.mp4" in body(system), "ferry.mp4" in body(system, "tianmen")) == (True, False)


def test_a_poster_that_nobody_passed_is_dropped_and_the_film_stays(system: Rehearsal):
    system.partner(agreement=an_agreement(video="ours"))

    system.publish(an_event(body_html=FILMED, pictures=[FERRY]))

    assert ("ferry.mp4" in text(system), "ferry.jpg" in text(system)) == (True, False)


def test_a_film_that_nobody_declared_never_goes(system: Rehearsal):
    system.partner(agreement=an_agreement(video="cleared"))

    system.publish(an_event(body_html=FILMED, pictures=[]))

    assert ("ferry.mp4" in body(system), "video" in text(system)) == (False, False)
