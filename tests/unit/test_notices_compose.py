"""What must it say: the line at the head, the credit under the picture, the licence at the end, each once."""

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from syndicate.markup.text import body_text, text_of
from syndicate.model.agreement import Agreement
from syndicate.model.article import Article, Origin, Picture
from syndicate.model.clearance import Clearance, PictureVerdict
from syndicate.model.publisher import Publisher
from syndicate.notices.compose import Composed, compose
from syndicate.notices.wording import Wording, read_wording

NOTICES = Path(__file__).parents[2] / "config" / "notices"


def shipped(language: str) -> Wording:
    files = sorted((NOTICES / language).glob("*.toml"))
    return read_wording({file.stem: tomllib.loads(file.read_text("utf-8")) for file in files}, language=language)


WORDING, ENGLISH = shipped("zh-CN"), shipped("en")
SITE = "https://chenguang.example"
OURS = Picture(url=f"{SITE}/i/lake.jpg", caption="晨雾中的湖面", taken_by="林小满", owner="晨光网")
THEIRS = Picture(
    url=f"{SITE}/i/tea.jpg", caption="茶园 图片来源:山货合作社", credit_line="图片来源:山货合作社", owner="山货合作社"
)
BODY = (
    "<p>\u3000\u3000清明前后,湖边的ABC茶园(一期)开始采摘。</p>"
    '<p><img data-src="/i/lake.jpg" src="/blank.gif"></p><p>晨雾中的湖面</p>'
    "<p>“今年比往年早了3天。”茶农说。</p>"
    '<p><img src="/i/tea.jpg"></p><p>茶园 图片来源:山货合作社</p><p>完。</p>'
)
AGREEMENT = Agreement(number="晨授〔2025〕7号", starts=date(2025, 1, 1), ends=date(2026, 12, 31), pictures="ours")


def a_publisher() -> Publisher:
    return Publisher(
        name="晨光网",
        site_name="晨光",
        organisation="晨光市融媒体中心",
        own_names=("晨光网",),
        home_url=SITE,
        licence_url=f"{SITE}/licence",
        contact="编辑部",
        tag_authority="chenguang.example",
        tag_date=date(2025, 1, 1),
    )


def an_article(**changes) -> Article:
    return Article.model_validate(
        {
            "id": "a1",
            "version": 1,
            "url": f"{SITE}/2025/a1.html",
            "headline": "春茶开采",
            "body_html": BODY,
            "section": ("要闻",),
            "reporters": ("林小满",),
            "origin": Origin(kind="own"),
            "pictures": (OURS, THEIRS),
            "published_at": datetime(2025, 4, 1, tzinfo=UTC),
            **changes,
        }
    )


def cleared(*urls: str) -> Clearance:
    verdicts = tuple(
        PictureVerdict(url=picture.url, passed=picture.url in urls, reason="") for picture in (OURS, THEIRS)
    )
    return Clearance(decision="cleared", rule="all", reason="", pictures=verdicts)


def composed(
    article: Article, *passed: str, agreement: Agreement | None = AGREEMENT, wording: Wording = WORDING
) -> Composed:
    return compose(article, clearance=cleared(*passed), agreement=agreement, publisher=a_publisher(), wording=wording)


def first_line(result: Composed) -> str:
    return text_of(result.article.body_html).splitlines()[0]


# The people


@pytest.mark.parametrize(
    ("reporters", "correspondents", "line", "case"),
    [
        (("林小满",), (), "据晨光网消息:(记者:林小满)", "reporters"),
        (("林小满", "何知秋"), (), "据晨光网消息:(记者:林小满 何知秋)", "reporters"),
        ((), (), "据晨光网消息:", "no_reporter"),
        ((), ("白露",), "据晨光网消息:(通讯员:白露)", "correspondents"),
        (("林小满",), ("白露", "谷雨"), "据晨光网消息:(记者:林小满 通讯员:白露 谷雨)", "reporters_and_correspondents"),
    ],
)
def test_the_head_line_names_who_wrote_it(reporters, correspondents, line, case):
    result = composed(an_article(reporters=reporters, correspondents=correspondents))
    assert (first_line(result), result.terms.attribution, result.notices[0]) == (line, line, f"attribution:{case}")


