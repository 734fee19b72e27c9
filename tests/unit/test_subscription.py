"""What a topic, a callback and a lease are."""

import pytest

from syndicate.model.delivery import delivery_id
from syndicate.model.subscription import (
    HubPolicy,
    Topic,
    asking,
    destination_of,
    hub_destination,
    is_ours,
    is_subscriber,
    is_topic,
    subscription_id,
    topic_at,
)
from syndicate.settings import Settings, WebSub, Workers
from syndicate.transports import settings_problems, written_problems
from syndicate.transports.errors import DestinationMisconfigured
from syndicate.transports.sealed import seal, unseal

BASE = "https://feeds.news.example/base"
KEY, OTHER = "whsec_b25lIGtleQ==", "whsec_YW5vdGhlcg=="
POLICY = HubPolicy(
    lease_s=100, shortest_lease_s=10, longest_lease_s=1000, most=1, most_per_host=1, most_waiting=1, pause_s=0
)


@pytest.mark.parametrize(
    ("url", "topic"),
    [
        ("https://feeds.news.example/base/feeds/all.atom", Topic("all", "atom")),
        ("HTTPS://FEEDS.news.example/base/feeds/all.atom", Topic("all", "atom")),
        ("https://feeds.news.example/base/%66eeds/a%6Cl.atom", Topic("all", "atom")),
        (
            "https://feeds.news.example/base/feeds/sections/%E8%A6%81%E9%97%BB/x.y.rss",
            Topic("sections/要闻/x.y", "rss"),
        ),
    ],
)
def test_an_address_is_known_in_all_its_spellings(url, topic):
    assert topic_at(url, base_url=BASE) == (topic, "")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://feeds.news.example/feeds/all.atom",
        "http://feeds.news.example/base/feeds/all.atom",
        "https://feeds.news.example:8443/base/feeds/all.atom",
        "https://x.example/base/feeds/all.atom",
        "https://feeds.news.example/base/feeds/all",
        "https://feeds.news.example/base/feeds/.atom",
        "https://feeds.news.example/base/feeds/all.atom#top",
        "https://feeds.news.example/base/feeds/a%00.atom",
        "https://feeds.news.example:99999/base/feeds/all.atom",
        "https://[::1/feeds/all.atom",
    ],
)
def test_what_is_no_feed_of_ours_is_none(url):
    assert topic_at(url, base_url=BASE) is None


def test_the_address_of_a_topic_is_read_back():
    topic = Topic("sections/要闻/水上 一", "json")

    assert topic_at(topic.url(BASE), base_url=BASE) == (topic, "")


def test_no_article_has_the_id_of_a_topic():
    assert (is_topic(Topic("all", "atom").id), is_topic("feeds"), is_topic("a-1")) == (True, False, False)


def test_a_subscription_is_named_by_topic_and_callback():
    atom, rss = Topic("all", "atom"), Topic("all", "rss")
    names = {
        subscription_id(topic, url) for topic in (atom, rss) for url in ("https://a.example/", "https://b.example/")
    }

    assert len(names) == 4
    assert subscription_id(atom, "https://a.example/") in names


def test_subscribers_and_hubs_can_be_told_from_partners_destinations():
    names = [destination_of("public", "abc"), hub_destination("https://hub.example/"), "yunfeng/webhook"]

    assert [is_subscriber(name) for name in names] == [True, False, False]
    assert [is_ours(name) for name in names] == [True, True, False]


@pytest.mark.parametrize(
    ("callback", "asked"),
    [
        ("https://a.example/", "https://a.example/?hub.mode=x%20%26"),
        ("https://a.example/?b=%20c&b", "https://a.example/?b=%20c&b&hub.mode=x%20%26"),
        ("https://a.example/?", "https://a.example/?hub.mode=x%20%26"),
    ],
)
def test_parameters_stand_behind_those_of_the_callback(callback, asked):
    assert asking(callback, {"hub.mode": "x &"}).replace("+", "%20") == asked


@pytest.mark.parametrize(("asked", "given"), [(None, 100), (1, 10), (10, 10), (500, 500), (10**9, 1000)])
def test_a_lease_is_as_asked_for_within_bounds(asked, given):
    assert POLICY.lease(asked) == given


def test_what_is_sealed_is_read_with_the_key_alone():
    sealed = seal({"topic": "t", "secret": "s"}, key=KEY)

    assert unseal(sealed, key=f"{OTHER} {KEY}") == {"topic": "t", "secret": "s"}
    with pytest.raises(DestinationMisconfigured, match="put the old key behind"):
        unseal(sealed, key=OTHER)


def test_no_partners_file_can_name_the_transport_of_subscribers():
    (problem,) = written_problems("websub", {"url": "https://a.example/"})

    assert problem.field == "transport"
    assert settings_problems("websub", {"url": "https://a.example/", "topic": "t", "hub": "h", "key": "websub"}) == []


def test_a_secret_that_is_not_set_is_made_once(tmp_path):
    settings = Settings.model_construct(data_dir=tmp_path)

    first, again = settings.secret_or_new("websub"), settings.secret_or_new("websub")

    assert first == again
    assert [file.name for file in (tmp_path / "secrets").iterdir()] == ["websub"]


def test_a_secret_of_the_environment_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNDICATE_SECRET_WEBSUB", KEY)

    assert Settings.model_construct(data_dir=tmp_path).secret_or_new("websub") == KEY


def test_a_version_of_a_topic_is_one_delivery_for_each_subscriber():
    told = {"article": Topic("all", "atom").id, "edition": 1, "action": "update"}

    ids = {delivery_id(destination=name, revision=n, **told) for name in ("a", "b") for n in (1, 2)}

    assert len(ids) == 4


@pytest.mark.parametrize(("lease_s", "deadline_s"), [(60, 10), (12, 7), (3, 1)])
def test_a_workers_lease_outlasts_what_it_waits_for_at_a_callback(lease_s, deadline_s):
    settings = Settings.model_construct(websub=WebSub(), workers=Workers(lease_s=lease_s))

    assert settings.hub_policy.deadline_s == deadline_s
