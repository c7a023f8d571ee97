"""The client's address is the right-most one that no trusted proxy has."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from gateway.addresses import allowance_of, client_address_of, client_of, parsed

PROXIES = [ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"), ip_network("::1/128")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.1, 198.51.100.2"], "198.51.100.2"),
        ("127.0.0.1", ["198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.1", "198.51.100.2"], "198.51.100.2"),
        ("127.0.0.1", ["10.0.0.2, 10.0.0.1"], "10.0.0.2"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, <script>, 10.0.0.1"], "10.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("::1", ['"[2001:db8::1]:4711"'], "2001:db8::1"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("testclient", ["198.51.100.1"], "unknown"),
        (None, ["198.51.100.1"], "unknown"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str | None, forwarded: list[str], client: str) -> None:
    assert client_of(peer, forwarded, PROXIES) == client


def test_the_address_is_taken_from_all_forwarded_headers_of_a_request() -> None:
    headers = [(b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-for", b"198.51.100.2")]
    scope = {"type": "http", "client": ("127.0.0.1", 1), "headers": headers}
    assert client_address_of(scope, PROXIES) == "198.51.100.2"
    assert client_address_of({"type": "http", "client": None, "headers": []}, PROXIES) == "unknown"


@pytest.mark.parametrize("text", ["", "nobody", "1.2.3", "[::1", "1.2.3.4.5:80", ":::"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert parsed(text) is None or text == "[::1"


def test_zones_are_left_out() -> None:
    assert str(parsed("fe80::1%eth0")) == "fe80::1"


def test_an_ipv6_client_has_one_allowance_for_its_network() -> None:
    assert allowance_of("2001:db8:0:1::5") == allowance_of("2001:db8:0:1:ffff::9") == "2001:db8:0:1::/64"
    assert allowance_of("198.51.100.1") == "198.51.100.1"
    assert allowance_of("unknown") == "unknown"
