"""Which pictures may go along? One by one, and undecided means no."""

import pytest

from syndicate.model.article import Picture
from syndicate.model.clearance import PictureVerdict
from syndicate.rights import clear
from syndicate.rights.pictures import pictures
from tests.builders import OWN, STATE, a_picture, a_question, an_agreement, an_article

FULL_WIDTH_COLON = "\uff1a"
UNDECIDED = "nobody has recorded whose it is, and undecided means no"


def verdict_on(picture: Picture, *, public: bool = False, agreed: str = "ours", **article: object) -> PictureVerdict:
    agreement = None if public else an_agreement(pictures=agreed)
    question = a_question(article=an_article(pictures=[picture], **article), agreement=agreement, public=public)
    return pictures(question)[0]


@pytest.mark.parametrize(("agreed", "passed"), [("none", False), ("ours", True), ("cleared", True)])
def test_a_film_of_ours_goes_as_the_agreement_says_of_films_whatever_it_says_of_pictures(agreed: str, passed: bool):
    film = a_picture(url="https://news.example/film/1.mp4", media_type="video/mp4", owner=OWN)
    pictured = an_agreement(pictures="ours" if agreed == "none" else "none", video=agreed)

    (verdict,) = pictures(a_question(article=an_article(pictures=[film]), agreement=pictured))

    assert verdict.passed == passed
    assert passed or verdict.reason == f"agreement {pictured.number} covers no video"


def test_what_stays_here_is_replaced_where_the_agreement_says_so():
    article = an_article(pictures=[a_picture(), a_picture("mist", taken_by="")])

    decided = pictures(a_question(article=article, agreement=an_agreement(missing_pictures="placeholder")))

    assert [(one.passed, one.replaced) for one in decided] == [(True, False), (False, True)]


def test_a_picture_by_the_articles_reporter_goes_along():
    assert verdict_on(a_picture(taken_by="顾晓舟")).passed


def test_a_picture_by_the_articles_correspondent_goes_along():
    assert verdict_on(a_picture(taken_by="石磊"), correspondents=["石磊"]).passed


def test_a_picture_by_somebody_who_did_not_work_on_the_article_does_not():
    verdict = verdict_on(a_picture(taken_by="过路人"))

    assert (verdict.passed, verdict.reason) == (False, UNDECIDED)


def test_a_picture_that_nobody_has_recorded_an_owner_for_does_not():
    assert verdict_on(a_picture(taken_by="")).reason == UNDECIDED


@pytest.mark.parametrize("owner", [OWN, "青石湾县融媒体中心"])
def test_a_picture_that_belongs_to_us_goes_along(owner: str):
    assert verdict_on(a_picture(taken_by="", owner=owner)).passed


def test_a_picture_that_belongs_to_others_does_not_although_our_reporter_took_it():
    verdict = verdict_on(a_picture(taken_by="顾晓舟", owner=STATE))

    assert (verdict.passed, verdict.reason) == (False, f"belongs to {STATE}: not ours to pass on")


@pytest.mark.parametrize("colon", [":", FULL_WIDTH_COLON, " : ", f"{FULL_WIDTH_COLON} "])
@pytest.mark.parametrize("label", ["图片来源", "图源", "来源"])
def test_a_caption_that_names_another_source_keeps_the_picture_back(label: str, colon: str):
    verdict = verdict_on(a_picture(caption=f"上游的晨雾 {label}{colon}{STATE}"))

    assert (verdict.passed, verdict.reason) == (False, f"names {STATE} as its source: not ours to pass on")


def test_a_credit_line_that_names_another_source_keeps_it_back_too():
    assert not verdict_on(a_picture(credit_line=f"图片来源:{STATE}")).passed


@pytest.mark.parametrize(
    "said",
    [
        "圖片來源：{}",
        "攝影：{}",
        "圖源{}",
        "Source: {}",
        "Courtesy of {}",
        "photo: {}",
        "PHOTO BY {}",
        "(c) {}",
        "田野（{}）摄",
        "转自{}",
        "翻拍自{}",
        "【{}】",
    ],
)
def test_however_another_house_is_named_its_picture_stays_here_although_it_says_that_ours_took_it(said: str):
    assert not verdict_on(a_picture(taken_by="顾晓舟", caption=said.format("平原日报"))).passed


@pytest.mark.parametrize("said", ["新 华 社", "AI生成", "渠水流进稻田（AI制图）"])
def test_what_an_agency_sells_or_a_machine_made_isnt_our_reporters(said: str):
    assert not verdict_on(a_picture(taken_by="顾晓舟", caption=said)).passed


def test_what_a_machine_made_goes_along_when_it_is_recorded_as_ours():
    assert verdict_on(a_picture(owner=OWN, caption="AI制图")).passed


@pytest.mark.parametrize("said", ["本報記者 顾晓舟 攝", "顾晓舟（本报）摄", "顾晓舟（本报记者）摄", "photo by 顾晓舟"])
def test_our_reporter_in_other_writing_is_still_ours(said: str):
    assert verdict_on(a_picture(taken_by="", credit_line=said)).passed


def test_a_source_named_by_others_beats_what_is_recorded_as_ours():
    assert not verdict_on(a_picture(owner=OWN, caption=f"晨雾 图片来源:{STATE}")).passed


