"""The policy's tables: what the packaged ones say, and how a bad one is refused."""

from pathlib import Path

import pytest

from contacts.models import CustomerKind
from gateway.core.operations import Operation
from gateway.core.policy import Exemption, ExtraAuthentication, Hours
from gateway.core.policy_files import PolicyRefused, load_policy
from gateway.core.ports import RiskSignal
from gateway.core.verification import Method
from tests.gateway.core.policies import PACKAGED, copy_of_the_packaged, policy_with, with_row

INDIVIDUAL, CORPORATE = CustomerKind.INDIVIDUAL, CustomerKind.CORPORATE


def _problems(folder: Path) -> list[str]:
    with pytest.raises(PolicyRefused) as refused:
        load_policy(folder)
    return refused.value.problems


@pytest.mark.parametrize("operation", [Operation.ISSUE, Operation.REISSUE, Operation.REGISTER_OTHER])
def test_what_r1_names_is_required_of_individuals_and_not_of_companies(operation: Operation) -> None:
    assert PACKAGED.row(operation, INDIVIDUAL).rule == "R1"
    assert PACKAGED.row(operation, INDIVIDUAL).extra_authentication is ExtraAuthentication.REQUIRED
    assert PACKAGED.row(operation, CORPORATE).rule == "R2"
    assert PACKAGED.row(operation, CORPORATE).extra_authentication is ExtraAuthentication.NOT_REQUIRED


@pytest.mark.parametrize("operation", [Operation.CLOUD_REGISTER, Operation.CLOUD_LOGIN])
def test_the_cloud_takes_the_reply_by_text_and_no_companies(operation: Operation) -> None:
    assert PACKAGED.row(operation, INDIVIDUAL).methods == (Method.SMS_REPLY,)
    assert PACKAGED.row(operation, CORPORATE).extra_authentication is ExtraAuthentication.REFUSED


def test_every_operation_of_the_certificate_centre_has_its_row_for_both_kinds() -> None:
    assert set(PACKAGED.rows) == {(operation, kind) for operation in Operation for kind in CustomerKind}


def test_nothing_takes_the_place_of_a_vouching_contact() -> None:
    assert PACKAGED.row(Operation.VOUCH, INDIVIDUAL).exemptions == ()


def test_only_the_cloud_sign_in_knows_auto_connect() -> None:
    with_auto_connect = [key for key, row in PACKAGED.rows.items() if Exemption.AUTO_CONNECT in row.exemptions]
    assert with_auto_connect == [(Operation.CLOUD_LOGIN, INDIVIDUAL)]


def test_a_sim_swap_holds_texts_for_three_days() -> None:
    row = PACKAGED.signals[RiskSignal.SIM_SWAP]
    assert row.hours == 72
    assert row.holds == ("sms", "sms_reply")


def test_the_version_is_the_declared_name_and_what_the_tables_hold(tmp_path: Path) -> None:
    changed = policy_with(tmp_path, valid_for="240")
    assert PACKAGED.version.startswith("manual-2024-05-31+")
    assert changed.version.startswith("manual-2024-05-31+")
    assert changed.version != PACKAGED.version


def test_a_spreadsheets_marks_and_line_ends_change_nothing(tmp_path: Path) -> None:
    table = copy_of_the_packaged(tmp_path) / "operations.csv"
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes().replace(b"\n", b"\r\n"))
    assert load_policy(tmp_path).version == PACKAGED.version


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    table = copy_of_the_packaged(tmp_path) / "signals.csv"
    lines = [line.split(",") for line in table.read_text(encoding="utf-8").splitlines()]
    table.write_text("\n".join(",".join(reversed(cells)) for cells in lines), encoding="utf-8")
    assert load_policy(tmp_path).signals == PACKAGED.signals


def test_everything_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    with_row(tmp_path, "issue", methods="sms pigeon", valid_for="900")
    signals = tmp_path / "signals.csv"
    signals.write_text(signals.read_text(encoding="utf-8").replace("refuse", "perhaps", 1), encoding="utf-8")
    assert _problems(tmp_path) == [
        "operations.csv line 2: methods: give 'sms', 'ars', 'sms_reply' or 'branch_otp' / 이 가운데에서 적어 주세요",
        "operations.csv line 2: valid_for: give 30 to 600 seconds / 30초부터 600초까지 적어 주세요",
        "signals.csv line 2: on_failure: give 'refuse' or 'allow' / 이 가운데에서 적어 주세요",
    ]


