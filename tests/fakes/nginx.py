"""A real nginx on loopback: plain, or over TLS with HTTP/2 and certificates. What came stands in its log."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  client_max_body_size 10m;
  keepalive_requests 100000;
  log_format told escape=json '{{"connection":"$connection","protocol":"$server_protocol","who":"$ssl_client_s_dn",'
    '"verified":"$ssl_client_verify","uri":"$request_uri"}}';
  access_log {folder}/access.log told;
  {site}
}}
"""
SITE = """
  server {{
    listen 127.0.0.1:{port}{listen};
    {tls}
    location / {{ return 200 "{{}}"; }}
  }}
"""


@dataclass(frozen=True)
class Nginx:
    """Its address, and what it has seen."""

    port: int
    folder: Path

    def seen(self, many: int) -> list[dict[str, str]]:
        """What came, a line for each request: connection, protocol, who, verified, uri.

        It writes them down after it has answered: so many are waited for.
        """
        until = time.monotonic() + 10
        while len(lines := self._lines()) < many and time.monotonic() < until:
            time.sleep(0.02)
        return [json.loads(line) for line in lines]

    def _lines(self) -> list[str]:
        log = self.folder / "access.log"
        return log.read_text("utf-8").splitlines() if log.exists() else []


@contextmanager
def nginx(folder: Path, *, listen: str = "", tls: str = "", site: str = "") -> Iterator[Nginx]:
    """Run one until the block ends; skipped where there is none, failing where CI=true.

    `site` takes the place of the server that answers everything with `{}`; in it `listen 80;` becomes another port.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no nginx")
    folder.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = site.replace("listen 80;", f"listen 127.0.0.1:{port};") or SITE.format(port=port, listen=listen, tls=tls)
    user = "user root;" if os.geteuid() == 0 else ""  # or its workers couldn't read what a test has made
    told = CONFIGURATION.format(folder=folder, user=user, site=served)
    (folder / "nginx.conf").write_text(told, "utf-8")
    server = subprocess.Popen([program, "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
    try:
        _wait_until_it_listens(server, port)
        yield Nginx(port, folder)
    finally:
        server.terminate()
        server.wait(10)


def _wait_until_it_listens(server: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        assert server.poll() is None, "nginx did not start"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("nginx does not listen")