def test_a_name_with_braces_is_a_name():
    assert first_line(composed(an_article(reporters=("{publisher}",)))) == "据晨光网消息:(记者:{publisher})"


def test_a_reprint_never_claims_to_be_our_news():
    origin = Origin(kind="reprint", source="远山日报")
    result = composed(an_article(origin=origin), agreement=None)
    assert (first_line(result), "晨光市融媒体中心" in result.terms.copyright) == ("来源:远山日报", False)


@pytest.mark.parametrize(
    ("reporters", "correspondents", "line", "case"),
    [
        (("林小满",), (), "据晨光网综合远山日报消息:(记者:林小满)", "mixed"),
        ((), (), "据晨光网综合远山日报消息:", "mixed_no_reporter"),
        ((), ("白露",), "据晨光网综合远山日报消息:(通讯员:白露)", "mixed_correspondents"),
        (
            ("林小满",),
            ("白露",),
            "据晨光网综合远山日报消息:(记者:林小满 通讯员:白露)",
            "mixed_reporters_and_correspondents",
        ),
    ],
)
def test_our_text_with_others_words_in_it_names_both(reporters, correspondents, line, case):
    origin = Origin(kind="mixed", source="远山日报")
    result = composed(an_article(origin=origin, reporters=reporters, correspondents=correspondents))
    assert (first_line(result), result.notices[0]) == (line, f"attribution:{case}")


def test_nor_do_we_license_what_is_not_ours_in_it():
    result = composed(an_article(origin=Origin(kind="mixed", source="远山日报")))
    assert "licence:mixed" in result.notices
    assert ("晨光市融媒体中心" in result.terms.copyright, "远山日报" in result.terms.copyright) == (True, True)


# The pictures


def test_only_cleared_pictures_are_left_in_the_article():
    assert composed(an_article(), OURS.url).article.pictures == (OURS,)


def test_a_picture_that_is_not_ours_leaves_neither_address_nor_caption():
    body = composed(an_article(), OURS.url).article.body_html
    assert ("tea.jpg" in body, "山货合作社" in body) == (False, False)


def test_a_picture_the_clearance_does_not_know_is_not_passed():
    stranger = BODY + '<p><img src="/i/stranger.jpg"></p>'
    assert "stranger" not in composed(an_article(body_html=stranger), OURS.url, THEIRS.url).article.body_html


def test_our_reporter_s_picture_carries_his_name_under_it():
    lines = text_of(composed(an_article(), OURS.url).article.body_html).splitlines()
    assert lines[lines.index("晨雾中的湖面") - 1] == "记者:林小满 摄"


@pytest.mark.parametrize(
    ("picture", "credit", "case"),
    [
        ({"taken_by": "何知秋"}, "记者:何知秋 摄", "reporter"),
        ({"taken_by": "白露"}, "通讯员:白露 摄", "correspondent"),
        ({"taken_by": ""}, "图片:晨光网", "unknown"),
        ({"taken_by": "某人", "owner": "水务局"}, "图片来源:水务局", "other_owner"),
        ({"credit_line": "何知秋 航拍"}, "何知秋 航拍", "own"),
    ],
)
def test_the_credit_is_chosen_by_who_took_the_picture(picture, credit, case):
    article = an_article(pictures=(OURS.model_copy(update=picture),), correspondents=("白露",))
    result = composed(article, OURS.url)
    assert (result.terms.credits, f"picture-credit:{case}" in result.notices) == ({OURS.url: credit}, True)


def test_a_caption_that_names_the_photographer_is_not_followed_by_a_second_credit():
    body = '<p><img src="/i/lake.jpg"></p><p>晨雾中的湖面 记者:林小满 摄</p>'
    assert composed(an_article(body_html=body), OURS.url).article.body_html.count("记者:林小满 摄") == 1


# The end


def test_a_partner_s_copy_ends_with_copyright_licence_and_the_way_back():
    assert text_of(composed(an_article()).article.body_html).splitlines()[-3:] == [
        "版权所有：晨光市融媒体中心",
        "本文由晨光网授权转载（协议编号：晨授〔2025〕7号），请保留文首来源说明和图片署名；"
        "不得改动文字，不得再许可他人使用；超出协议范围的使用须另行取得书面授权。",
        f"原文链接：{SITE}/2025/a1.html",
    ]


