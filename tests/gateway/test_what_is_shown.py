"""Values that hold what nobody is to read do not show it where they are printed: in a log, an error or a debugger."""

import pytest

from contacts.models import Customer, CustomerKind
from contacts.phone_numbers import parse_phone_number
from gateway.core.approvals import ApprovalKind, NewApproval
from gateway.core.auto_connections import AutoConnectFamily, GivenToken
from gateway.core.delivery import DeliveryRef
from gateway.core.facts import AutoConnection, Known
from gateway.core.idempotency import Answered
from gateway.core.operators import NewSession
from gateway.core.ports import OutgoingCall, OutgoingText
from gateway.methods.ars import Turn
from gateway.store.everybody import Somebody
from tests.builders import CUSTOMER_ID, MOBILE

SECRET = "planted-secret"
NUMBER = parse_phone_number(MOBILE)
REF = DeliveryRef("ver_x", 1)
FAMILY = AutoConnectFamily("act_x", 1, 1, 2)


@pytest.mark.parametrize(
    "value",
    [
        Customer(CUSTOMER_ID, CustomerKind.INDIVIDUAL, SECRET, SECRET, online_consent=True, locked=False),
        Somebody(CUSTOMER_ID, "individual", SECRET, SECRET, True, [(MOBILE, "mobile")]),
        NewApproval("apr_x", ApprovalKind.UNLOCK, CUSTOMER_ID, None, "kim", "reason", {"number": SECRET}),
        OutgoingText(NUMBER, SECRET, REF),
        OutgoingCall(NUMBER, REF, SECRET, 30),
        Turn((), SECRET),
        GivenToken(FAMILY, SECRET),
        AutoConnection(Known.MET, SECRET),
        Answered(201, SECRET.encode(), {}),
        NewSession(SECRET, SECRET, SECRET, "generation", SECRET.encode()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_hides_what_it_holds(value: object) -> None:
    assert SECRET not in repr(value)
    assert MOBILE not in repr(value)