@pytest.mark.parametrize("colon", [":", FULL_WIDTH_COLON])
def test_our_own_name_as_the_source_makes_it_ours(colon: str):
    assert verdict_on(a_picture(taken_by="", caption=f"晨雾 图片来源{colon}{OWN}")).passed


def test_a_source_in_brackets_is_read_without_the_bracket():
    assert verdict_on(a_picture(taken_by="", caption=f"晨雾(图片来源:{OWN})")).passed
    assert STATE in verdict_on(a_picture(caption=f"晨雾(图片来源:{STATE})")).reason


def test_a_name_that_only_begins_like_ours_is_not_ours():
    assert not verdict_on(a_picture(taken_by="", caption=f"晨雾 图片来源:{OWN}之友")).passed


@pytest.mark.parametrize("between", ["、", "/", "和"])
def test_a_second_source_beside_our_own_name_keeps_it_back(between: str):
    assert not verdict_on(a_picture(caption=f"晨雾 图片来源:{OWN}{between}{STATE}")).passed


def test_two_of_our_own_names_as_the_source_are_still_ours():
    assert verdict_on(a_picture(taken_by="", caption=f"晨雾 图片来源:{OWN}、青石湾县融媒体中心")).passed


def test_two_pictures_under_one_caption_are_judged_each_by_itself():
    caption = "渡口全景"
    ours, unknown = a_picture("pan-1", caption=caption), a_picture("pan-2", caption=caption, taken_by="")

    verdicts = pictures(a_question(article=an_article(pictures=[ours, unknown])))

    assert [verdict.passed for verdict in verdicts] == [True, False]


def test_two_pictures_under_one_caption_that_names_others_both_stay_here():
    caption = f"渡口全景 图片来源:{STATE}"

    verdicts = pictures(
        a_question(
            article=an_article(pictures=[a_picture("pan-1", caption=caption), a_picture("pan-2", caption=caption)])
        )
    )

    assert [verdict.passed for verdict in verdicts] == [False, False]


def test_an_agreement_for_words_only_keeps_our_pictures_back():
    verdict = verdict_on(a_picture(), agreed="none")

    assert (verdict.passed, verdict.reason) == (False, "agreement QSW-2025-07 covers words only")


def test_the_public_sees_our_pictures_and_no_others():
    assert verdict_on(a_picture(), public=True).passed
    assert not verdict_on(a_picture(taken_by=""), public=True).passed


def test_there_is_a_verdict_for_every_picture_in_the_articles_order():
    several = [a_picture("three"), a_picture("one", taken_by=""), a_picture("two")]

    verdicts = pictures(a_question(article=an_article(pictures=several)))

    assert [verdict.url for verdict in verdicts] == [picture.url for picture in several]


def test_the_clearance_tells_which_pictures_passed():
    answer = clear(a_question())

    assert answer.passed_pictures == {"https://news.example/img/ferry.jpg"}


@pytest.mark.parametrize(
    ("credit", "reason"),
    [
        ("新华社发(田野 摄)", "is 新华社's, an agency: not ours to pass on"),
        ("柳湾村供图", "was given by 柳湾村: not ours to pass on"),
        ("平原日报记者 田野 摄", "taken by 田野 of 平原日报: not ours to pass on"),
        ("过路人 摄", f"credited to 过路人: {UNDECIDED}"),
        ("通讯员 田野 摄", f"credited to 田野: {UNDECIDED}"),
        ("资料图片", f"credited to 资料图片: {UNDECIDED}"),
        ("记者 田野 摄", f"credited to 田野: {UNDECIDED}"),
        ("平原日报 记者 田野 摄", f"credited to 田野: {UNDECIDED}"),
        ("《平原日报》记者 田野 摄", f"credited to 田野: {UNDECIDED}"),
        (f"图片来源:{OWN} 平原日报", "names 平原日报 as its source: not ours to pass on"),
        (f"图片来源:{OWN}(平原日报授权)", "names 平原日报授权 as its source: not ours to pass on"),
        (f"平原日报 {OWN}供图", f"credited to {OWN}: {UNDECIDED}"),
    ],
)
def test_a_credit_to_others_keeps_a_picture_back(credit: str, reason: str):
    verdict = verdict_on(a_picture(taken_by="顾晓舟", credit_line=credit))

    assert (verdict.passed, verdict.reason) == (False, reason)


@pytest.mark.parametrize("credit", ["顾晓舟 摄", "记者 顾晓舟 摄", "本网记者 顾晓舟 摄", f"图片来源:{OWN}"])
def test_a_credit_to_our_own_people_lets_it_go_along(credit: str):
    assert verdict_on(a_picture(taken_by="", credit_line=credit)).passed


@pytest.mark.parametrize("credit", ["过路人 摄", "资料图片"])
def test_what_is_recorded_as_ours_goes_along_whoever_took_it(credit: str):
    assert verdict_on(a_picture(taken_by="", owner=OWN, credit_line=credit)).passed


@pytest.mark.parametrize("credit", ["本报记者 顾晓舟 摄", "记者 顾晓舟 摄", "顾晓舟 摄", ""])
def test_the_people_of_a_reprint_are_another_houses_people(credit: str):
    reprint = {"kind": "reprint", "source": STATE}

    assert not verdict_on(a_picture(credit_line=credit), origin=reprint).passed
