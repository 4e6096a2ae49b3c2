"""Which path of the API a request's path is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.paths import Paths


@pytest.fixture(scope="module")
def paths() -> Paths[str]:
    paths: Paths[str] = Paths()
    for method, path in (
        ("POST", "/v1/verifications"),
        ("GET", "/v1/verifications/{verification_id}"),
        ("POST", "/v1/verifications/{verification_id}/check"),
        ("GET", "/v1/customers/{customer_id}/contacts/{contact_id}"),
        ("GET", "/v1/customers/all"),
    ):
        paths.add(method, path, path)
    return paths


@pytest.mark.parametrize(
    ("asked", "found", "values"),
    [
        ("/v1/verifications", "/v1/verifications", []),
        ("/v1/verifications/ver_1", "/v1/verifications/{verification_id}", ["ver_1"]),
        ("/v1/verifications/ver_1/check", "/v1/verifications/{verification_id}/check", ["ver_1"]),
        ("/v1/customers/c/contacts/d", "/v1/customers/{customer_id}/contacts/{contact_id}", ["c", "d"]),
        ("/v1/customers/all", "/v1/customers/all", []),
        ("/v1/verifications/ver%5F1", "/v1/verifications/{verification_id}", ["ver_1"]),
        ("/v1/verifications/a%2Fcheck", "/v1/verifications/{verification_id}", ["a/check"]),
        ("/%76%31/verifications", "/v1/verifications", []),
    ],
)
def test_a_path_is_found_with_the_values_of_its_parameters(
    paths: Paths[str], asked: str, found: str, values: list[str]
) -> None:
    there = paths.find(asked)
    assert there is not None
    assert set(there[0].values()) == {found}
    assert there[1] == values


@pytest.mark.parametrize(
    "asked",
    [
        "", "/", "/v1", "//v1/verifications", "/v1/verifications/", "/v1//check", "/v1/verifications//check",
        "/v1/verifications/ver_1/check/", "/v1/verifications/ver_1/other", "/v1/customers/c", "/V1/verifications",
        "/v1/./verifications", "/v1/verifications/ver_1/../ver_1/check",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(paths: Paths[str], asked: str) -> None:
    assert paths.find(asked) is None


@given(path=st.text())
def test_no_path_raises(paths: Paths[str], path: str) -> None:
    paths.find(path)
