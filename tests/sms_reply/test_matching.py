"""What a text answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_reply.matching import DenyAll, OpenVerification, ReplyOutcome, Sender, Settled, TellAgain, TryCode, plan_for
from sms_reply.reading import CodeReply, DenialReply, Reply, SeveralCodesReply, UnreadableReply

CODE, DENIAL, SEVERAL, UNREADABLE = (
    CodeReply("123456"),
    DenialReply(),
    SeveralCodesReply(),
    UnreadableReply(),
)
OLD = OpenVerification("ver_old", "cus_1", 1_000)
NEW = OpenVerification("ver_new", "cus_1", 2_000)
SPOUSE = OpenVerification("ver_spouse", "cus_2", 1_500)


def test_a_code_is_tried_on_the_open_verification_of_its_sender() -> None:
    assert plan_for(CODE, Sender(True, (NEW,))) == TryCode(CODE, (NEW,), (NEW,))


def test_a_miss_counts_once_for_every_customer_who_may_have_typed_it() -> None:
    plan = plan_for(CODE, Sender(True, (OLD, SPOUSE, NEW)))
    assert plan == TryCode(CODE, (NEW, SPOUSE, OLD), (NEW, SPOUSE))


def test_a_denial_closes_everything_open_for_the_sender() -> None:
    assert plan_for(DENIAL, Sender(True, (OLD, SPOUSE))) == DenyAll((OLD, SPOUSE))


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [(SEVERAL, ReplyOutcome.SEVERAL_CODES), (UNREADABLE, ReplyOutcome.UNREADABLE)],
)
def test_a_text_without_one_code_leaves_what_is_open_untouched(reply: Reply, outcome: ReplyOutcome) -> None:
    assert plan_for(reply, Sender(True, (NEW,))) == Settled(outcome)


@pytest.mark.parametrize("reply", [CODE, DENIAL])
def test_an_answer_after_the_time_is_late(reply: Reply) -> None:
    assert plan_for(reply, Sender(True, expired_lately=True)) == Settled(ReplyOutcome.LATE)


@pytest.mark.parametrize("reply", [CODE, DENIAL])
def test_an_answer_to_nothing_or_from_the_wrong_phone_says_that_nothing_is_open(reply: Reply) -> None:
    assert plan_for(reply, Sender(True)) == Settled(ReplyOutcome.NO_OPEN_VERIFICATION)


def test_a_code_with_nothing_open_may_be_one_that_was_accepted_and_came_twice() -> None:
    assert plan_for(CODE, Sender(True, verified_lately=(OLD,))) == TellAgain(
        CODE, (OLD,), ReplyOutcome.NO_OPEN_VERIFICATION
    )
    assert plan_for(CODE, Sender(True, (NEW,), verified_lately=(OLD,))) == TryCode(CODE, (NEW,), (NEW,))
    assert plan_for(UNREADABLE, Sender(True, verified_lately=(OLD,))) == Settled(ReplyOutcome.UNRELATED)


def test_a_denial_of_what_is_over_is_of_each_customers_last() -> None:
    sender = Sender(True, expired_lately=True, over_lately=(OLD, SPOUSE, NEW))
    assert plan_for(DENIAL, sender) == DenyAll((NEW, SPOUSE))
    assert plan_for(CODE, sender) == Settled(ReplyOutcome.LATE)
    assert plan_for(DENIAL, Sender(True, (SPOUSE,), over_lately=(OLD,))) == DenyAll((SPOUSE,))


def test_a_denial_of_a_notice_is_one_without_any_verification() -> None:
    sender = Sender(True, noticed_lately=True)
    assert plan_for(DENIAL, sender) == DenyAll(())
    assert plan_for(CODE, sender) == Settled(ReplyOutcome.NO_OPEN_VERIFICATION)
    assert plan_for(UNREADABLE, sender) == Settled(ReplyOutcome.UNRELATED)


@pytest.mark.parametrize("reply", [UNREADABLE, SEVERAL])
def test_small_talk_with_nothing_open_is_unrelated(reply: Reply) -> None:
    assert plan_for(reply, Sender(True)) == Settled(ReplyOutcome.UNRELATED)


@pytest.mark.parametrize("reply", [CODE, DENIAL, SEVERAL, UNREADABLE])
def test_a_number_that_is_nobodys_contact_is_an_unknown_sender(reply: Reply) -> None:
    assert plan_for(reply, Sender(False)) == Settled(ReplyOutcome.UNKNOWN_SENDER)


@given(
    reply=st.sampled_from([CODE, DENIAL, SEVERAL, UNREADABLE]),
    known=st.booleans(),
    expired_lately=st.booleans(),
    verifications=st.lists(
        st.builds(
            OpenVerification,
            st.uuids().map(str),
            st.sampled_from(["cus_1", "cus_2", "cus_3"]),
            st.integers(0, 10),
        ),
        max_size=6,
    ),
)
def test_every_text_has_a_plan_and_none_is_settled_as_verified(
    reply: Reply, known: bool, expired_lately: bool, verifications: list[OpenVerification]
) -> None:
    match plan_for(reply, Sender(known, tuple(verifications), expired_lately)):
        case Settled(outcome):
            assert outcome not in (ReplyOutcome.VERIFIED, ReplyOutcome.WRONG_CODE, ReplyOutcome.DENIED)
        case DenyAll(denied):
            assert set(denied) == set(verifications)
        case TryCode(_, candidates, counted):
            assert sorted(candidates, key=lambda one: -one.opened_at) == list(candidates)
            assert set(candidates) == set(verifications)
            assert [one.customer_id for one in counted] == list(dict.fromkeys(one.customer_id for one in candidates))
