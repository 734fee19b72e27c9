"""Is our hub a hub, and are we a publisher, by WebSub (W3C Recommendation, 23 January 2018)?

One test for each MUST and SHOULD that is said of publishers and hubs, in its order, named after its section. The
subscriber is a real server on loopback.
"""

import json
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from lxml import etree

from tests.fakes.hub import HUB, SETTINGS, TOPIC, a_hub
from tests.fakes.subscriber import Subscriber, signature_of
from tests.fakes.web_newsroom import BASE

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = [("atom", "application/atom+xml"), ("rss", "application/rss+xml"), ("json", "application/feed+json")]
SECRET = "一个只有我们知道的词"


@pytest.fixture
def hub(tmp_path):
    with a_hub(tmp_path) as hub:
        yield hub


@pytest.fixture
def reader():
    with Subscriber() as reader:
        yield reader


@pytest.fixture
def other():
    with Subscriber() as reader:
        yield reader


def links(answer) -> list[tuple[str, str]]:
    """(rel, target) of every link in the headers."""
    return [(rel, url) for url, rel in re.findall(r'<([^>]*)>; rel="([^"]*)"', answer.headers["link"])]


# --- 3.1 and 4: the publisher advertises


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("suffix", "_"), FEEDS)
def test_4_a_publisher_should_name_a_hub_and_exactly_one_self_in_link_headers(hub, suffix, _, method):
    told = links(hub.newsroom.ask(method, f"/feeds/all.{suffix}"))

    assert [url for rel, url in told if rel == "hub"] == [HUB]
    assert [url for rel, url in told if rel == "self"] == [f"{BASE}/feeds/all.{suffix}"]


def test_4_an_answer_without_a_body_names_them_too(hub):
    first = hub.newsroom.get("/feeds/all.atom")

    again = hub.newsroom.get("/feeds/all.atom", if_none_match=first.headers["etag"])

    assert (again.status, links(again)) == (304, links(first))


@pytest.mark.parametrize("suffix", ["atom", "rss"])
def test_4_a_publisher_should_use_embedded_links_in_xml_feeds(hub, suffix):
    root = etree.fromstring(hub.feed(f"/feeds/all.{suffix}"))
    of_feed = (root if suffix == "atom" else root[0]).findall(f"{ATOM}link")

    assert [link.get("href") for link in of_feed if link.get("rel") == "hub"] == [HUB]
    assert [link.get("href") for link in of_feed if link.get("rel") == "self"] == [f"{BASE}/feeds/all.{suffix}"]


def test_4_a_json_feed_names_its_hub_in_the_way_that_it_has_for_that(hub):
    told = json.loads(hub.feed("/feeds/all.json"))

    assert (told["feed_url"], told["hubs"]) == (f"{BASE}/feeds/all.json", [{"type": "WebSub", "url": HUB}])


def test_4_every_hub_that_is_advertised_is_named_in_headers_and_feed(tmp_path):
    with a_hub(tmp_path, settings=SETTINGS + 'hubs = ["http://127.0.0.1:9/"]\n') as hub:
        answer = hub.newsroom.get("/feeds/all.atom")
        root = etree.fromstring(answer.body)

    assert [url for rel, url in links(answer) if rel == "hub"] == [HUB, "http://127.0.0.1:9/"]
    assert [link.get("href") for link in root.findall(f"{ATOM}link[@rel='hub']")] == [HUB, "http://127.0.0.1:9/"]


def test_4_no_hub_is_advertised_where_there_is_none(tmp_path):
    with a_hub(tmp_path, settings="") as hub:
        answer = hub.newsroom.get("/feeds/all.atom")

    assert "hub" not in [rel for rel, _ in links(answer)]


@pytest.mark.parametrize(("suffix", "media_type"), FEEDS)
@pytest.mark.parametrize("accept", ["application/json", "text/html", "application/atom+xml"])
def test_4_1_a_self_url_offers_one_representation_whatever_is_asked_for(hub, suffix, media_type, accept):
    answer = hub.newsroom.get(f"/feeds/all.{suffix}", accept=accept)

    assert answer.headers["content-type"] == media_type


# --- 5.1: the request


def test_3_1_a_hub_must_accept_callback_mode_and_topic_alone(hub, reader):
    assert hub.ask_for(reader).status == 202


