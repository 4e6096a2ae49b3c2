import errno
import io
import json
import logging
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from gateway.log import DIGITS_HIDDEN, HIDDEN, configure_logging, redact


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The stream of a configured log; what it changed in the process is put back."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    stream = io.StringIO()
    configure_logging("INFO", stream=stream)
    yield stream
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:], root.level, logging.raiseExceptions = before


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines() if line]


def hidden(value: object, key: str = "note") -> object:
    return redact(None, "info", {key: value})[key]


def test_an_event_is_one_line_of_json_with_what_was_bound(lines: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(request_id="0123456789abcdef", verification_id="ver_012345678")
    structlog.get_logger().info("verification_opened", method="sms", count=123456)
    (line,) = read(lines)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "verification_opened",
        "level": "info",
        "method": "sms",
        "count": 123456,
        "request_id": "0123456789abcdef",
        "verification_id": "ver_012345678",
    }


def test_below_the_level_nothing_is_written(lines: io.StringIO) -> None:
    structlog.get_logger().debug("detail")
    logging.getLogger("library").debug("detail")
    assert read(lines) == []


def test_the_standard_library_writes_the_same_lines(lines: io.StringIO) -> None:
    logging.getLogger("library").warning("cannot reach %s", "+821012345678")
    (line,) = read(lines)
    assert (line["event"], line["level"]) == (f"cannot reach {DIGITS_HIDDEN}", "warning")


def test_what_twilio_logs_of_requests_is_not_written(lines: io.StringIO) -> None:
    logging.getLogger("twilio.http_client").info("BEGIN Twilio API Request")
    assert read(lines) == []


def test_an_exception_is_told_by_type_and_place_and_never_by_its_message(lines: io.StringIO) -> None:
    def fail() -> None:
        try:
            dict[str, str]()["홍길동"]
        except KeyError as error:
            raise ValueError("010-1234-5678") from error

    for log in (structlog.get_logger(), logging.getLogger("library")):
        try:
            fail()
        except ValueError:
            log.exception("failed")
    assert "홍길동" not in lines.getvalue()
    assert "1234" not in lines.getvalue()
    for line in read(lines):
        assert line["exception"] == ["ValueError", "KeyError"]
        assert line["place"][-1].endswith(" fail")


def test_a_line_that_cannot_be_written_is_not_printed_elsewhere(
    lines: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    lines.close()
    logging.getLogger("library").warning("to %s", "010-1234-5678")
    assert capsys.readouterr() == ("", "")
    configure_logging("INFO", stream=io.StringIO())


class SometimesFull(io.StringIO):
    """A file on a disk that has room, or has none."""

    is_full = False

    def write(self, text: str, /) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_lines_that_cannot_be_written_are_counted_and_stop_nobody(lines: io.StringIO) -> None:
    stream = SometimesFull()
    configure_logging("INFO", stream=stream)
    stream.is_full = True
    for log in (structlog.get_logger(), logging.getLogger("library")):
        log.warning("full")
    stream.is_full = False
    structlog.get_logger().info("room")
    structlog.get_logger().info("more room")
    told = [(line["event"], line.get("count")) for line in read(stream)]
    assert told == [("log_lines_lost", 2), ("room", None), ("more room", None)]


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process can get larger: the system takes as much as fits, as it does when a disk gets full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("is_buffered", [True, False])
def test_a_line_that_a_disk_takes_half_of_spoils_no_other_and_is_counted(
    is_buffered: bool, lines: io.StringIO, tmp_path: Path
) -> None:
    raw = (tmp_path / "log").open("ab", buffering=0)
    kept = io.BufferedWriter(raw) if is_buffered else raw
    with io.TextIOWrapper(kept, encoding="utf-8", write_through=not is_buffered) as stream:
        configure_logging("INFO", stream=stream)
        structlog.get_logger().info("whole")
        with room_for((tmp_path / "log").stat().st_size + 20):
            for _ in range(3):
                structlog.get_logger().info("too long")
        for _ in range(2):
            structlog.get_logger().info("room")
    whole, torn, *after = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert (json.loads(whole)["event"], len(torn)) == ("whole", 20)
    told = [(line["event"], line.get("count")) for line in map(json.loads, after)]
    assert told == [("log_lines_lost", 3), ("room", None), ("room", None)]


def test_a_log_that_nobody_reads_any_more_stops_nobody(lines: io.StringIO) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stream:
        configure_logging("INFO", stream=stream)
        os.close(reader)
        for _ in range(3):
            structlog.get_logger().info("said")


def test_on_a_terminal_lines_are_for_eyes(lines: io.StringIO) -> None:
    configure_logging("INFO", pretty=True, stream=lines)
    structlog.get_logger().info("ready", port="8080")
    assert "ready" in lines.getvalue()
    assert not lines.getvalue().startswith("{")


def test_on_a_terminal_too_an_exception_is_told_by_type_and_place(lines: io.StringIO) -> None:
    configure_logging("INFO", pretty=True, stream=lines)
    task: dict[str, str] = {}
    try:
        task["남궁비밀"]
    except KeyError:
        structlog.get_logger().exception("work_failed")
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    assert lines.getvalue().count("KeyError") == 2
    assert lines.getvalue().count("test_log.py:") == 2
    assert "남궁비밀" not in lines.getvalue()


@pytest.mark.parametrize("key", ["code", "number", "name", "body", "password", "authorization", "receipt", "url"])
def test_values_under_telling_keys_are_hidden_whole(key: str) -> None:
    assert hidden("anything", key) == HIDDEN
    assert hidden({"inner": [{key: "anything"}]}) == {"inner": [{key: HIDDEN}]}


@pytest.mark.parametrize(
    "text",
    [
        "123456",
        "+821012345678",
        "010-1234-5678",
        "010 1234 5678",
        "010.1234.5678",
        "１２３４５６",
        "1990-01-02",
        "12-34-56",
        "1 2 3 4 5 6",
    ],
)
def test_digits_that_could_be_a_number_or_a_code_are_hidden_wherever_they_stand(text: str) -> None:
    for framed in (text, f"인증번호는 {text}입니다", f"[{text}]", f"a={text}&b"):
        assert hidden(framed) == framed.replace(text, DIGITS_HIDDEN)
    assert hidden([text]) == [DIGITS_HIDDEN]
    assert hidden({"deep": {"deeper": text}}) == {"deep": {"deeper": DIGITS_HIDDEN}}
    assert hidden({text: 1}) == {DIGITS_HIDDEN: 1}


@pytest.mark.parametrize("text", ["12345", "127.0.0.1:8080", "SM0123456789abcdef0123456789abcdef", "v1.2.3", "2xx"])
def test_other_digits_stay(text: str) -> None:
    assert hidden(text) == text


@given(st.text(), st.from_regex("[0-9]{6}", fullmatch=True), st.text())
def test_no_text_around_a_code_uncovers_it(before: str, code: str, after: str) -> None:
    shown = str(hidden(f"{before} {code} {after}"))
    assert shown.count(code) <= before.count(code) + after.count(code)


@given(
    st.recursive(
        st.none() | st.integers() | st.binary() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_value_can_be_logged(value: object) -> None:
    json.dumps(hidden(value))


@pytest.mark.parametrize("value", ["\udc80", 2**70, b"\xff", object])
def test_what_json_cannot_hold_is_written_all_the_same(lines: io.StringIO, value: object) -> None:
    structlog.get_logger().info("odd", note=value)
    assert read(lines)[0]["event"] == "odd"
