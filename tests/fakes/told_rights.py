"""Reads the rights back out of what each format has written, as a stranger would: only what stands there counts."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree, html

from syndicate.formats import FEED_FORMATS, article_format, whole
from syndicate.model.publisher import Publisher
from syndicate.model.story import Feed, Story

Told = dict[str, Any]
"""What one document says, by question. A format that has no place for a question leaves it out."""

ATOM = "{http://www.w3.org/2005/Atom}"
DC, DCTERMS = "{http://purl.org/dc/elements/1.1/}", "{http://purl.org/dc/terms/}"
MEDIA, RSL = "{http://search.yahoo.com/mrss/}", "{https://rslstandard.org/rsl}"
UNSPECIFIED = "http://purl.org/atompub/license#unspecified"
AI = {"ai-train", "ai-input", "ai-index"}


def from_feed(name: str, feed: Feed) -> Told:
    """What the first entry of a feed says."""
    return FEED_READERS[name](whole(name, feed).body)


def from_article(name: str, story: Story, publisher: Publisher) -> Told:
    """What an article by itself says."""
    return ARTICLE_READERS[name](article_format(name).render(story, publisher=publisher).body)


def permits_every_ai(licence: etree._Element) -> bool:
    """Whether an `rsl:license` lets machines do anything with a text. What it doesn't permit it forbids."""
    words = {kind: set((licence.findtext(f"{RSL}{kind}") or "").split()) for kind in ("permits", "prohibits")}
    spelt = {kind: said | (AI if said & {"all", "ai-all"} else set()) for kind, said in words.items()}
    return spelt["permits"] >= AI and not spelt["prohibits"] & AI


def _atom(body: bytes) -> Told:
    entry = etree.fromstring(body).find(f"{ATOM}entry")
    return _common(entry) | {
        "statement": entry.findtext(f"{ATOM}rights"),
        "is a reprint": entry.find(f"{ATOM}source") is not None,
    }


def _rss(body: bytes) -> Told:
    item = etree.fromstring(body).find("channel/item")
    found = _common(item)
    named = item.findtext(f"{DCTERMS}license")
    assert named == found["licence"], "dcterms:license and the link differ"
    content = item.find(f"{RSL}content")
    if content is not None:
        found |= {
            "is a reprint": False,
            "licence in rsl": content.findtext(f"{RSL}terms"),
            "reserved": not permits_every_ai(content.find(f"{RSL}license")),
        }
    return found | {"statement": item.findtext(f"{DC}rights"), "holder": item.findtext(f"{DCTERMS}rightsHolder")}


def _common(element: etree._Element) -> Told:
    (link,) = element.findall(f"{ATOM}link[@rel='license']")
    pictures = {content.get("url"): content for content in element.findall(f"{MEDIA}content")}
    notices = {url: content.find(f"{MEDIA}copyright") for url, content in pictures.items()}
    return {
        "licence": None if link.get("href") == UNSPECIFIED else link.get("href"),
        "credits": {url: content.findtext(f"{MEDIA}credit") for url, content in pictures.items()},
        "picture notices": {url: None if notice is None else notice.text for url, notice in notices.items()},
        "picture licences": {url: None if notice is None else notice.get("url") for url, notice in notices.items()},
    }


def _json(body: bytes) -> Told:
    item = json.loads(body)["items"][0]["_syndicate"]
    pictures = item.get("pictures", {})
    return {
        "licence": item.get("licence"),
        "version": item.get("licence_version"),
        "statement": f"{item['copyright']} {item['usage']}",
        "copyright": item["copyright"],
        "usage": item["usage"],
        "holder": item.get("holder"),
        "policy": item.get("policy"),
        "expires": item.get("expires"),
        "is a reprint": not item["ours"],
        "reserved": item["tdm_reservation"] == 1,
        "credits": item.get("credits", {}),
        "picture notices": {url: one.get("copyright") for url, one in pictures.items()},
        "picture licences": {url: one.get("licence") for url, one in pictures.items()},
        "picture usages": {url: one.get("usage") for url, one in pictures.items()},
        "picture holders": {url: one.get("holder") for url, one in pictures.items()},
        "picture expiries": {url: one.get("expires") for url, one in pictures.items()},
    }


