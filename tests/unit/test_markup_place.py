"""What stands where: cleared pictures only, our statements once, and every other word as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.markup.place import Statement, place
from syndicate.markup.sanitise import sanitise
from syndicate.markup.text import body_text, text_of

SITE = "https://paper.example/"
HEAD = "据晨光网消息:(记者:林小满)"
TAIL = (
    Statement("licence", "授权转载,协议编号:甲-1"),
    Statement("canonical-link", "原文链接:https://paper.example/1", "https://paper.example/1"),
)
CREDIT = "记者:林小满 摄"
CAPTIONS = {SITE + "a.jpg": "湖心亭 图片来源:水务局", SITE + "b.jpg": "湖心亭 图片来源:水务局", SITE + "c.jpg": "茶园"}
CREDITS = {SITE + name: CREDIT for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg")}


def placed(html: str, *passed: str, head: str = HEAD, tail=TAIL, credits=CREDITS) -> str:
    return place(html, head=head, tail=tail, passed={SITE + p for p in passed}, captions=CAPTIONS, credits=credits)


def bare(html: str, *passed: str) -> str:
    return placed(html, *passed, head="", tail=(), credits={})


def img(name: str) -> str:
    return f'<img src="{SITE}{name}">'


def test_the_attribution_is_the_first_block_and_the_tail_the_last():
    assert placed("<p>早市开张。</p>") == (
        f'<p data-notice="attribution">{HEAD}</p><p>早市开张。</p>'
        '<p data-notice="licence">授权转载,协议编号:甲-1</p>'
        '<p data-notice="canonical-link">'
        '<a href="https://paper.example/1" rel="noopener">原文链接:https://paper.example/1</a></p>'
    )


def test_bare_text_at_the_beginning_comes_after_the_attribution():
    assert placed("早市<b>开张</b>。", tail=()) == f'<p data-notice="attribution">{HEAD}</p>早市<b>开张</b>。'


def test_words_in_a_statement_are_words_and_never_markup():
    assert "&lt;b&gt;&amp;" in placed("<p>文</p>", head="据<b>&消息", tail=())


# Pictures


def test_a_picture_that_nobody_passed_goes_with_its_paragraph():
    assert bare(f"<p>甲</p><p>{img('x.jpg')}</p><p>乙</p>") == "<p>甲</p><p>乙</p>"


def test_a_refused_picture_takes_its_caption_along():
    body = f"<p>甲</p><p>{img('a.jpg')}</p><p>湖心亭\u3000图片来源:水务局</p><p>乙</p>"
    assert bare(body) == "<p>甲</p><p>乙</p>"


def test_a_caption_in_the_same_paragraph_goes_too():
    assert bare(f"<p>甲</p><p>{img('a.jpg')}<br>湖心亭 图片来源:水务局</p>") == "<p>甲</p>"


def test_a_caption_broken_into_two_lines_goes_too():
    assert bare(f"<p>{img('a.jpg')}</p><p>湖心亭</p><p>图片来源:水务局</p><p>乙</p>") == "<p>乙</p>"


def test_a_caption_with_markup_inside_goes_whole():
    assert bare(f"<p>{img('a.jpg')}</p><p><strong>湖心亭</strong> 图片来源:水务局</p><p>乙</p>") == "<p>乙</p>"


def test_a_shared_caption_stays_while_one_of_its_pictures_stays():
    body = f"<p>{img('a.jpg')}</p><p>{img('b.jpg')}</p><p>湖心亭 图片来源:水务局</p>"
    assert bare(body, "b.jpg") == f"<p>{img('b.jpg')}</p><p>湖心亭 图片来源:水务局</p>"


def test_a_shared_caption_goes_with_the_last_of_its_pictures():
    assert bare(f"<p>{img('a.jpg')}</p><p>{img('b.jpg')}</p><p>湖心亭 图片来源:水务局</p><p>乙</p>") == "<p>乙</p>"


def test_a_picture_beside_it_with_another_caption_does_not_keep_the_caption():
    body = f"<p>{img('c.jpg')}</p><p>{img('a.jpg')}</p><p>湖心亭 图片来源:水务局</p>"
    assert bare(body, "c.jpg") == f"<p>{img('c.jpg')}</p>"


def test_the_same_words_elsewhere_in_the_text_are_no_caption():
    body = f"<p>茶园</p><p>{img('c.jpg')}</p><p>采茶正忙。</p><p>茶园</p>"
    assert bare(body) == "<p>茶园</p><p>采茶正忙。</p><p>茶园</p>"


def test_a_caption_is_taken_once_and_the_text_that_repeats_it_stays():
    assert bare(f"<p>{img('c.jpg')}</p><p>茶园</p><p>茶园</p>") == "<p>茶园</p>"


def test_a_space_that_holds_words_together_stays_one():
    assert bare("<p>第&nbsp;3&nbsp;天</p>") == "<p>第&nbsp;3&nbsp;天</p>"


def test_a_figure_goes_whole_when_its_picture_goes():
    assert bare(f"<p>甲</p><figure>{img('x.jpg')}<figcaption>谁也没记录</figcaption></figure>") == "<p>甲</p>"


def test_a_figure_caption_stays_while_a_picture_is_left_in_it():
    body = f"<figure>{img('x.jpg')}{img('c.jpg')}<figcaption>茶园</figcaption></figure>"
    assert bare(body, "c.jpg") == f"<figure>{img('c.jpg')}<figcaption>茶园</figcaption></figure>"


def test_a_link_around_a_refused_picture_goes_with_it():
    assert bare(f'<p>甲</p><div><a href="{SITE}x.jpg">{img("x.jpg")}</a></div>') == "<p>甲</p>"


def test_a_link_to_a_refused_picture_becomes_plain_words():
    assert bare(f'<p><a href="{SITE}a.jpg">看大图</a></p>') == "<p>看大图</p>"


def test_another_size_that_nobody_passed_is_not_offered():
    body = f'<p><img src="{SITE}c.jpg" srcset="{SITE}c.jpg 1x, {SITE}x.jpg 2x"></p>'
    assert bare(body, "c.jpg") == f"<p>{img('c.jpg')}</p>"


def test_sizes_that_are_all_passed_stay():
    body = f'<p><img src="{SITE}c.jpg" srcset="{SITE}c.jpg 1x, {SITE}d.jpg 2x"></p>'
    assert bare(body, "c.jpg", "d.jpg") == body


def test_a_picture_amid_words_leaves_the_words():
    assert bare(f"<p>前{img('x.jpg')}后</p>") == "<p>前后</p>"


def test_words_on_two_sides_of_a_picture_block_do_not_run_together():
    assert bare(f"前<p>{img('x.jpg')}</p>后") == "前<br>后"


# Films


def film(name: str, *sources: str, poster: str = "") -> str:
    own = f' src="{SITE}{name}"' if name else ""
    shown = f' poster="{SITE}{poster}"' if poster else ""
    return f'<video controls=""{own}{shown}>' + "".join(f'<source src="{SITE}{one}">' for one in sources) + "</video>"


def test_a_film_that_nobody_passed_goes_with_its_caption():
    assert bare(f"<p>甲</p><p>{film('c.jpg')}</p><p>茶园</p><p>乙</p>") == "<p>甲</p><p>乙</p>"


def test_a_film_goes_with_a_caption_that_is_declared_for_any_of_its_sources():
    assert bare(f"<p>甲</p><figure>{film('', 'x.webm', 'c.jpg')}</figure><p>茶园</p>") == "<p>甲</p>"


def test_a_film_stays_with_the_addresses_that_were_passed():
    body = f"<p>{film('x.webm', 'c.jpg', 'd.jpg', poster='b.jpg')}</p><p>茶园</p>"
    assert bare(body, "c.jpg") == f"<p>{film('', 'c.jpg')}</p><p>茶园</p>"


def test_a_poster_that_was_passed_stays():
    body = f"<p>{film('c.jpg', poster='b.jpg')}</p>"
    assert bare(body, "c.jpg", "b.jpg") == body


def test_a_film_carries_its_credit():
    assert placed(f"<p>{film('c.jpg')}</p>", "c.jpg", head="", tail=()) == (
        f'<p>{film("c.jpg")}</p><p data-notice="picture-credit">{CREDIT}</p>'
    )


# Placeholders

WORDS_INSTEAD = "(此处图片未获授权)"


def replaced(html: str, *passed: str) -> str:
    instead = {SITE + name: WORDS_INSTEAD for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg") if name not in passed}
    return place(
        html,
        head="",
        tail=(),
        passed={SITE + p for p in passed},
        captions=CAPTIONS,
        credits=CREDITS,
        replaced=instead,
        placeholders=[WORDS_INSTEAD],
    )


STAND_IN = f'<p data-notice="picture-placeholder">{WORDS_INSTEAD}</p>'
WITHIN = f'<span data-notice="picture-placeholder">{WORDS_INSTEAD}</span>'


def test_a_placeholder_stands_where_a_picture_fell_out_without_its_caption():
    body = f"<p>甲</p><p>{img('a.jpg')}</p><p>湖心亭 图片来源:水务局</p><p>乙</p>"
    assert replaced(body) == f"<p>甲</p>{STAND_IN}<p>乙</p>"


def test_in_the_place_of_a_figure_too():
    body = f"<p>甲</p><figure><p>{img('a.jpg')}</p><figcaption>湖心亭</figcaption></figure><p>乙</p>"
    assert replaced(body) == f"<p>甲</p>{STAND_IN}<p>乙</p>"


def test_a_shared_caption_stays_beneath_the_picture_that_stays():
    body = f"<p>{img('a.jpg')}</p><p>{img('d.jpg')}{img('b.jpg')}</p><p>湖心亭 图片来源:水务局</p>"
    shown = replaced(body, "b.jpg")
    assert shown.startswith(f"{STAND_IN}<p>{WITHIN}{img('b.jpg')}")
    assert shown.endswith("<p>湖心亭 图片来源:水务局</p>")


def test_amid_words_it_stands_within_the_line():
    assert replaced(f"<p>前{img('a.jpg')}后</p>") == f"<p>前{WITHIN}后</p>"


def test_two_in_one_paragraph_are_two_blocks():
    assert replaced(f"<div><p>{img('a.jpg')}{img('c.jpg')}</p></div>") == STAND_IN + STAND_IN


def test_what_nobody_declared_is_not_replaced():
    assert replaced(f"<p>甲</p><p>{img('x.jpg')}</p>") == "<p>甲</p>"


def test_a_placeholder_is_a_line_of_the_plain_text():
    assert text_of(replaced(f"<p>甲</p><p>{img('a.jpg')}</p><p>乙</p>")) == f"甲\n{WORDS_INSTEAD}\n乙"


def test_placeholders_are_gone_where_none_are_wanted():
    assert bare(replaced(f"<p>甲</p><p>{img('a.jpg')}</p>")) == "<p>甲</p>"


# Credits


def test_a_passed_picture_carries_its_credit_before_its_caption():
    body = f"<p>{img('c.jpg')}</p><p>茶园</p>"
    assert placed(body, "c.jpg", head="", tail=()) == (
        f'<p>{img("c.jpg")}</p><p data-notice="picture-credit">{CREDIT}</p><p>茶园</p>'
    )


def test_in_a_figure_the_credit_stands_in_the_caption():
    body = f"<figure>{img('c.jpg')}<figcaption>茶园</figcaption></figure>"
    assert placed(body, "c.jpg", head="", tail=()) == (
        f"<figure>{img('c.jpg')}<figcaption>茶园"
        f'<span data-notice="picture-credit"> {CREDIT}</span></figcaption></figure>'
    )


def test_a_picture_amid_words_has_its_credit_right_behind_it():
    assert placed(f"<p>前{img('c.jpg')}后</p>", "c.jpg", head="", tail=()) == (
        f'<p>前{img("c.jpg")}<span data-notice="picture-credit">{CREDIT}</span>后</p>'
    )


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{img('c.jpg')}</p><p>茶园 {CREDIT}</p>",
        f"<figure>{img('c.jpg')}<figcaption>茶园({CREDIT})</figcaption></figure>",
        f"<p>{img('c.jpg')}<br>{CREDIT}</p>",
    ],
    ids=["line below", "figure", "same paragraph"],
)
def test_a_credit_that_can_be_read_already_is_not_said_twice(body):
    assert placed(body, "c.jpg", head="", tail=()) == body


def test_a_credit_under_the_picture_before_is_not_this_picture_s():
    body = f"<p>{img('c.jpg')}</p><p>{CREDIT}</p><p>{img('d.jpg')}</p><p>采茶正忙。</p>"
    assert placed(body, "c.jpg", "d.jpg", head="", tail=()).count(CREDIT) == 2


# Again, and on the way back


def test_placing_again_adds_nothing():
    once = placed(f"<p>甲</p><p>{img('c.jpg')}</p><p>茶园</p>", "c.jpg")
    assert placed(once, "c.jpg") == once


def test_a_corrected_attribution_takes_the_old_one_s_place():
    once = placed("<p>甲</p>", head="据晨光网消息:", tail=())
    assert placed(once, tail=()) == f'<p data-notice="attribution">{HEAD}</p><p>甲</p>'


def test_statements_that_lost_their_marker_are_not_doubled():
    once = placed("<p>甲</p>")
    stripped = once.replace(' data-notice="attribution"', "").replace(' data-notice="licence"', "")
    assert placed(stripped.replace(' data-notice="canonical-link"', "")) == once


def test_a_paragraph_that_begins_with_the_attribution_keeps_it_and_gets_no_second():
    body = f"<p>{HEAD}早市开张。</p>"
    assert placed(body, tail=()) == body


def test_an_attribution_further_down_does_not_count():
    assert placed(f"<p>甲</p><p>{HEAD}</p>", tail=()).count(HEAD) == 2


def test_the_result_is_clean_html_in_the_same_spelling():
    once = placed(f'<p>&amp;&nbsp;"<{"b"}>字</b></p><p>{img("c.jpg")}</p>', "c.jpg")
    assert sanitise(once, base_url=SITE) == once


@pytest.mark.timeout(60)
def test_hostile_nesting_is_placed_too():
    assert placed("<div>" * 10_000 + "字").startswith(f'<p data-notice="attribution">{HEAD}</p>')


# Words


def test_text_has_a_line_for_each_block():
    assert text_of("<h2>题</h2><p>甲 \n 乙<br>丙</p><ul><li>丁</li><li></li></ul>戊") == "题\n甲 乙\n丙\n丁\n戊"


def test_the_body_s_text_is_without_notices_and_captions():
    html = placed(f"<p>甲</p><p>{img('c.jpg')}</p><p>茶园</p><p>乙</p>", "c.jpg")
    assert body_text(html, captions=CAPTIONS) == "甲\n乙"


WORDS = st.text("山水晨光一二三,。ABCabc123 \u3000&<\"'", max_size=6)
NAMES = st.sampled_from(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "x.jpg"])


def _escape(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


PLAIN = WORDS.map(_escape)
FILM = st.builds(lambda name, source: film(name, source, poster="p.jpg"), NAMES, NAMES)
PICTURE = st.one_of(NAMES.map(img), NAMES.map(img), FILM)
CAPTION = st.sampled_from(["<p>湖心亭 图片来源:水务局</p>", "<p>茶园</p>", "<div><em>茶园</em></div>"])
INLINE = st.one_of(PLAIN, PICTURE, PLAIN.map("<b>{}</b>".format), st.just("<br>"))
INSIDE = st.lists(INLINE, max_size=4).map("".join)
BLOCK = st.one_of(
    *(INSIDE.map(f"<{tag}>{{}}</{tag}>".format) for tag in ("p", "div", "h2", "blockquote", "span", "a")),
    st.tuples(PICTURE, CAPTION).map(lambda pair: f"<p>{pair[0]}</p>{pair[1]}"),
    st.tuples(PICTURE, INSIDE).map(lambda pair: f"<figure>{pair[0]}<figcaption>{pair[1]}</figcaption></figure>"),
    st.lists(INSIDE, min_size=1, max_size=3).map(lambda cells: "<ul><li>" + "</li><li>".join(cells) + "</li></ul>"),
    st.tuples(INSIDE, INSIDE).map(lambda two: f"<table><tr><td>{two[0]}</td><td>{two[1]}</td></tr></table>"),
    st.sampled_from([f"<p>{HEAD}</p>", f"<p>{HEAD}早</p>", f"<p>{TAIL[0].text}</p>", "<hr>"]),
    INLINE,
)
BODIES = st.lists(BLOCK, max_size=7).map("".join)
PASSED = st.sets(NAMES)


@given(BODIES, PASSED)
def test_placing_twice_is_placing_once(body, passed):
    once = placed(body, *passed)
    assert placed(once, *passed) == once


@given(BODIES, PASSED)
def test_replacing_twice_is_replacing_once(body, passed):
    once = replaced(body, *passed)
    assert replaced(once, *passed) == once


@given(BODIES, PASSED)
def test_placeholders_change_no_other_word_and_are_clean(body, passed):
    result = replaced(body, *passed)
    assert body_text(result, captions=CAPTIONS) == body_text(body, captions=CAPTIONS)
    assert sanitise(result, base_url=SITE) == result


@given(BODIES, PASSED)
def test_no_refused_picture_is_left_anywhere(body, passed):
    result = placed(body, *passed) + replaced(body, *passed)
    assert SITE + "p.jpg" not in result
    assert not [name for name in {"a.jpg", "b.jpg", "c.jpg", "d.jpg", "x.jpg"} - passed if SITE + name in result]


@given(BODIES, PASSED)
def test_what_is_placed_is_clean(body, passed):
    result = placed(body, *passed)
    assert sanitise(result, base_url=SITE) == result


@given(BODIES, PASSED)
def test_no_other_word_changes(body, passed):
    body = body.replace(HEAD, "").replace(TAIL[0].text, "")
    assert body_text(placed(body, *passed), captions=CAPTIONS) == body_text(body, captions=CAPTIONS)


@pytest.mark.parametrize(
    "body",
    [
        f"1<span> <img src='{SITE}x.jpg'></span>1",
        f"1<i> <b> <img src='{SITE}x.jpg'></b></i> 1",
        f"1<a><img src='{SITE}x.jpg'></a>1",
    ],
)
def test_the_space_in_what_goes_with_a_picture_goes_on_to_keep_words_apart(body):
    assert body_text(placed(body), captions=CAPTIONS) == body_text(body, captions=CAPTIONS)
