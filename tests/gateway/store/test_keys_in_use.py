"""The store remembers which keys its data is under."""

import pytest
from structlog.testing import capture_logs

from demo.customer import until
from gateway.store import keys, keys_in_use
from gateway.store.connection import Store
from gateway.store.keys_in_use import KeysInUse, KeysUnknown, Purpose
from tests.gateway.generations import NEW_WRITES, OLD_WRITES, ONLY_NEW, ONLY_OLD, rings, silence

OLD_ID = rings(ONLY_OLD)[Purpose.INDEX].current_id


async def test_every_step_of_a_rotation_may_start_beside_the_one_before_it(store: Store) -> None:
    for step in (ONLY_OLD, OLD_WRITES, ONLY_OLD, OLD_WRITES, NEW_WRITES, OLD_WRITES, NEW_WRITES):
        await KeysInUse(store, rings(step)).enter()


@pytest.mark.parametrize("dropped", [ONLY_NEW])
async def test_a_key_that_data_is_under_cannot_be_left_out(store: Store, dropped: tuple[int, ...]) -> None:
    await KeysInUse(store, rings(ONLY_OLD)).enter()
    gateway = KeysInUse(store, rings(dropped))
    with pytest.raises(KeysUnknown) as refused:
        await gateway.enter()
    assert sorted(refused.value.unknown) == sorted(
        (purpose, ring.current_id.hex()) for purpose, ring in rings(ONLY_OLD).items()
    )
    assert gateway.trouble == "key not known"
    kept = await store.command("HKEYS", keys.KEYS_IN_USE)
    assert len(kept) == 3


async def test_a_key_is_retired_once_no_gateway_writes_under_it(store: Store) -> None:
    await KeysInUse(store, rings(ONLY_OLD)).enter()
    now = KeysInUse(store, rings(NEW_WRITES))
    await now.enter()
    assert await now.silence_in(Purpose.INDEX, OLD_ID) > 0
    assert not await now.retire(Purpose.INDEX, OLD_ID)
    await silence(store)
    assert await now.silence_in(Purpose.INDEX, OLD_ID) == 0
    for purpose, ring in rings(ONLY_OLD).items():
        assert await now.retire(purpose, ring.current_id)
    await KeysInUse(store, rings(ONLY_NEW)).enter()


async def test_a_gateway_tells_when_another_writes_under_a_key_it_lacks(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_in_use, "_EVERY_SECONDS", 0.01)
    late = KeysInUse(store, rings(ONLY_OLD))
    await late.enter()
    assert late.trouble is None
    with capture_logs() as logs:
        await late.open()
        await KeysInUse(store, rings(NEW_WRITES)).enter()

        async def told() -> bool:
            return len(logs) >= 3

        await until(told)
        await late.close()
    assert late.trouble == "key not known"
    assert {(one["event"], one["setting"]) for one in logs} == {("key_unknown", purpose) for purpose in Purpose}
