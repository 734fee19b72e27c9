"""Files in a bucket: with a real S3 server that checks signatures, and Amazon's own client to look with."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicate.settings import S3 as Reached
from syndicate.settings import Web
from syndicate.stores import CannotBeStored, File, StoreUnavailable, open_store
from syndicate.stores.s3 import Bucket
from tests.fakes.s3 import S3, s3

BUCKET = "hupan-feeds"
WHEN = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
FILE = File("feeds/sections/湖区/观鸟 手记 (+&=).atom", "<feed>芦苇</feed>".encode(), "application/atom+xml", WHEN)


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with s3(BUCKET) as server:
        yield server


def a_bucket(server: S3, place: str = f"s3://{BUCKET}/public/v1", *, key: str | None = None, **changes) -> Bucket:
    told = {"endpoint": server.url, "region": server.region, "network": "internal"} | changes
    web = Web(files=place, s3=Reached(**told), feed_max_age_s=60)
    held = {"file-store": key or f"{server.key}:{server.secret}"}
    store = open_store(web, deadline_s=10, secret=held.__getitem__)
    assert isinstance(store, Bucket)
    return store


def found(server: S3, path: str = FILE.path):
    return server.client.get_object(Bucket=BUCKET, Key=f"public/v1/{path}")


def paths(server: S3) -> list[str]:
    return [one["Key"] for one in server.client.list_objects_v2(Bucket=BUCKET).get("Contents", ())]


def why_not(store: Bucket, file: File = FILE) -> str:
    with pytest.raises(StoreUnavailable) as refused:
        store.put(file)
    return str(refused.value)


def test_an_object_has_the_bytes_under_the_files_path(server: S3):
    a_bucket(server).put(FILE)

    assert found(server)["Body"].read() == FILE.body


def test_an_object_says_what_it_is_and_how_long_it_may_be_kept(server: S3):
    a_bucket(server).put(FILE)

    told = found(server)
    assert (told["ContentType"], told["CacheControl"]) == (
        "application/atom+xml",
        "public, max-age=60, stale-while-revalidate=60",
    )
    assert "ContentEncoding" not in told


def test_a_compressed_object_says_so(server: S3):
    a_bucket(server).put(replace(FILE, path="feeds/all.atom.gz", coding="gzip"))

    told = found(server, "feeds/all.atom.gz")
    assert (told["ContentType"], told["ContentEncoding"]) == ("application/atom+xml", "gzip")


def test_a_newer_file_takes_the_place_of_the_older(server: S3):
    store = a_bucket(server)

    store.put(FILE)
    store.put(replace(FILE, body=b"<feed/>"))

    assert found(server)["Body"].read() == b"<feed/>"


def test_two_megabytes_arrive_whole(server: S3):
    body = bytes(range(256)) * 8192

    a_bucket(server).put(replace(FILE, body=body))

    assert found(server)["Body"].read() == body


def test_an_empty_file_can_be_put(server: S3):
    a_bucket(server).put(replace(FILE, path="feeds/empty.rss", body=b""))

    assert found(server, "feeds/empty.rss")["Body"].read() == b""


def test_a_removed_object_is_gone(server: S3):
    store = a_bucket(server)
    store.put(FILE)

    store.remove(FILE.path)

    assert f"public/v1/{FILE.path}" not in paths(server)


def test_to_remove_what_is_not_there_is_no_mistake(server: S3):
    a_bucket(server).remove("feeds/never.rss")


def test_without_a_prefix_files_stand_at_the_top(server: S3):
    a_bucket(server, f"s3://{BUCKET}").put(replace(FILE, path="feeds/all.rss"))

    assert "feeds/all.rss" in paths(server)


# what goes wrong


def test_a_key_that_is_wrong_is_told_but_not_shown(server: S3):
    said = why_not(a_bucket(server, key=f"{server.key}:notthesecret"))

    assert ("403" in said, "key" in said, "notthesecret" in said, server.key in said) == (True, True, False, False)


def test_a_bucket_that_is_not_there_is_told(server: S3):
    assert "NoSuchBucket" in why_not(a_bucket(server, "s3://nobodys-bucket"))


def test_to_remove_from_a_bucket_that_is_not_there_is_a_mistake(server: S3):
    with pytest.raises(StoreUnavailable, match="NoSuchBucket"):
        a_bucket(server, "s3://nobodys-bucket").remove("feeds/all.rss")


def test_a_server_that_is_away_is_told(server: S3):
    assert why_not(a_bucket(server, endpoint="http://127.0.0.1:9")) == "127.0.0.1 refused the connection"


@pytest.mark.parametrize("key", ["", "only-an-id", "id:", ":secret", "id:two words"])
def test_a_secret_that_holds_no_key_is_told_but_not_shown(server: S3, key: str):
    store = Bucket(Web(files=f"s3://{BUCKET}"), deadline_s=1, secret={"file-store": key}.__getitem__)

    said = why_not(store)

    assert said == "secret file-store is not what it should be, which is ACCESS_KEY_ID:SECRET_ACCESS_KEY"


def test_a_secret_that_is_not_set_is_told(server: S3):
    store = Bucket(Web(files=f"s3://{BUCKET}"), deadline_s=1, secret={}.__getitem__)

    assert why_not(store) == "secret file-store is not set: it is to hold ACCESS_KEY_ID:SECRET_ACCESS_KEY"


def test_an_address_on_our_own_network_is_refused_unless_it_is_allowed(server: S3):
    store = a_bucket(server, endpoint="https://127.0.0.1:9", network="public")

    assert "this machine" in why_not(store)


@pytest.mark.parametrize(
    "path", ["feeds/../x.rss", "feeds//x.rss", "/x.rss", "feeds/x\n.rss", f"feeds/{'湖' * 90}.rss"]
)
def test_a_path_that_leads_elsewhere_is_never_asked_for(server: S3, path: str):
    with pytest.raises(CannotBeStored):
        a_bucket(server, endpoint="http://127.0.0.1:9").put(replace(FILE, path=path))


def test_a_bucket_may_have_a_host_of_its_own(server: S3):
    store = a_bucket(server, endpoint="https://oss-cn-wuhan.example", addressing="host", network="public")

    assert store.url("feeds/all.rss") == f"https://{BUCKET}.oss-cn-wuhan.example/public/v1/feeds/all.rss"
