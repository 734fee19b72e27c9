"""A subscriber that knows nothing of us but a feed's address: `python reader.py URL`.

It shares no code with the hub. Each thing that happens to it is a line of JSON on standard output.
"""

import hashlib
import hmac
import json
import secrets
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

SECRET = secrets.token_hex(20)


def discover(url: str) -> tuple[str, str]:
    """The topic and its hub, by the Link header."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        found: dict[str, str] = {}
        for link in answer.headers["Link"].split(", "):
            target, _, parameters = link.partition(">; ")
            found.setdefault(parameters.split('"')[1], target.strip("<"))
    return found["self"], found["hub"]


class Callback(BaseHTTPRequestHandler):
    """Confirms what was asked for, and takes what comes."""

    topic = ""

    def do_GET(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        is_ours = asked["hub.topic"] == self.topic and int(asked["hub.lease_seconds"]) > 0
        self.send_response(200 if is_ours else 404)
        self.end_headers()
        self.wfile.write(asked["hub.challenge"].encode() if is_ours else b"")
        tell({"confirmed": asked["hub.mode"]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        method, _, said = self.headers["X-Hub-Signature"].partition("=")
        right = hmac.new(SECRET.encode(), body, getattr(hashlib, method)).hexdigest()
        self.send_response(202)
        self.end_headers()
        tell({"signed": hmac.compare_digest(said, right), "items": len(json.loads(body)["items"])})

    def log_message(self, *_: object) -> None:
        """What happens is on standard output."""


def tell(what: object) -> None:
    """One line, at once."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main(url: str) -> None:
    """Subscribe, and listen until killed."""
    topic, hub = discover(url)
    Callback.topic = topic
    server = HTTPServer(("127.0.0.1", 0), Callback)
    listening = Thread(target=server.serve_forever)
    listening.start()
    callback = f"http://127.0.0.1:{server.server_address[1]}/{secrets.token_hex(8)}"
    wish = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": callback, "hub.secret": SECRET}
    with urllib.request.urlopen(hub, urlencode(wish).encode(), timeout=10) as answer:
        if answer.status != 202:
            raise SystemExit(f"the hub answered {answer.status}")
    listening.join()


if __name__ == "__main__":
    main(sys.argv[1])
