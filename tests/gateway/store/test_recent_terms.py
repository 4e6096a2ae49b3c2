"""What a process remembers of the verifications that it saw of late."""

from dataclasses import fields

from gateway.core.operations import Operation
from gateway.core.verification import Method, Terms
from gateway.store.recent_terms import RecentTerms
from gateway.store.verification_records import opened
from tests.builders import CLIENT, CUSTOMER_ID, PEPPER_ID, new_verification


def terms(verification_id: str) -> Terms:
    return Terms(
        verification_id=verification_id,
        customer_id=CUSTOMER_ID,
        client=CLIENT,
        method=Method.SMS,
        operation=Operation.ISSUE,
        pepper_id=PEPPER_ID,
        locale="ko",
        created_at=1,
        expires_at=2,
    )


def test_the_oldest_are_forgotten_when_there_are_too_many() -> None:
    recent = RecentTerms(most=3)
    for verification_id in ("a", "b", "c", "a", "d", "e"):
        recent.note(terms(verification_id))
    assert [recent.of(one) for one in "abcde"] == [None, None, terms("c"), terms("d"), terms("e")]


def test_of_a_whole_verification_its_terms_alone_are_kept() -> None:
    recent, whole = RecentTerms(), opened(new_verification(), 1_000, 0, 30)
    recent.note(whole)
    kept = recent.of(whole.verification_id)
    assert type(kept) is Terms
    assert all(getattr(kept, one.name) == getattr(whole, one.name) for one in fields(Terms))
