from desk.sessions import (
    LIFE_SECONDS,
    MOST_CASES,
    MOST_SESSIONS,
    MOST_VERIFICATIONS,
    AutoConnect,
    Case,
    Opened,
    Session,
    Sessions,
)

OPENED = Opened("hong-gildong", "issue", "hash", None)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_session_is_found_by_its_cookie_alone() -> None:
    sessions = Sessions()
    cookie, session = sessions.begin()
    assert sessions.find(cookie) is session
    assert sessions.find(cookie + "x") is None
    assert sessions.find("") is None


def test_a_session_ends_when_it_is_not_used() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    cookie, session = sessions.begin()
    for _ in range(3):
        clock.now += LIFE_SECONDS
        assert sessions.find(cookie) is session
    clock.now += LIFE_SECONDS + 1
    assert sessions.find(cookie) is None
    assert sessions.find(cookie) is None


def test_the_session_that_was_idle_longest_makes_room() -> None:
    sessions = Sessions()
    first, _ = sessions.begin()
    second, _ = sessions.begin()
    for _ in range(MOST_SESSIONS - 2):
        sessions.begin()
    assert sessions.find(first) is not None
    sessions.begin()
    assert sessions.find(second) is None
    assert sessions.find(first) is not None


def test_a_session_forgets_its_oldest_verification_first() -> None:
    session = Session(0)
    for number in range(MOST_VERIFICATIONS + 1):
        session.remember(f"ver_{number}", OPENED)
    assert session.opened("ver_0") is None
    assert session.opened("ver_1") is OPENED


def test_a_session_knows_its_own_token_and_no_other() -> None:
    sessions = Sessions()
    (_, one), (_, other) = sessions.begin(), sessions.begin()
    assert one.has_token(one.csrf_token)
    assert not one.has_token(other.csrf_token)
    assert not one.has_token("")
    assert not one.has_token("토큰\udcff")


def test_a_session_does_not_print_its_token() -> None:
    session = Session(0)
    assert session.csrf_token not in repr(session)


def test_a_session_forgets_its_oldest_case_first() -> None:
    session = Session(0)
    for number in range(MOST_CASES + 1):
        session.begin(Case(f"case_{number}", "hong-gildong", "issue", "168.126.63.1", "ko"))
    assert session.case("case_0") is None
    assert session.case("case_1") is not None


def test_a_remembered_device_does_not_print_its_token() -> None:
    session = Session(0)
    session.keep_auto_connect("hong-gildong", AutoConnect("ver_1", "planted-token"))
    assert "planted-token" not in repr(session)
    assert "planted-token" not in repr(session.auto_connect("hong-gildong"))
