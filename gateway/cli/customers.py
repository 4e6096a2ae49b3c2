"""`bonin customers`: what is known of a customer, masked, and asking for an unlock."""

import argparse
from typing import Any

from contacts.masking import mask_name
from contacts.models import methods_of
from gateway.cli.commands import Commands, failed, readable_name, say
from gateway.cli.tables import moment, show_facts, show_rows
from gateway.core.approvals import Approvals
from gateway.core.customer_centre import CustomerCentre
from gateway.core.stores import CustomerMissing
from gateway.settings import Settings
from gateway.store import keys
from gateway.store.erasure import RedisErasure
from gateway.wiring.keys import store_under_keys
from gateway.wiring.stores import open_stores

_MOST_LOCKED = 1_000


def add_commands(commands: Commands) -> None:
    customers = commands.group("customers")
    show, contacts = customers.add("show", show_customer), customers.add("contacts", list_contacts)
    locked = customers.add("locked", list_locked)
    for command in (show, contacts, locked):
        command.add_argument("--json", action="store_true", help="as JSON")
    unlock = customers.add("unlock", request_unlock)
    unlock.add_argument("--by", required=True, type=readable_name, help="the requester")
    unlock.add_argument("--reason", required=True, type=readable_name)
    erase = customers.add("erase", erase_customer)
    erase.add_argument("--by", required=True, type=readable_name, help="who erases")
    erase.add_argument("--reason", required=True, type=readable_name, help="why; stays readable in the audit")
    for command in (show, contacts, unlock, erase):
        command.add_argument("customer_id")


async def show_customer(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show one customer: kind, consent, lock, exemption, number of contacts."""
    async with open_stores(settings) as stores:
        customer = await stores.customers.read(arguments.customer_id)
        contacts = await stores.customers.contacts(arguments.customer_id)
    if customer is None:
        return _missing(arguments.customer_id)
    exemption = customer.overseas_exemption
    facts: dict[str, Any] = {
        "customer_id": customer.customer_id,
        "kind": customer.kind.value,
        "name": mask_name(customer.name),
        "online_consent": customer.online_consent,
        "locked": customer.locked,
        "exempt_from": moment(exemption.period.start) if exemption else None,
        "exempt_until": moment(exemption.period.until) if exemption else None,
        "contacts": len(contacts),
    }
    show_facts(facts, as_json=arguments.json)
    return 0


async def list_contacts(settings: Settings, arguments: argparse.Namespace) -> int:
    """List a customer's contacts, with the methods that each may be used for now."""
    async with open_stores(settings) as stores:
        if await stores.customers.read(arguments.customer_id) is None:
            return _missing(arguments.customer_id)
        stored = await stores.customers.contacts(arguments.customer_id)
    rows = [
        {
            "contact_id": each.contact.contact_id,
            "number": each.contact.number.masked,
            "label": each.contact.label.value,
            "status": each.contact.status.value,
            "verified_by": each.contact.verified_by.value if each.contact.verified_by else None,
            "methods": [method.value for method in methods_of(each.contact)],
        }
        for each in stored
    ]
    show_rows(rows, as_json=arguments.json, nothing="No contact is registered.")
    return 0


async def list_locked(settings: Settings, arguments: argparse.Namespace) -> int:
    """List locked customers, the latest first."""
    async with open_stores(settings) as stores:
        locked = await stores.read_model.locked(_MOST_LOCKED)
    rows = [{"customer_id": customer_id, "locked_at": moment(since)} for customer_id, since in locked]
    show_rows(rows, as_json=arguments.json, nothing="Nobody is locked.")
    return 0


async def request_unlock(settings: Settings, arguments: argparse.Namespace) -> int:
    """Request an unlock, and print the id of the request, which another person has to approve."""
    async with open_stores(settings, writes=True) as stores:
        approvals = Approvals(stores.approvals, keys.new_approval_id)
        centre = CustomerCentre(approvals, stores.customers, stores.approvals, settings.number_plan)
        asked = await centre.request_unlock(arguments.customer_id, arguments.reason, arguments.by)
    say(asked.approval_id)
    return 0


async def erase_customer(settings: Settings, arguments: argparse.Namespace) -> int:
    """Erase everything known of a customer: name, birth date, numbers, what people wrote. This cannot be undone."""
    async with store_under_keys(settings, writes=True) as store:
        erasure = RedisErasure(store, settings.personal_data, settings.limits)
        try:
            await erasure.erase(arguments.customer_id, arguments.by, arguments.reason)
        except CustomerMissing:
            return _missing(arguments.customer_id)
        is_rewritten = await erasure.rewrite_files()
    say(f"{arguments.customer_id}: erased · 삭제했습니다")
    if not is_rewritten:
        say("The store's files still hold it, encrypted, until their next rewrite: run BGREWRITEAOF there.")
    return 0


def _missing(customer_id: str) -> int:
    return failed(f"{customer_id}: there is no such customer.")