def _ninjs(body: bytes) -> Told:
    document = json.loads(body)
    rights, pictures = document.get("rightsInfo", {}), {one["uri"]: one for one in document.get("associations", [])}
    pages = [link["href"] for link in document.get("trustIndicators", [])]
    is_policy = "langId" in rights
    return {
        "licence": pages[0] if pages else None if is_policy else rights.get("linkedRights"),
        "policy": rights["linkedRights"] if is_policy else None,
        "statement": f"{document['copyrightNotice']} {document['usageTerms']}",
        "copyright": document["copyrightNotice"],
        "usage": document["usageTerms"],
        "holder": document.get("copyrightHolder"),
        "expires": document.get("expires"),
        "credits": {url: one.get("by") for url, one in pictures.items()},
        "picture notices": {url: one.get("copyrightNotice") for url, one in pictures.items()},
        "picture licences": {url: one.get("rightsInfo", {}).get("linkedRights") for url, one in pictures.items()},
        "picture usages": {url: one.get("usageTerms") for url, one in pictures.items()},
        "picture holders": {url: one.get("copyrightHolder") for url, one in pictures.items()},
        "picture expiries": {url: one.get("expires") for url, one in pictures.items()},
    }


def _schema_org(body: bytes) -> Told:
    return _linked_data(json.loads(body))


def _linked_data(document: Mapping[str, Any]) -> Told:
    pictures = {one["contentUrl"]: one for one in document.get("image", [])}
    return {
        "licence": document.get("license"),
        "policy": document.get("usageInfo"),
        "statement": f"{document['copyrightNotice']} {document['conditionsOfAccess']}",
        "copyright": document["copyrightNotice"],
        "usage": document["conditionsOfAccess"],
        "holder": document.get("copyrightHolder", {}).get("name"),
        "expires": document.get("expires"),
        "is a reprint": "acquireLicensePage" not in document,
        "credits": {url: one.get("creditText") for url, one in pictures.items()},
        "picture notices": {url: one.get("copyrightNotice") for url, one in pictures.items()},
        "picture licences": {url: one.get("license") for url, one in pictures.items()},
        "picture usages": {url: one.get("conditionsOfAccess") for url, one in pictures.items()},
        "picture holders": {url: one.get("copyrightHolder", {}).get("name") for url, one in pictures.items()},
        "picture expiries": {url: one.get("expires") for url, one in pictures.items()},
    }


def _html(body: bytes) -> Told:
    page = html.document_fromstring(body.decode())
    (script,) = page.xpath("//script[@type='application/ld+json']")
    found = _linked_data(json.loads(script.text))
    links = page.xpath("//link[@rel='license']/@href")
    assert (links[0] if links else None) == found["licence"], "the link and the JSON-LD in the page differ"
    assert page.xpath("//meta[@name='copyright']/@content") == [found["copyright"]], "so do their notices"
    return found | {"reserved": page.xpath("//meta[@name='tdm-reservation']/@content") == ["1"]}


FEED_READERS: Mapping[str, Callable[[bytes], Told]] = {"atom": _atom, "rss": _rss, "json": _json}
ARTICLE_READERS: Mapping[str, Callable[[bytes], Told]] = {
    "ninjs": _ninjs,
    "schema-org": _schema_org,
    "html": _html,
}
assert set(FEED_READERS) == set(FEED_FORMATS)


def contradictions(told: Mapping[str, Told]) -> dict[str, dict[str, Any]]:
    """The questions that two documents answer differently: question → document → answer."""
    questions = {question for answers in told.values() for question in answers}
    by_question = {
        question: {name: answers[question] for name, answers in told.items() if question in answers}
        for question in sorted(questions)
    }
    return {
        question: answers
        for question, answers in by_question.items()
        if any(answer != next(iter(answers.values())) for answer in answers.values())
    }
