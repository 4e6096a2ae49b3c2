"""What a notice says."""

import pytest

from gateway.core.notices import NoticeKind, notice_text
from gateway.core.operations import Operation
from gateway.core.texts import ONE_TEXT, length_in_euc_kr
from tests.builders import FIRM


@pytest.mark.parametrize("locale", ["ko", "en"])
@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("operation", Operation)
def test_a_notice_fits_one_text_and_says_whom_to_call(operation: Operation, kind: NoticeKind, locale: str) -> None:
    text = notice_text(FIRM, kind, operation, locale)
    assert length_in_euc_kr(text) <= ONE_TEXT
    assert text.startswith(f"[{FIRM.name(locale)}]")
    assert text.endswith(FIRM.customer_centre)


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (Operation.ISSUE, "인증서 발급이 진행 중입니다."),
        (Operation.CLOUD_LOGIN, "클라우드 로그인이 진행 중입니다."),
        (Operation.IMPORT, "가져오기가 진행 중입니다."),
        (Operation.REVOKE, "인증서 폐기가 진행 중입니다."),
    ],
)
def test_a_notice_is_a_whole_sentence_of_korean(operation: Operation, said: str) -> None:
    assert said in notice_text(FIRM, NoticeKind.ISSUANCE_STARTED, operation, "ko")
