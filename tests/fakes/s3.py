"""An S3 server on loopback, as a process: moto's. From `checking` on it lets nobody in whose signature is wrong."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import requests
from botocore.config import Config

NO_CHECKS = {"INITIAL_NO_AUTH_ACTION_COUNT": "1000000"}
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'


@dataclass(frozen=True)
class S3:
    """Where it is, and the key that it knows."""

    url: str
    key: str
    secret: str
    region: str = "eu-central-1"

    @property
    def client(self) -> Any:
        """Amazon's own client, to look with."""
        return self._client("s3")

    def checking(self) -> None:
        """From now on see whether signatures are right."""
        requests.post(f"{self.url}/moto-api/reset-auth", data=b"0", timeout=5).raise_for_status()

    def _client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=self.region,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
        )


@contextmanager
def s3(bucket: str) -> Iterator[S3]:
    """Run one with an empty bucket until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(program, env=os.environ | NO_CHECKS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_it_answers(server, f"http://127.0.0.1:{port}")
        yield _prepared(S3(f"http://127.0.0.1:{port}", "nobody", "nothing"), bucket)
    finally:
        server.terminate()
        server.wait(10)


def _prepared(empty: S3, bucket: str) -> S3:
    users = empty._client("iam")
    users.create_user(UserName="syndicate")
    users.put_user_policy(UserName="syndicate", PolicyName="write", PolicyDocument=POLICY)
    made = users.create_access_key(UserName="syndicate")["AccessKey"]
    empty.client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": empty.region})
    ready = S3(empty.url, made["AccessKeyId"], made["SecretAccessKey"])
    ready.checking()
    return ready


def _wait_until_it_answers(server: "subprocess.Popen[bytes]", url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, "the S3 server did not start"
        try:
            requests.get(f"{url}/moto-api/data.json", timeout=5)
            return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError("the S3 server does not answer")
