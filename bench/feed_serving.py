"""Answers a second: our own server, whose feeds stand in the ledger, against nginx with the same bytes on disk."""

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import uvicorn

from bench.feed_building import configure, publish
from bench.results import Row
from syndicate.assemble import assemble
from syndicate.dispatch.inline import Inline
from syndicate.ledger.migrate import migrate
from syndicate.monitor.logs import set_up_logs
from syndicate.settings import read_settings
from syndicate.web.app import make_app

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  access_log off; keepalive_requests 10000000; gzip_static on;
  types {{ application/atom+xml atom; }}
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


def rows(folder: Path, *, entries: int, seconds: int) -> list[Row]:
    """200 with gzip, and 304, from 16 connections that stay open; one server process each."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ours, theirs = _free_port(), _free_port()
    _fill(folder, ours, entries)
    found = []
    with _running([sys.executable, "-m", "bench.feed_serving", str(folder), str(ours)], ours):
        answer = requests.get(
            f"http://127.0.0.1:{ours}/feeds/all.atom", headers={"Accept-Encoding": "gzip"}, timeout=10
        )
        files = folder / "files" / "feeds"
        files.mkdir(parents=True)
        (files / "all.atom").write_bytes(answer.content)
        subprocess.run(["gzip", "-k", "-6", str(files / "all.atom")], check=True)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=theirs))
        with _running(["nginx", "-c", str(folder / "nginx.conf")], theirs):
            for status in (200, 304):
                mine, nginx = (_per_second(port, status, seconds) for port in (ours, theirs))
                found.append(Row(f"nginx, {status}", {"per_second": nginx}))
                found.append(Row(f"ours, {status}", {"per_second": mine}, mine / nginx, "nginx"))
    return found


def _fill(folder: Path, port: int, entries: int) -> None:
    config = configure(folder)
    written = (config / "syndicate.toml").read_text("utf-8")
    address = f'base_url = "http://127.0.0.1:{port}"'
    (config / "syndicate.toml").write_text(re.sub(r'(?m)^base_url = "[^"]*"', address, written), "utf-8")
    queue = Inline()
    system = assemble(read_settings(config, data_dir=folder / "data", ledger_url=""), handover=queue)
    migrate(system.ledger)
    for number in range(entries, 0, -1):
        publish(system, number)
    queue.run(system.perform)
    system.close()


def _per_second(port: int, status: int, seconds: int) -> float:
    """How many answers with that status come a second; fails when another one comes."""
    url = f"http://127.0.0.1:{port}/feeds/all.atom"
    headers = {"Accept-Encoding": "gzip"}
    if status == 304:
        headers["If-None-Match"] = requests.get(url, headers=headers, timeout=10).headers["ETag"]
    if (seen := requests.get(url, headers=headers, timeout=10).status_code) != status:
        raise SystemExit(f"port {port} answers {seen}, not {status}")
    told = [part for name, said in headers.items() for part in ("-H", f"{name}: {said}")]
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", *told, url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if found is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"wrk says:\n{done.stdout}")
    return float(found[1])


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    """A server, from when it takes connections until we are done with it."""
    process = subprocess.Popen(command)
    try:
        until = time.monotonic() + 30
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{command[0]} doesn't listen on port {port}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def _serve(folder: Path, port: int) -> None:
    settings = read_settings(folder / "config", data_dir=folder / "data", ledger_url="")
    system = assemble(settings, handover=Inline())
    uvicorn.run(make_app(system), port=port, access_log=False, log_config=None, server_header=False)


if __name__ == "__main__":
    set_up_logs("WARNING")
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
