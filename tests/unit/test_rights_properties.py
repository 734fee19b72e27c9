"""What holds for every agreement, article and hour: nothing refused is in any output; every output says its words."""

import json
import random
import re
from datetime import date
from html import unescape
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.formats import ARTICLE_FORMATS, FEED_FORMATS, article_format, whole
from syndicate.ledger.articles import Head, Revision
from syndicate.model.article import Article, Picture
from syndicate.model.clearance import Clearance
from syndicate.model.listing import Listing
from syndicate.model.selection import Selection
from syndicate.model.story import Rendition, Story
from syndicate.pipeline.writing import write_story
from syndicate.rights import clear, every_rule
from syndicate.rights.clear import RULES
from syndicate.rights.question import Question
from syndicate.rights.recorded import credits_before, recorded
from tests.builders import NOON, OWN, STATE, a_newsroom, a_partner, a_question, an_agreement, an_article, hours
from tests.golden.formats.samples import a_feed

NATIONAL = {"licence": {"partner": "经{publisher}许可刊用（协议编号：{agreement}）。"}}
NEWSROOM = a_newsroom(variants={("zh-CN", "national"): NATIONAL})
CREDITS = (
    "", "顾晓舟 摄", "记者 顾晓舟 摄", f"图片来源:{STATE}", f"图片来源:{OWN}", "柳湾村供图", "新华社发(田野 摄)",
    "资料图片", "过路人 摄", "平原日报记者 田野 摄",
)  # fmt: skip
SECTIONS = ("要闻", "要闻 > 水上", "副刊")
KEYWORDS = ("春耕", "桥梁", "讣告")
GENRES = ("", "消息", "评论")
NAMED = {"evidence": "QSW-2025-31", "pass_to": ("yunfeng",)}
ORIGINS: tuple[dict[str, Any], ...] = (
    {"kind": "own", "source": STATE},
    {"kind": "mixed", "source": STATE},
    {"kind": "mixed", "source": STATE, "rights": NAMED},
    {"kind": "mixed", "source": f"{STATE}、湖畔日报", "rights": NAMED},
    {"kind": "reprint", "source": STATE, "original_title": "大坝合龙", "original_author": "郭一帆", "rights": NAMED},
)
TARGETS = ("yunfeng", "tianmen", "CN", "CN-HB")


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


selections = st.builds(
    Selection,
    sections=some(SECTIONS),
    except_sections=some(SECTIONS),
    keywords=some(KEYWORDS),
    except_keywords=some(KEYWORDS),
    genres=some(GENRES[1:]),
    except_genres=some(GENRES[1:]),
    languages=some(("zh", "en")),
)
few = st.just(Selection()) | st.just(Selection()) | selections  # else hardly anything is ever cleared
days = st.dates(date(2025, 4, 1), date(2025, 6, 30))
agreements = st.builds(
    lambda first, second, **terms: an_agreement(starts=min(first, second), ends=max(first, second), **terms),
    days,
    days,
    scope=few,
    delay_minutes=st.sampled_from([0, 0, 60, 60 * 24 * 30]),
    pictures=st.sampled_from(["none", "ours", "cleared"]),
    video=st.sampled_from(["none", "ours", "cleared"]),
    missing_pictures=st.sampled_from(["remove", "placeholder"]),
    reprints=st.sampled_from(["none", "cleared"]),
    under_embargo=st.booleans(),
)
LENT = {"evidence": "合同 2025-17", "pass_to": ["yunfeng"]}
pictures = st.lists(
    st.builds(
        lambda credit, caption, **told: {"caption": f"{caption} {credit}", **told},
        st.sampled_from(CREDITS),
        st.sampled_from(["渡船靠上新栈桥", "上游的晨雾", "渠首的闸门"]),
        taken_by=st.sampled_from(["", "顾晓舟", "过路人"]),
        owner=st.sampled_from(["", OWN, STATE]),
        media_type=st.sampled_from(["image/jpeg", "image/jpeg", "video/mp4"]),
        rights=st.sampled_from([None, LENT]),
    ),
    max_size=4,
)
POSTER = "https://news.example/img/poster.jpg"  # of every film, and declared by nobody


def written(pictures: list[dict[str, Any]], **told: Any) -> Article:
    """An article whose body shows every picture with its caption, as the CMS has it, and a film nobody declared."""
    named = [Picture(url=f"https://news.example/img/{number}.jpg", **one) for number, one in enumerate(pictures)]
    shown = "".join(map(figure, named))
    body = f'<p>停航六年之后。</p>{shown}<p><video src="https://news.example/img/undeclared.mp4"></video></p><p>票价两元。</p>'
    return an_article(body_html=body, pictures=named, **told)


def figure(one: Picture) -> str:
    shown = f'<video poster="{POSTER}"><source src="{one.url}"></video>' if one.is_video else f'<img src="{one.url}">'
    return f"<figure>{shown}<figcaption>{one.caption}</figcaption></figure>"


