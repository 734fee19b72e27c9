"""The publisher's own page goes through the real system: our words with their notice, nobody else's pictures."""

import hashlib
import json

from syndicate.markup.text import body_text
from tests.end_to_end.seed import read_page, the_page
from tests.fakes.live import Live
from tests.fakes.partner import FakePartner


def test_partners_get_our_words_with_the_notice_and_no_third_partys_pictures(
    live: Live, partners: dict[str, FakePartner]
) -> None:
    data = read_page(the_page())
    pictures, article_id = data["pictures"], data["id"]
    assert len(pictures) == 10
    event = {
        "specversion": "1.0",
        "id": "seed-1",
        "source": "https://cms.jingshan.example/",
        "type": "article.published",
        "data": data,
    }
    assert live.publish(event)["outcome"] == "accepted"

    captions = {picture["url"]: picture["caption"] for picture in pictures}
    for partner in partners.values():
        (pushed,) = partner.wait_for(lambda seen: len(seen) == 1, timeout_s=30)
        words = json.loads(pushed.body)["bodies"][0]["value"]
        assert words.startswith('<p data-notice="attribution">据今日京山新闻网消息')
        assert "(记者:)" not in words
        text = pushed.body.decode()
        assert "图片来源" not in text
        assert not [url for url in captions if url in text]
        assert _digest(body_text(words)) == _digest(body_text(data["body_html"], captions=captions))

    live.wait_for(lambda: [row.state for row in live.deliveries(article_id)] == ["delivered"] * 3, timeout_s=30)
    for row in live.deliveries(article_id):
        fell_out = {picture.url: picture.reason for picture in live.manifest(row).pictures if not picture.passed}
        assert set(fell_out) == set(captions)
        for url, reason in fell_out.items():
            assert captions[url].partition("图片来源:")[2] in reason


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
