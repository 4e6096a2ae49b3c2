import ipaddress
from pathlib import Path

import maxminddb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.geo.countries import PACKAGED, CountriesUnreadable, CountryDatabase, country_in

COUNTRIES = CountryDatabase(PACKAGED)


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("168.126.63.1", "KR"),
        ("210.220.163.82", "KR"),
        ("164.124.101.2", "KR"),
        ("2001:2d8::1", "KR"),
        ("2001:dc5:a000::1", "KR"),
        ("8.8.8.8", "US"),
        ("133.11.0.1", "JP"),
        ("202.12.27.33", "JP"),
        ("2001:200::1", "JP"),
        ("240e::1", "CN"),
    ],
)
def test_a_public_address_is_in_the_country_it_was_given_to(address: str, country: str) -> None:
    assert COUNTRIES.country_of(address) == country


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "0.0.0.0",  # noqa: S104 - an address to look up
        "255.255.255.255",
        "192.0.0.9",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.5",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "::",
        "::1",
        "::8.8.8.8",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "64:ff9b:1::808:808",
        "100::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:20::1",
        "2001:db8::1",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_an_address_that_is_no_one_place_has_no_country(address: str) -> None:
    assert COUNTRIES.country_of(address) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 8.8.8.8",
        "8.8.8.8 ",
        "8.8.8",
        "8.8.8.8:443",
        "008.8.8.8",
        "8.8.8.256",
        "134744072",
        "0x08080808",
        "８.８.８.８",
        "8.8.8.8, 1.1.1.1",
        "[240e::1]",
        "240e::1%eth0",
        "fe80::1%1",
        "240e::1/64",
        "localhost",
        "\x00",
    ],
)
def test_what_is_no_address_has_no_country(text: str) -> None:
    assert COUNTRIES.country_of(text) is None


@given(st.text(max_size=60) | st.ip_addresses().map(str))
def test_the_answer_is_a_country_code_or_nothing(text: str) -> None:
    country = COUNTRIES.country_of(text)
    assert country is None or (len(country) == 2 and country.isascii() and country.isupper())


@given(st.ip_addresses(v=4))
def test_no_way_of_wrapping_an_address_gives_it_a_country(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for prefix, shift in ((0xFFFF << 32, 0), (0x0064FF9B << 96, 0), (0x2002 << 112, 80), (0x20010000 << 96, 0)):
        assert COUNTRIES.country_of(str(ipaddress.IPv6Address(prefix | number << shift))) is None


@pytest.mark.parametrize(
    ("record", "country"),
    [
        ({"country_code": "KR"}, "KR"),
        ({"country": {"iso_code": "KR", "names": {"en": "South Korea"}}}, "KR"),
        ({"country_code": "ZZ"}, None),
        ({"country_code": "EU"}, None),
        ({"country_code": ""}, None),
        ({"country_code": "kr"}, None),
        ({"country_code": "KR\n"}, None),
        ({"country_code": 82}, None),
        ({"country": "KR"}, None),
        ({"autonomous_system_number": 4766}, None),
        ({}, None),
        ("KR", None),
        (None, None),
    ],
)
def test_records_of_both_makers_are_read(record: object, country: str | None) -> None:
    assert country_in(record) == country


def test_the_packaged_database_says_who_made_it() -> None:
    notice = (PACKAGED.parent / "NOTICE").read_text()
    assert "https://db-ip.com" in notice
    assert "https://creativecommons.org/licenses/by/4.0/" in notice


def test_another_database_takes_the_place_of_the_packaged_one(tmp_path: Path) -> None:
    other = tmp_path / "other.mmdb"
    other.write_bytes(PACKAGED.read_bytes())
    assert CountryDatabase(other).country_of("168.126.63.1") == "KR"


def test_a_database_that_is_replaced_while_it_is_in_use_disturbs_nothing(tmp_path: Path) -> None:
    other = tmp_path / "other.mmdb"
    other.write_bytes(PACKAGED.read_bytes())
    countries = CountryDatabase(other)
    other.write_bytes(b"")
    assert countries.country_of("168.126.63.1") == "KR"


@pytest.mark.parametrize("content", [b"", b"not a database", b"\xab\xcd\xefMaxMind.com", PACKAGED.read_bytes()[:-2000]])
def test_a_file_that_is_no_country_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.mmdb"
    path.write_bytes(content)
    with pytest.raises(CountriesUnreadable, match=r"^give "):
        CountryDatabase(path)


@pytest.mark.parametrize("path", [Path("nowhere.mmdb"), Path(__file__).parent])
def test_a_path_without_a_file_is_refused(path: Path) -> None:
    with pytest.raises(CountriesUnreadable, match="MaxMind DB"):
        CountryDatabase(path)


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "networks.mmdb"
    # The same tree with other names in its records, as a database of networks would have them.
    path.write_bytes(PACKAGED.read_bytes().replace(b"country_code", b"network_code"))
    assert maxminddb.open_database(path).get("8.8.8.8") == {"network_code": "US"}
    with pytest.raises(CountriesUnreadable, match="names no countries"):
        CountryDatabase(path)
