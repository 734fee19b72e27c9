"""Who may ask, by shell? `subscriptions`: who wants to be told of which feed, and ending one."""

import json

import pytest

from tests.fakes.cli_newsroom import a_shell
from tests.fakes.hub import SETTINGS, TOPIC, a_hub
from tests.fakes.subscriber import Subscriber


@pytest.fixture
def reader():
    with Subscriber() as reader:
        yield reader


@pytest.fixture
def hub(tmp_path):
    with a_hub(tmp_path / "newsroom") as hub:
        yield hub


@pytest.fixture
def shell(tmp_path, monkeypatch, hub):
    for shell in a_shell(tmp_path, monkeypatch):
        folder = hub.newsroom.system.settings.config_dir
        monkeypatch.setenv("SYNDICATE_CONFIG_DIR", str(folder))
        monkeypatch.setenv("SYNDICATE_DATA_DIR", str(hub.newsroom.system.settings.data_dir))
        shell.without_broker()
        yield shell


def test_a_subscription_is_listed_with_topic_host_state_and_lease(shell, hub, reader, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    hub.subscribe(reader)

    told = shell.run("subscriptions").stdout

    assert all(word in told for word in ("/feeds/all.atom", "127.0.0.1", "active", str(hub.the_one().lease_until.year)))


def test_as_json_it_names_its_destination_and_not_its_callback(shell, hub, reader):
    hub.subscribe(reader, secret="nobody-else")

    told = shell.run("subscriptions", "--json").stdout

    assert json.loads(told)[0]["destination"] == hub.the_one().destination_id
    assert (reader.callback in told, "nobody-else" in told) == (False, False)


def test_only_those_that_are_active_are_listed_when_asked_for(shell, hub, reader):
    hub.ask_for(reader)

    assert json.loads(shell.run("subscriptions", "--active", "--json").stdout) == []


def test_nobody_has_subscribed(shell):
    assert "nobody has subscribed" in shell.run("subscriptions").stdout


def test_one_is_ended_with_a_reason_that_its_callback_is_told(shell, hub, reader):
    hub.subscribe(reader)

    done = shell.run("subscriptions", "--end", hub.the_one().id, "--reason", "对方已停止合作")
    hub.sweep()

    assert done.exit_code == 0
    assert (hub.the_one().state, hub.the_one().ended_because) == ("ended", "对方已停止合作")
    assert (reader.asked[1]["hub.mode"], reader.asked[1]["hub.reason"]) == ("denied", "对方已停止合作")
    assert reader.asked[1]["hub.topic"] == TOPIC


def test_none_is_ended_without_a_reason(shell, hub, reader):
    hub.subscribe(reader)

    done = shell.run("subscriptions", "--end", hub.the_one().id)

    assert (done.exit_code, hub.the_one().state) == (1, "active")


def test_one_that_there_is_not_is_named(shell):
    done = shell.run("subscriptions", "--end", "nobody", "--reason", "x")

    assert (done.exit_code, "no active subscription 'nobody'" in done.stderr) == (1, True)


def test_what_a_subscriber_was_sent_is_listed_as_any_destinations(shell, hub, reader):
    hub.subscribe(reader)
    hub.publish()

    told = json.loads(shell.run("deliveries", hub.the_one().destination_id, "--json").stdout)

    assert [(one["article"], one["state"]) for one in told] == [("/feeds/all.atom", "delivered")]


def test_a_subscriber_that_fails_is_among_the_destinations(shell, hub, reader):
    reader.takes = reader.answers(503)
    hub.subscribe(reader)
    hub.publish()

    (one,) = json.loads(shell.run("destinations", "--troubled", "--json").stdout)
    assert (one["id"], one["condition"], one["waiting"]) == (hub.the_one().destination_id, "failing", 1)


def test_a_subscriber_that_fails_wakes_nobody(shell, hub, reader):
    reader.takes = reader.answers(404)
    hub.subscribe(reader)
    hub.publish()
    for _ in range(4):
        hub.let_time_pass(hub.the_one().lease_until - hub.the_one().asked_at)
        hub.sweep()

    told = json.loads(shell.run("status", "--json").stdout)

    assert (told["failed_lately"], told["paused"]) == (0, {})


def test_a_destination_of_a_hub_that_there_is_not_is_named(shell):
    done = shell.run("deliveries", "public/websub:nobody")

    assert (done.exit_code, "public/websub:nobody" in done.stderr) == (1, True)


def test_settings_of_the_hub_are_checked(shell, hub):
    hub.newsroom.system.settings.config_dir.joinpath("syndicate.toml").write_text(f"{SETTINGS}lease_s = 0\n")

    done = shell.run("check")

    assert (done.exit_code, "websub.lease_s" in done.stderr) == (1, True)
