"""When a shard that is found at another node may have lost something on the way."""

from gateway.store.lineage import Roll

BEFORE = Roll(frozenset("abc"), 7)


def now(primaries: str, epoch: int) -> Roll:
    return Roll(frozenset(primaries), epoch)


def test_a_shard_that_moved_between_primaries_that_live_has_lost_nothing() -> None:
    assert now("abc", 8).is_without_loss_since(BEFORE, "b")
    assert now("abc", 7).is_without_loss_since(BEFORE, "b")
    assert now("abcd", 8).is_without_loss_since(BEFORE, "b")


def test_a_shard_of_a_promoted_or_restarted_primary_may_have() -> None:
    assert not now("xbc", 8).is_without_loss_since(BEFORE, "x")
    assert not now("xbc", 7).is_without_loss_since(BEFORE, "x")


def test_a_shard_may_have_passed_through_any_that_is_gone() -> None:
    assert not now("ab", 8).is_without_loss_since(BEFORE, "b")
    assert not now("abx", 8).is_without_loss_since(BEFORE, "b")


def test_a_node_that_was_not_there_before_may_have_been_restarted_since_it_came() -> None:
    assert not now("abcd", 8).is_without_loss_since(BEFORE, "d")


def test_a_node_that_came_and_went_unseen_leaves_two_epochs_behind() -> None:
    assert not now("abc", 9).is_without_loss_since(BEFORE, "b")
