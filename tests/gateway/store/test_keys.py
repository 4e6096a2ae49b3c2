"""Keys: a customer's are in one slot, and customers are spread over all of them."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from gateway.store import cap_keys, keys

CUSTOMER_IDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=64)


@given(CUSTOMER_IDS)
def test_all_keys_that_one_script_touches_are_in_one_slot(customer_id: str) -> None:
    verification_id = keys.new_verification_id(customer_id)
    password_id = keys.new_branch_password_id(customer_id)
    shard = keys.shard_of(customer_id)
    touched = [
        keys.verification(verification_id),
        keys.customer(customer_id),
        keys.contacts(customer_id),
        keys.contact(customer_id, keys.new_contact_id()),
        keys.guard(customer_id),
        keys.guard_prefix(shard),
        keys.branch_password(customer_id, "issue"),
        keys.branch_password_owner(password_id),
        keys.expiring(shard),
        keys.expiring_by(shard, 1_700_000_000_000),
        keys.outbox(shard),
        keys.audit(shard),
    ]
    assert len({key_slot(key.encode()) for key in touched}) == 1
    assert keys.shard_in(verification_id) == keys.shard_in(password_id) == shard


@given(CUSTOMER_IDS)
def test_the_two_counters_of_a_number_are_in_one_slot(blind_index: str) -> None:
    assert len({key_slot(key.encode()) for key in cap_keys.of_number(blind_index)}) == 1


def test_each_shard_is_in_its_own_equal_part_of_the_slots() -> None:
    parts = Counter(key_slot(keys.outbox(shard).encode()) * keys.SHARDS // 16_384 for shard in range(keys.SHARDS))
    assert parts == Counter(range(keys.SHARDS))


def test_customers_are_spread_evenly_over_the_shards() -> None:
    spread = Counter(keys.shard_of(f"customer-{number}") for number in range(32_000))
    assert len(spread) == keys.SHARDS
    assert max(spread.values()) < 1.25 * min(spread.values())


def test_ids_are_never_the_same_and_have_nothing_to_misread() -> None:
    ids = {keys.new_verification_id("hong-gildong") for _ in range(1000)}
    assert len(ids) == 1000
    assert not set("".join(one.removeprefix("ver_") for one in ids)) & set("ilou")


def test_a_request_that_is_known_names_the_same_verification_again() -> None:
    known_as, another = bytes(range(20)), bytes(range(1, 21))
    one = keys.new_verification_id("hong-gildong", known_as)
    assert one == keys.new_verification_id("hong-gildong", known_as)
    assert one != keys.new_verification_id("hong-gildong", another)
    assert len(one) == len(keys.new_verification_id("hong-gildong"))
    assert keys.shard_in(one) == keys.shard_of("hong-gildong")


def test_what_belongs_to_two_customers_never_shares_a_key() -> None:
    for key in (keys.customer, keys.contacts, keys.guard):
        assert key("hong-gildong") != key("sung-chunhyang")
