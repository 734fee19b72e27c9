"""Does it come from a listed unit? Names are compared whole, in whatever width, and only while a list is in force."""

from datetime import date

import pytest

from syndicate.model.agreement import Agreement
from syndicate.model.listing import Listing, folded
from syndicate.rights import clear
from syndicate.rights.listed import listed
from syndicate.rights.origin import origin
from syndicate.rights.pictures import pictures
from syndicate.rights.preflight import preflight
from syndicate.rights.question import Question
from tests.builders import NOON, STATE, a_picture, a_publisher, a_question, an_agreement, an_article, hours

NAMED = {"obtained": "授权使用", "evidence": "QSW-2025-31", "pass_to": ["yunfeng"]}
REPRINT = {"kind": "reprint", "source": STATE, "original_title": "大坝合龙", "original_author": "郭一帆"}
MIXED = {"kind": "mixed", "source": STATE}
TAKES = an_agreement(reprints="cleared")


def a_listing(*names: str) -> Listing:
    return Listing(edition="2025-06", starts=date(2025, 4, 1), listed=frozenset(map(folded, names)))


def asked(
    *,
    on_the_list: tuple[str, ...] | None = (),
    agreement: Agreement = TAKES,
    only_listed: bool = False,
    **article: object,
) -> Question:
    listing = None if on_the_list is None else a_listing(*on_the_list)
    partner = {"only_listed": only_listed}
    return a_question(article=an_article(**article), agreement=agreement, listing=listing, partner=partner)


# the list


@pytest.mark.parametrize("kind", ["reprint", "mixed"])
def test_others_words_whose_source_is_not_on_the_list_are_refused_with_the_edition_and_its_day(kind: str):
    verdict = listed(asked(on_the_list=("湖畔日报",), origin=REPRINT | {"kind": kind}))

    assert verdict is not None
    assert (verdict.decision, verdict.rule) == ("refused", "listed")
    assert verdict.reason == f"{STATE} isn't on the source list 2025-06, in force since 2025-04-01"


@pytest.mark.parametrize(
    ("written", "on_the_list"),
    [
        ("远山通讯社", "远山通讯社"),
        (" 远山通讯社\u3000", "远山通讯社"),
        ("ABC新闻网", "\uff21\uff22\uff23新闻网"),
        ("远山(通讯)社", "远山\uff08通讯\uff09社"),
        ("远山\u200b通讯社", "远山通讯社"),
    ],
)
def test_names_are_compared_in_whatever_width_and_trimmed(written: str, on_the_list: str):
    assert listed(asked(on_the_list=(on_the_list,), origin=REPRINT | {"source": written})) is None


@pytest.mark.parametrize("written", ["远山通讯", "远山通讯社湖北频道", "新远山通讯社"])
def test_a_part_of_a_name_is_not_the_name(written: str):
    assert listed(asked(on_the_list=(STATE,), origin=REPRINT | {"source": written})) is not None


def test_of_several_sources_each_must_be_on_it():
    question = asked(on_the_list=(STATE,), origin=MIXED | {"source": f"{STATE}、湖畔日报、 柳湾周刊"})

    verdict = listed(question)

    assert verdict is not None
    assert verdict.reason.startswith("湖畔日报、柳湾周刊 isn't on")


def test_a_source_of_nothing_but_a_comma_is_not_on_it():
    assert listed(asked(on_the_list=(STATE,), origin=REPRINT | {"source": "、"})) is not None


def test_where_no_list_was_imported_the_rule_says_nothing():
    assert listed(asked(on_the_list=None, origin=REPRINT)) is None


def test_our_own_words_need_not_be_on_it():
    assert listed(asked(on_the_list=(STATE,))) is None


# partners that take from listed units only


def test_who_takes_from_listed_units_only_gets_ours_if_one_of_our_names_is_on_it():
    assert listed(asked(on_the_list=("青石湾县融媒体中心",), only_listed=True)) is None


def test_and_does_not_get_ours_if_none_is():
    verdict = listed(asked(on_the_list=(STATE,), only_listed=True))

    assert verdict is not None
    assert "none of our names is on the source list 2025-06" in verdict.reason


@pytest.mark.parametrize("origin", [{"kind": "own"}, REPRINT, MIXED])
def test_and_gets_nothing_while_no_list_is_in_force(origin: dict[str, object]):
    verdict = listed(asked(on_the_list=None, only_listed=True, origin=origin))

    assert verdict is not None
    assert verdict.reason == "they take from listed units only, and no source list is in force"


# our own words with others' in them


def test_ours_with_others_words_in_them_is_not_ours_alone_to_pass_on():
    verdict = origin(asked(origin=MIXED))

    assert verdict is not None
    assert verdict.reason == f"our own words with {STATE}'s in them: not ours alone to pass on"


def test_it_is_in_no_public_feed():
    assert clear(a_question(public=True, article=an_article(origin=MIXED))).rule == "origin"


def test_it_goes_to_whom_its_record_names_under_an_agreement_that_takes_such():
    article = {"origin": MIXED | {"rights": NAMED}}

    assert origin(asked(**article)) is None
    assert origin(asked(agreement=an_agreement(), **article)) is not None


def test_when_its_permission_ends_it_is_decided_again():
    rights = NAMED | {"ends": NOON + hours(5)}

    assert clear(asked(on_the_list=None, origin=MIXED | {"rights": rights})).until == NOON + hours(5)


def test_its_people_are_ours():
    picture = a_picture(credit_line="顾晓舟 摄", taken_by="")

    (verdict,) = pictures(asked(origin=MIXED, pictures=[picture]))

    assert verdict.passed


# what the law wants to be said, field by field


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"editor": ""}, "editor"), ({"original_author": ""}, "original_author"), ({"original_title": ""}, "title")],
)
def test_a_reprint_must_say_each_field(changes: dict[str, str], named: str):
    editor = {"editor": changes["editor"]} if "editor" in changes else {}
    told = {key: value for key, value in changes.items() if key != "editor"}

    verdict = preflight(asked(origin=REPRINT | told, **editor))

    assert verdict is not None
    assert named in verdict.reason


@pytest.mark.parametrize("field", ["original_author", "original_title", "editor"])
def test_what_the_newsroom_sends_without_may_be_missing(field: str):
    bare = {"kind": "reprint", "source": STATE}
    missing = {"original_author", "original_title", "editor"}
    publisher = a_publisher(preflight=dict.fromkeys(missing, "send"))
    question = asked(origin=bare, editor="")

    assert preflight(question.model_copy(update={"publisher": publisher})) is None
    strict = publisher.model_copy(update={"preflight": publisher.preflight.model_copy(update={field: "refuse"})})
    verdict = preflight(question.model_copy(update={"publisher": strict}))
    assert verdict is not None
    assert field in verdict.reason
    assert "、" not in verdict.reason


def test_ours_with_others_words_in_them_must_say_source_and_editor_alone():
    assert preflight(asked(origin=MIXED)) is None
    verdict = preflight(asked(origin=MIXED, editor=""))
    assert verdict is not None
    assert verdict.reason.startswith("what carries others' words must say its editor")


def test_our_own_words_must_say_none_of_it():
    assert preflight(asked(editor="")) is None