@pytest.mark.parametrize(
    ("operation", "cells", "problem"),
    [
        ("issue", {"methods": ""}, "line 2: methods: required, so name at least one"),
        ("issue", {"methods": "sms sms"}, "line 2: methods: names something twice"),
        ("issue", {"valid_for": ""}, "line 2: valid_for: required, so give seconds"),
        ("issue", {"valid_for": "601"}, "line 2: valid_for: give 30 to 600 seconds"),
        ("issue", {"valid_for": "-60"}, "line 2: valid_for: give a whole number"),
        ("issue", {"valid_for": "３００"}, "line 2: valid_for: give a whole number"),
        ("issue", {"per_day": "0"}, "line 2: per_day: give at least 1 / 1 이상을 적어 주세요"),
        ("issue", {"per_day": "100000"}, "line 2: per_day: give a whole number, at most 99999"),
        ("issue", {"refused_hours": "23"}, "line 2: refused_hours: give two hours of the day"),
        ("issue", {"refused_hours": "6-6"}, "line 2: refused_hours: give two hours of the day"),
        ("issue", {"refused_hours": "24-6"}, "line 2: refused_hours: give two hours of the day"),
        ("issue", {"refused_hours": "23-25"}, "line 2: refused_hours: give two hours of the day"),
        ("issue", {"refused_hours": "09월 12일"}, "line 2: refused_hours: give two hours of the day"),
        ("issue", {"rule": "why"}, "line 2: rule: give the rule behind the row, R1 to R20 / 근거 규칙을"),
        ("issue", {"rule": "R0"}, "line 2: rule: give the rule"),
        ("issue", {"rule": "R01"}, "line 2: rule: give the rule"),
        ("issue", {"rule": "R21"}, "line 2: rule: give the rule"),
        ("issue", {"online_consent": "yes"}, "line 2: online_consent: give 'required' or nothing"),
        ("issue", {"exemptions": "friend"}, "line 2: exemptions: give 'overseas' or 'auto_connect' /"),
        ("issue", {"exemptions": "auto_connect"}, "line 2: exemptions: auto_connect is for cloud_login only (R14)"),
        ("issue", {"reason": ""}, "line 2: reason: give a reason / 이유를 적어 주세요"),
        ("issue", {"reason": "가" * 201}, "line 2: reason: give at most 200 characters /"),
        ("issue", {"reason": "추가인증\x00"}, "line 2: reason: leave out control characters /"),
        ("issue", {"operation": "issu"}, "line 2: operation: give 'issue', 'reissue',"),
        ("vouch", {"exemptions": "overseas"}, "line 12: exemptions: nothing takes the place"),
        ("vouch", {"methods": "sms branch_otp"}, "line 12: methods: it is another contact that vouches (R5)"),
        ("renew", {"methods": "sms"}, "line 14: extra_authentication: not_required, so leave"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_column(
    tmp_path: Path, operation: str, cells: dict[str, str], problem: str
) -> None:
    problems = _problems(with_row(tmp_path, operation, **cells))
    assert problems[0].startswith(f"operations.csv {problem}")


@pytest.mark.parametrize("seconds", [30, 600])
def test_a_code_may_be_valid_for_as_short_and_as_long_as_the_sentence_says(tmp_path: Path, seconds: int) -> None:
    assert policy_with(tmp_path, valid_for=str(seconds)).row(Operation.ISSUE, INDIVIDUAL).valid_for == seconds


@pytest.mark.parametrize(("cell", "hours"), [("22-24", Hours(22, 24)), ("9~12", Hours(9, 12)), ("0~24", Hours(0, 24))])
def test_refused_hours_may_end_at_midnight_and_look_like_no_date(tmp_path: Path, cell: str, hours: Hours) -> None:
    assert policy_with(tmp_path, refused_hours=cell).row(Operation.ISSUE, INDIVIDUAL).refused_hours == hours


@pytest.mark.parametrize("rule", ["R1", "R9", "R10", "R19", "R20"])
def test_a_row_rests_on_a_rule_of_the_manual(tmp_path: Path, rule: str) -> None:
    assert policy_with(tmp_path, rule=rule).row(Operation.ISSUE, INDIVIDUAL).rule == rule


@pytest.mark.parametrize(("cell", "asked"), [("required", True), ("", False)])
def test_consent_is_asked_for_where_the_row_says_so(tmp_path: Path, cell: str, asked: bool) -> None:
    assert policy_with(tmp_path, online_consent=cell).row(Operation.ISSUE, INDIVIDUAL).online_consent is asked


def test_a_row_that_is_there_twice_and_one_that_is_missing_are_told(tmp_path: Path) -> None:
    table = copy_of_the_packaged(tmp_path) / "operations.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("revoke,corporate", "revoke,individual"), encoding="utf-8")
    assert _problems(tmp_path) == [
        "operations.csv line 29: operation: the same as line 28 / 겹치는 행입니다",
        "operations.csv: no row for revoke corporate / 없는 행입니다",
    ]


def test_a_row_with_a_cell_too_many_is_told(tmp_path: Path) -> None:
    assert "13 cells in 12 columns" in _problems(with_row(tmp_path, "issue", methods="sms,ars"))[0]


def test_columns_that_are_others_are_named_and_no_row_is_missed_for_them(tmp_path: Path) -> None:
    table = copy_of_the_packaged(tmp_path) / "operations.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("per_day", "per_week", 1), encoding="utf-8")
    (problem,) = _problems(tmp_path)
    assert problem.startswith("operations.csv line 1: columns: give exactly operation customer")
    assert problem.endswith("(lacking / 없는 열: per_day; unknown / 모르는 열: per_week)")


def _as_saved_by_a_spreadsheet(text: str) -> str:
    """With blank rows and columns where cells were cleared, and white space where somebody typed it."""
    heading, *rows = text.splitlines()
    saved = [heading.replace(",", " ,"), *(row.replace(",", "\N{NO-BREAK SPACE},", 2) for row in rows)]
    columns = heading.count(",") + 1
    return "".join(f"{line},,\r\n" for line in [*saved, "," * (columns - 1), " ," * (columns - 1)])


def test_what_a_spreadsheet_leaves_around_the_cells_changes_no_row(tmp_path: Path) -> None:
    folder = copy_of_the_packaged(tmp_path)
    for name in ("operations.csv", "signals.csv"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(_as_saved_by_a_spreadsheet(text), encoding="utf-8", newline="")
    loaded = load_policy(folder)
    assert (loaded.rows, loaded.signals) == (PACKAGED.rows, PACKAGED.signals)


def test_a_cell_outside_the_columns_is_told(tmp_path: Path) -> None:
    table = copy_of_the_packaged(tmp_path) / "operations.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([lines[0], f"{lines[1]},,확인", *lines[2:]]), encoding="utf-8")
    assert _problems(tmp_path)[0].startswith("operations.csv line 2: 14 cells in 12 columns")


def test_a_line_break_within_a_cell_is_a_space_and_lines_count_as_they_stand(tmp_path: Path) -> None:
    folder = with_row(tmp_path, "issue", reason='"추가인증이\n필요합니다."', methods='"sms\nars"')
    row = load_policy(folder).row(Operation.ISSUE, INDIVIDUAL)
    assert (row.reason, row.methods) == ("추가인증이 필요합니다.", ("sms", "ars"))
    table = folder / "operations.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("renew,individual", "renew,someone"), encoding="utf-8")
    assert _problems(folder)[0].startswith("operations.csv line 16: customer: give 'individual' or 'corporate'")


def test_a_quote_that_does_not_close_is_told_with_its_line(tmp_path: Path) -> None:
    table = copy_of_the_packaged(tmp_path) / "signals.csv"
    table.write_text(table.read_text(encoding="utf-8") + 'sim_swap,"sms', encoding="utf-8")
    assert _problems(tmp_path)[0].startswith("signals.csv line 5: unexpected end of data")


@pytest.mark.parametrize("name", ["", "Bonin 2024", "a" * 33, "../../x"])
def test_a_version_that_could_not_stand_in_a_receipt_is_refused(tmp_path: Path, name: str) -> None:
    (copy_of_the_packaged(tmp_path) / "version.txt").write_text(name, encoding="utf-8")
    assert _problems(tmp_path)[0].startswith("version.txt: name it")


def test_files_that_are_missing_or_in_another_encoding_are_named(tmp_path: Path) -> None:
    (copy_of_the_packaged(tmp_path) / "version.txt").unlink()
    (tmp_path / "signals.csv").write_bytes("신호".encode("cp949"))
    assert _problems(tmp_path) == [
        f"{tmp_path / 'version.txt'}: cannot be read (No such file or directory)",
        f"{tmp_path / 'signals.csv'}: save it as “CSV UTF-8” / 엑셀에서는 ‘CSV UTF-8’로 저장해 주세요",
    ]


def test_a_folder_that_is_not_there_is_named_with_what_a_policy_is(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    (problem,) = _problems(nowhere)
    assert (
        problem == f"{nowhere}: no such folder; a policy is a folder with version.txt, operations.csv and signals.csv"
    )


def test_a_refusal_tells_each_problem_on_a_line_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(PolicyRefused) as refused:
        load_policy(with_row(tmp_path, "issue", methods="pigeon", valid_for="1"))
    assert len(refused.value.problems) == 2
    assert str(refused.value).splitlines() == refused.value.problems


def test_a_file_that_is_no_table_by_its_size_is_not_read(tmp_path: Path) -> None:
    table = copy_of_the_packaged(tmp_path) / "operations.csv"
    table.write_bytes(b"x" * ((1 << 20) + 1))
    assert _problems(tmp_path) == [f"{table}: larger than a table of this kind can be / 정책표라기에는 너무 큽니다"]


def test_an_empty_table_is_told_by_its_first_line(tmp_path: Path) -> None:
    (copy_of_the_packaged(tmp_path) / "signals.csv").write_bytes(b"")
    assert _problems(tmp_path)[0].startswith("signals.csv line 1: columns: give exactly")


def test_the_packaged_policy_is_read_where_no_folder_is_given_and_may_have_another_table(tmp_path: Path) -> None:
    assert load_policy() == PACKAGED
    with_row(tmp_path, "issue", valid_for="240")
    changed = load_policy(operations=tmp_path / "operations.csv")
    assert changed.row(Operation.ISSUE, INDIVIDUAL).valid_for == 240
    assert changed.signals == PACKAGED.signals


def test_refused_hours_may_go_over_midnight() -> None:
    assert [hour for hour in range(24) if hour in Hours(23, 6)] == [0, 1, 2, 3, 4, 5, 23]
    assert [hour for hour in range(24) if hour in Hours(1, 3)] == [1, 2]
    assert [hour for hour in range(24) if hour in Hours(22, 24)] == [22, 23]
