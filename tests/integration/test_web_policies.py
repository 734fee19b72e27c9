"""Whose policy may be read by whom, and of which agreement?"""

import pytest

from tests.fakes.web_newsroom import BASE, PARTNERS, a_newsroom, basic
from tests.integration.test_web_licence import LICENCE


@pytest.fixture
def newsroom(tmp_path):
    with a_newsroom(tmp_path, licence=LICENCE) as newsroom:
        yield newsroom


@pytest.fixture
def version(newsroom) -> str:
    return newsroom.system.newsroom.directory.partner("chenbao").agreements[0].version


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_a_partner_reads_its_own_under_the_address_that_articles_quote_and_under_its_full_one(newsroom, version):
    token = newsroom.token("feeds:read", partner_id="chenbao")

    quoted = newsroom.get(f"/policies/{version}", **bearer(token))
    full = newsroom.get(f"/policies/chenbao/{version}", **bearer(token))

    assert (quoted.status, full.status) == (200, 200)
    assert quoted.body == full.body
    assert full.headers["content-type"] == "application/ld+json"
    assert full.headers["cache-control"].startswith("private")
    assert full.json["uid"] == f"{BASE}/policies/chenbao/{version}"
    assert full.json["assignee"]["vcard:fn"] == "江北晨报"
    assert full.json["permission"][0]["duty"][0]["dcterms:description"] == "据湖畔新闻网消息:(记者:XXX)"


def test_the_token_is_taken_as_a_feeds_is(newsroom, version):
    token = newsroom.token("feeds:read", partner_id="chenbao")

    assert newsroom.get(f"/policies/{version}?token={token}").status == 200
    assert newsroom.get(f"/policies/{version}", authorization=basic("x", token)).status == 200


def test_our_own_systems_read_any_by_its_full_address(newsroom, version):
    token = newsroom.token("events:write")

    assert newsroom.get(f"/policies/chenbao/{version}", **bearer(token)).status == 200
    assert newsroom.get(f"/policies/{version}", **bearer(token)).status == 403


def test_nobody_reads_anothers(newsroom, version):
    token = newsroom.token("feeds:read", partner_id="wanbao")

    assert newsroom.get(f"/policies/chenbao/{version}", **bearer(token)).status == 403
    assert newsroom.get(f"/policies/{version}", **bearer(token)).status == 404


@pytest.mark.parametrize("path", ["chenbao/{version}", "nobody/{version}", "{version}", "chenbao/0123456789ab"])
def test_without_a_token_the_answer_is_the_same_whether_or_not_there_is_one(newsroom, version, path):
    answer = newsroom.get(f"/policies/{path.format(version=version)}")

    assert (answer.status, "www-authenticate" in answer.headers) == (401, True)
    assert answer.json["detail"] == "an agreement's policy needs that partner's token"


@pytest.mark.parametrize("version", ["0123456789ab", "%00", "x" * 12])
def test_a_version_that_never_was_is_not_found(newsroom, version):
    token = newsroom.token("events:write")

    assert newsroom.get(f"/policies/chenbao/{version}", **bearer(token)).status == 404
    assert newsroom.get(f"/policies/%00/{version}", **bearer(token)).status == 404


def test_a_former_agreements_policy_is_kept(newsroom, version, tmp_path, monkeypatch):
    newsroom.published()
    later = PARTNERS | {"chenbao": PARTNERS["chenbao"].replace("HP-1", "HP-9")}
    monkeypatch.setattr("tests.fakes.web_newsroom.PARTNERS", later)

    with a_newsroom(tmp_path / "later", licence=LICENCE, ledger=newsroom) as renewed:
        token = renewed.token("feeds:read", partner_id="chenbao")
        now = renewed.system.newsroom.directory.partner("chenbao").agreements[0].version

        assert renewed.get(f"/policies/{version}", **bearer(token)).json["dcterms:identifier"] == "HP-1"
        assert renewed.get(f"/policies/{now}", **bearer(token)).json["dcterms:identifier"] == "HP-9"


def test_everybody_reads_the_public_one(newsroom):
    answer = newsroom.get("/policies/public")

    assert (answer.status, answer.headers["content-type"]) == (200, "application/ld+json")
    assert (answer.json["@type"], answer.json["uid"]) == ("Offer", f"{BASE}/policies/public")


def test_without_a_licence_of_record_there_is_no_public_one(tmp_path):
    with a_newsroom(tmp_path) as plain:
        assert plain.get("/policies/public").status == 404
