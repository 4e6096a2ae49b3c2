"""Where a cluster is, from its URL."""

from pathlib import Path

import pytest

from gateway.settings import SettingsRefused, load_settings
from gateway.store.endpoint import Endpoint
from tests.gateway.installations import needed_settings


def test_the_address_names_nodes_of_a_cluster() -> None:
    endpoint = Endpoint.from_url("redis+cluster://user:p%40ss@one:1,two,[::1]:3")
    assert endpoint.seeds == (("one", 1), ("two", 6379), ("::1", 3))
    assert (endpoint.username, endpoint.password, endpoint.tls) == ("user", "p@ss", None)
    assert "p@ss" not in repr(endpoint)


def test_a_node_is_let_in_as_the_cluster_is() -> None:
    endpoint = Endpoint.from_url("rediss+cluster://:secret@one:1,two:2?ssl_cert_reqs=none").at(("three", 3))
    assert (endpoint.host, endpoint.port, endpoint.password, endpoint.seeds) == ("three", 3, "secret", ())
    assert endpoint.tls is not None


@pytest.mark.parametrize("url", ["redis+cluster://", "redis+cluster://one:1/2", "rediss+cluster://one?db=1"])
def test_an_address_with_a_database_or_without_nodes_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsRefused, match="BONIN_REDIS_URL: give nodes of the cluster, and no database"):
        load_settings(**needed_settings(tmp_path), redis_url=url)
    with pytest.raises(ValueError, match="no database"):
        Endpoint.from_url(url)
