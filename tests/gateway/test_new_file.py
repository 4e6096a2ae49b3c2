"""What a command writes is there when it is whole, and not before."""

from pathlib import Path

import pytest

from gateway.cli.new_file import new_file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_has_its_name_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "all.ndjson"
    with new_file(path) as file:
        file.write(b"half")
        assert names(tmp_path) == ["all.ndjson.part"]
        file.write(b" and half")
    assert names(tmp_path) == ["all.ndjson"]
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"half and half", 0o600)


def test_one_that_could_not_be_filled_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TypeError), new_file(tmp_path / "all.ndjson") as file:
        file.writelines([b"half", "and no bytes"])  # type: ignore[list-item]
    assert names(tmp_path) == []


@pytest.mark.parametrize("there", ["all.ndjson", "all.ndjson.part"], ids=["a file", "what a killed command left"])
def test_what_is_there_is_left_alone_and_named(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_bytes(b"somebody's")
    with pytest.raises(FileExistsError) as refused, new_file(tmp_path / "all.ndjson"):
        pass
    assert Path(refused.value.filename) == tmp_path / there
    assert (tmp_path / there).read_bytes() == b"somebody's"
    assert names(tmp_path) == [there]


def test_a_link_to_nothing_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "all.ndjson").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError), new_file(tmp_path / "all.ndjson"):
        pass
    assert names(tmp_path) == ["all.ndjson"]
