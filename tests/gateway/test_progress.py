"""How far a long command is, for eyes and for files."""

import io

from gateway.cli.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_one_bar_that_fills() -> None:
    out, times = Terminal(), iter(range(100))
    with ProgressBar("changing", "keys", out, lambda: next(times)) as progress:
        progress(500, 2000)
        progress(2000, 2000)
    shown = out.getvalue()
    assert "\n" not in shown.removesuffix("\n")
    first, *_, last = shown.removeprefix("\r").split("\r")
    assert first.startswith("[########......................] changing  25%  500 of 2,000 keys")
    assert last.startswith(f"[{'#' * 30}] changing 100%  2,000 of 2,000 keys")


def test_a_file_gets_a_line_now_and_then_and_at_the_end() -> None:
    out, now = io.StringIO(), 0.0
    with ProgressBar("checking", "keys", out, lambda: now) as progress:
        for done in range(100):
            now += 0.1
            progress(done, 100)
    lines = out.getvalue().splitlines()
    assert 2 <= len(lines) <= 3
    assert lines[-1].startswith("checking  99%  99 of 100 keys, ")


def test_an_empty_store_is_looked_through_at_once() -> None:
    out = io.StringIO()
    with ProgressBar("checking", "keys", out) as progress:
        progress(0, 0)
    assert out.getvalue().startswith("checking 100%  0 of 0 keys")


def test_what_never_began_says_nothing() -> None:
    out = io.StringIO()
    with ProgressBar("checking", "keys", out):
        pass
    assert out.getvalue() == ""


def test_what_was_done_before_makes_it_no_faster() -> None:
    out, times = io.StringIO(), iter([0.0, 10.0, 10.0, 10.0])
    with ProgressBar("import", "lines", out, lambda: next(times), before=900) as progress:
        progress(1000, 1000)
    assert out.getvalue().splitlines()[-1] == "import 100%  1,000 of 1,000 lines, 10/s"
