"""Lines of a file of customers are read as strictly as the API reads its bodies."""

import csv
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.import_rows import BadLine, HeaderRefused, columns_of, csv_values, read_numbers, read_row
from gateway.settings import load_settings
from tests.gateway.installations import needed_settings

HEADER = b"customer_id,kind,name,birth_date,online_consent,number,label\n"
HONG = "hong,individual,홍길동,1985-03-02,true,010-1234-5678,mobile\n".encode()


def test_a_line_in_another_encoding_is_told_how_to_be_saved() -> None:
    with pytest.raises(BadLine) as refused:
        read_row(HONG.decode().encode("cp949"), columns_of(HEADER))
    assert "CSV UTF-8" in refused.value.errors[0].problem_ko


@pytest.mark.parametrize(
    "first_line",
    [
        b"",
        b"name,number\n",
        HEADER.replace(b"name", b"customer_id"),
        HEADER.replace(b"label", b"label,memo"),
        HEADER.decode().encode("utf-16"),
        b"\0" * 200_000,
        b'"' + b"x" * 200_000,
        HONG,
    ],
)
def test_a_first_line_that_names_no_columns_of_customers_is_refused_with_what_to_give(first_line: bytes) -> None:
    with pytest.raises(HeaderRefused, match="customer_id, kind, name, online_consent"):
        columns_of(first_line)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"{", "line"),
        (b"[]", ""),
        (b'{"customer_id":"a b","kind":"individual","name":"x","online_consent":true}', "customer_id"),
        (b'{"customer_id":"a","kind":"individual","name":"x","online_consent":"yes"}', "online_consent"),
        (b'{"customer_id":"a","kind":"individual","name":"x","online_consent":true,"more":1}', "more"),
        (b'{"customer_id":"a","kind":"individual","name":"x","name":"y","online_consent":true}', "name"),
        (b'{"customer_id":"a","customer_id":"b","kind":"individual","name":":","online_consent":true}', "customer_id"),
        (b'{"contacts":[{"label":"home","label":"work","number":"1"}]}', "label"),
        (b"[" * 900 + b"]" * 900, ""),
    ],
)
def test_a_bad_line_names_the_field(line: bytes, field: str) -> None:
    with pytest.raises(BadLine) as refused:
        read_row(line, None)
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("written", "consent"),
    [
        ("true", True),
        ("TRUE", True),
        ("Y", True),
        ("1", True),
        ("false", False),
        ("FALSE", False),
        ("N", False),
        ("0", False),
    ],
)
def test_consent_is_taken_as_people_and_spreadsheets_write_it(written: str, *, consent: bool) -> None:
    columns = columns_of(HEADER)
    assert read_row(HONG.replace(b"true", written.encode()), columns).online_consent is consent


@pytest.mark.parametrize("written", ["", "yes", "True", "예", "2", "t"])
def test_consent_is_never_guessed(written: str) -> None:
    with pytest.raises(BadLine) as refused:
        read_row(HONG.replace(b"true", written.encode()), columns_of(HEADER))
    assert [error.field for error in refused.value.errors] == ["online_consent"]


def test_a_line_of_json_may_have_several_contacts(tmp_path: Path) -> None:
    contacts = [{"number": "010-1234-5678", "label": "mobile"}, {"number": "02-2123-4567", "label": "home"}]
    row = {"customer_id": "a", "kind": "individual", "name": "홍길동", "online_consent": True, "contacts": contacts}
    line = orjson.dumps(row)
    assert columns_of(line) is None
    numbers = read_numbers(read_row(line, None), load_settings(**needed_settings(tmp_path)).number_plan)
    assert [number.e164 for number in numbers] == ["+821012345678", "+82221234567"]


@given(st.text(st.sampled_from('ab ,"\r\0가\u2028'), max_size=12), st.sampled_from(["\n", "\r\n", ""]))
def test_a_line_is_cut_as_csv_has_it(text: str, ending: str) -> None:
    try:
        expected = next(csv.reader([text + ending], strict=True))
    except csv.Error:
        with pytest.raises(csv.Error):
            csv_values(text + ending)
    else:
        assert csv_values(text + ending) == expected