def test_the_public_is_told_that_nothing_is_licensed():
    result = composed(an_article(), agreement=None)
    assert (result.terms.usage.startswith("未经晨光市融媒体中心书面授权"), "licence:public" in result.notices) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    ("label", "words"), [("assisted", "本文由人工智能辅助生成"), ("generated", "本文由人工智能生成")]
)
def test_what_an_ai_made_says_so(label, words):
    result = composed(an_article(ai_label=label))
    assert (words in text_of(result.article.body_html), f"ai-label:{label}" in result.notices) == (True, True)


def test_what_no_ai_made_says_nothing_of_it():
    assert "人工智能" not in composed(an_article()).article.body_html


def test_every_statement_is_on_record():
    assert composed(an_article(), OURS.url).notices == (
        "attribution:reporters",
        "picture-credit:reporter",
        "copyright",
        "licence:partner",
        "canonical-link",
    )


# What was wrong, whose words they are, and what the agreement asks for

NOTE = "开采日期应为3月28日,原文误作4月1日。"
REPRINT = Origin(kind="reprint", source="远山日报")


def lines(result: Composed) -> list[str]:
    return text_of(result.article.body_html).splitlines()


def test_a_correction_stands_between_the_text_and_all_other_statements():
    article = an_article(correction_note=NOTE, ai_label="assisted", updated_at=datetime(2025, 7, 11, 1, tzinfo=UTC))

    result = composed(article)

    assert lines(result)[lines(result).index("完。") + 1 :][:2] == [
        f"更正（2025年7月11日）：{NOTE}",
        "本文由人工智能辅助生成",
    ]
    assert result.notices[1:3] == ("correction", "ai-label:assisted")


def test_the_day_of_a_correction_is_the_publishers_own():
    late = datetime(2025, 7, 10, 17, tzinfo=UTC)  # one o'clock at night on the 11th, in the newsroom

    assert f"更正（2025年7月11日）：{NOTE}" in lines(composed(an_article(correction_note=NOTE, updated_at=late)))


def test_a_known_day_of_correction_goes_before_the_articles_last_change():
    article = an_article(correction_note=NOTE, updated_at=datetime(2025, 7, 30, tzinfo=UTC))
    made = datetime(2025, 7, 11, tzinfo=UTC)
    given = {"clearance": cleared(), "agreement": AGREEMENT, "publisher": a_publisher(), "wording": WORDING}

    assert compose(article, **given, corrected=made).terms.correction == f"更正（2025年7月11日）：{NOTE}"


def test_a_correction_goes_when_the_article_no_longer_carries_it():
    once = composed(an_article(correction_note=NOTE)).article
    later = once.model_copy(update={"correction_note": ""})

    assert composed(later) == composed(an_article())


def test_braces_in_a_correction_are_braces():
    assert composed(an_article(correction_note="{url} {}")).terms.correction.endswith("：{url} {}")


def test_a_reprint_says_that_carrying_it_is_no_agreement():
    result = composed(an_article(origin=REPRINT))

    assert (lines(result)[-2].startswith("转载内容"), "disclaimer" in result.notices) == (True, True)


def test_our_own_text_disclaims_nothing():
    assert "disclaimer" not in composed(an_article()).notices


def test_the_agreements_own_text_stands_under_the_licence_word_for_word():
    wanted = "转载须注明{来源},<不得>改动标题&正文。"

    result = composed(an_article(), agreement=AGREEMENT.model_copy(update={"licence_text": wanted}))

    assert lines(result)[-2] == wanted
    assert result.notices[-3:] == ("licence:partner", "licence-text", "canonical-link")


@pytest.mark.parametrize(
    ("terms", "wording", "says"),
    [
        ({"may_edit": True}, WORDING, "；可对文字作编辑修改，不得再许可他人使用；"),
        ({"may_sublicense": True}, WORDING, "；不得改动文字，可再许可他人使用；"),
        ({}, ENGLISH, " The text must not be changed. It must not be licensed to others. "),
        (
            {"may_edit": True, "may_sublicense": True},
            ENGLISH,
            " The text may be edited. It may be licensed to others. ",
        ),
    ],
)
def test_the_licence_says_whether_they_may_change_the_text_and_let_others_carry_it(terms, wording, says):
    result = composed(an_article(), agreement=AGREEMENT.model_copy(update=terms), wording=wording)

    assert says in result.terms.usage


