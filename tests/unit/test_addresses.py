"""Which addresses may we connect to, and what is done with what a name resolves to? No network is used."""

import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.transports.addresses import FORBIDDEN, forbidden_reason, resolve
from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable


def answering(monkeypatch, *addresses):
    """Let every name resolve to these addresses; the list returned fills with the names asked for."""
    asked = []

    def getaddrinfo(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("network", [network for network in FORBIDDEN if network != "64:ff9b::/32"])
@given(data=st.data())
def test_every_address_of_a_forbidden_network_is_refused(network, data):
    address = data.draw(st.ip_addresses(network=network))
    assert forbidden_reason(str(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.19.0.1",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "233.252.0.16",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:7f00:1",
        "::5efe:7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "64:ff9b::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:c0a8:1::1",
        "3fff::1",
        "5f00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "[::1]",
        "fe80::1%eth0",
        "2400:3200::1%eth0",
    ],
)
def test_an_address_that_is_not_of_the_open_internet_is_refused(address):
    assert forbidden_reason(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.1",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.5.5.5",
        "2400:3200::1",
        "[2606:4700::1111]",
        "64:ff9b::808:808",
    ],
)
def test_an_address_of_the_open_internet_is_allowed(address):
    assert forbidden_reason(address) is None


@given(st.text())
def test_a_text_that_is_no_address_is_refused_and_never_an_error(text):
    assert forbidden_reason("x" + text)


@pytest.mark.parametrize("spelling", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1", "[::1]"])
def test_an_odd_spelling_of_this_machine_is_refused(spelling):
    # given a literal, the system's resolver asks no server
    with pytest.raises(DestinationMisconfigured, match=r"127\.0\.0\.1|::1"):
        resolve(spelling, 443, policy="public", timeout_s=5)


def test_a_name_is_refused_when_only_one_of_its_addresses_is_forbidden(monkeypatch):
    answering(monkeypatch, "223.5.5.5", "10.0.0.7")
    with pytest.raises(DestinationMisconfigured) as refused:
        resolve("news.example", 443, policy="public", timeout_s=5)
    assert "news.example is at 10.0.0.7, which is a private network" in refused.value.reason


def test_the_refusal_says_how_to_allow_our_own_network(monkeypatch):
    answering(monkeypatch, "10.0.0.7")
    with pytest.raises(DestinationMisconfigured, match='network = "internal"'):
        resolve("news.example", 443, policy="public", timeout_s=5)


def test_an_internal_destination_may_be_anywhere(monkeypatch):
    answering(monkeypatch, "10.0.0.7", "127.0.0.1")
    assert resolve("cms.example", 80, policy="internal", timeout_s=5) == ("10.0.0.7", "127.0.0.1")


def test_a_name_is_looked_up_once_and_its_order_kept(monkeypatch):
    asked = answering(monkeypatch, "223.6.6.6", "223.5.5.5", "223.6.6.6")
    assert resolve("news.example", 443, policy="public", timeout_s=5) == ("223.6.6.6", "223.5.5.5")
    assert asked == ["news.example"]


def test_a_name_nobody_knows_makes_the_partner_unavailable(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(PartnerUnavailable, match=r"the name nobody\.example could not be resolved: Name or service"):
        resolve("nobody.example", 443, policy="public", timeout_s=5)


def test_a_name_that_can_not_be_looked_up_is_a_misconfiguration():
    with pytest.raises(DestinationMisconfigured, match="is not a name that can be looked up"):
        resolve("a" * 64 + ".example", 443, policy="public", timeout_s=5)


def test_a_name_server_that_hangs_is_not_waited_for(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(30))
    try:
        with pytest.raises(PartnerUnavailable, match="was not resolved in time"):
            resolve("slow.example", 443, policy="public", timeout_s=0.05)
    finally:
        release.set()
