"""Every fault, in the order in which they are run and shown."""

from tests.faults.canceled_requests import CANCELED_REQUESTS
from tests.faults.carrier_failing import CARRIER_FAILING
from tests.faults.forged_webhooks import FORGED_WEBHOOKS
from tests.faults.gateway_killed import GATEWAY_KILLED
from tests.faults.guessing import GUESSING
from tests.faults.harness.fault import Fault
from tests.faults.malformed_input import MALFORMED_CODES, MALFORMED_PHONES, MALFORMED_REPLIES
from tests.faults.one_code_at_once import ONE_CODE_AT_ONCE
from tests.faults.openapi_called import OPENAPI_CALLED
from tests.faults.secrets_left import SECRETS_LEFT
from tests.faults.slow_clients import SLOW_CLIENTS
from tests.faults.soak import SOAK
from tests.faults.store_killed import STORE_KILLED
from tests.faults.store_promoted import STORE_PROMOTED
from tests.faults.unknown_customer import UNKNOWN_CUSTOMER

FAULTS: tuple[Fault, ...] = (
    GATEWAY_KILLED,
    STORE_KILLED,
    STORE_PROMOTED,
    ONE_CODE_AT_ONCE,
    GUESSING,
    CANCELED_REQUESTS,
    CARRIER_FAILING,
    FORGED_WEBHOOKS,
    MALFORMED_PHONES,
    MALFORMED_CODES,
    MALFORMED_REPLIES,
    OPENAPI_CALLED,
    SECRETS_LEFT,
    UNKNOWN_CUSTOMER,
    SLOW_CLIENTS,
    SOAK,
)
