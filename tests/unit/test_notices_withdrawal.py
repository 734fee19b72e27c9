"""What must it say: why an article must be taken down, in words for those who have it."""

from datetime import UTC, datetime

import pytest

from syndicate.model.clearance import Clearance
from syndicate.notices.withdrawal import withdrawal_note
from tests.builders import OWN, a_publisher, shipped_wordings

NIGHT = datetime(2025, 7, 10, 17, tzinfo=UTC)  # the 11th, in the newsroom


def note(answer: Clearance | None = None, *, language: str = "zh-CN") -> tuple[str, str]:
    wording = shipped_wordings().of(language)
    return withdrawal_note(answer, at=NIGHT, publisher=a_publisher(), wording=wording)


def an_answer(decision: str = "refused", rule: str = "term") -> Clearance:
    return Clearance(decision=decision, rule=rule, reason="")


def test_what_the_newsroom_withdrew_says_who_and_when():
    assert note() == (
        "withdrawal:by_newsroom",
        f"本文已由{OWN}于2025年7月11日撤回，请勿继续传播；已转载的请予删除。",
    )


def test_a_partner_that_lost_its_right_is_not_told_that_the_article_was_withdrawn():
    name, words = note(an_answer())

    assert (name, "撤回" in words, "授权已终止" in words) == ("withdrawal:no_longer_cleared", False, True)


@pytest.mark.parametrize("answer", [an_answer(rule="derived"), an_answer("held", "person")])
def test_what_was_withdrawn_with_its_master_or_meanwhile_is_withdrawn(answer):
    assert note(answer)[0] == "withdrawal:by_newsroom"


def test_the_note_is_in_the_articles_language():
    assert note(language="en-GB")[1].startswith(f"This article was withdrawn by {OWN} on 11 July 2025.")