records = st.dictionaries(
    st.integers(0, 3).map(lambda number: f"https://news.example/img/{number}.jpg"),
    st.fixed_dictionaries(
        {},
        optional={
            "owner": st.sampled_from(["", OWN, STATE]),
            "credit_line": st.sampled_from(CREDITS),
            "taken_by": st.sampled_from(["", "顾晓舟"]),
            "evidence": st.sampled_from(["", "合同 2025-18"]),
            "pass_to": st.sampled_from([(), ("yunfeng",), ("tianmen",)]),
            "starts": st.sampled_from([None, NOON + hours(1)]),
            "ends": st.sampled_from([None, NOON, NOON + hours(2)]),
        },
    ),
    max_size=3,
)


def on_record(question: Question, records: dict[str, dict[str, Any]]) -> Question:
    """The same question, once somebody has recorded this."""
    before = credits_before(question.article, records)
    return question.model_copy(update={"article": recorded(question.article, records), "credits_before": before})


articles = st.builds(
    written,
    pictures,
    section=st.sampled_from(SECTIONS).map(lambda path: path.split(" > ")),
    keywords=some(KEYWORDS),
    genre=st.sampled_from(GENRES),
    only_to=st.just(()) | some(TARGETS),
    not_to=st.just(()) | some(TARGETS),
    origin=st.sampled_from([{"kind": "own", "source": OWN}] * len(ORIGINS) + [*ORIGINS]),
)
listings = st.none() | some((OWN, STATE, "湖畔日报")).map(
    lambda names: Listing(edition="2025-06", starts=date(2025, 4, 1), listed=frozenset(names))
)
questions = st.builds(
    lambda article, agreement, listing, now, **partner: a_question(
        article=article, agreement=agreement, listing=listing, now=now, partner=partner
    ),
    articles,
    agreements,
    listings,
    st.integers(-60 * 24, 60 * 24).map(lambda number: NOON + hours(number)),
    region=st.sampled_from([None, "CN-HB", "CN-HN"]),
    wants=few,
    only_by_name=st.sampled_from([False, False, True]),
    only_listed=st.sampled_from([False, False, True]),
)


ALLOWED = {"obtained": "约稿", "evidence": "约字7号", "pass_to": ["yunfeng"]}
THEIRS = {"kind": "reprint", "source": STATE, "original_title": "渡口", "original_author": "田野", "rights": ALLOWED}
likely = st.builds(  # to be cleared: what is asked for then is what the outputs carry
    lambda article, public, listing, **agreed: a_question(
        article=article, agreement=an_agreement(**agreed), listing=listing, public=public
    ),
    st.builds(
        written,
        pictures,
        origin=st.sampled_from([{"kind": "own", "source": OWN}, *ORIGINS[2:], THEIRS]),
        correction_note=st.sampled_from(["", "船票应为两元。", '<b>{note}</b> & "引号"']),
        ai_label=st.sampled_from(["none", "assisted", "generated"]),
        language=st.sampled_from(["zh-CN", "en-GB", "fr"]),
    ),
    st.sampled_from([False, False, True]),
    listings,
    pictures=st.sampled_from(["none", "ours", "cleared"]),
    video=st.sampled_from(["none", "ours", "cleared"]),
    missing_pictures=st.sampled_from(["remove", "placeholder"]),
    reprints=st.just("cleared"),
    licence_text=st.sampled_from(["", "转载须注明来源。", "<i>Keep</i> & {all} of it."]),
    wording=st.sampled_from([None, "national"]),
)


def outputs(question: Question, clearance: Clearance) -> tuple[Story, list[Rendition]]:
    """The article in every format there is."""
    head = Head("a-1", "tag:news.example,2025:article:a-1", 1, 1, 1, None, 1, False, False, question.first_published)
    revision = Revision("a-1", 1, "published", NOON, NOON, question.article)
    story, _ = write_story(head, revision, clearance=clearance, agreement=question.agreement, newsroom=NEWSROOM)
    feed = a_feed(stories=(story,), publisher=NEWSROOM.publisher)
    return story, [
        *(article_format(name).render(story, publisher=NEWSROOM.publisher) for name in ARTICLE_FORMATS),
        *(whole(name, feed) for name in FEED_FORMATS),
    ]


@settings(deadline=None)
@given(likely | questions, records)
def test_no_refused_picture_nor_its_caption_is_in_any_output(question: Question, records: dict[str, dict[str, Any]]):
    question = on_record(question, records)
    clearance = clear(question)
    if clearance.decision != "cleared":
        return
    passed = [one for one in question.article.pictures if one.url in clearance.passed_pictures]
    stays = {one.caption for one in passed}

    _, renditions = outputs(question, clearance)

    for rendition in renditions:
        assert b"undeclared.mp4" not in rendition.body
        assert b"poster.jpg" not in rendition.body
    for one in question.article.pictures:
        for rendition in renditions if one not in passed else ():
            text = readable(rendition)
            assert one.url not in text
            assert any(one.caption in kept for kept in stays) or one.caption not in text


@settings(deadline=None)
@given(likely, records)
def test_a_placeholder_stands_for_each_picture_that_was_replaced_and_for_no_other(
    question: Question, records: dict[str, dict[str, Any]]
):
    question = on_record(question, records)
    clearance = clear(question)

    story, _ = outputs(question, clearance)

    replaced = [one for one in clearance.pictures if one.replaced]
    assert story.article.body_html.count('"picture-placeholder"') == len(replaced)
    assert not any(one.passed for one in replaced)


