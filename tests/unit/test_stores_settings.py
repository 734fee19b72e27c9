"""Where files are written: what the settings may say, and what is wrong with what they say."""

import pytest
from pydantic import ValidationError

from syndicate.settings import S3, Web
from syndicate.stores import CannotBeStored, open_store, parts_of, store_problem

KEYS = {"file-store": "HPKEY:hpsecret"}.__getitem__


@pytest.mark.parametrize(
    "place", ["", "/srv/syndicate/public", "s3://hupan-feeds", "s3://hupan-feeds/public/v1", "s3://hupan.feeds/a_b.c-d"]
)
def test_a_place_for_files_is_none_a_path_or_a_bucket(place: str):
    assert Web(files=place).files == place


@pytest.mark.parametrize(
    "place",
    [
        "public",
        "./public",
        "s3://",
        "s3://Upper",
        "s3://bucket/",
        "s3://bucket/../x",
        "s3://b/a//b",
        "s3://b?x",
        "https://x",
    ],
)
def test_any_other_place_is_refused(place: str):
    with pytest.raises(ValidationError):
        Web(files=place)


@pytest.mark.parametrize(
    "endpoint", ["http://s3.example", "https://s3.example/path", "https://user@s3.example", "https://s3.example?x=1"]
)
def test_an_endpoint_is_https_and_a_host_alone(endpoint: str):
    with pytest.raises(ValidationError):
        S3(endpoint=endpoint)


def test_on_our_own_network_http_will_do():
    assert S3(endpoint="http://minio.internal:9000", network="internal").endpoint == "http://minio.internal:9000"


def test_without_a_place_there_is_no_store():
    assert open_store(Web(), deadline_s=1, secret=KEYS) is None


def test_a_folder_that_is_not_there_is_a_problem_that_names_it(tmp_path):
    assert str(tmp_path / "none") in store_problem(Web(files=str(tmp_path / "none")), secret=KEYS)


def test_a_folder_that_is_there_is_no_problem(tmp_path):
    assert store_problem(Web(files=str(tmp_path)), secret=KEYS) == ""


def test_a_bucket_without_its_key_is_a_problem_that_names_the_secret():
    assert "secret file-store is not set" in store_problem(Web(files="s3://hupan-feeds"), secret={}.__getitem__)


def test_a_bucket_with_its_key_is_no_problem():
    assert store_problem(Web(files="s3://hupan-feeds"), secret=KEYS) == ""


def test_the_key_is_in_no_words_about_the_store():
    store = open_store(Web(files="s3://hupan-feeds/public"), deadline_s=1, secret=KEYS)

    assert "hpsecret" not in f"{store!r} {store and store.name}"


def test_a_files_path_is_split_into_its_parts():
    assert parts_of("feeds/sections/湖区.rss") == ["feeds", "sections", "湖区.rss"]


@pytest.mark.parametrize(
    "path", ["", "/", "a//b", "../a", "a/..", "a/./b", "a\x00b", "a\\b", "湖" * 100, "/".join("a" * 600)]
)
def test_a_path_that_leads_elsewhere_or_is_too_long_is_refused(path: str):
    with pytest.raises(CannotBeStored):
        parts_of(path)
