import pytest

from gateway.methods import handing_over


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery is tried again at once."""
    monkeypatch.setattr(handing_over, "pause_before_retry", lambda tried, asked_for: 0.0)