@given(likely, records)
def test_no_record_passes_on_what_is_credited_to_somebody_else_unless_it_names_the_partner_and_says_why(
    question: Question, records: dict[str, dict[str, Any]]
):
    question = on_record(question, records)

    passed = clear(question).passed_pictures

    for one in question.article.pictures:
        if one.url in passed and STATE in (one.caption + one.owner):
            assert one.rights is not None
            assert (one.rights.evidence != "", "yunfeng" in one.rights.pass_to) == (True, True)


@settings(deadline=None)
@given(likely | questions)
def test_whatever_is_cleared_carries_its_notices(question: Question):
    clearance = clear(question)
    if clearance.decision != "cleared":
        return

    story, renditions = outputs(question, clearance)

    for rendition in renditions:
        text = readable(rendition)
        assert story.terms.attribution in text
        assert story.terms.usage in text
        assert story.terms.licence_text in text
        assert question.article.url in text
        assert story.terms.correction in text
        assert story.terms.disclaimer in text


@settings(deadline=None)
@given(likely)
def test_every_statement_stands_once_and_only_where_it_is_owed(question: Question):
    article, agreement = question.article, question.agreement
    clearance = clear(question)
    if clearance.decision != "cleared":
        return

    story, _ = outputs(question, clearance)

    marked = re.findall('data-notice="([a-z-]+)"', story.article.body_html)
    owed = {
        "attribution": True,
        "correction": bool(article.correction_note),
        "ai-label": article.ai_label != "none",
        "copyright": True,
        "licence": True,
        "licence-text": bool(agreement and agreement.licence_text),
        "disclaimer": article.origin.carries_others,
        "canonical-link": True,
    }
    assert [name for name in marked if not name.startswith("picture-")] == [name for name in owed if owed[name]]


@settings(deadline=None)
@given(likely, likely)
def test_a_body_that_comes_back_from_one_partner_goes_to_another_as_if_it_were_new(first: Question, second: Question):
    answers = clear(first), clear(second)
    if any(answer.decision != "cleared" for answer in answers):
        return
    if any(one.replaced for one in answers[0].pictures):  # a picture that is gone from the body comes back in none
        return
    back = first.article.model_copy(update={"body_html": outputs(first, answers[0])[0].article.body_html})
    asked = first.model_copy(update={"partner": second.partner, "article": back})

    again, _ = outputs(asked, answers[0])
    fresh, _ = outputs(first.model_copy(update={"partner": second.partner}), answers[0])

    assert again.article.body_html == fresh.article.body_html


@given(likely | questions)
def test_others_words_leave_under_their_permission_from_listed_units_only_and_never_under_our_licence(
    question: Question,
):
    origin, listing, partner = question.article.origin, question.listing, question.partner
    clearance = clear(question)
    if clearance.decision != "cleared" or not origin.carries_others:
        return

    story, _ = outputs(question, clearance)

    assert origin.rights
    assert partner
    assert partner.is_named_in(origin.rights.pass_to)
    assert listing is None or all(map(listing.has, origin.sources))
    assert listing or not partner.only_listed
    assert (story.terms.licence_url, story.terms.licence) == ("", None)


@given(questions, st.randoms(use_true_random=False))
def test_the_decision_is_the_same_whatever_the_order_of_the_rules(question: Question, dice: random.Random):
    shuffled = list(RULES)
    dice.shuffle(shuffled)
    said = [verdict for rule in shuffled if (verdict := rule(question))]
    denied = any(verdict.decision == "refused" for verdict in said)

    answer = clear(question)

    assert answer.decision == ("refused" if denied else "held" if said else "cleared")
    assert answer.rule in {verdict.rule for verdict in said} | {"all"}


@given(articles, st.lists(agreements, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_no_partners_answer_depends_on_the_other_partners(article: Article, terms: list[Any], dice: random.Random):
    partners = [a_partner(f"p-{number}", agreement=one) for number, one in enumerate(terms)]
    asked = a_question(article=article)

    def answers(order: list[Any]) -> dict[str, Clearance]:
        return {one.id: clear(asked.model_copy(update={"partner": one})) for one in order}

    shuffled = list(partners)
    dice.shuffle(shuffled)
    assert answers(shuffled) == answers(partners)


def readable(rendition: Rendition) -> str:
    """The text of a rendition, JSON's escapes and XML's undone, and those of the HTML in it."""
    text = rendition.body.decode()
    if "json" in rendition.media_type:
        return json.dumps(json.loads(text), ensure_ascii=False).replace('\\"', '"')
    return unescape(unescape(text))


@given(questions)
def test_every_rule_is_told_by_its_name_and_the_one_that_decides_is_among_them(question: Question):
    said = every_rule(question)

    answer = clear(question)

    assert [verdict.rule for verdict in said] == [rule.__name__ for rule in RULES]
    assert answer.rule == "all" or answer.rule in {one.rule for one in said if one.decision == answer.decision}
