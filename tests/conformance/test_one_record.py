"""No two of them contradict each other (RFC 4946 §2.5): every format, header and policy tells the same rights."""

import json

import pytest
from lxml import etree

from syndicate.formats import ARTICLE_FORMATS, FEED_FORMATS, odrl, rsl, tdmrep
from syndicate.ledger.articles import Head, Revision
from syndicate.model.clearance import Clearance, PictureVerdict
from syndicate.model.story import Feed, FeedDefinition, PictureRights
from syndicate.pipeline.writing import write_story
from tests.builders import (
    NOON,
    OWN,
    STATE,
    a_licence,
    a_newsroom,
    a_picture,
    an_agreement,
    an_article,
    shanghai,
)
from tests.fakes.told_rights import ARTICLE_READERS, contradictions, from_article, from_feed, permits_every_ai

THEIR_TERMS = "https://far.example/terms"
CC = "https://creativecommons.org/licenses/by/4.0/"
MINE = "http://www.w3.org/ns/tdmrep#mine"
MIXED = (
    a_picture("ours"),
    a_picture("recorded", owner=OWN, taken_by=""),
    a_picture("theirs", owner=STATE, taken_by="", rights={"pass_to": ["yunfeng"], "evidence": "函"}),
    a_picture(
        "unrecorded",
        taken_by="",
        caption=f"晨雾 图片来源:{STATE}",
        credit_line=f"图片来源:{STATE}",
        rights={"pass_to": ["yunfeng"], "evidence": "函", "ends": shanghai(2025, 8, 1)},
    ),
    a_picture("worded", licence="仅限本次使用"),
    a_picture("linked", licence="CC BY 4.0", licence_url=CC),
)


def reprint(**origin):
    told = {"kind": "reprint", "source": STATE, "original_title": "雾", "original_author": "何远"}
    return an_article(origin=told | origin, pictures=(a_picture("ours", owner=OWN), a_picture("not-said", taken_by="")))


ENDS = an_agreement(ends="2025-12-31", after_end="remove")
CASES = {
    "to the public": (an_article(), None),
    "to a partner": (an_article(), an_agreement()),
    "to a partner until its agreement ends": (an_article(), ENDS),
    "with mixed pictures": (an_article(pictures=MIXED), an_agreement(pictures="cleared")),
    "with mixed pictures, to the public": (an_article(pictures=MIXED), None),
    "a reprint": (reprint(original_url="https://far.example/1"), an_agreement(reprints="cleared")),
    "a reprint of which little is known": (reprint(original_author=""), an_agreement(reprints="cleared")),
    "a reprint with its own licence": (reprint(licence="CC BY 4.0", licence_url=CC), an_agreement()),
    "a reprint with terms of its own in words": (reprint(licence="仅限本次转载"), an_agreement()),
    "a reprint whose permission ends": (
        reprint(rights={"pass_to": ["yunfeng"], "evidence": "函", "ends": shanghai(2025, 8, 1)}),
        ENDS,
    ),
}
RECORDS = {"a licence of record": a_licence(), "none": None}


def written(article, agreement, *, licence):
    """The story as the pipeline writes it, and its manifest."""
    newsroom = a_newsroom(licence=licence)
    passed = tuple(PictureVerdict(url=one.url, passed=True, reason="") for one in article.pictures)
    head = Head(
        id=article.id,
        uri=newsroom.publisher.tag_uri(article.id),
        revision=1,
        planned_revision=0,
        plans=0,
        plan_due_at=None,
        version=1,
        withdrawn=False,
        final=False,
        first_published=NOON,
    )
    revision = Revision(
        article_id=article.id, revision=1, kind="published", updated=NOON, recorded_at=NOON, data=article
    )
    clearance = Clearance(decision="cleared", rule="all", reason="", pictures=passed)
    story, manifest = write_story(head, revision, clearance=clearance, agreement=agreement, newsroom=newsroom)
    return story, manifest, newsroom


