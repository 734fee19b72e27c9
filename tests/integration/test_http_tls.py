"""Whom do we believe, and who are we? Certificates of a destination's own, with a real nginx, at both doors."""

import subprocess
from pathlib import Path

import pytest

from syndicate.transports import open_transport, secret_names
from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable
from syndicate.transports.http import Door, Post
from syndicate.transports.many import Many
from syndicate.transports.tls import Tls, read_tls
from tests.fakes.nginx import nginx

KEY = "whsec_YSBzYW1wbGUgc2VjcmV0IG9mIDMyIGJ5dGVzIGxvbmc="


class Window:
    """The window for many, asked for several POSTs at once."""

    def __init__(self, **told):
        self._many = Many("internal", **told)

    def post(self, post):
        (result,) = self.post_all([post])
        return result

    def post_all(self, posts):
        for number, post in enumerate(posts):
            self._many.start(str(number), post, lambda _: True)
        done = []
        while len(done) < len(posts):
            done += self._many.finished(wait_s=1)
        for _, result in done:
            if isinstance(result, Exception):
                raise result
        return [result for _, result in sorted(done)]

    def close(self):
        self._many.close()


@pytest.fixture(params=["the door", "the window"])
def door(request):
    made = Door() if request.param == "the door" else Window()
    yield made
    made.close()


@pytest.fixture(scope="module")
def paper(tmp_path_factory) -> Path:
    """An authority of its own, with a certificate for localhost and one each for two clients."""
    folder = tmp_path_factory.mktemp("paper")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl(
        *[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-days",
            "30",
            "-subj",
            "/CN=authority",
        ],
        *("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
    )
    for name, extension in (
        ("localhost", "subjectAltName=DNS:localhost"),
        ("zhongxiang", "extendedKeyUsage=clientAuth"),
        ("jingmen", "extendedKeyUsage=clientAuth"),
    ):
        openssl(*f"req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}".split())
        (folder / "extensions").write_text(extension)
        openssl(
            *f"x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out {name}.crt -days 30".split(),
            *("-extfile", "extensions"),
        )
        (folder / f"{name}.pem").write_text((folder / f"{name}.crt").read_text() + (folder / f"{name}.key").read_text())
    return folder


@pytest.fixture
def server(paper, tmp_path):
    told = f"ssl_certificate {paper}/localhost.crt; ssl_certificate_key {paper}/localhost.key;"
    asking = f"ssl_client_certificate {paper}/ca.pem; ssl_verify_client optional;"
    with nginx(tmp_path / "nginx", listen=" ssl http2", tls=told + asking) as running:
        yield running


def a_post(server, *, ca="", certificate="", path="/push"):
    url = f"https://localhost:{server.port}{path}"
    tls = Tls(ca, certificate) if ca or certificate else None
    return Post(url, b"{}", {"Content-Type": "application/json"}, "internal", 5.0, 1000, tls)


def test_a_partners_own_authority_is_believed_where_its_destination_names_it(door, server, paper):
    assert door.post(a_post(server, ca=(paper / "ca.pem").read_text())).status == 200


def test_and_nowhere_else(door, server, paper):
    door.post(a_post(server, ca=(paper / "ca.pem").read_text()))

    with pytest.raises(PartnerUnavailable, match="certificate"):
        door.post(a_post(server))


def test_our_certificate_is_shown_where_the_destination_has_one(door, server, paper):
    ca = (paper / "ca.pem").read_text()

    door.post(a_post(server, ca=ca, certificate=(paper / "zhongxiang.pem").read_text()))

    assert [(one["who"], one["verified"]) for one in server.seen(1)] == [("CN=zhongxiang", "SUCCESS")]


def test_two_destinations_on_one_server_are_each_spoken_to_as_themselves(door, server, paper):
    ca = (paper / "ca.pem").read_text()
    names = ["zhongxiang", "jingmen", "", "zhongxiang", "jingmen", ""]

    for name in names:
        certificate = (paper / f"{name}.pem").read_text() if name else ""
        door.post(a_post(server, ca=ca, certificate=certificate, path=f"/{name}"))

    assert [(one["uri"], one["who"]) for one in server.seen(6)] == [
        (f"/{name}", f"CN={name}" * bool(name)) for name in names
    ]


def test_many_at_once_share_one_connection_over_http_2(server, paper):
    window = Window()

    window.post_all([a_post(server, ca=(paper / "ca.pem").read_text()) for _ in range(40)])

    seen = server.seen(40)
    assert {one["protocol"] for one in seen} == {"HTTP/2.0"}
    assert len({one["connection"] for one in seen}) == 1
    window.close()


def test_a_connection_is_kept_and_used_again(tmp_path):
    with nginx(tmp_path / "nginx") as server:
        window = Window()
        url = f"http://127.0.0.1:{server.port}/push"
        for _ in range(5):
            window.post(Post(url, b"{}", {}, "internal", 5.0, 1000))
        window.close()

        assert len({one["connection"] for one in server.seen(5)}) == 1


# what is wrong with them


def secrets(**told: str):
    return {"hezuo": KEY, **told}.__getitem__


@pytest.mark.parametrize("text", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
@pytest.mark.parametrize("name", ["ca", "certificate"])
def test_what_is_no_pem_is_named_and_not_shown(name: str, text: str):
    names = {"ca": "", "certificate": ""} | {name: "paper"}

    with pytest.raises(DestinationMisconfigured, match="secret paper") as raised:
        read_tls(**names, secret=secrets(paper=text or " "))

    assert "AAAA" not in str(raised.value)
    assert "nonsense" not in str(raised.value)


def test_a_key_that_is_encrypted_is_refused(paper):
    encrypted = subprocess.run(
        ["openssl", "pkey", "-in", paper / "jingmen.key", "-aes256", "-passout", "pass:x"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    with pytest.raises(DestinationMisconfigured, match="unencrypted"):
        read_tls(ca="", certificate="paper", secret=secrets(paper=(paper / "jingmen.crt").read_text() + encrypted))


def test_a_destination_with_certificates_is_checked_before_anything_is_sent():
    settings = {"url": "https://hezuo.example/", "secret": "hezuo", "certificate": "paper"}
    door = Door()
    transport = open_transport("webhook", settings, secret=secrets(), door=door)

    with pytest.raises(DestinationMisconfigured, match="secret paper is not set"):
        transport.check()
    door.close()


def test_the_secrets_that_a_destination_uses_are_known_by_name():
    settings = {"url": "https://hezuo.example/", "secret": "hezuo", "ca": "their-ca", "certificate": "paper"}

    assert secret_names("webhook", settings) == ["hezuo", "their-ca", "paper"]


def test_no_key_is_in_a_repr(paper):
    text = (paper / "jingmen.pem").read_text()

    assert "PRIVATE" not in repr(Tls(certificate=text))
    assert "PRIVATE" not in repr(Post("https://x.example/", b"", {}, "public", 1.0, 1, Tls(certificate=text)))
