"""What the workers of a machine tell each other of what they saw of late."""

import mmap
import os
import tempfile
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import ContactMethod, CustomerKind
from contacts.records import record
from gateway.core.customer_stores import Remembered
from gateway.core.operations import Operation
from gateway.core.verification import Method, Terms
from gateway.store import shared_memory
from gateway.store.recent_terms import RecentTerms
from gateway.store.shared_by_workers import SharedByWorkers, shared_by_workers
from gateway.store.shared_memory import SharedRecords, memories
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
REMEMBERED = Remembered(
    customer_id=CUSTOMER_ID,
    kind=CustomerKind.INDIVIDUAL,
    online_consent=True,
    methods=(ContactMethod.SMS, ContactMethod.ARS),
    country="KR",
    prefix="+821012",
    blind_indexes=("0" * 40, "1" * 40),
    version=3,
)


@pytest.fixture
def fd() -> Iterator[int]:
    with tempfile.TemporaryFile() as file:
        yield file.fileno()


@pytest.fixture
def one(fd: int) -> SharedByWorkers:
    return shared_by_workers(fd)


@pytest.fixture
def another(fd: int) -> SharedByWorkers:
    return shared_by_workers(fd)


def test_what_one_worker_notes_another_knows(one: SharedByWorkers, another: SharedByWorkers) -> None:
    one.terms.note("a", TERMS)
    one.contacts.note("a", REMEMBERED)
    assert (another.terms.of("a"), another.contacts.of("a")) == (TERMS, REMEMBERED)


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("operation", Operation)
def test_terms_come_back_as_they_were_of_any_verification(
    one: SharedByWorkers, method: Method, operation: Operation
) -> None:
    absent: dict[str, Any] = {each.name: None for each in fields(Terms) if each.default is None}
    plain = replace(TERMS, method=method, operation=operation, **absent)
    one.terms.note("a", plain)
    known = one.terms.of("a")
    assert (known, type(known and known.method), type(known and known.operation)) == (plain, Method, Operation)


@pytest.mark.parametrize("kind", CustomerKind)
@pytest.mark.parametrize("methods", [(), tuple(ContactMethod)])
def test_a_contact_comes_back_as_it_was_of_any_customer(
    one: SharedByWorkers, kind: CustomerKind, methods: tuple[ContactMethod, ...]
) -> None:
    plain = replace(REMEMBERED, kind=kind, methods=methods, country=None, online_consent=False)
    one.contacts.note("a", plain)
    known = one.contacts.of("a")
    assert (known, type(known and known.kind)) == (plain, CustomerKind)
    assert hash(known) == hash(plain)


def test_what_has_changed_is_known_as_it_is_by_then(one: SharedByWorkers, another: SharedByWorkers) -> None:
    one.contacts.note("a", REMEMBERED)
    another.contacts.note("a", replace(REMEMBERED, version=4))
    assert one.contacts.of("a") == replace(REMEMBERED, version=4)


def test_nothing_is_known_of_what_nobody_noted(one: SharedByWorkers) -> None:
    assert (one.terms.of("a"), one.contacts.of("a")) == (None, None)


def test_a_later_one_may_take_the_place(monkeypatch: pytest.MonkeyPatch, fd: int) -> None:
    places = mmap.ALLOCATIONGRANULARITY // 512
    monkeypatch.setattr(shared_memory, "PLACES", places)
    terms = shared_by_workers(fd).terms
    names = [str(number) for number in range(places + 1)]
    for name in names:
        terms.note(name, replace(TERMS, prefix=name))
    known = [terms.of(name) for name in names]
    assert known[-1] == replace(TERMS, prefix=names[-1])
    assert None in known
    assert all(found in (None, replace(TERMS, prefix=name)) for name, found in zip(names, known, strict=True))


def test_what_is_too_long_for_its_place_is_not_told_and_leaves_the_others_alone(one: SharedByWorkers) -> None:
    one.terms.note("a", TERMS)
    one.terms.note("a", replace(TERMS, policy_version="v" * 512))
    assert one.terms.of("a") == TERMS


def test_nothing_is_read_beyond_its_place(monkeypatch: pytest.MonkeyPatch, one: SharedByWorkers) -> None:
    long = replace(TERMS, policy_version="v" * 512)
    with monkeypatch.context() as patched:
        patched.setattr(shared_memory, "_LONGEST", 1024)
        one.terms.note("a", long)
        assert one.terms.of("a") == long
    assert one.terms.of("a") is None


@given(place=st.integers(0, 511), byte=st.integers(0, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_not_whole_is_not_known(fd: int, one: SharedByWorkers, place: int, byte: int) -> None:
    one.terms.note("a", TERMS)
    with mmap.mmap(fd, 0) as memory:
        memory[memory.find(TERMS.verification_id.encode()) // 512 * 512 + place] = byte
    assert one.terms.of("a") in (None, TERMS)


def test_what_a_build_with_other_fields_notes_is_not_known(fd: int, one: SharedByWorkers) -> None:
    @record(kw_only=True)
    class OtherTerms(Terms):
        another_field: int = 1

    of_all = {each.name: getattr(TERMS, each.name) for each in fields(Terms)}
    memory, _ = memories(fd, 2)
    SharedRecords(memory, OtherTerms, lambda *_: pytest.fail("not read")).note("a", OtherTerms(**of_all))
    assert one.terms.of("a") is None


def test_the_memory_of_a_build_that_has_more_of_it_is_not_cut_off(fd: int) -> None:
    *_, last = memories(fd, 3)
    shared_by_workers(fd)
    last[-1] = 1
    assert os.fstat(fd).st_size == 3 * len(last)


def test_a_worker_looks_there_for_what_it_has_not_seen_itself(one: SharedByWorkers, another: SharedByWorkers) -> None:
    RecentTerms(shared=one.terms).note(TERMS)
    assert RecentTerms(shared=another.terms).of(TERMS.verification_id) == TERMS