def a_feed(story, newsroom) -> Feed:
    """A feed that is served where its articles are read, so that it may carry RSL."""
    definition = FeedDefinition(id="all", title="全部", description="全部", audience="public", body=True)
    return Feed(
        definition=definition,
        publisher=newsroom.publisher,
        base_url="https://news.example",
        changed=NOON,
        stories=(story,),
        licence=newsroom.licence,
    )


def told_by_all(story, newsroom, *, instead=None):
    """What every format says of a story; `instead` gives one of them, by name, another story to write."""
    of = lambda name: (instead or {}).get(name, story)  # noqa: E731
    feeds = {name: from_feed(name, a_feed(of(name), newsroom)) for name in FEED_FORMATS}
    return feeds | {name: from_article(name, of(name), newsroom.publisher) for name in ARTICLE_FORMATS}


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("case", CASES)
def test_every_format_says_the_same(case, record):
    article, agreement = CASES[case]
    story, manifest, newsroom = written(article, agreement, licence=RECORDS[record])

    told = told_by_all(story, newsroom)
    told["the manifest"] = {
        "licence": manifest.licence_url or None,
        "usage": manifest.licence,
        "policy": manifest.policy_url or None,
    }

    assert contradictions(told) == {}


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("case", CASES)
def test_what_is_not_ours_is_under_no_licence_of_ours_anywhere(case, record):
    article, agreement = CASES[case]
    story, _, newsroom = written(article, agreement, licence=RECORDS[record])
    page = newsroom.addresses.page

    for name, told in told_by_all(story, newsroom).items():
        if article.origin.kind == "reprint":
            assert told["licence"] in {None, CC}, name
            assert told.get("policy") is None, name
            assert told.get("holder", STATE) == STATE, name
        else:
            assert told["licence"] == page, name
        for url, licence in told["picture licences"].items():
            owned = "/ours" in url or "/recorded" in url or "/ferry" in url or "/river" in url
            own_terms = "/linked" in url or "/worded" in url
            wanted = page if owned else CC if "/linked" in url else None
            assert licence == wanted, (name, url)
            assert owned or own_terms or not told["picture notices"][url].startswith("版权所有"), (name, url)


def test_it_is_said_until_when_by_all_that_can_say_so():
    story, _, newsroom = written(*CASES["to a partner until its agreement ends"], licence=a_licence())

    said = {name: told["expires"] for name, told in told_by_all(story, newsroom).items() if "expires" in told}

    assert said == dict.fromkeys(["json", *ARTICLE_READERS], "2025-12-31T16:00:00+00:00")


# That the readers above would notice


BREAKS = {
    "licence": {"licence_url": "https://wrong.example/"},
    "copyright": {"copyright": "版权归别人"},
    "usage": {"usage": "随便用"},
    "holder": {"holder": "别人"},
    "policy": {"policy_url": "https://wrong.example/"},
    "expires": {"expires": shanghai(2030, 1, 1)},
    "reserved": {"reserves_mining": False},
    "credits": {"credits": dict.fromkeys([one.url for one in MIXED], "别人 摄")},
    "pictures": {
        "pictures": {
            one.url: PictureRights(holder="别人", copyright="别人", usage="随便用", licence_url=CC, expires=NOON)
            for one in MIXED
        }
    },
}
PLACES = {
    "atom": {"licence", "copyright", "usage", "credits", "pictures"},
    "rss": {"licence", "copyright", "usage", "holder", "credits", "pictures"},
    "json": set(BREAKS),
    "ninjs": set(BREAKS) - {"reserved"},
    "schema-org": set(BREAKS) - {"reserved"},
    "html": set(BREAKS),
}


@pytest.mark.parametrize("what", BREAKS)
@pytest.mark.parametrize("name", PLACES)
def test_one_format_that_says_something_else_is_noticed(name, what):
    agreement = an_agreement(ends="2025-12-31", after_end="remove", pictures="cleared")
    story, _, newsroom = written(an_article(pictures=MIXED), agreement, licence=a_licence())
    broken = story.model_copy(update={"terms": story.terms.model_copy(update=BREAKS[what])})

    found = contradictions(told_by_all(story, newsroom, instead={name: broken}))

    assert bool(found) is (what in PLACES[name])