def test_3_1_a_hub_must_accept_a_secret(hub, reader):
    assert hub.ask_for(reader, secret=SECRET).status == 202


@pytest.mark.parametrize("wrong", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_5_1_a_request_must_be_form_encoded(hub, wrong):
    answer = hub.post_bytes(b"hub.mode=subscribe", {"content-type": wrong})

    assert (answer.status, answer.headers["content-type"]) == (415, "text/plain; charset=utf-8")


def test_5_1_a_request_may_say_that_its_form_is_utf_8(hub, reader):
    body = urlencode({"hub.mode": "subscribe", "hub.callback": reader.callback, "hub.topic": TOPIC}).encode()

    answer = hub.post_bytes(body, {"content-type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"})

    assert answer.status == 202


@pytest.mark.parametrize("body", [b"hub.mode=subscribe&hub.callback=%ff%fe", b"hub.mode=\xff"])
def test_5_1_a_request_must_be_in_utf_8(hub, body):
    assert hub.post_bytes(body).status == 400


@pytest.mark.parametrize("name", ["callback", "mode", "topic"])
def test_5_1_what_is_required_is_required(hub, reader, name):
    told = {"callback": reader.callback, "mode": "subscribe", "topic": TOPIC, name: None}

    answer = hub.post(**told)

    assert (answer.status, f"hub.{name}" in answer.body.decode()) == (400, True)


@pytest.mark.parametrize("mode", ["Subscribe", "renew", ""])
def test_5_1_the_mode_is_one_of_two_words(hub, reader, mode):
    assert hub.ask_for(reader, mode=mode).status == 400


@pytest.mark.parametrize("seconds", ["0", "-1", "1.5", "eins", "١٢"])
def test_5_1_lease_seconds_are_a_positive_decimal_integer(hub, reader, seconds):
    assert hub.ask_for(reader, lease_seconds=seconds).status == 400


@pytest.mark.parametrize("seconds", ["0", "nonsense", "600"])
def test_5_1_lease_seconds_must_be_ignored_when_unsubscribing(hub, reader, seconds):
    assert hub.ask_for(reader, mode="unsubscribe", lease_seconds=seconds).status == 202


@pytest.mark.parametrize(("secret", "status"), [("x" * 199, 202), ("x" * 200, 400), ("密" * 66, 202), ("密" * 67, 400)])
def test_5_1_a_secret_must_be_less_than_200_bytes_long(hub, reader, secret, status):
    assert hub.ask_for(reader, secret=secret).status == status


def test_5_1_a_hub_must_ignore_parameters_it_does_not_understand(hub, reader):
    told = {
        "hub.mode": "subscribe",
        "hub.callback": reader.callback,
        "hub.topic": TOPIC,
        "hub.verify": "sync",
        "x": "y",
    }

    assert hub.post_bytes(urlencode(told).encode()).status == 202


def test_5_1_a_hub_must_allow_active_subscriptions_to_be_requested_again(hub, reader):
    hub.subscribe(reader, lease_seconds="600")
    before = hub.the_one().lease_until

    hub.subscribe(reader, lease_seconds="6000")

    assert hub.the_one().lease_until > before + timedelta(seconds=5000)


def test_5_1_a_request_must_override_only_once_it_is_verified(hub, reader):
    hub.subscribe(reader, secret="first")

    hub.ask_for(reader, secret="second")
    hub.newsroom.queue.steps.clear()
    hub.publish()

    assert reader.received[0].headers["x-hub-signature"] == signature_of(reader.received[0], "first")


@pytest.mark.parametrize("mode", ["subscribe", "unsubscribe"])
def test_5_1_the_state_must_be_left_unchanged_when_verification_fails(hub, reader, mode):
    hub.subscribe(reader, secret="first", lease_seconds="600")
    before = hub.the_one()
    reader.confirms = reader.says(404)

    hub.subscribe(reader, mode=mode, secret="second", lease_seconds="6000")
    hub.publish()

    assert (hub.the_one().state, hub.the_one().lease_until) == ("active", before.lease_until)
    assert reader.received[0].headers["x-hub-signature"] == signature_of(reader.received[0], "first")


def test_5_1_a_renewal_may_bring_another_secret(hub, reader):
    hub.subscribe(reader, secret="first")
    hub.subscribe(reader, secret="second")
    hub.publish()

    assert reader.received[0].headers["x-hub-signature"] == signature_of(reader.received[0], "second")


def test_5_1_a_renewal_may_come_without_a_secret(hub, reader):
    hub.subscribe(reader, secret="first")
    hub.subscribe(reader)
    hub.publish()

    assert "x-hub-signature" not in reader.received[0].headers


# --- 5.1.1: its parameters


@pytest.mark.parametrize(
    "topic", [f"{BASE}/feeds/all.xml", f"{BASE}/feeds/none.atom", f"{BASE}/", "https://x.example/"]
)
def test_5_1_1_a_topic_must_be_a_self_url_of_ours(hub, reader, topic):
    answer = hub.ask_for(reader, topic=topic)

    assert (answer.status, "hub.topic" in answer.body.decode()) == (400, True)


def test_5_1_1_a_hub_must_decode_characters_that_are_not_reserved(hub, reader):
    hub.subscribe(reader, topic=f"{BASE}/%66eeds/%61ll.atom")
    hub.publish()

    assert reader.received[0].body == hub.feed()


def test_5_1_1_a_topic_with_chinese_names_may_be_written_as_it_is_or_encoded(hub, reader, other):
    hub.subscribe(reader, topic=f"{BASE}/feeds/sections/湖区.atom")
    hub.subscribe(other, topic=f"{BASE}/feeds/sections/%E6%B9%96%E5%8C%BA.atom")
    hub.publish()

    assert reader.received[0].body == other.received[0].body


def test_5_1_1_a_hub_must_preserve_the_query_of_a_callback(hub, reader):
    callback = f"{reader.callback}?foo=bar&red=fish&hub.mode=theirs&empty="

    hub.post(mode="subscribe", callback=callback, topic=TOPIC)
    hub.work()

    (asked,) = reader.asked
    assert asked.path.startswith("/callback?foo=bar&red=fish&hub.mode=theirs&empty=&hub.mode=subscribe&")


def test_5_1_1_content_is_posted_to_the_callback_with_its_query(hub, reader):
    hub.post(mode="subscribe", callback=f"{reader.callback}?foo=bar%20&foo=b", topic=TOPIC)
    hub.work()
    hub.publish()

    assert reader.received[0].path == "/callback?foo=bar%20&foo=b"


# --- 5.1.2: the answer


def test_5_1_2_a_hub_must_answer_202_before_it_has_asked_anybody(hub, reader):
    answer = hub.ask_for(reader)

    assert (answer.status, reader.asked) == (202, [])


def test_5_1_2_a_hub_should_verify_as_soon_as_possible(hub, reader):
    hub.ask_for(reader)

    hub.work()

    assert len(reader.asked) == 1


def test_5_1_2_an_error_must_be_4xx_and_should_be_described_in_plain_text(hub):
    answer = hub.post(mode="subscribe", callback="ftp://x", topic="nothing", secret="x" * 300, lease_seconds="0")

    assert (answer.status, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    named = [line.partition(":")[0] for line in answer.body.decode().splitlines()]
    assert named == ["hub.callback", "hub.secret", "hub.lease_seconds", "hub.topic"]


@pytest.mark.parametrize("status", [200, 404, 500])
def test_5_1_2_the_answer_must_not_depend_on_the_verification(hub, reader, status):
    reader.confirms = reader.says(status)
    first = hub.ask_for(reader)
    hub.work()

    again = hub.ask_for(reader)

    assert (again.status, again.body) == (first.status, first.body)


# --- 5.2: validation


def test_5_2_a_hub_must_verify_the_intent_of_what_it_accepts(hub, reader):
    hub.subscribe(reader)

    assert [asked["hub.mode"] for asked in reader.asked] == ["subscribe"]


def test_5_2_a_hub_must_tell_a_subscriber_that_is_denied(hub, reader):
    token = hub.newsroom.token("feeds:read", partner_id="wanbao")  # whose agreement has ended
    topic = f"{BASE}/feeds/partners/wanbao.rss"

    answer = hub.ask_for(reader, topic=topic, headers={"authorization": f"Bearer {token}"})
    hub.work()

    (asked,) = reader.asked
    assert answer.status == 202
    assert dict(asked.query) == {
        "hub.mode": "denied",
        "hub.topic": topic,
        "hub.reason": "agreement HP-2 ended on 2026-05-05",
    }


def test_5_2_who_was_denied_is_sent_nothing(hub, reader):
    token = hub.newsroom.token("feeds:read", partner_id="wanbao")
    topic = f"{BASE}/feeds/partners/wanbao.rss"
    hub.ask_for(reader, topic=topic, headers={"authorization": f"Bearer {token}"})
    hub.work()

    hub.publish()

    assert reader.received == []
    assert hub.the_one().state == "asked"


# --- 5.3: verification


def test_5_3_the_verification_says_mode_topic_challenge_and_lease(hub, reader):
    hub.subscribe(reader, lease_seconds="600")

    (asked,) = reader.asked
    assert [name for name, _ in asked.query] == ["hub.mode", "hub.topic", "hub.challenge", "hub.lease_seconds"]
    assert (asked["hub.mode"], asked["hub.topic"], asked["hub.lease_seconds"]) == ("subscribe", TOPIC, "600")


@pytest.mark.parametrize("topic", [f"{BASE}/%66eeds/all.atom", f"{BASE}/feeds/sections/湖区.json"])
def test_5_3_the_topic_is_the_one_that_was_given(hub, reader, topic):
    hub.subscribe(reader, topic=topic)

    assert reader.asked[0]["hub.topic"] == topic


def test_5_3_unsubscribing_is_verified_too(hub, reader):
    hub.subscribe(reader)
    hub.subscribe(reader, mode="unsubscribe")

    assert (reader.asked[1]["hub.mode"], reader.asked[1]["hub.topic"]) == ("unsubscribe", TOPIC)
    assert hub.the_one().state == "ended"


def test_5_3_an_attacker_can_not_unsubscribe_somebody_else(hub, reader):
    hub.subscribe(reader)
    reader.confirms = lambda asked: (404, b"") if asked["hub.mode"] == "unsubscribe" else reader.echo(asked)

    hub.subscribe(reader, mode="unsubscribe")
    hub.publish()

    assert len(reader.received) == 1


def test_5_3_the_lease_is_measured_from_the_verification_request(hub, reader):
    hub.ask_for(reader, lease_seconds="600")
    hub.let_time_pass(timedelta(seconds=300))

    hub.work()

    one = hub.the_one()
    assert one.lease_until == one.asked_at + timedelta(seconds=600)


@pytest.mark.parametrize("status", [200, 201, 299])
def test_5_3_1_any_2xx_with_the_challenge_confirms(hub, reader, status):
    reader.confirms = lambda asked: (status, reader.echo(asked)[1])

    hub.subscribe(reader)

    assert hub.the_one().state == "active"


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 500, 503])
def test_5_3_1_other_codes_must_be_taken_to_mean_that_it_has_failed(hub, reader, status):
    reader.confirms = lambda asked: (status, reader.echo(asked)[1])

    hub.subscribe(reader)
    hub.publish()

    assert (hub.the_one().state, reader.received) == ("asked", [])


