"""`bonin status` and `bonin find`: what the operations pages say, in a terminal."""

import argparse
import re
import sys
from typing import Any

from gateway.cli.commands import Commands, whole_number
from gateway.cli.tables import moment, show_facts, show_rows
from gateway.core.errors import Refusal
from gateway.core.numbers import as_written_in_korea, read_number
from gateway.core.read_model import Filters
from gateway.core.verification import Method, Status, Verification
from gateway.http.ids import CUSTOMER_ID, VERIFICATION_ID
from gateway.ops.diagnosis import Where, carrier_health, diagnose
from gateway.settings import Settings
from gateway.store.watch import StoreWatch
from gateway.wiring.stores import Stores, open_stores

_MINUTES = 60
_MOST_ROWS = 1000
_WELL = frozenset({Where.NOWHERE, Where.CUSTOMER})


def add_commands(commands: Commands) -> None:
    commands.add("status", show_status).add_argument("--json", action="store_true", help="as JSON")
    find = commands.add("find", find_verifications)
    find.add_argument(
        "what", nargs="?", help="a verification id, a customer id or a full phone number; - to be asked for it"
    )
    find.add_argument("--state", choices=[status.value for status in Status])
    find.add_argument("--method", choices=[method.value for method in Method])
    find.add_argument("--carrier", help="only those handed to this carrier, delivered or not")
    find.add_argument("--reason", help="only those that ended for this reason, such as `locked`")
    find.add_argument("--most", type=whole_number(1, _MOST_ROWS), default=20, metavar="N", help="list at most N; 20")
    find.add_argument("--json", action="store_true", help="as JSON, one line each")


async def show_status(settings: Settings, arguments: argparse.Namespace) -> int:
    """Say whether the trouble is ours, a carrier's or one customer's.

    Exit code 1 if it is ours, a carrier's or unclear.
    """
    async with open_stores(settings) as stores:
        read_model = stores.read_model
        now, live = await read_model.now(), await read_model.live()
        carriers = [carrier_health(*each) for each in (await read_model.carriers()).items()]
        watch = StoreWatch(stores.connection, may_forget=settings.allow_forgetful_store)
        diagnosis = diagnose(now, live, carriers, await read_model.minutes(_MINUTES), await watch.trouble())
    facts: dict[str, Any] = {"where": diagnosis.where.value, "what": diagnosis.what}
    facts |= {name: value for name, value in diagnosis.values.items() if name not in facts}
    facts |= {name: live.number(name) for name in sorted(live.values) if name not in ("revision", "at")}
    facts["counted_at"] = moment(live.number("at")) if live.values else None
    show_facts(facts, as_json=arguments.json)
    return 0 if diagnosis.where in _WELL else 1


async def find_verifications(settings: Settings, arguments: argparse.Namespace) -> int:
    """List verifications by id, customer, number or filter: exit code 1 if there is none.

    A number given as an argument stays in the shell's history and shows in the process list: give - instead, and type
    it when asked or send it on standard input.
    """
    async with open_stores(settings) as stores:
        ids = await _ids(stores, settings, arguments)
        read = [await stores.verifications.read(verification_id) for verification_id in ids]
    rows = [_row(verification) for verification in read if verification is not None]
    show_rows(rows, as_json=arguments.json, nothing="Nothing was found.")
    return 0 if rows else 1


async def _ids(stores: Stores, settings: Settings, arguments: argparse.Namespace) -> list[str]:
    what, most = _asked() if arguments.what == "-" else arguments.what, arguments.most
    if what is None:
        filters = Filters(arguments.state, arguments.method, arguments.carrier, arguments.reason)
        return list((await stores.read_model.find(filters, most)).ids)
    if re.fullmatch(VERIFICATION_ID, what):
        return [what]
    customers = [what] if re.fullmatch(CUSTOMER_ID, what) else []
    try:
        number = read_number(as_written_in_korea(what), settings.number_plan)
    except Refusal:
        pass
    else:
        owners = await stores.read_model.owners(settings.personal_data.blind_indexes(number.e164))
        customers += sorted({customer_id for customer_id, _ in owners})
    found = [await stores.read_model.of_customer(customer_id, most) for customer_id in customers]
    return [verification_id for some in found for verification_id in some][:most]


def _asked() -> str:
    if sys.stdin.isatty():
        print("id or number · ID 또는 전화번호: ", end="", file=sys.stderr, flush=True)  # noqa: T201
    return sys.stdin.readline().strip()


def _row(verification: Verification) -> dict[str, Any]:
    return {
        "verification_id": verification.verification_id,
        "customer_id": verification.customer_id,
        "method": verification.method.value,
        "operation": verification.operation.value,
        "status": verification.shown_status.value,
        "reason": verification.reason,
        "delivery": verification.delivery_state.value if verification.delivery_state else None,
        "carrier": verification.delivery_carrier,
        "created_at": moment(verification.created_at),
    }
