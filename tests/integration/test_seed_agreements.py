"""The publisher's own page under five kinds of agreement: who gets its words, and who which of its ten pictures."""

import json
from typing import Any

import pytest

from syndicate.model.agreement import Agreement
from syndicate.model.selection import Selection
from tests.builders import an_agreement, an_event
from tests.end_to_end.seed import read_page, the_page
from tests.fakes.rehearsal import Rehearsal

OURS = ("今日京山新闻网", "京山网", "京山市融媒体中心")


@pytest.fixture
def page() -> dict[str, Any]:
    """The page, with a permission for the pictures of its first source."""
    data = read_page(the_page())
    first = data["pictures"][0]["credit_line"]
    permission = {"evidence": "授权书 2025-9", "pass_to": ["yunfeng"]}
    for picture in data["pictures"]:
        if picture["credit_line"] == first:
            picture["rights"] = permission
    return data


def publish(system: Rehearsal, page: dict[str, Any], agreement: Agreement | None) -> str:
    """What the partner was sent; nothing if it was sent nothing."""
    system.partner(agreement=agreement)
    system.publisher(own_names=OURS)
    system.publish(an_event(article=page["id"], **{name: told for name, told in page.items() if name != "id"}))
    sent = system.peers["yunfeng"].requests
    return sent[-1].body.decode() if sent else ""


def pictures_in(document: str, page: dict[str, Any]) -> list[str]:
    return [picture["url"] for picture in page["pictures"] if picture["url"] in document]


def test_without_an_agreement_nothing_leaves(system: Rehearsal, page: dict[str, Any]):
    assert publish(system, page, None) == ""


def test_out_of_scope_nothing_leaves(system: Rehearsal, page: dict[str, Any]):
    scope = Selection(except_sections=(" > ".join(page["section"]),))

    assert publish(system, page, an_agreement(scope=scope)) == ""


@pytest.mark.parametrize("pictures", ["none", "ours"])
def test_words_leave_with_their_notice_and_no_picture_of_others(system: Rehearsal, page: dict[str, Any], pictures: str):
    sent = publish(system, page, an_agreement(pictures=pictures))

    assert json.loads(sent)["headlines"][0]["value"] == page["headline"]
    assert 'data-notice="attribution"' in json.loads(sent)["bodies"][0]["value"]
    assert (pictures_in(sent, page), "图片来源" in sent) == ([], False)


def test_under_one_that_takes_others_pictures_those_go_along_whose_record_names_the_partner(
    system: Rehearsal, page: dict[str, Any]
):
    permitted = [picture for picture in page["pictures"] if "rights" in picture]

    sent = publish(system, page, an_agreement(pictures="cleared"))

    assert 0 < len(permitted) < len(page["pictures"])
    assert pictures_in(sent, page) == [picture["url"] for picture in permitted]
    assert all(picture["credit_line"] in sent for picture in permitted)
    others = {picture["credit_line"] for picture in page["pictures"]} - {one["credit_line"] for one in permitted}
    assert not [credit for credit in others if credit in sent]
