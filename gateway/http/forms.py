"""The patterns that text has to match, each with the sentences that tell a caller so."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.http.ids import CUSTOMER_ID, VERIFICATION_ID

_UNSEEN = r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_BLANK = r"\s\u115f\u1160\u2800\u3164\uffa0"
"""White space, and the fillers that Unicode calls letters and shows as nothing."""
_IN_LINE = f"[^{_UNSEEN}]"
_VISIBLE = f"[^{_UNSEEN}{_BLANK}]"

LINE = f"^{_IN_LINE}*{_VISIBLE}{_IN_LINE}*$"
WORD = r"^[\x21-\x7e]+$"
CUSTOMER = f"^{CUSTOMER_ID}$"
VERIFICATION = f"^{VERIFICATION_ID}$"

ASKED_FOR: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        LINE: (
            "보이는 글자로 된 한 줄이어야 합니다. 줄바꿈, 제어 문자, 보이지 않는 문자는 쓸 수 없습니다.",
            "Give one line with something to see in it, without line breaks, control or invisible characters.",
        ),
        WORD: ("공백 없이 ASCII 문자만 쓸 수 있습니다.", "Use visible ASCII characters only, without spaces."),
        CUSTOMER: (
            "영문자나 숫자로 시작하는 64자 이하의 영문, 숫자, . _ - 이어야 합니다.",
            "Give up to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit.",
        ),
        VERIFICATION: (
            "인증을 요청하고 받은 ver_로 시작하는 id여야 합니다.",
            "Give the id that opening the verification gave, which begins with ver_.",
        ),
    }
)
