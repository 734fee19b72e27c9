"""What our hub remembers, sends and refuses: on both databases, to subscribers on loopback."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from syndicate.ledger import claims, tables, tokens
from syndicate.ledger.database import database_time
from syndicate.ledger.lines import DUE, Due
from syndicate.model.step import Confirm, Deliver
from syndicate.web.tokens import id_of, rotate
from tests.fakes.hub import HUB, SETTINGS, TOPIC, a_hub
from tests.fakes.subscriber import Subscriber
from tests.fakes.web_newsroom import BASE, FEEDS, NOW, an_article, an_event

OWN = f"{BASE}/feeds/partners/chenbao.rss"
NEXT_YEAR = datetime(2027, 1, 5, tzinfo=UTC)
SECRET = "nobody-else-may-read-this"


@pytest.fixture
def hub(tmp_path, ledger_url):
    with a_hub(tmp_path, ledger_url=ledger_url) as hub:
        yield hub


@pytest.fixture
def reader():
    with Subscriber() as reader:
        yield reader


@pytest.fixture
def other():
    with Subscriber() as reader:
        yield reader


def states(hub, topic="/feeds/all.atom"):
    return [(row.revision, row.lane, row.state) for row in hub.sent(topic)]


def rows_of(hub, table):
    with hub.newsroom.system.ledger.read() as connection:
        return [dict(row) for row in connection.execute(select(tables.metadata.tables[table])).mappings()]


def everything(hub):
    """All that the ledger holds, as text."""
    names = [table.name for table in tables.metadata.sorted_tables if table.name != "contents"]
    return "\n".join(repr(row) for name in names for row in rows_of(hub, name))


def claim(hub, *ids):
    """A worker takes these, and is still at it."""
    row = tables.deliveries
    with hub.newsroom.system.ledger.write() as connection:
        due = [Due._make(found) for found in connection.execute(select(*DUE).where(row.c.id.in_(ids)))]
        now = database_time(connection)
        return claims.claim(connection, due, token="somebody", now=now, lease=timedelta(hours=1))


# --- what is sent


def test_a_subscriber_is_sent_every_change_once(hub, reader):
    hub.subscribe(reader)

    hub.publish("hp-2")
    hub.publish("hp-3")
    hub.sweep()

    assert [sent.body.count(b"<entry") for sent in reader.received] == [2, 3]


def test_what_comes_out_the_same_is_not_sent(hub, reader):
    hub.subscribe(reader)

    hub.newsroom.system.begin()
    hub.sweep()

    assert (reader.received, states(hub)) == ([], [])


def test_a_change_of_another_feed_is_not_sent(hub, reader):
    hub.subscribe(reader, topic=f"{BASE}/feeds/sections/%E6%B9%96%E5%8C%BA.atom")

    hub.publish("hp-2", section=["山里"])

    assert reader.received == []


def test_an_older_version_that_waits_is_superseded(hub, reader):
    reader.takes = reader.answers(503)
    hub.subscribe(reader)
    hub.publish("hp-2")
    reader.takes = reader.answers(204)

    hub.publish("hp-3")

    (first, _, was), (second, _, now) = states(hub)
    assert (second, was, now) == (first + 1, "cancelled", "delivered")
    assert [sent.body.count(b"<entry") for sent in reader.received] == [2, 3]


def test_an_older_version_that_is_being_sent_is_not_tried_again(hub, reader):
    hub.subscribe(reader)
    hub.newsroom.system.pause([hub.the_one().destination_id], because="so that it waits")
    hub.publish("hp-2")
    (waiting,) = hub.sent()
    (taken,) = claim(hub, waiting.id)

    hub.publish("hp-3")

    with hub.newsroom.system.ledger.write() as connection:
        assert not claims.is_wanted(connection, taken)
        assert claims.superseded(connection, [taken]) == {taken.due.seq}


def test_two_versions_are_never_sent_to_one_subscriber_at_once(hub, reader):
    hub.subscribe(reader)
    hub.newsroom.system.pause([hub.the_one().destination_id], because="so that it waits")
    hub.publish("hp-2")
    claim(hub, hub.sent()[0].id)
    hub.publish("hp-3")

    assert claim(hub, hub.sent()[1].id) == []


def test_a_withdrawal_goes_by_the_lane_of_removals(hub, reader):
    hub.subscribe(reader)

    hub.publish("hp-1", type="article.withdrawn", version=2)

    assert [lane for _, lane, _ in states(hub)] == ["retract"]
    assert b"<entry" not in reader.received[0].body


def test_a_withdrawal_that_has_not_left_stays_urgent_with_the_next_version(hub, reader):
    hub.subscribe(reader)
    hub.newsroom.system.accept(withdrawal("hp-1"))
    only_built(hub)

    hub.newsroom.system.accept(publication("hp-2"))
    only_built(hub)

    assert [(lane, state) for _, lane, state in states(hub)] == [("retract", "cancelled"), ("retract", "waiting")]


def test_the_same_answer_of_one_subscriber_holds_up_nobody_else(hub, reader, other):
    reader.takes = reader.answers(500)
    hub.subscribe(reader)
    hub.subscribe(other)

    hub.publish("hp-2")

    assert (len(reader.received), len(other.received)) == (1, 1)
    assert sorted(state for _, _, state in states(hub)) == ["delivered", "waiting"]


def test_a_failure_is_tried_again_with_patience(hub, reader):
    reader.takes = reader.answers(503)
    hub.subscribe(reader)
    hub.publish("hp-2")
    reader.takes = reader.answers(204)

    hub.let_time_pass(timedelta(hours=1))
    hub.sweep()

    assert [state for _, _, state in states(hub)] == ["delivered"]
    assert reader.received[0].body == reader.received[1].body


def test_what_waits_is_not_sent_once_they_have_unsubscribed(hub, reader):
    reader.takes = reader.answers(503)
    hub.subscribe(reader)
    hub.publish("hp-2")

    hub.subscribe(reader, mode="unsubscribe")
    hub.let_time_pass(timedelta(hours=1))
    hub.sweep()

    assert (len(reader.received), [state for _, _, state in states(hub)]) == (1, ["cancelled"])


def test_what_fails_after_they_have_unsubscribed_is_not_tried_again(hub, reader):
    hub.subscribe(reader)
    hub.newsroom.system.pause([hub.the_one().destination_id], because="so that it waits")
    hub.publish("hp-2")
    (taken,) = claim(hub, hub.sent()[0].id)

    hub.subscribe(reader, mode="unsubscribe")

    with hub.newsroom.system.ledger.write() as connection:
        assert claims.superseded(connection, [taken]) == {taken.due.seq}


def test_a_renewal_lets_what_waits_be_sent_as_long(hub, reader):
    reader.takes = reader.answers(503)
    hub.subscribe(reader, lease_seconds="3600")
    hub.publish("hp-2")

    hub.subscribe(reader, lease_seconds="7200")

    assert hub.sent()[0].expires_at == hub.the_one().lease_until


def test_the_bytes_of_a_feed_that_is_served_outlive_the_rows_that_brought_it(hub, reader):
    hub.subscribe(reader)
    hub.publish("hp-2")
    served = hub.feed()
    hub.let_time_pass(timedelta(days=365))

    dropped = sum(part.deliveries for part in hub.newsroom.system.prune())

    assert (dropped >= 1, hub.feed()) == (True, served)


def test_a_feed_whose_bytes_were_superseded_leaves_none_behind(hub, reader):
    hub.subscribe(reader)
    hub.publish("hp-2")
    first = hub.sent()[0].body

    hub.publish("hp-3")

    assert first not in {row["digest"] for row in rows_of(hub, "contents")}


# --- another's hub


def test_another_hub_hears_of_a_change_only_when_bytes_have_changed(tmp_path, ledger_url, reader):
    with a_hub(tmp_path, settings=SETTINGS + f'hubs = ["{reader.callback}"]\n', ledger_url=ledger_url) as hub:
        heard = len(reader.received)

        hub.newsroom.system.begin()
        hub.sweep()

        assert (heard > 0, len(reader.received)) == (True, heard)


def test_another_hub_can_fetch_what_it_hears_of(tmp_path, ledger_url, reader):
    fetched = []
    with a_hub(tmp_path, settings=SETTINGS + f'hubs = ["{reader.callback}"]\n', ledger_url=ledger_url) as hub:

        def fetch(sent):
            if b"all.atom" in sent.body:
                fetched.append(b"hp-2" in hub.feed())
            return 204, {}, b""

        reader.takes = fetch
        hub.publish("hp-2")

    assert fetched == [True]


def test_another_hub_that_is_away_is_told_again(tmp_path, ledger_url, reader):
    with a_hub(tmp_path, settings=SETTINGS + f'hubs = ["{reader.callback}"]\n', ledger_url=ledger_url) as hub:
        reader.takes = reader.answers(503)
        hub.publish("hp-2")
        reader.takes = reader.answers(204)

        hub.let_time_pass(timedelta(hours=7))
        hub.sweep()

        assert hub.sent()[-1].state == "delivered"


def test_another_hub_never_hears_of_a_partners_own_feed(tmp_path, ledger_url, reader):
    with a_hub(tmp_path, settings=SETTINGS + f'hubs = ["{reader.callback}"]\n', ledger_url=ledger_url) as hub:
        hub.publish("hp-2")
        token = hub.newsroom.token("feeds:read", partner_id="chenbao")
        header = hub.newsroom.get("/feeds/partners/chenbao.rss", authorization=f"Bearer {token}").headers["link"]

    assert not [sent for sent in reader.received if b"partners" in sent.body]
    assert reader.callback not in header


# --- a partner's own feed


@pytest.fixture
def token(hub):
    return hub.newsroom.token("feeds:read", partner_id="chenbao")


def test_a_partners_feed_is_pushed_to_who_has_its_token(hub, reader, token):
    hub.subscribe(reader, topic=f"{OWN}?token={token}")

    hub.publish("hp-2")

    assert reader.asked[0]["hub.topic"] == f"{OWN}?token={token}"
    assert "清晨的湖面".encode() in reader.received[0].body
    assert token not in str(reader.received[0].headers)


@pytest.mark.parametrize("topic", [OWN, f"{BASE}/feeds/partners/nobody.rss", f"{OWN}?token=sy_nonsense"])
def test_without_its_token_it_is_denied_whether_or_not_there_is_such_a_partner(hub, reader, topic):
    answer = hub.ask_for(reader, topic=topic)

    assert (answer.status, answer.headers["content-type"]) == (403, "text/plain; charset=utf-8")
    assert (hub.subscriptions(), reader.asked) == ([], [])


def test_another_partners_token_does_not_open_it(hub, reader):
    theirs = hub.newsroom.token("feeds:read", partner_id="wanbao")

    assert hub.ask_for(reader, topic=f"{OWN}?token={theirs}").status == 403


def test_once_the_token_is_taken_back_the_subscription_is_denied(hub, reader, token):
    hub.subscribe(reader, topic=f"{OWN}?token={token}")
    with hub.newsroom.system.ledger.write() as connection:
        tokens.revoke(connection, token.split("_")[1], now=NOW)

    hub.publish("hp-2")

    assert (reader.received, hub.the_one().state) == ([], "ended")
    assert reader.asked[1]["hub.mode"] == "denied"
    assert reader.asked[1]["hub.topic"] == f"{OWN}?token={token}"


def test_once_another_token_has_taken_its_place_the_subscription_is_denied(hub, reader, token):
    hub.subscribe(reader, topic=f"{OWN}?token={token}")
    rotate(hub.newsroom.system.ledger, id_of(token), overlap=timedelta(days=1), now=NOW)
    hub.at(NOW + timedelta(hours=23)).sweep()
    before = hub.the_one().state

    hub.at(NOW + timedelta(hours=25)).sweep()

    assert (before, hub.the_one().state) == ("active", "ended")
    assert "has ended" in reader.asked[1]["hub.reason"]


def test_once_the_agreement_ends_the_subscription_is_denied(hub, reader, token):
    hub.subscribe(reader, topic=f"{OWN}?token={token}")

    hub.at(NEXT_YEAR).sweep()

    assert (reader.received, hub.the_one().state) == ([], "ended")
    assert reader.asked[1]["hub.reason"] == "agreement HP-1 ended on 2026-12-31"


def test_a_partners_feed_names_our_own_hub_alone(tmp_path, ledger_url):
    with a_hub(tmp_path, settings=SETTINGS + 'hubs = ["http://127.0.0.1:9/"]\n', ledger_url=ledger_url) as hub:
        token = hub.newsroom.token("feeds:read", partner_id="chenbao")
        answer = hub.newsroom.get("/feeds/partners/chenbao.json", authorization=f"Bearer {token}")

    assert [one["url"] for one in answer.json["hubs"]] == [HUB]


def test_an_archive_names_no_hub_as_nobody_subscribes_to_it(tmp_path, ledger_url):
    feeds = FEEDS | {"all": FEEDS["all"] + "archives = true\n"}
    with a_hub(tmp_path, feeds=feeds, ledger_url=ledger_url) as hub:
        hub.publish("hp-0", published_at="2026-03-06T09:00:00+08:00")
        answer = hub.newsroom.get("/archives/all/2026-03.atom")

    assert (answer.status, b'rel="hub"' in answer.body, 'rel="hub"' in answer.headers["link"]) == (200, False, False)


def test_neither_token_nor_secret_can_be_read_in_the_ledger(hub, reader, token):
    hub.subscribe(reader, topic=f"{OWN}?token={token}", secret=SECRET)
    hub.publish("hp-2")

    held = everything(hub)
    assert (token in held, SECRET in held) == (False, False)
    assert SECRET not in repr(hub.the_one())


# --- limits


def test_a_request_without_end_is_refused(hub):
    answer = hub.post_bytes(b"hub.mode=" + b"x" * 20_000)

    assert (answer.status, answer.headers["content-type"]) == (413, "text/plain; charset=utf-8")


def test_without_a_hub_there_is_none(tmp_path, ledger_url, reader):
    with a_hub(tmp_path, settings="", ledger_url=ledger_url) as hub:
        assert hub.ask_for(reader).status == 404


def test_a_callback_must_be_encrypted_unless_it_is_set_otherwise(tmp_path, ledger_url, reader):
    with a_hub(tmp_path, settings="[websub]\nhub = true\n", ledger_url=ledger_url) as hub:
        answer = hub.ask_for(reader)

    assert (answer.status, b"https://" in answer.body) == (400, True)


@pytest.mark.parametrize(
    "callback", ["http://u:p@reader.example/", "http://reader.example/#x", "http://reader.example/湖"]
)
def test_a_callback_that_could_be_misread_is_refused(hub, callback):
    assert hub.post(mode="subscribe", callback=callback, topic=TOPIC).status == 400


def test_a_callback_on_a_private_network_is_never_connected_to(tmp_path, ledger_url, reader):
    settings = SETTINGS.replace('network = "internal"', "")
    with a_hub(tmp_path, settings=settings, ledger_url=ledger_url) as hub:
        hub.subscribe(reader)

        assert (reader.asked, hub.the_one().state) == ([], "asked")
        assert "this machine" in hub.the_one().said


def test_a_redirect_is_not_followed_when_verifying(hub, reader, other):
    reader.confirms = reader.says(302)

    hub.subscribe(reader)

    assert other.asked == []


def test_one_host_may_have_so_many_subscriptions_and_no_more(tmp_path, ledger_url, reader):
    with a_hub(tmp_path, settings=SETTINGS + "most_per_host = 2\n", ledger_url=ledger_url) as hub:
        answers = [hub.ask_for(reader, topic=f"{BASE}/feeds/all.{name}") for name in ("atom", "rss", "json")]

    assert [answer.status for answer in answers] == [202, 202, 429]
    assert answers[2].headers["retry-after"] == "60"


def test_there_may_be_so_many_in_all(tmp_path, ledger_url, reader):
    with a_hub(tmp_path, settings=SETTINGS + "most = 1\n", ledger_url=ledger_url) as hub:
        hub.subscribe(reader)

        assert hub.ask_for(reader, topic=f"{BASE}/feeds/all.rss").status == 429


def test_a_renewal_needs_no_place_of_its_own(tmp_path, ledger_url, reader):
    with a_hub(tmp_path, settings=SETTINGS + "most = 1\nmost_per_host = 1\n", ledger_url=ledger_url) as hub:
        hub.subscribe(reader)

        assert hub.ask_for(reader).status == 202


def test_one_host_may_have_so_many_waiting_for_verification(tmp_path, ledger_url, reader):
    with a_hub(tmp_path, settings=SETTINGS + "most_waiting = 1\n", ledger_url=ledger_url) as hub:
        hub.ask_for(reader)

        assert hub.ask_for(reader, topic=f"{BASE}/feeds/all.rss").status == 429


def test_however_often_somebody_asks_one_verification_is_outstanding(hub, reader):
    for _ in range(5):
        hub.ask_for(reader)

    hub.work()

    assert len(reader.asked) == 1


def test_a_callback_that_was_just_asked_is_left_alone_for_a_while(tmp_path, ledger_url, reader):
    settings = SETTINGS.replace("verify_pause_s = 0", "verify_pause_s = 30")
    with a_hub(tmp_path, settings=settings, ledger_url=ledger_url) as hub:
        hub.subscribe(reader)
        hub.subscribe(reader, lease_seconds="7200")
        hub.sweep()
        at_once = len(reader.asked)

        hub.let_time_pass(timedelta(seconds=31))
        hub.sweep()

    assert (at_once, len(reader.asked)) == (1, 2)


def test_a_callback_that_nobody_answers_at_is_asked_three_times(hub):
    hub.post(mode="subscribe", callback="http://127.0.0.1:9/", topic=TOPIC)
    hub.work()
    for _ in range(5):
        hub.let_time_pass(timedelta(minutes=5))
        hub.sweep()

    assert (hub.the_one().tries, hub.the_one().due_at, hub.the_one().state) == (3, None, "asked")


def test_a_worker_that_dies_while_it_asks_is_followed_by_another(hub, reader):
    hub.ask_for(reader)
    hub.newsroom.queue.steps.clear()

    hub.sweep()

    assert hub.the_one().state == "active"


def test_verifying_twice_asks_once(hub, reader):
    hub.subscribe(reader)

    hub.newsroom.system.perform(Confirm(subscriptions=(hub.the_one().id,)))

    assert len(reader.asked) == 1


def test_what_nobody_has_confirmed_is_forgotten_after_a_week(hub, reader):
    reader.confirms = reader.says(404)
    hub.subscribe(reader)
    hub.let_time_pass(timedelta(days=8))

    hub.sweep()

    assert hub.subscriptions() == []


def test_the_key_that_seals_secrets_can_be_read_by_us_alone(hub, reader):
    hub.subscribe(reader, secret=SECRET)

    file = hub.newsroom.system.settings.secrets_dir / "websub"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_that_was_rotated_still_opens_what_the_old_one_sealed(hub, reader):
    hub.subscribe(reader, secret=SECRET)
    file = hub.newsroom.system.settings.secrets_dir / "websub"
    file.write_text(f"whsec_{'bmV3' * 8} {file.read_text()}")

    hub.publish("hp-2")

    assert "x-hub-signature" in reader.received[0].headers


def test_what_a_lost_key_sealed_fails_in_words_that_say_what_to_do(hub, reader):
    hub.subscribe(reader, secret=SECRET)
    (hub.newsroom.system.settings.secrets_dir / "websub").write_text(f"whsec_{'bmV3' * 8}")

    hub.publish("hp-2")

    assert "put the old key behind" in hub.sent()[0].reason


def publication(id):
    return an_event(id=f"e-{id}", data=an_article(id=id))


def withdrawal(id):
    return an_event(id=f"w-{id}", type="article.withdrawn", data={"id": id, "version": 2})


def only_built(hub):
    """Plan and build, and send nothing."""
    steps = hub.newsroom.queue.steps
    while any(not isinstance(step, Deliver) for step in steps):
        step = steps.popleft()
        if isinstance(step, Deliver):
            continue
        hub.newsroom.system.perform(step)
    steps.clear()
