"""The least that it can cost: libcurl's multi interface from Python, posting the same bytes, and nothing else.

No ledger, no claim, no signature made (one is sent), nothing looked at but whether it went well.
"""

import resource
import time
from collections.abc import Sequence
from typing import Any

import pycurl

from bench.ledger import body

WINDOW = 200


def run(*, urls: Sequence[str], many: int, body_bytes: int, ca: str = "") -> dict[str, float]:
    """Post so many, to each address in turn."""
    multi = pycurl.CurlMulti()
    posts = [body(number, body_bytes) for number in range(-(-many // len(urls)))]
    idle: dict[str, list[Any]] = {url: [] for url in urls}
    running: dict[Any, str] = {}
    sent = done = 0
    started, used = time.perf_counter(), time.process_time()
    while done < many:
        while len(running) < WINDOW and sent < many:
            article, place = divmod(sent, len(urls))
            url = urls[place]
            curl = idle[url].pop() if idle[url] else _handle(url, ca)
            curl.setopt(pycurl.HTTPHEADER, _headers(sent))
            curl.setopt(pycurl.POSTFIELDS, posts[article])
            multi.add_handle(curl)
            running[curl] = url
            sent += 1
        multi.perform()
        left = 1
        while left:
            left, good, bad = multi.info_read()
            assert not bad, bad
            for curl in good:
                multi.remove_handle(curl)
                idle[running.pop(curl)].append(curl)
            done += len(good)
        if len(running) == WINDOW or sent == many:
            multi.select(0.1)
    took_s, cpu_s = time.perf_counter() - started, time.process_time() - used
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"deliveries": done, "wall_s": took_s, "cpu_s": cpu_s, "peak_mb": peak_mb}


def _handle(url: str, ca: str) -> Any:  # noqa: ANN401 - pycurl
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, url)
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.POST, 1)
    curl.setopt(pycurl.WRITEFUNCTION, len)
    if ca:
        curl.setopt(pycurl.CAINFO_BLOB, ca.encode())
    return curl


def _headers(number: int) -> list[str]:
    return [
        "Content-Type: application/json",
        "User-Agent: syndicate/0.1.0",
        f"webhook-id: d_{number:026}",
        "webhook-timestamp: 1777622400",
        "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "syndicate-event: article.published",
        "Expect:",
        "Accept-Encoding: identity",
    ]
