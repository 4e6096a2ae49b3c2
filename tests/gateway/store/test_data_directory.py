"""What is in the data directory of an embedded store beside its data."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.store.data_directory import ops_reader_password


def test_the_dashboards_password_is_made_once_for_all_who_begin_together(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as together:
        passwords = set(together.map(lambda _: ops_reader_password(tmp_path), range(64)))
    (password,) = passwords
    assert len(password) >= 32
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_process_that_ended_while_it_made_the_password_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(_: int) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as ending:
        ending.setattr("secrets.token_urlsafe", end)
        with pytest.raises(KeyboardInterrupt):
            ops_reader_password(tmp_path)
    assert len(ops_reader_password(tmp_path)) >= 32
