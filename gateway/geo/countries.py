"""Which country an address belongs to, by a database on this machine: no address leaves it for that.

The packaged database is DB-IP's IP to Country Lite (see `data/NOTICE`). `Countries` reads any MaxMind DB file whose
records name the country as DB-IP or MaxMind do (https://maxmind.github.io/MaxMind-DB/).
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import islice
from pathlib import Path

import maxminddb

PACKAGED = Path(__file__).parent / "data" / "dbip-country.mmdb"

_COUNTRY = re.compile("[A-Z]{2}")
_NO_COUNTRY = frozenset({"AP", "EU", "XX", "ZZ"})
"""What databases write where they know no single country."""

_ENOUGH_TO_JUDGE = 1000
"""Networks of a database that are looked at; one without a country in them is of something else."""

_PUBLIC_IPV6 = ip_network("2000::/3")
_NOT_ONE_PLACE = {
    4: (
        ip_network("192.0.0.0/24"),  # protocol assignments (RFC 6890)
        ip_network("192.88.99.0/24"),  # relays of 6to4 (RFC 7526)
        ip_network("198.18.0.0/15"),  # benchmarks (RFC 2544)
    ),
    6: (
        ip_network("2001::/23"),  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
        ip_network("2001:db8::/32"),  # documentation (RFC 3849)
        ip_network("2002::/16"),  # 6to4: says where the tunnel ends, not who is in it (RFC 3056)
        ip_network("3fff::/20"),  # documentation (RFC 9637)
    ),
}
"""By version of IP, addresses that stand for no place, some of which Python's own lists take for public."""


class CountriesUnreadable(Exception):
    """The file is no country database; the message is a sentence that says what to give instead."""


class CountryDatabase:
    """`Countries` by a MaxMind DB file."""

    def __init__(self, path: Path) -> None:
        """Raises `CountriesUnreadable`."""
        try:
            # A firm's file is read into memory: writing another over it cannot disturb a look-up. Nobody writes into
            # the packaged one, of which few pages are ever touched, and processes share them: in C where there is that.
            mode = maxminddb.MODE_AUTO if path == PACKAGED else maxminddb.MODE_MEMORY
            self._reader = maxminddb.open_database(path, mode)
            judged = list(islice(self._reader, _ENOUGH_TO_JUDGE))
        except (OSError, ValueError, maxminddb.InvalidDatabaseError):
            raise CountriesUnreadable("give a file in MaxMind DB format that can be read") from None
        if not any(country_in(record) for _, record in judged):
            raise CountriesUnreadable("give a country database: this one names no countries")

    def country_of(self, address: str) -> str | None:
        public = _public(address)
        if public is None:
            return None
        try:
            return country_in(self._reader.get(public))
        except (ValueError, maxminddb.InvalidDatabaseError):
            # An IPv6 address in a database of IPv4, or a damaged record.
            return None


def _public(text: str) -> IPv4Address | IPv6Address | None:
    """The address of one place on the public Internet, or None."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if not address.is_global or address.is_multicast:
        return None
    # Mapped and translated IPv4 (RFC 4291, 2.5.5; RFC 6052) and zones are outside 2000::/3, or not global.
    if isinstance(address, IPv6Address) and (address not in _PUBLIC_IPV6 or address.scope_id is not None):
        return None
    if any(address in network for network in _NOT_ONE_PLACE[address.version]):
        return None
    return address


def country_in(record: object) -> str | None:
    """`{"country_code": "KR"}` (the packaged database) or `{"country": {"iso_code": "KR"}}` (DB-IP, MaxMind)."""
    if not isinstance(record, dict):
        return None
    code = record.get("country_code")
    country = record.get("country")
    if code is None and isinstance(country, dict):
        code = country.get("iso_code")
    if not isinstance(code, str) or _COUNTRY.fullmatch(code) is None or code in _NO_COUNTRY:
        return None
    return code
