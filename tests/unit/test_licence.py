"""The licence: what it says to machines, what its version hangs on, and where it is to be read."""

import pytest
from pydantic import ValidationError

from syndicate.model.licence import addresses
from syndicate.model.story import Terms
from tests.builders import a_licence, shipped_licence

PAGE, BASE = "https://news.example/copyright", "https://feeds.news.example"


def test_the_shipped_licence_says_the_same_in_both_languages_and_keeps_machines_out():
    licence = shipped_licence()

    assert list(licence.text) == ["zh-CN", "en"]
    assert len({len(text.paragraphs) for text in licence.text.values()}) == 1
    assert (licence.permits, licence.prohibits, licence.reserves_mining) == (("search",), ("ai-all",), True)


def test_the_shipped_licence_names_the_line_and_the_credit_as_the_notice_writes_them():
    for text in shipped_licence().text.values():
        words = "".join(text.paragraphs)
        assert "据今日京山新闻网消息:(记者:XXX)" in words
        assert "记者:XXX 摄" in words


def test_a_version_is_the_beginning_of_the_digest_and_changes_with_any_word():
    licence = a_licence()
    other = a_licence(text={"zh-CN": {"title": "许可", "paragraphs": ["另一句话。"]}})

    assert licence.version == licence.digest[:12]
    assert licence.version == a_licence().version
    assert len({licence.version, other.version, a_licence(permits=[]).version}) == 3


@pytest.mark.parametrize(
    ("permits", "prohibits", "reserved"),
    [
        ([], [], True),
        (["search"], ["ai-all"], True),
        (["ai-train"], [], True),
        (["ai-train", "ai-input"], ["ai-index"], True),
        (["ai-all"], [], False),
        (["all"], [], False),
        (["ai-train", "ai-input", "ai-index"], ["search"], False),
    ],
)
def test_mining_is_reserved_unless_every_use_by_an_ai_is_permitted(permits, prohibits, reserved):
    assert a_licence(permits=permits, prohibits=prohibits).reserves_mining is reserved


@pytest.mark.parametrize(
    ("permits", "prohibits", "both"),
    [(["search"], ["search"], "search"), (["ai-index"], ["ai-all"], "ai-index"), (["search"], ["all"], "search")],
)
def test_what_is_permitted_and_prohibited_at_once_is_a_mistake(permits, prohibits, both):
    with pytest.raises(ValidationError, match=f"permits and prohibits {both}"):
        a_licence(permits=permits, prohibits=prohibits)


def test_with_a_licence_everything_is_to_be_read_where_we_are():
    found = addresses(a_licence(), page=PAGE, base_url=f"{BASE}/")

    assert found.page == f"{BASE}/licence/{a_licence().version}"
    assert found.machine == f"{BASE}/license.xml"
    assert (found.policy(), found.policy("0123456789ab")) == (
        f"{BASE}/policies/public",
        f"{BASE}/policies/0123456789ab",
    )


def test_without_a_licence_there_is_the_publishers_page_and_no_more():
    found = addresses(None, page=PAGE, base_url=BASE)

    assert (found.page, found.machine, found.policy(), found.licence) == (PAGE, "", "", None)


def test_a_record_that_puts_anothers_words_under_our_licence_cannot_be_made():
    ours = addresses(a_licence(), page=PAGE, base_url=BASE)

    with pytest.raises(ValidationError, match="not ours"):
        Terms(copyright="", usage="", ours=False, licence=ours.licence)
    with pytest.raises(ValidationError, match="not ours"):
        Terms(copyright="", usage="", ours=False, policy_url=ours.policy())
