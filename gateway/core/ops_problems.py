"""Problems of the operations pages, beside those of the API. No caller of the API meets them."""

from enum import Enum

from gateway.core.problem_kind import ProblemKind


class OpsProblem(Enum):
    """As `gateway.core.problems.Problem`."""

    SIGN_IN_REFUSED = ProblemKind(
        "sign-in-refused", 401,
        "로그인할 수 없습니다", "Signing in was refused",
        "운영 키와 인증 앱의 현재 번호를 확인해 주세요. 번호는 한 번만 쓸 수 있으니 다음 번호를 기다려 주세요.",
        "Check the operations key and the authenticator's current code. A code works once: wait for the next one.",
    )  # fmt: skip
    SIGN_IN_LOCKED = ProblemKind(
        "sign-in-locked", 429,
        "로그인이 잠시 잠겼습니다", "Signing in is locked for a while",
        "틀린 번호가 너무 많았습니다. {retry_after}초 후에 다시 시도해 주세요.",
        "There were too many wrong codes. Try again in {retry_after} seconds.",
    )  # fmt: skip
    SESSION_OVER = ProblemKind(
        "session-over", 401,
        "로그인이 끝났습니다", "The session is over",
        "다시 로그인해 주세요.", "Sign in again.",
    )  # fmt: skip
    CROSS_SITE = ProblemKind(
        "cross-site", 403,
        "다른 사이트에서 보낸 요청입니다", "The request came from another site",
        "운영 화면을 새로 고친 뒤 다시 시도해 주세요.", "Reload the operations page and try again.",
    )  # fmt: skip
    ROLE_MISSING = ProblemKind(
        "role-missing", 403,
        "이 역할로는 할 수 없는 일입니다", "This role may not do that",
        "'{role_ko}' 역할이 있는 운영자에게 요청해 주세요.", "Ask an operator whose role is '{role}'.",
    )  # fmt: skip
