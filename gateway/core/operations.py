"""The operations of the certificate centre (R1, R16, R17), and their names for customers."""

from dataclasses import dataclass
from enum import StrEnum


class Operation(StrEnum):
    """What the customer is about to do; `vouch` makes another contact verifiable (R5)."""

    ISSUE = "issue"
    REISSUE = "reissue"
    REGISTER_OTHER = "register_other"
    CLOUD_REGISTER = "cloud_register"
    CLOUD_LOGIN = "cloud_login"
    VOUCH = "vouch"
    RENEW = "renew"
    IMPORT = "import"
    EXPORT = "export"
    CHANGE_MEDIUM = "change_medium"
    BACK_UP = "back_up"
    RESTORE = "restore"
    DELETE = "delete"
    REVOKE = "revoke"
    COPY_TO_PHONE = "copy_to_phone"
    COPY_TO_PC = "copy_to_pc"


@dataclass(frozen=True, slots=True)
class OperationName:
    """`ko` fits a text of 90 bytes beside the firm's name and the code; both are also spoken, before "추가인증"."""

    ko: str
    en: str

    def in_locale(self, locale: str) -> str:
        return self.en if locale == "en" else self.ko


OPERATION_NAMES = {
    Operation.ISSUE: OperationName("인증서 발급", "certificate issuance"),
    Operation.REISSUE: OperationName("인증서 재발급", "certificate re-issue"),
    Operation.REGISTER_OTHER: OperationName("타기관 등록", "certificate registration"),
    Operation.CLOUD_REGISTER: OperationName("클라우드 등록", "cloud registration"),
    Operation.CLOUD_LOGIN: OperationName("클라우드 로그인", "cloud sign-in"),
    Operation.VOUCH: OperationName("연락처 확인", "contact verification"),
    Operation.RENEW: OperationName("인증서 갱신", "certificate renewal"),
    Operation.IMPORT: OperationName("가져오기", "certificate import"),
    Operation.EXPORT: OperationName("내보내기", "certificate export"),
    Operation.CHANGE_MEDIUM: OperationName("저장매체 변경", "storage change"),
    Operation.BACK_UP: OperationName("인증서 백업", "certificate back-up"),
    Operation.RESTORE: OperationName("백업 복구", "certificate restore"),
    Operation.DELETE: OperationName("인증서 삭제", "certificate deletion"),
    Operation.REVOKE: OperationName("인증서 폐기", "certificate revocation"),
    Operation.COPY_TO_PHONE: OperationName("스마트폰 복사", "copy to phone"),
    Operation.COPY_TO_PC: OperationName("PC 복사", "copy to PC"),
}