@pytest.mark.parametrize("body", [b"", b"yes", b"<html>"])
def test_5_3_1_2xx_without_the_challenge_must_be_taken_to_mean_that_it_has_failed(hub, reader, body):
    reader.confirms = reader.says(200, body)

    hub.subscribe(reader)

    assert hub.the_one().state == "asked"


@pytest.mark.parametrize("change", [lambda it: it + b"\n", lambda it: it[:-1], lambda it: b"<p>" + it])
def test_5_3_1_the_body_must_equal_the_challenge(hub, reader, change):
    reader.confirms = lambda asked: (200, change(reader.echo(asked)[1]))

    hub.subscribe(reader)

    assert hub.the_one().state == "asked"


@pytest.mark.parametrize(("asked", "given"), [("1", "60"), ("3600", "3600"), ("999999999999999", "2592000")])
def test_5_3_1_a_lease_is_as_it_was_asked_for_within_bounds(hub, reader, asked, given):
    hub.subscribe(reader, lease_seconds=asked)

    assert reader.asked[0]["hub.lease_seconds"] == given


def test_5_3_1_a_hub_must_enforce_lease_expirations(hub, reader):
    hub.subscribe(reader, lease_seconds="600")
    hub.let_time_pass(timedelta(seconds=601))

    hub.publish()

    assert reader.received == []