@pytest.mark.parametrize("name", PLACES)
def test_one_format_that_takes_a_reprint_for_ours_is_noticed(name):
    story, _, newsroom = written(*CASES["a reprint"], licence=a_licence())
    ours, _, _ = written(an_article(pictures=()), an_agreement(), licence=a_licence())
    broken = story.model_copy(update={"terms": ours.terms})

    assert contradictions(told_by_all(story, newsroom, instead={name: broken}))


# What is said of everything, to machines


LICENCES = {
    "search only": {"permits": ["search"], "prohibits": ["ai-all"]},
    "nothing": {"permits": [], "prohibits": []},
    "nothing, in so many words": {"permits": [], "prohibits": ["all"]},
    "training but no more": {"permits": ["search", "ai-train"], "prohibits": ["ai-input", "ai-index"]},
    "every ai": {"permits": ["ai-all"], "prohibits": []},
    "everything": {"permits": ["all"], "prohibits": []},
    "every ai but no search": {"permits": ["ai-train", "ai-input", "ai-index"], "prohibits": ["search"]},
}


@pytest.mark.parametrize(
    ("kind", "reserved"),
    [(kind, kind not in {"every ai", "everything", "every ai but no search"}) for kind in LICENCES],
)
def test_mining_is_reserved_everywhere_or_nowhere(kind, reserved):
    licence = a_licence(**LICENCES[kind])
    story, _, newsroom = written(an_article(), an_agreement(), licence=licence)
    found = newsroom.addresses
    publisher = newsroom.publisher

    told = {name: told["reserved"] for name, told in told_by_all(story, newsroom).items() if "reserved" in told}
    told["headers"] = tdmrep.headers(found)["tdm-reservation"] == "1"
    told["tdmrep.json"] = json.loads(tdmrep.statement(found))[0]["tdm-reservation"] == 1
    document = etree.fromstring(rsl.document(licence, publisher=publisher, addresses=found).body)
    told["license.xml"] = not permits_every_ai(document[0][0])
    (mining,) = json.loads(tdmrep.offer(publisher=publisher, addresses=found).body)["permission"]
    told["public policy"] = mining.get("duty") == [{"action": "obtainConsent"}]
    agreed = odrl.agreement_policy(
        an_agreement(), uid="u", assignee=("a", "b"), publisher=publisher, addresses=found, attribution=""
    )
    told["agreement's policy"] = {"action": MINE} in json.loads(agreed.body).get("prohibition", [])

    assert told == dict.fromkeys(
        ["rss", "json", "html", "headers", "tdmrep.json", "license.xml", "public policy", "agreement's policy"],
        reserved,
    )


def test_every_place_names_the_same_page_and_policy():
    story, _, newsroom = written(an_article(), None, licence=a_licence())
    found, publisher = newsroom.addresses, newsroom.publisher

    document = etree.fromstring(rsl.document(a_licence(), publisher=publisher, addresses=found).body)
    offer = json.loads(tdmrep.offer(publisher=publisher, addresses=found).body)
    agreed = odrl.agreement_policy(
        an_agreement(), uid="u", assignee=("a", "b"), publisher=publisher, addresses=found, attribution=""
    )
    told = told_by_all(story, newsroom)

    pages = {one["licence"] for one in told.values()} | {
        told["rss"]["licence in rsl"],
        offer["assigner"]["vcard:hasURL"],
    }
    pages |= {document[0].findtext("{*}terms"), json.loads(agreed.body)["dcterms:license"]}
    policies = {one["policy"] for one in told.values() if "policy" in one} | {offer["uid"]}
    policies |= {tdmrep.headers(found)["tdm-policy"], json.loads(tdmrep.statement(found))[0]["tdm-policy"]}
    assert (pages, policies) == ({found.page}, {found.policy()})
