"""What processes of one machine tell each other of the verifications that they saw of late."""

import mmap
import os
import tempfile
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.operations import Operation
from gateway.core.verification import Method, Terms
from gateway.store import shared_terms
from gateway.store.recent_terms import RecentTerms
from gateway.store.shared_terms import SharedTerms
from tests.builders import CLIENT, CUSTOMER_ID, PEPPER_ID

TERMS = Terms(
    verification_id="ver_0012345678901234567890",
    customer_id=CUSTOMER_ID,
    client=CLIENT,
    method=Method.SMS,
    operation=Operation.ISSUE,
    contact_id="con_0123456789",
    pepper_id=PEPPER_ID,
    locale="ko",
    created_at=1_700_000_000_000,
    expires_at=1_700_000_300_000,
    target_contact_id="con_another",
    operation_hash="sha256:" + "0" * 57,
    policy_version="2026-07",
    prefix="+8210",
)


@pytest.fixture
def fd() -> Iterator[int]:
    with tempfile.TemporaryFile() as file:
        yield file.fileno()


def test_what_one_process_notes_another_knows(fd: int) -> None:
    SharedTerms(fd).note(TERMS)
    assert SharedTerms(os.dup(fd)).of(TERMS.verification_id) == TERMS


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("operation", Operation)
def test_what_most_verifications_have_not_is_not_there(fd: int, method: Method, operation: Operation) -> None:
    absent: dict[str, Any] = {one.name: None for one in fields(Terms) if one.default is None}
    shared, plain = SharedTerms(fd), replace(TERMS, method=method, operation=operation, **absent)
    shared.note(plain)
    known = shared.of(plain.verification_id)
    assert (known, type(known and known.method), type(known and known.operation)) == (plain, Method, Operation)


def test_nothing_is_known_of_what_nobody_noted(fd: int) -> None:
    assert SharedTerms(fd).of(TERMS.verification_id) is None


def test_a_later_one_may_take_the_place(fd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_terms, "_PLACES", 1)
    shared, later = SharedTerms(fd), replace(TERMS, verification_id="ver_0009876543210987654321", prefix=None)
    shared.note(TERMS)
    shared.note(later)
    assert (shared.of(TERMS.verification_id), shared.of(later.verification_id)) == (None, later)


def test_what_is_too_long_for_its_place_is_not_told_and_leaves_the_others_alone(fd: int) -> None:
    shared = SharedTerms(fd)
    shared.note(TERMS)
    shared.note(replace(TERMS, policy_version="v" * 512))
    assert shared.of(TERMS.verification_id) == TERMS


@given(place=st.integers(0, 511), byte=st.integers(0, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_not_whole_is_not_known(fd: int, place: int, byte: int) -> None:
    shared = SharedTerms(fd)
    shared.note(TERMS)
    with mmap.mmap(fd, 0) as memory:
        place += memory.find(TERMS.verification_id.encode()) // 512 * 512
        memory[place] = byte
    assert shared.of(TERMS.verification_id) in (None, TERMS)


def test_what_another_build_notes_is_not_known(fd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = SharedTerms(fd)
    with monkeypatch.context() as other_build:
        other_build.setattr(shared_terms, "_CHECKSUM_OF_NAMES", 1)
        shared.note(TERMS)
    assert shared.of(TERMS.verification_id) is None


def test_a_process_looks_there_for_what_it_has_not_seen_itself(fd: int) -> None:
    opens, judges = (RecentTerms(shared=SharedTerms(one)) for one in (fd, os.dup(fd)))
    opens.note(TERMS)
    assert judges.of(TERMS.verification_id) == TERMS