def test_5_3_1_a_lease_that_is_over_is_seen(hub, reader):
    hub.subscribe(reader, lease_seconds="600")
    hub.let_time_pass(timedelta(seconds=601))

    hub.sweep()

    assert (hub.the_one().state, hub.the_one().ended_because) == ("ended", "its lease was over")


def test_5_3_1_what_waits_when_the_lease_ends_is_not_sent_any_more(hub, reader):
    reader.takes = reader.answers(503)
    hub.subscribe(reader, lease_seconds="600")
    hub.publish()
    hub.let_time_pass(timedelta(seconds=601))

    hub.sweep()

    assert (len(reader.received), hub.sent()[-1].state) == (1, "cancelled")


def test_5_3_1_a_subscription_that_is_renewed_goes_on_without_interruption(hub, reader):
    hub.subscribe(reader, lease_seconds="600")
    hub.let_time_pass(timedelta(seconds=500))
    hub.subscribe(reader, lease_seconds="600")
    hub.let_time_pass(timedelta(seconds=500))
    hub.sweep()

    hub.publish()

    assert len(reader.received) == 1


# --- 6: publishing


def test_6_a_publisher_must_inform_the_hubs_it_has_designated(tmp_path, reader):
    with a_hub(tmp_path, settings=f'[websub]\nhubs = ["{reader.callback}"]\nnetwork = "internal"\n') as hub:
        topics = {dict(parse_qsl(sent.body.decode()))["hub.url"] for sent in reader.received}
        assert hub.newsroom.system.newsroom.hub_url == ""

    assert {f"{BASE}/feeds/all.atom", f"{BASE}/feeds/all.rss", f"{BASE}/feeds/all.json"} <= topics
    assert {dict(parse_qsl(sent.body.decode()))["hub.mode"] for sent in reader.received} == {"publish"}


