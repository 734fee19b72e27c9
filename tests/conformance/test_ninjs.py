"""An article in ninjs holds to IPTC's schema, and carries every statement we owe."""

import json

import pytest
from jsonschema import Draft202012Validator

from syndicate.formats import article_format
from syndicate.model.article import Origin
from tests.golden.formats.samples import (
    LICENCE,
    NOON,
    a_licence,
    a_licensed_story,
    a_mixed_story,
    a_picture,
    a_publisher,
    a_reprint,
    a_reprinted_story,
    a_retraction,
    a_story,
    an_article,
    the_story,
)

CORRECTED = a_story().terms.model_copy(
    update={"correction": "更正（2025年5月6日）：通车日期有误", "licence_text": "须注明来源。"}
)
STORIES = {
    "plain": a_story(),
    "with everything": the_story(),
    "a reprint": a_reprinted_story(),
    "a reprint of which little is known": a_story(a_reprint(origin=Origin(kind="reprint", source="远山日报"))),
    "ours with others' words in it": a_mixed_story(),
    "bare": a_story(an_article(summary="", reporters=(), correspondents=(), keywords=(), editor="")),
    "twenty pictures": a_story(an_article(pictures=tuple(a_picture(n) for n in range(1, 21)))),
    "to a partner under a licence of record": a_licensed_story(an_article(pictures=(a_picture(1),))),
    "under embargo": a_story(an_article(embargo_until=NOON)),
    "corrected under strict terms": a_story(terms=CORRECTED),
    "without text": a_story().model_copy(update={"article": an_article().model_copy(update={"body_html": ""})}),
    "rare and hostile characters": a_story(an_article(body_html="<p>𠀀 ]]> 👩‍🌾</p>", summary="坏\x0b字")),
}


def written(story) -> dict:
    return json.loads(article_format("ninjs").render(story, publisher=a_publisher()).body)


def taken_back(**changes) -> dict:
    return json.loads(article_format("ninjs").retract(a_retraction(**changes), publisher=a_publisher()).body)


@pytest.fixture(scope="module")
def schema(shared_schemas):
    definition = json.loads((shared_schemas / "ninjs-3.1.json").read_text(encoding="utf-8"))
    return Draft202012Validator(definition)


@pytest.mark.parametrize("kind", STORIES)
def test_an_article_holds_to_the_schema(schema, kind):
    assert [error.message for error in schema.iter_errors(written(STORIES[kind]))] == []


@pytest.mark.parametrize("reason", ["通车日期有误", ""])
def test_a_retraction_holds_to_the_schema(schema, reason):
    assert [error.message for error in schema.iter_errors(taken_back(reason=reason))] == []


def test_the_schema_tells_a_property_that_ninjs_does_not_have(schema):
    assert not schema.is_valid(written(a_story()) | {"creditline": "林晓"})


def test_it_says_which_standard_it_follows(schema):
    assert written(a_story())["standard"]["schema"] == schema.schema["$id"]


def test_the_version_is_our_revision():
    assert written(a_story(revision=12))["version"] == "12"


def test_the_body_goes_out_as_it_came_with_its_notices():
    assert written(a_story())["bodies"] == [
        {"role": "main", "value": an_article().body_html, "contentType": "text/html"}
    ]


def test_an_article_without_full_text_says_that_it_is_partial():
    document = written(STORIES["without text"])
    assert (document["representationType"], "bodies" in document) == ("partial", False)


def test_the_byline_names_reporters_and_correspondents_by_their_role():
    assert written(a_story())["by"] == "记者:林晓、周平 通讯员:吴桐"


def test_nobody_named_means_no_byline():
    assert "by" not in written(STORIES["bare"])


def test_the_terms_go_along_in_words_and_as_a_link():
    document = written(a_story())
    assert document["copyrightHolder"] == "柳溪县融媒体中心"
    assert document["copyrightNotice"] == "© 2025 柳溪县融媒体中心"
    assert document["usageTerms"] == "未经书面许可不得转载"
    assert document["rightsInfo"] == {"linkedRights": LICENCE}


def test_a_partner_finds_the_policy_of_its_agreement_and_the_licence_for_people_beside_it():
    document = written(STORIES["to a partner under a licence of record"])
    page = f"https://feeds.example/licence/{a_licence().version}"
    assert document["rightsInfo"] == {
        "langId": "http://www.w3.org/ns/odrl/2/",
        "linkedRights": "https://feeds.example/policies/0123456789ab",
    }
    assert [link["href"] for link in document["trustIndicators"]] == [page]
    assert document["associations"][0]["rightsInfo"] == {"linkedRights": page}


