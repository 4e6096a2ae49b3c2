"""When a shard that is found at another node may have lost something on the way."""

from gateway.store.lineage import Roll

BEFORE = Roll(frozenset("abc"), 7)


def is_safe(primaries: str, holder: str, epoch: int) -> bool:
    """Whether a shard that is found at `holder`, of this epoch, has lost nothing since then."""
    return Roll(frozenset(primaries), 20).is_without_loss_since(BEFORE, holder, epoch)


def test_a_shard_that_moved_between_primaries_that_live_has_lost_nothing() -> None:
    assert is_safe("abc", "b", 8)
    assert is_safe("abc", "b", 3)
    assert is_safe("abcd", "b", 8)


def test_a_shard_of_a_promoted_or_restarted_primary_may_have() -> None:
    assert not is_safe("xbc", "x", 8)
    assert not is_safe("xbc", "x", 3)


def test_a_shard_may_have_passed_through_any_that_is_gone() -> None:
    assert not is_safe("ab", "b", 8)
    assert not is_safe("abx", "b", 8)


def test_a_node_that_was_not_there_before_may_have_been_restarted_since_it_came() -> None:
    assert not is_safe("abcd", "d", 8)


def test_a_node_that_came_and_went_unseen_leaves_two_epochs_behind() -> None:
    assert not is_safe("abc", "b", 9)
