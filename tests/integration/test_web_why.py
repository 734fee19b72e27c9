"""Why has each partner an article, or hasn't: the same over HTTP as in the shell."""

import pytest

from tests.fakes.web_newsroom import a_newsroom


@pytest.fixture
def newsroom(tmp_path):
    with a_newsroom(tmp_path) as newsroom:
        yield newsroom


def asked(newsroom, path: str, scope: str = "events:write"):
    return newsroom.get(path, authorization=f"Bearer {newsroom.token(scope)}")


def test_every_partner_is_answered_rule_by_rule(newsroom):
    newsroom.published()

    answer = asked(newsroom, "/why/hp-1")

    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    audiences = [one["audience"] for one in answer.json["explanations"]]
    assert "chenbao" in audiences
    assert {one["rule"] for one in answer.json["rules"]["chenbao"]} >= {
        "term",
        "origin",
        "listed",
        "quota",
        "territory",
    }


def test_one_partner_can_be_asked_about(newsroom):
    newsroom.published()

    answer = asked(newsroom, "/why/hp-1?partner=chenbao")

    assert [one["audience"] for one in answer.json["explanations"]] == ["chenbao"]
    assert list(answer.json["rules"]) == ["chenbao"]


def test_what_we_were_never_told_of_is_not_found(newsroom):
    assert asked(newsroom, "/why/nothing").status == 404


def test_nobody_asks_without_a_token_or_with_a_partners(newsroom):
    assert newsroom.get("/why/hp-1").status == 401
    assert (
        newsroom.get("/why/hp-1", authorization=f"Bearer {newsroom.token('feeds:read', partner_id='chenbao')}").status
        == 403
    )
