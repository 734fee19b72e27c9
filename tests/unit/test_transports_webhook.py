"""What does a webhook send, and what does it make of each answer? The door is a fake: nothing leaves."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.delivery import LONGEST_RETRY_AFTER_S, Parcel
from syndicate.transports.answers import excerpt, meaning, receipt, retry_after_s
from syndicate.transports.errors import DestinationMisconfigured
from syndicate.transports.http import Answer, Get, Post
from syndicate.transports.keys import keys_of
from syndicate.transports.pages import Pages
from syndicate.transports.signature import verify
from syndicate.transports.webhook import Webhook, WebhookSettings
from tests.builders import a_destination

SECRET = "whsec_" + "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5"
NOW = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
URL = "https://hezuo.example/tuisong?token=mimamima&a=1"


@dataclass
class ADoor:
    answer: Answer
    posts: list[Post] = field(default_factory=list)
    gets: list[Get] = field(default_factory=list)

    def post(self, post):
        self.posts.append(post)
        return self.answer

    def get(self, get):
        self.gets.append(get)
        return self.answer


def an_answer(status=200, *, headers=None, body=b"", duration_s=0.0):
    return Answer(status=status, headers=headers or {}, body=body, duration_s=duration_s)


def a_parcel(action="publish"):
    return Parcel(
        delivery_id="d_abc",
        destination_id="h/push",
        action=action,
        media_type="application/json; charset=utf-8",
        body='{"标题": "湖边步道开放"}'.encode(),
        at=NOW,
    )


def sent(answer=None, *, action="publish", secret=lambda name: SECRET, **settings):
    door = ADoor(answer or an_answer())
    told = WebhookSettings(url=URL, secret="hezuo", **settings)
    outcome = Webhook(settings=told, secret=secret, door=door).send(a_parcel(action))
    return outcome, door.posts[0]


def outcome_for(status, *, action="publish", **rest):
    return meaning(an_answer(status, **rest), parcel=a_parcel(action), url=URL)


def test_the_parcel_is_posted_as_it_is():
    _, post = sent(deadline_s=3, max_response_bytes=100)
    assert post.url == URL
    assert post.body == a_parcel().body
    assert post.headers["Content-Type"] == "application/json; charset=utf-8"
    assert (post.policy, post.deadline_s, post.max_response_bytes) == ("public", 3, 100)


def test_the_message_is_signed_with_the_named_secret_for_this_try():
    asked = []
    _, post = sent(secret=lambda name: asked.append(name) or SECRET)
    headers = post.headers
    assert asked == ["hezuo"]
    assert headers["webhook-id"] == "d_abc"
    assert verify(
        id=headers["webhook-id"],
        timestamp=headers["webhook-timestamp"],
        signature=headers["webhook-signature"],
        body=post.body,
        keys=keys_of(SECRET),
        now=NOW,
    )


def test_the_secret_is_read_once_for_all_that_a_transport_sends():
    asked = []
    told = WebhookSettings(url=URL, secret="hezuo")
    webhook = Webhook(settings=told, secret=lambda name: asked.append(name) or SECRET, door=ADoor(an_answer()))

    first, second = webhook.request(a_parcel()), webhook.request(a_parcel())

    assert (asked, first == second) == (["hezuo"], True)


def test_a_secret_that_was_mended_is_noticed_by_a_transport_that_could_not_read_it():
    texts = iter(["", SECRET])
    webhook = Webhook(
        settings=WebhookSettings(url=URL, secret="hezuo"), secret=lambda name: next(texts), door=ADoor(an_answer())
    )
    with pytest.raises(DestinationMisconfigured):
        webhook.request(a_parcel())

    assert webhook.request(a_parcel()).headers["webhook-signature"].startswith("v1,")


def test_it_says_who_is_calling():
    _, post = sent()
    assert post.headers["User-Agent"].startswith("syndicate/")


@pytest.mark.parametrize(
    ("action", "event"),
    [("publish", "article.published"), ("update", "article.updated"), ("withdraw", "article.withdrawn")],
)
def test_the_event_is_named_for_routing(action, event):
    _, post = sent(action=action)
    assert post.headers["syndicate-event"] == event


def test_a_secret_that_is_not_set_is_named():
    def no_secret(name):
        raise KeyError(name)

    with pytest.raises(DestinationMisconfigured, match="secret hezuo is not set"):
        sent(secret=no_secret)


def test_a_secret_too_short_is_named_and_not_shown():
    with pytest.raises(DestinationMisconfigured, match="secret hezuo: the secret is 3 bytes long") as refused:
        sent(secret=lambda name: "YWJj")
    assert "YWJj" not in refused.value.reason


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, "delivered"),
        (201, "delivered"),
        (202, "delivered"),
        (204, "delivered"),
        (299, "delivered"),
        (300, "misconfigured"),
        (301, "misconfigured"),
        (304, "misconfigured"),
        (308, "misconfigured"),
        (401, "misconfigured"),
        (403, "misconfigured"),
        (404, "misconfigured"),
        (405, "misconfigured"),
        (407, "misconfigured"),
        (408, "unavailable"),
        (425, "unavailable"),
        (429, "unavailable"),
        (400, "refused"),
        (409, "refused"),
        (410, "ended"),
        (413, "refused"),
        (422, "refused"),
        (499, "refused"),
        (500, "unavailable"),
        (502, "unavailable"),
        (503, "unavailable"),
        (599, "unavailable"),
        (101, "unavailable"),
        (600, "unavailable"),
        (999, "unavailable"),
    ],
)
def test_each_status_has_its_meaning(status, kind):
    outcome = outcome_for(status)
    assert (outcome.kind, outcome.status) == (kind, status)
    assert f"({status})" in outcome.reason


@pytest.mark.parametrize("status", [404, 410])
def test_a_withdrawal_where_nothing_is_any_more_has_reached_its_aim(status):
    outcome = outcome_for(status, action="withdraw")
    assert (outcome.kind, outcome.reason) == ("delivered", f"the partner no longer has it ({status})")


def test_a_partner_that_is_gone_ended_the_destination():
    assert outcome_for(410).reason == "the partner ended this destination (410)"


def test_a_redirect_names_the_other_host_and_nothing_more_of_it():
    outcome = outcome_for(302, headers={"location": "https://xin.example/tuisong?token=mimamima"})
    assert outcome.reason == (
        "redirects are not followed (302): it points to xin.example; put the final address into url"
    )


@pytest.mark.parametrize("location", ["/elsewhere", "https://[", "", "//"])
def test_a_redirect_to_nowhere_is_only_a_redirect(location):
    assert outcome_for(302, headers={"location": location}).kind == "misconfigured"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("86400", 86400),
        ("86401", 86400),
        ("9" * 5000, 86400),
        ("Sun, 01 Mar 2026 08:02:00 GMT", 120),
        ("Sunday, 01-Mar-26 08:02:00 GMT", 120),
        ("Sun Mar  1 08:02:00 2026", 120),
        ("Sun, 01 Mar 2026 07:00:00 GMT", 0),
        ("Sun, 01 Mar 2037 07:00:00 GMT", 86400),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("１２", None),
        ("五分钟", None),
    ],
)
def test_retry_after_is_understood_in_both_forms_and_bounded(text, seconds):
    assert retry_after_s(text, now=NOW) == seconds


@given(st.text(max_size=60))
def test_no_retry_after_is_ever_an_error(text):
    seconds = retry_after_s(text, now=NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_AFTER_S


def test_a_date_to_retry_after_counts_from_when_the_answer_came():
    outcome = outcome_for(503, headers={"retry-after": "Sun, 01 Mar 2026 08:02:00 GMT"}, duration_s=20)
    assert outcome.retry_after_s == 100


def test_only_an_unavailable_partner_is_retried_after():
    assert outcome_for(422, headers={"retry-after": "60"}).retry_after_s is None


def test_what_the_partner_calls_its_copy_is_kept():
    body = json.dumps({"id": "稿-7", "url": "https://hezuo.example/a/7"}).encode()
    got = outcome_for(201, body=body).receipt
    assert (got.remote_id, got.remote_url) == ("稿-7", "https://hezuo.example/a/7")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ok",
        b"[]",
        b"7",
        b"null",
        b"{",
        b"\xff\xfe\xfd",
        b"[" * 60000,
        b"9" * 60000,
        b'{"id": 7}',
        b'{"id": "\\ud800"}',
        b'{"id": "a\\u0000b"}',
        b'{"url": "javascript:alert(1)"}',
        json.dumps({"id": "x" * 2001}).encode(),
    ],
)
def test_a_hostile_answer_gives_no_receipt(body):
    assert receipt(body) is None


def test_a_refusal_brings_no_receipt():
    assert outcome_for(422, body=b'{"id": "x"}').receipt is None


def test_the_answer_is_kept_in_its_first_500_characters():
    assert outcome_for(422, body=("稿" * 900).encode()).answer == "稿" * 500


def test_control_characters_are_removed_from_the_answer():
    assert outcome_for(422, body="缺\x1b[31m少\x00标\u202e题\r\n第二行".encode()).answer == "缺[31m少标题 第二行"


def test_an_answer_cut_within_a_character_is_still_read():
    assert outcome_for(422, body="标题".encode()[:-1]).answer == "标"


def test_an_answer_in_gb18030_is_read():
    assert outcome_for(422, body="缺少标题".encode("gb18030")).answer == "缺少标题"


def test_what_the_answer_repeats_of_our_query_string_is_hidden():
    assert "mimamima" not in outcome_for(404, body=b"Cannot POST /tuisong?token=mimamima&a=1 token mimamima").answer


def test_a_compressed_answer_is_left_alone():
    assert outcome_for(422, headers={"content-encoding": "gzip"}, body=b"\x1f\x8b").answer == "(compressed, not read)"


@given(st.binary(max_size=2000))
def test_no_answer_is_ever_too_strange_to_be_kept(body):
    kept = excerpt(an_answer(body=body), hide=URL)
    assert len(kept) <= 500
    assert kept.encode("utf-8").decode("utf-8") == kept


# -- the partner's page


def looked_at(page, **settings):
    door = ADoor(an_answer(404))
    told = WebhookSettings(url=URL, secret="hezuo", **settings)
    answer = Webhook(settings=told, secret=a_certificate, door=door).look(page)
    (get,) = door.gets
    return answer.status, get


def a_certificate(name):
    return f"{name}: no PEM, and never read where it isn't needed"


def test_a_page_is_looked_at_as_its_destination_is_set():
    status, get = looked_at("https://hezuo.example/a/7", deadline_s=7, network="internal")
    assert (status, get.url, get.policy, get.deadline_s) == (404, "https://hezuo.example/a/7", "internal", 7)


@pytest.mark.parametrize(
    "page",
    [
        "https://www.hezuo.example/a/7",
        "http://169.254.169.254/latest/meta-data/",
        "https://hezuo.example:8443/a/7",
        "http://hezuo.example/a/7",
        "http://169.254.169.254\\@hezuo.example:443/",  # urllib3 takes the first host, urllib the last
        "https://hezuo.example:443@169.254.169.254/",
    ],
)
def test_a_partner_on_our_own_network_can_not_aim_our_look_at_anything_else_in_it(page):
    assert looked_at(page, network="internal")[1].policy == "public"


@pytest.mark.parametrize("page", ["https://HEZUO.example/a/7", "https://hezuo.example:443/a/7"])
def test_its_own_place_may_be_spelt_in_another_way(page):
    assert looked_at(page, network="internal")[1].policy == "internal"


def test_of_a_page_nothing_is_read_but_its_status():
    assert looked_at("https://www.hezuo.example/a/7")[1].max_response_bytes == 0


def test_a_page_on_another_host_is_shown_no_certificate_of_ours():
    assert looked_at("https://www.hezuo.example/a/7", certificate="paper", ca="their-ca")[1].tls is None


def test_a_page_on_the_destinations_own_host_is_trusted_as_the_destination_is():
    with pytest.raises(DestinationMisconfigured, match="secret their-ca is not what it should be"):
        looked_at("https://hezuo.example/a/7", ca="their-ca")


def test_a_page_that_only_seems_to_be_on_the_destinations_own_host_is_shown_no_certificate_of_ours():
    assert looked_at("https://elsewhere.example\\@hezuo.example/a/7", certificate="paper")[1].tls is None


@pytest.mark.parametrize("page", ["http://[", "https://", "http://:99999/"])
def test_what_is_no_address_is_left_to_the_door_to_refuse(page):
    assert looked_at(page)[1].url == page


def test_the_way_to_pages_says_of_what_is_no_address_that_it_can_not_be_looked_at():
    pages = Pages(secret=lambda name: SECRET)
    destination = a_destination("http://10.0.0.7/push")
    (sight,) = pages.look([(destination, "http://[?token=mimamima")])
    pages.close()
    assert (sight.finding, "mimamima" in sight.reason) == ("unknown", False)
