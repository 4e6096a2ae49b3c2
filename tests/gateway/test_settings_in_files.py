"""Settings that are files in the folder that `BONIN_SECRETS_DIR` names, as container platforms mount them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.settings import load_settings
from tests.gateway.installations import refused

_NOBODY = 65_534


def test_a_key_may_come_from_a_mounted_file(good: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    (folder / "bonin_twilio_auth_token").write_text("a token from a file\n")
    good.setenv("BONIN_SECRETS_DIR", str(folder))
    good.delenv("BONIN_TWILIO_AUTH_TOKEN")
    token = load_settings().twilio_auth_token
    assert token is not None
    assert token.get_secret_value() == "a token from a file"


def test_files_that_cannot_be_read_are_all_named_and_nothing_else(good: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "bonin_host").write_bytes(b"127.0.0.1\n")
    (folder / "bonin_port").mkdir()
    (folder / "bonin_firm_name_en").symlink_to(tmp_path / "nothing")
    (folder / "bonin_firm_name_ko").write_bytes("본인증권".encode("cp949"))
    (folder / "bonin_of_nobody").mkdir()
    good.setenv("BONIN_SECRETS_DIR", str(folder))
    readable = "give a file that can be read"
    assert refused() == [
        f"BONIN_FIRM_NAME_EN: {readable} ({folder / 'bonin_firm_name_en'}: No such file or directory)",
        f"BONIN_FIRM_NAME_KO: give a text in UTF-8 ({folder / 'bonin_firm_name_ko'})",
        f"BONIN_PORT: {readable} ({folder / 'bonin_port'}: Is a directory)",
    ]


def test_a_link_out_of_the_folder_of_secrets_is_refused_and_one_within_it_is_followed(
    good: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "secrets"
    (folder / "..data").mkdir(parents=True)  # as Kubernetes mounts them
    (folder / "..data" / "bonin_port").write_text("8081\n")
    (folder / "bonin_port").symlink_to("..data/bonin_port")
    good.setenv("BONIN_SECRETS_DIR", str(folder))
    assert load_settings().port == 8081
    (tmp_path / "elsewhere").write_text("10.0.0.0/8")
    (folder / "bonin_trusted_proxies").symlink_to(tmp_path / "elsewhere")
    assert refused() == [
        f"BONIN_TRUSTED_PROXIES: give the file itself; a link may not lead out of BONIN_SECRETS_DIR "
        f"({folder / 'bonin_trusted_proxies'})"
    ]


@contextmanager
def without_rights() -> Iterator[None]:
    """As a user who may read what everybody may; root reads everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_secret_of_somebody_elses_is_named(good: pytest.MonkeyPatch) -> None:
    load_settings()  # so that Python has read files of its own, which may be somebody else's as well
    # Not below pytest's own folder, which nobody else may enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "bonin_port").write_text("8080")
        (folder / "bonin_port").chmod(0)
        good.setenv("BONIN_SECRETS_DIR", name)
        with without_rights():
            told = refused()
    assert told == [f"BONIN_PORT: give a file that can be read ({folder / 'bonin_port'}: Permission denied)"]