def test_6_our_own_hub_takes_the_usual_word_of_a_change(hub):
    assert hub.post(mode="publish", url=TOPIC).status == 202


def test_6_our_own_hub_takes_no_word_of_others_feeds(hub):
    answer = hub.post(mode="publish", url="https://x.example/feed")

    assert (answer.status, "hub.url" in answer.body.decode()) == (400, True)


# --- 7: content distribution


@pytest.mark.parametrize(("suffix", "media_type"), FEEDS)
def test_7_the_request_must_have_the_topics_content_type_and_its_full_contents(hub, reader, suffix, media_type):
    hub.subscribe(reader, topic=f"{BASE}/feeds/all.{suffix}")
    hub.publish()

    (sent,) = reader.received
    assert sent.headers["content-type"] == media_type
    assert sent.body == hub.feed(f"/feeds/all.{suffix}")


def test_7_the_request_must_name_a_hub_and_the_topic_and_should_do_so_in_one_header(hub, reader):
    hub.subscribe(reader)
    hub.publish()

    assert reader.received[0].headers["link"] == f'<{HUB}>; rel="hub", <{TOPIC}>; rel="self"'


def test_7_the_self_link_must_be_the_canonical_url(hub, reader):
    hub.subscribe(reader, topic=f"{BASE}/%66eeds/sections/湖区.atom")
    hub.publish()

    assert f'<{BASE}/feeds/sections/%E6%B9%96%E5%8C%BA.atom>; rel="self"' in reader.received[0].headers["link"]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_7_any_2xx_is_a_success(hub, reader, status):
    reader.takes = reader.answers(status)
    hub.subscribe(reader)
    hub.publish()

    assert [row.state for row in hub.sent()] == ["delivered"]


def test_7_a_410_ends_the_subscription(hub, reader):
    reader.takes = reader.answers(410)
    hub.subscribe(reader)
    hub.publish()

    assert (hub.the_one().state, hub.the_one().ended_because) == ("ended", "the callback is gone (410)")


