"""Every command that a document says may be run is run, as it stands there."""

import re
import threading
import urllib.parse

import pytest

from demo.people import CUSTOMERS
from tests.docs.conftest import Checkout
from tests.docs.documents import Block, blocks

TOKEN = "a-token-of-twilio\n"
NOT_RUN = re.compile("docker|deploy/|cp |#")
"""Needs a container engine, or stands beside what does."""


def same_but_for_times_and_places(said: str) -> list[str]:
    """Lines without what differs from run to run: seconds, the drawn key, ports."""
    plain = re.sub(r"[0-9]+\.[0-9]+ s\b", "TIME", said)
    plain = re.sub(r"pressed [0-8],", "pressed N,", plain)
    plain = re.sub(r"127\.0\.0\.1:[0-9]+", "ADDRESS", plain)
    return [re.sub(" +", " ", line) for line in plain.splitlines()]


def assert_shown(block: Block, said: str) -> None:
    """What the document shows as output is what the command says last."""
    shown = same_but_for_times_and_places(block.shown)
    assert same_but_for_times_and_places(said)[-len(shown) :] == shown or not shown


@pytest.mark.parametrize("block", blocks("sh run"), ids=str)
def test_a_command_does_what_it_is_said_to_do(block: Block, checkout: Checkout) -> None:
    assert_shown(block, checkout.run(block.text))


@pytest.mark.parametrize("block", blocks("sh serves"), ids=str)
def test_a_command_that_serves_stops_at_ctrl_c_without_a_complaint(block: Block, checkout: Checkout) -> None:
    server = checkout.serve(block.text, TOKEN)
    server.stop()
    assert_shown(block, server.said)


@pytest.mark.parametrize("block", blocks("sh demo"), ids=str)
def test_a_command_for_the_demo_works_with_it(block: Block, demo: Checkout) -> None:
    demo.run(block.text)


@pytest.mark.parametrize("line", sorted({line for block in blocks("sh runbook") for line in block.text.splitlines()}))
def test_a_command_of_the_runbook_answers_yes_or_no(line: str, demo: Checkout) -> None:
    """With 0 or 1, and never with a complaint about its words or the settings."""
    said = demo.run(f"export BONIN_SECRETS_DIR=.demo/settings\n{line} || test $? -eq 1")
    assert "Traceback" not in said


@pytest.mark.parametrize("block", blocks("python demo"), ids=str)
def test_the_client_in_the_readme_verifies_a_customer(block: Block, demo: Checkout) -> None:
    process = demo.start("python3", "-c", block.text)
    hand_over = threading.Thread(target=lambda: print(code_on_the_phone(demo), file=process.stdin, flush=True))
    hand_over.start()
    said = process.stdout.read() if process.stdout else ""
    hand_over.join()
    with process:
        assert process.wait(timeout=30) == 0, said
    assert "verified by sms for issue" in said


def code_on_the_phone(demo: Checkout) -> str:
    """What the customer reads there, as soon as it has come."""
    number = urllib.parse.quote(CUSTOMERS[0].numbers[0].e164)
    for _ in range(500):
        inbox = demo.run(f"curl --fail --silent 'http://127.0.0.1:8081/control/messages?to={number}'")
        codes: list[str] = re.findall("(?<![0-9])[0-9]{6}(?![0-9])", inbox)
        if codes:
            return codes[-1]
    raise AssertionError("no text came")


def test_what_is_not_run_cannot_be_run_here() -> None:
    """A command without a mark needs a container engine, or is the one that runs these tests."""
    unmarked = [line for block in blocks("sh", "bash", "console") for line in block.text.splitlines() if line]
    assert [line for line in unmarked if not NOT_RUN.match(line)] == []
