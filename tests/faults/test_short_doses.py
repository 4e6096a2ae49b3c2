"""Every fault in its short dose; `./run faults` gives the full one."""

from pathlib import Path

import pytest

from tests.faults.catalogue import FAULTS
from tests.faults.harness.fault import Fault
from tests.faults.harness.trying import SHORT, give

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads /proc")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_no_promise_is_broken(fault: Fault, tmp_path: Path) -> None:
    outcome = await give(fault, SHORT, tmp_path)
    assert outcome.examples == []
    assert outcome.violations == 0