def test_7_who_was_gone_can_subscribe_again(hub, reader):
    reader.takes = reader.answers(410)
    hub.subscribe(reader)
    hub.publish()
    reader.takes = reader.answers(204)

    hub.subscribe(reader)
    hub.publish("hp-3")

    assert [row.state for row in hub.sent()] == ["failed", "delivered"]


@pytest.mark.parametrize("status", [301, 308, 400, 404, 422, 429, 500, 503])
def test_7_all_other_codes_must_be_taken_for_failures_and_should_be_tried_again(hub, reader, status):
    reader.takes = reader.answers(status, Location="http://127.0.0.1:9/")
    hub.subscribe(reader)
    hub.publish()

    (row,) = hub.sent()
    assert (row.state, row.lane, row.tries, len(reader.received)) == ("waiting", "slow", 1, 1)


def test_7_the_body_of_the_answer_must_be_ignored(hub, reader):
    reader.takes = reader.answers(200, body=b'{"id": "remote-1", "url": "https://reader.example/1"}')
    hub.subscribe(reader)
    hub.publish()

    assert [row.state for row in hub.sent()] == ["delivered"]


def test_7_the_subscription_must_stay_active_until_the_end_of_its_lease_however_much_fails(hub, reader):
    reader.takes = reader.answers(503)
    hub.subscribe(reader, lease_seconds=str(20 * 86_400))
    for day in range(10):
        hub.publish(f"hp-{day + 2}")
        hub.let_time_pass(timedelta(days=1))

    assert hub.the_one().state == "active"


def test_7_a_new_update_must_be_sent_to_a_subscriber_that_has_failed_before(hub, reader):
    reader.takes = reader.answers(503)
    hub.subscribe(reader, lease_seconds=str(20 * 86_400))
    for day in range(10):
        hub.publish(f"hp-{day + 2}")
        hub.let_time_pass(timedelta(days=1))
    reader.takes = reader.answers(204)

    hub.publish("hp-20")
    hub.sweep()

    assert hub.sent()[-1].state == "delivered"


# --- 7.1: authenticated content distribution


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
def test_7_1_the_signature_must_be_an_hmac_of_the_body_with_the_secret_as_its_key(tmp_path, reader, method):
    with a_hub(tmp_path, settings=f'{SETTINGS}signature = "{method}"\n') as hub:
        hub.subscribe(reader, secret=SECRET)
        hub.publish()

    (sent,) = reader.received
    assert sent.headers["x-hub-signature"].startswith(f"{method}=")
    assert sent.headers["x-hub-signature"] == signature_of(sent, SECRET)


def test_7_1_there_is_no_signature_without_a_secret(hub, reader):
    hub.subscribe(reader)
    hub.publish()

    assert "x-hub-signature" not in reader.received[0].headers


def test_7_1_1_the_hash_is_at_least_sha_256_unless_told_otherwise(hub, reader):
    hub.subscribe(reader, secret=SECRET)
    hub.publish()

    assert reader.received[0].headers["x-hub-signature"].startswith("sha256=")


# --- 8: security


def test_8_2_leases_should_be_short_lived_where_nobody_asks_for_another(hub, reader):
    hub.subscribe(reader)

    assert reader.asked[0]["hub.lease_seconds"] == "864000"


def test_8_2_the_challenge_should_be_random_and_used_once(hub, reader):
    for _ in range(3):
        hub.subscribe(reader)

    challenges = {asked["hub.challenge"] for asked in reader.asked}
    assert len(challenges) == 3
    assert min(map(len, challenges)) >= 32


def test_8_3_the_exact_callback_must_be_used(hub, reader):
    callback = f"{reader.callback}/%7Ereader/a%2Fb/?k=%E6%B9%96"
    hub.post(mode="subscribe", callback=callback, topic=TOPIC)
    hub.work()
    hub.publish()

    assert reader.received[0].path == f"{urlsplit(callback).path}?{urlsplit(callback).query}"


def test_8_3_requests_must_be_signed_with_each_subscribers_own_secret(hub, reader, other):
    hub.subscribe(reader, secret="hers")
    hub.subscribe(other, secret="his")
    hub.publish()

    assert reader.received[0].headers["x-hub-signature"] == signature_of(reader.received[0], "hers")
    assert other.received[0].headers["x-hub-signature"] == signature_of(other.received[0], "his")
