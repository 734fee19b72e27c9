"""What holds for every agreement, article and hour: nothing refused is in any output; every output says its words."""

import json
import random
import re
from datetime import date
from html import unescape
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.formats import ARTICLE_FORMATS, FEED_FORMATS, article_format, feed_format
from syndicate.ledger.articles import Head, Revision
from syndicate.model.article import Article, Picture
from syndicate.model.clearance import Clearance
from syndicate.model.selection import Selection
from syndicate.model.story import Rendition, Story
from syndicate.pipeline.writing import write_story
from syndicate.rights import clear, every_rule
from syndicate.rights.clear import RULES
from syndicate.rights.question import Question
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
    pictures=st.sampled_from(["none", "ours"]),
    under_embargo=st.booleans(),
)
pictures = st.lists(
    st.builds(
        lambda credit, caption, taken_by, owner: {
            "caption": f"{caption} {credit}",
            "taken_by": taken_by,
            "owner": owner,
        },
        st.sampled_from(CREDITS),
        st.sampled_from(["渡船靠上新栈桥", "上游的晨雾", "渠首的闸门"]),
        taken_by=st.sampled_from(["", "顾晓舟", "过路人"]),
        owner=st.sampled_from(["", OWN, STATE]),
    ),
    max_size=4,
)


def written(pictures: list[dict[str, str]], **told: Any) -> Article:
    """An article whose body shows every picture with its caption, as the CMS has it."""
    named = [Picture(url=f"https://news.example/img/{number}.jpg", **one) for number, one in enumerate(pictures)]
    figures = "".join(f'<figure><img src="{one.url}"><figcaption>{one.caption}</figcaption></figure>' for one in named)
    return an_article(body_html=f"<p>停航六年之后。</p>{figures}<p>票价两元。</p>", pictures=named, **told)


articles = st.builds(
    written,
    pictures,
    section=st.sampled_from(SECTIONS).map(lambda path: path.split(" > ")),
    keywords=some(KEYWORDS),
    genre=st.sampled_from(GENRES),
    only_to=st.just(()) | some(TARGETS),
    not_to=st.just(()) | some(TARGETS),
    origin=st.sampled_from([{"kind": "own", "source": OWN}] * 3 + [{"kind": "own", "source": STATE}]),
)
questions = st.builds(
    lambda article, agreement, now, **partner: a_question(
        article=article, agreement=agreement, now=now, partner=partner
    ),
    articles,
    agreements,
    st.integers(-60 * 24, 60 * 24).map(lambda number: NOON + hours(number)),
    region=st.sampled_from([None, "CN-HB", "CN-HN"]),
    wants=few,
    only_by_name=st.sampled_from([False, False, True]),
)


ALLOWED = {"obtained": "约稿", "evidence": "约字7号", "pass_to": ["yunfeng"]}
THEIRS = {"kind": "reprint", "source": STATE, "original_title": "渡口", "original_author": "田野", "rights": ALLOWED}
likely = st.builds(  # to be cleared: what is asked for then is what the outputs carry
    lambda article, public, **terms: a_question(
        article=article, agreement=an_agreement(reprints="cleared", **terms), public=public
    ),
    st.builds(
        written,
        pictures,
        origin=st.sampled_from([{"kind": "own", "source": OWN}, THEIRS]),
        correction_note=st.sampled_from(["", "船票应为两元。", '<b>{note}</b> & "引号"']),
        ai_label=st.sampled_from(["none", "assisted", "generated"]),
        language=st.sampled_from(["zh-CN", "en-GB", "fr"]),
    ),
    st.booleans(),
    pictures=st.sampled_from(["none", "ours", "ours"]),
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
        *(feed_format(name).render(feed) for name in FEED_FORMATS),
    ]


@settings(deadline=None)
@given(likely | questions)
def test_no_refused_picture_nor_its_caption_is_in_any_output(question: Question):
    clearance = clear(question)
    if clearance.decision != "cleared":
        return
    passed = [one for one in question.article.pictures if one.url in clearance.passed_pictures]
    stays = {one.caption for one in passed}

    _, renditions = outputs(question, clearance)

    for one in question.article.pictures:
        for rendition in renditions if one not in passed else ():
            text = readable(rendition)
            assert one.url not in text
            assert any(one.caption in kept for kept in stays) or one.caption not in text


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
        "disclaimer": article.origin.kind == "reprint",
        "canonical-link": True,
    }
    assert [name for name in marked if name != "picture-credit"] == [name for name in owed if owed[name]]


@settings(deadline=None)
@given(likely, likely)
def test_a_body_that_comes_back_from_one_partner_goes_to_another_as_if_it_were_new(first: Question, second: Question):
    answers = clear(first), clear(second)
    if any(answer.decision != "cleared" for answer in answers):
        return
    back = first.article.model_copy(update={"body_html": outputs(first, answers[0])[0].article.body_html})
    asked = first.model_copy(update={"partner": second.partner, "article": back})

    again, _ = outputs(asked, answers[0])
    fresh, _ = outputs(first.model_copy(update={"partner": second.partner}), answers[0])

    assert again.article.body_html == fresh.article.body_html


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
