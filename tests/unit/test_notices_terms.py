"""The one record of rights: whose it is, on which terms, until when; and nothing of ours on what isn't ours."""

import pytest

from syndicate.model.article import Permission
from syndicate.model.clearance import Clearance, PictureVerdict
from syndicate.model.licence import addresses
from syndicate.model.story import Terms
from syndicate.notices.compose import compose
from tests.builders import (
    STATE,
    a_licence,
    a_picture,
    a_publisher,
    an_agreement,
    an_article,
    shanghai,
    shipped_wordings,
)

ORGANISATION = a_publisher().organisation
OURS = addresses(a_licence(), page=a_publisher().licence_url, base_url="https://feeds.news.example")
THEIRS = "https://far.example/terms"
REPRINT = {"kind": "reprint", "source": STATE}


def terms(article=None, *, agreement=None, at=OURS) -> Terms:
    article = article or an_article()
    passed = tuple(PictureVerdict(url=one.url, passed=True, reason="") for one in article.pictures)
    clearance = Clearance(decision="cleared", rule="all", reason="", pictures=passed)
    return compose(
        article,
        clearance=clearance,
        agreement=agreement,
        publisher=a_publisher(),
        wording=shipped_wordings().of("zh-CN", None),
        addresses=at,
    ).terms


def picture(article_changes=None, *, agreement=None, **changes):
    one = a_picture(**changes)
    return terms(an_article(pictures=(one,), **(article_changes or {})), agreement=agreement).picture(one.url)


def test_our_own_text_is_held_by_us_and_quotes_the_version_of_our_licence():
    found = terms()

    assert (found.ours, found.holder) == (True, ORGANISATION)
    assert (found.licence_url, found.licence) == (OURS.page, OURS.licence)
    assert found.policy_url == "https://feeds.news.example/policies/public"


def test_a_partner_is_told_the_policy_of_its_own_agreement():
    agreement = an_agreement()

    assert terms(agreement=agreement).policy_url.endswith(f"/policies/{agreement.version}")


def test_without_a_licence_of_record_all_is_as_it_was():
    found = terms(at=None)

    assert found.licence_url == a_publisher().licence_url
    assert (found.licence, found.policy_url) == (None, "")


def test_a_reprint_is_its_sources_and_has_no_licence_of_ours():
    found = terms(an_article(origin=REPRINT, pictures=()))

    assert (found.ours, found.holder, found.licence_url) == (False, STATE, "")
    assert (found.licence, found.policy_url) == (None, "")


def test_a_reprint_has_its_own_licence_where_it_tells_one():
    found = terms(an_article(origin=REPRINT | {"licence": "CC BY 4.0", "licence_url": THEIRS}, pictures=()))

    assert (found.usage, found.licence_url) == ("CC BY 4.0", THEIRS)


@pytest.mark.parametrize(("after_end", "gone_at"), [("keep", None), ("remove", shanghai(2026, 1, 1))])
def test_it_expires_with_an_agreement_that_has_everything_taken_back(after_end, gone_at):
    agreement = an_agreement(ends="2025-12-31", after_end=after_end)

    assert terms(agreement=agreement).expires == gone_at


def test_a_reprint_expires_with_its_permission_or_the_agreement_whichever_is_first():
    rights = Permission(pass_to=("yunfeng",), evidence="函", ends=shanghai(2025, 8, 1)).model_dump()
    article = an_article(origin=REPRINT | {"rights": rights}, pictures=())

    assert terms(article).expires == shanghai(2025, 8, 1)
    ended = an_agreement(ends="2025-06-30", after_end="remove")
    assert terms(article, agreement=ended).expires == shanghai(2025, 7, 1)


def test_our_picture_has_our_licence_and_who_took_it():
    found = picture()

    assert (found.ours, found.holder, found.creator) == (True, ORGANISATION, "顾晓舟")
    assert (found.copyright, found.licence_url) == (f"版权所有：{ORGANISATION}", OURS.page)


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": STATE},
        {"owner": "", "credit_line": f"图片来源:{STATE}", "rights": {"pass_to": ["yunfeng"], "evidence": "函"}},
    ],
)
def test_anothers_picture_has_no_licence_of_ours_and_only_its_credit_for_a_notice(changes):
    found = picture(**{"taken_by": ""} | changes)

    assert (found.ours, found.licence_url, found.usage) == (False, "", "")
    assert (found.copyright, found.holder) == (f"图片来源:{STATE}", changes["owner"])


def test_a_pictures_own_terms_take_the_place_of_ours():
    worded = picture(licence="CC BY 4.0")
    linked = picture(licence="CC BY 4.0", licence_url=THEIRS)

    assert (worded.usage, worded.licence_url) == ("CC BY 4.0", "")
    assert linked.licence_url == THEIRS


def test_in_a_reprint_only_a_picture_that_is_recorded_as_ours_is_ours():
    reprint = {"origin": REPRINT}

    assert picture(reprint).ours is False
    assert picture(reprint, owner=ORGANISATION).ours is True
    assert picture(reprint, owner=ORGANISATION).copyright == f"版权所有：{ORGANISATION}"


def test_a_picture_expires_with_its_lease():
    assert picture(rights={"ends": shanghai(2025, 9, 1)}).expires == shanghai(2025, 9, 1)