def test_words_that_leave_it_to_the_agreement_say_nothing_of_it():
    silent = WORDING.licence.model_copy(update={"partner": "经许可刊用（{agreement}）。"})

    result = composed(an_article(), wording=WORDING.model_copy(update={"licence": silent}))

    assert result.terms.usage == "经许可刊用（晨授〔2025〕7号）。"


def test_the_public_reads_no_partners_licence_text():
    assert "licence-text" not in composed(an_article(), agreement=None).notices


def test_every_statement_is_told_in_the_language_of_the_words():
    article = an_article(
        correction_note="It was 28 March.",
        updated_at=datetime(2025, 7, 11, tzinfo=UTC),
        reporters=("Lin Xiaoman", "He Zhiqiu"),
        origin=Origin(kind="own"),
    )

    told = lines(composed(article, wording=ENGLISH))

    assert told[0] == "From 晨光网 (reported by Lin Xiaoman, He Zhiqiu):"
    assert "Correction (11 July 2025): It was 28 March." in told
    assert told[-1].startswith("Original article: https://")


# Again

FULL = an_article(correction_note=NOTE, ai_label="generated", origin=REPRINT)
DEMANDING = AGREEMENT.model_copy(update={"licence_text": "转载须注明来源。"})


def test_composing_a_body_with_every_statement_again_changes_nothing():
    once = composed(FULL, OURS.url, agreement=DEMANDING)

    assert composed(once.article, OURS.url, agreement=DEMANDING) == once


@pytest.mark.parametrize("wording", [ENGLISH, WORDING.model_copy(update={"disclaimer": ENGLISH.disclaimer})])
def test_words_of_another_language_or_variant_take_the_place_of_the_first(wording):
    once = composed(FULL, OURS.url, agreement=DEMANDING)

    assert composed(once.article, OURS.url, wording=wording) == composed(FULL, OURS.url, wording=wording)


def test_statements_that_lost_their_marker_on_the_way_are_not_doubled():
    once = composed(FULL, OURS.url, agreement=DEMANDING)
    unmarked = re.sub(' data-notice="[^"]*"', "", once.article.body_html)
    back = once.article.model_copy(update={"body_html": unmarked})

    again = composed(back, OURS.url, agreement=DEMANDING)

    assert text_of(again.article.body_html) == text_of(once.article.body_html)


@pytest.mark.parametrize("agreement", [AGREEMENT, None])
def test_composing_what_was_composed_changes_nothing(agreement):
    once = composed(an_article(), OURS.url, agreement=agreement)
    assert composed(once.article, OURS.url, agreement=agreement) == once


def test_another_agreement_s_words_take_the_place_of_the_first():
    once = composed(an_article(), OURS.url)
    other = AGREEMENT.model_copy(update={"number": "晨授〔2025〕8号"})
    assert composed(once.article, OURS.url, agreement=other) == composed(an_article(), OURS.url, agreement=other)


@pytest.mark.parametrize("passed", [(), (OURS.url,), (THEIRS.url,), (OURS.url, THEIRS.url)])
def test_the_text_itself_is_the_same_for_everyone(passed):
    captions = {picture.url: picture.caption for picture in (OURS, THEIRS)}
    words = body_text(composed(an_article(), *passed).article.body_html, captions=captions)
    assert words == "清明前后,湖边的ABC茶园(一期)开始采摘。\n“今年比往年早了3天。”茶农说。\n完。"


def test_widths_and_indents_are_kept_to_the_character():
    assert "<p>\u3000\u3000清明前后,湖边的ABC茶园(一期)开始采摘。</p>" in composed(an_article()).article.body_html


def test_a_hostile_body_leaves_nothing_that_runs():
    body = '<script>alert(1)</script><p onclick="alert(1)">字</p><img src=x onerror=alert(1)>'
    assert "alert" not in composed(an_article(body_html=body)).article.body_html


def test_a_body_of_pictures_only_still_says_whose_it_was():
    assert first_line(composed(an_article(body_html='<img src="/i/tea.jpg">'))) == "据晨光网消息:(记者:林小满)"
