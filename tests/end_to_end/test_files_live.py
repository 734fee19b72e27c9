"""The whole system writes its feeds to a real S3 server whose key is missing for a while: told, and nothing is lost."""

import json
from pathlib import Path

import pytest

from tests.builders import an_event
from tests.fakes.brokers import free_port
from tests.fakes.live import Live
from tests.fakes.partner import FakePartner
from tests.fakes.s3 import S3, s3

BUCKET = "hupan-feeds"


def headlines(server: S3) -> list[str]:
    try:
        body = server.client.get_object(Bucket=BUCKET, Key="public/feeds/all.json")["Body"].read()
    except server.client.exceptions.NoSuchKey:
        return []
    return [item["title"] for item in json.loads(body)["items"]]


@pytest.mark.timeout(300)
def test_a_bucket_has_what_was_published_and_not_what_was_withdrawn_though_its_key_was_missing_for_a_while(
    tmp_path: Path, partners: dict[str, FakePartner]
) -> None:
    port = free_port()
    with s3(BUCKET) as server:
        web = {"port": port, "base_url": f"http://127.0.0.1:{port}", "files": f"s3://{BUCKET}/public"}
        reached = {"endpoint": server.url, "region": server.region, "network": "internal"}
        with Live(tmp_path, partners, web=web, **{"web.s3": reached}) as live:
            live.publish(an_event("published", "a-1"))
            live.wait_for(lambda: "is not set" in live.log("feeds"), timeout_s=60)

            key = live.settings.secrets_dir / "file-store"
            key.write_text(f"{server.key}:{server.secret}", encoding="utf-8")
            live.wait_for(lambda: headlines(server) == ["老码头重新开渡"], timeout_s=60)

            live.publish(an_event("withdrawn", "a-1", version=2))
            live.wait_for(lambda: headlines(server) == [], timeout_s=60)

            assert server.secret not in live.log("feeds")
