"""Files in a bucket of an S3-compatible store. libcurl signs what is asked (AWS Signature, version 4)."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import pycurl
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from syndicate.settings import Web
from syndicate.stores import S3_SCHEME, File, StoreUnavailable, parts_of
from syndicate.transports.addresses import resolve
from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable
from syndicate.transports.secrets import SecretGetter, secret_text

_LONGEST_ANSWER = 16 * 1024
_UNRESERVED = "-_.~"
_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,60})</Code>")
_WORDS: dict[object, str] = {
    pycurl.E_COULDNT_CONNECT: "refused the connection",
    pycurl.E_OPERATION_TIMEDOUT: "did not answer in time",
    pycurl.E_GOT_NOTHING: "closed the connection without an answer",
    pycurl.E_PEER_FAILED_VERIFICATION: "could not prove who it is (TLS)",
}
_UNSPOKEN = "could not be spoken to (libcurl {})"
_MEND = {
    301: "set the region and endpoint that the bucket is in",
    400: "set the region that the bucket is in",
    403: "see whether its key is right, and may write there",
    404: "make the bucket",
}


@dataclass(frozen=True, repr=False)
class Keys:
    """Who we are to the store."""

    id: str
    secret: str


def read_keys(name: str, secret: SecretGetter) -> Keys:
    """The access key that a secret holds. Raises StoreUnavailable that says what is wrong, never what it holds."""
    try:
        id_, colon, key = secret_text(name, secret).partition(":")
    except DestinationMisconfigured as error:
        raise StoreUnavailable(f"{error.reason}: it is to hold ACCESS_KEY_ID:SECRET_ACCESS_KEY") from None
    if not (colon and id_.strip() and key.strip()) or re.search(r"\s", id_ + key):
        raise StoreUnavailable(f"secret {name} is not what it should be, which is ACCESS_KEY_ID:SECRET_ACCESS_KEY")
    return Keys(id_, key)


class Bucket:
    """A bucket, and a prefix in it. A PUT puts a whole object in its place at once, or none."""

    is_near = False

    def __init__(self, web: Web, *, deadline_s: float, secret: SecretGetter) -> None:
        self._s3, self._secret, self._deadline_s = web.s3, secret, deadline_s
        self._bucket, *self._prefix = web.files.removeprefix(S3_SCHEME).split("/")
        age = web.feed_max_age_s
        self._cache = f"public, max-age={age}, stale-while-revalidate={age}"
        self._curl: pycurl.Curl | None = None

    @property
    def name(self) -> str:
        """Endpoint, bucket and prefix."""
        return f"{self._s3.endpoint} {'/'.join((self._bucket, *self._prefix))}"

    def put(self, file: File) -> None:
        """PUT one object. Raises StoreUnavailable, CannotBeStored."""
        headers = {"Content-Type": file.media_type, "Cache-Control": self._cache}
        headers |= {"Content-Encoding": file.coding} if file.coding else {}
        self._ask("PUT", file.path, headers, body=file.body, good={200, 201, 204})

    def remove(self, path: str) -> None:
        """DELETE one object. Raises StoreUnavailable, CannotBeStored."""
        self._ask("DELETE", path, {}, body=None, good={200, 202, 204, 404})

    def close(self) -> None:
        """Close the connection."""
        if self._curl is not None:
            self._curl.close()
            self._curl = None

    def url(self, path: str) -> str:
        """Where an object is, under the bucket's path or its own host."""
        key = "/".join(quote(part, safe=_UNRESERVED) for part in [*self._prefix, *parts_of(path)])
        scheme, host = urlsplit(self._s3.endpoint)[:2]
        if self._s3.addressing == "host":
            return f"{scheme}://{self._bucket}.{host}/{key}"
        return f"{scheme}://{host}/{self._bucket}/{key}"

    def _ask(self, method: str, path: str, headers: Mapping[str, str], *, body: bytes | None, good: set[int]) -> None:
        """Ask once, with all of the body in hand, so that libcurl can sign its digest."""
        url, until = self.url(path), time.monotonic() + self._deadline_s
        keys = read_keys(self._s3.credentials, self._secret)
        host, pin = self._pin(url)
        curl = self._ready()
        curl.setopt(pycurl.URL, url.encode())
        curl.setopt(pycurl.RESOLVE, [pin])
        curl.setopt(pycurl.CUSTOMREQUEST, method)
        if body is not None:
            curl.setopt(pycurl.POSTFIELDS, body)
        curl.setopt(pycurl.HTTPHEADER, [*(f"{name}: {value}" for name, value in headers.items()), "Expect:"])
        curl.setopt(pycurl.AWS_SIGV4, f"aws:amz:{self._s3.region}:s3")
        curl.setopt(pycurl.USERPWD, f"{keys.id}:{keys.secret}".encode())
        curl.setopt(pycurl.TIMEOUT_MS, max(1, int((until - time.monotonic()) * 1000)))
        answer = bytearray()
        curl.setopt(pycurl.WRITEFUNCTION, lambda part: answer.extend(part[: _LONGEST_ANSWER - len(answer)]))
        try:
            curl.perform()
        except pycurl.error as fault:
            raise StoreUnavailable(f"{host} {_WORDS.get(fault.args[0], _UNSPOKEN.format(fault.args[0]))}") from None
        status = int(curl.getinfo(pycurl.RESPONSE_CODE))
        if status not in good or _code(answer) == "NoSuchBucket":
            raise StoreUnavailable(_refusal(host, status, _code(answer)))

    def _pin(self, url: str) -> tuple[str, bytes]:
        """The host, and its vetted addresses as libcurl takes them."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = resolve(host, port, policy=self._s3.network, timeout_s=self._deadline_s)
        except (PartnerUnavailable, DestinationMisconfigured) as error:
            raise StoreUnavailable(error.reason) from None
        addresses = ",".join(f"[{address}]" if ":" in address else address for address in found)
        return host, f"{host}:{port}:{addresses}".encode()

    def _ready(self) -> pycurl.Curl:
        """The handle, with its connection kept and everything else as new."""
        if self._curl is None:
            self._curl = pycurl.Curl()
        self._curl.reset()
        self._curl.setopt(pycurl.NOSIGNAL, 1)
        self._curl.setopt(pycurl.PROXY, "")  # also none that the environment names
        self._curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        self._curl.setopt(pycurl.FOLLOWLOCATION, 0)
        self._curl.setopt(pycurl.CAINFO, DEFAULT_CA_BUNDLE_PATH)
        return self._curl


def _code(answer: bytes | bytearray) -> str:
    found = _CODE.search(answer)
    return found.group(1).decode() if found else ""


def _refusal(host: str, status: int, code: str) -> str:
    mend = _MEND.get(status, "")
    return f"{host} answered {status}{f' {code}' if code else ''}{f': {mend}' if mend else ''}"
