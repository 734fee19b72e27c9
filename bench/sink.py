"""Where everything goes: a real nginx on loopback that takes every POST, with TLS on a second port."""

import http.client
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log crit;
events {{ worker_connections 4096; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  access_log off;
  keepalive_requests 100000000;
  keepalive_timeout 300;
  client_body_buffer_size 64k;
  client_max_body_size 10m;
  log_format arrived '$msec $request_uri';
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 200; }}
    location /logged/ {{ access_log {folder}/arrived.log arrived; return 200; }}
    location = /status {{ stub_status; }}
  }}
  server {{
    listen 127.0.0.1:{tls_port} ssl backlog=4096;
    ssl_certificate {folder}/sink.crt; ssl_certificate_key {folder}/sink.key;
    location / {{ return 200; }}
  }}
}}
"""


@dataclass(frozen=True)
class Sink:
    """Its ports, and the certificate by which its TLS is known."""

    folder: Path
    port: int
    tls_port: int
    ca: str

    def url(self, number: int, *, hosts: int, tls: bool) -> str:
        """The address of destination `number`, on one of so many hosts (all of 127/8 is this machine)."""
        host = f"127.{1 + number % hosts // 250}.0.{1 + number % hosts % 250}" if hosts > 1 else "127.0.0.1"
        return f"https://{host}:{self.tls_port}/push" if tls else f"http://{host}:{self.port}/push"

    def requests(self) -> int:
        """How many it has taken, this question included."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", "/status")
        said = connection.getresponse().read().decode().split()
        connection.close()
        return int(said[9])

    def arrived(self) -> dict[str, float]:
        """When each address under /logged/ was posted to last: path → seconds since 1970."""
        log = self.folder / "arrived.log"
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        return {path: float(at) for at, _, path in (line.partition(" ") for line in lines)}


@contextmanager
def sink(folder: Path) -> Iterator[Sink]:
    """Run it until the block ends."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SystemExit("the benchmark sends to nginx: install the package nginx")
    folder.mkdir(parents=True, exist_ok=True)
    _certificate(folder)
    port, tls_port = _free_port(), _free_port()
    told = CONFIGURATION.format(folder=folder, port=port, tls_port=tls_port).replace("listen 127.0.0.1:", "listen ")
    (folder / "nginx.conf").write_text(told, "utf-8")
    server = subprocess.Popen([program, "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield Sink(folder, port, tls_port, (folder / "sink.crt").read_text("utf-8"))
    finally:
        server.terminate()
        server.wait(10)


def _certificate(folder: Path) -> None:
    names = ",".join(f"IP:127.{1 + number // 250}.0.{1 + number % 250}" for number in range(200))
    subprocess.run(
        [
            *[
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=sink",
            ],
            *("-keyout", folder / "sink.key", "-out", folder / "sink.crt"),
            *("-addext", f"subjectAltName=IP:127.0.0.1,{names}"),
        ],
        check=True,
        capture_output=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("nginx does not listen")