def test_what_must_be_gone_at_an_hour_says_so():
    assert written(STORIES["to a partner under a licence of record"])["expires"] == "2025-06-05T12:00:00+00:00"


def test_a_reprint_links_to_its_own_licence_if_it_told_one():
    story = a_reprinted_story()
    terms = story.terms.model_copy(update={"licence_url": "https://far.example/terms"})
    document = written(story.model_copy(update={"terms": terms}))
    assert document["rightsInfo"] == {"linkedRights": "https://far.example/terms"}


def test_a_reprint_is_held_by_its_source_and_never_under_our_licence():
    document = written(a_reprinted_story())
    assert (document["copyrightHolder"], "rightsInfo" in document) == ("远山日报", False)


def test_a_reprint_keeps_its_original_title_and_author():
    document = written(a_reprinted_story())
    assert ({"role": "original", "value": "山那边的路"} in document["headlines"], document["by"]) == (True, "何远")


def test_ours_with_others_words_in_it_names_both_and_is_never_under_our_licence():
    document = written(a_mixed_story())
    assert (document["copyrightHolder"], "rightsInfo" in document) == ("柳溪县融媒体中心、远山日报", False)
    assert [(one["role"], one["name"]) for one in document["infoSources"]][:2] == [
        ("originator", "柳溪县融媒体中心"),
        ("contributor", "远山日报"),
    ]
    assert document["by"] == written(a_story())["by"]


def test_every_picture_carries_its_own_credit_and_terms():
    pictures = written(STORIES["twenty pictures"])["associations"]
    assert len(pictures) == 20
    for picture in pictures:
        assert picture["by"] == "记者:林晓 摄"
        assert picture["copyrightNotice"] == "© 2025 柳溪县融媒体中心"
        assert picture["usageTerms"] == "未经书面许可不得转载"


def test_a_picture_says_where_its_file_is_and_of_which_type():
    file = written(a_story(an_article(pictures=(a_picture(3),))))["associations"][0]["renditions"][0]
    assert (file["href"], file["contentType"]) == ("https://news.example/img/3.jpg", "image/jpeg")


@pytest.mark.parametrize(
    ("label", "source"),
    [("assisted", "compositeWithTrainedAlgorithmicMedia"), ("generated", "trainedAlgorithmicMedia")],
)
def test_text_made_with_an_ai_is_labelled(label, source):
    document = written(a_story(an_article(ai_label=label)))
    assert document["digitalSourceType"] == {"uri": f"http://cv.iptc.org/newscodes/digitalsourcetype/{source}"}


def test_text_made_by_people_has_no_label():
    assert "digitalSourceType" not in written(a_story())


def test_an_embargo_goes_along_for_those_who_are_bound_to_hold_it():
    assert written(STORIES["under embargo"])["embargoedUntil"] == "2025-05-06T12:00:00+00:00"


def test_without_an_embargo_nothing_is_said_of_one():
    assert "embargoedUntil" not in written(a_story())


def test_a_retraction_is_canceled_under_the_same_name_with_the_reason():
    document = taken_back()
    assert document["uri"] == written(a_story())["uri"]
    assert (document["pubStatus"], document["version"], document["edNote"]) == ("canceled", "8", "通车日期有误")
    assert document["versionCreated"] == "2025-05-07T12:00:00+00:00"


def test_a_retraction_says_what_may_be_done_with_the_copies():
    assert taken_back()["usageTerms"] == a_retraction().notice


def test_a_correction_is_told_to_the_desk_as_well():
    assert written(STORIES["corrected under strict terms"])["edNote"] == "更正（2025年5月6日）：通车日期有误"


def test_nothing_corrected_means_no_word_to_the_desk():
    assert "edNote" not in written(a_story())


def test_what_the_agreement_wants_said_stands_with_the_terms_of_use():
    assert written(STORIES["corrected under strict terms"])["usageTerms"] == "未经书面许可不得转载 须注明来源。"


def test_a_retraction_carries_none_of_the_text():
    assert not taken_back().keys() & {"bodies", "descriptions", "associations", "by"}
