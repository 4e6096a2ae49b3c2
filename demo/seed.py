"""Registers the demo's people through the public interface, as an issuance system would."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.api import Api, ApiError
from demo.customer import texts_on, until
from demo.people import CUSTOMERS, DemoCustomer, Number

_ABROAD_FOR = timedelta(days=90)


async def seed(api: Api, carrier: Api) -> None:
    """Make sure that everybody is there; what is there already stays as it is."""
    await asyncio.gather(*(_seed_customer(api, carrier, customer) for customer in CUSTOMERS))


async def _seed_customer(api: Api, carrier: Api, customer: DemoCustomer) -> None:
    body = {"kind": customer.kind, "name": customer.name, "online_consent": customer.online_consent}
    if customer.birth_date is not None:
        body["birth_date"] = customer.birth_date
    path = f"/v1/customers/{customer.customer_id}"
    registered = await api.call("PUT", path, body)
    if customer.abroad and registered["overseas_exemption"] is None:
        now = datetime.now(UTC)
        given = {"from": now.isoformat(), "until": (now + _ABROAD_FOR).isoformat(), "requested_via": "online"}
        await api.call("PUT", f"{path}/overseas-exemption", given)
    contacts: dict[str, Any] = {contact["label"]: contact for contact in registered["contacts"]}
    for number in customer.numbers:
        contact = contacts.get(number.label)
        if contact is None:
            given = {"number": number.e164, "label": number.label}
            contact = contacts[number.label] = await api.call("POST", f"{path}/contacts", given)
        if contact["status"] != "verifiable":
            await _make_verifiable(api, carrier, customer, contacts, number)
        if number.later:
            await carrier.call("PUT", f"/control/phones/%2B{number.e164[1:]}", number.later)


async def _make_verifiable(
    api: Api, carrier: Api, customer: DemoCustomer, contacts: dict[str, Any], number: Number
) -> None:
    contact = contacts[number.label]
    if number.check_ownership:
        path = f"/v1/customers/{customer.customer_id}/contacts/{contact['contact_id']}/ownership-check"
        try:
            await api.call("POST", path, {})
        except ApiError as error:
            # Somebody has tried it out before the demo was started again: it waits for tomorrow.
            if error.slug != "too-many-requests":
                raise
    if number.vouched_by is not None:
        voucher = next(one for one in customer.numbers if one.label == number.vouched_by)
        await _vouch(api, carrier, customer, contacts[voucher.label], voucher, contact)


async def _vouch(
    api: Api, carrier: Api, customer: DemoCustomer, voucher: Any, voucher_number: Number, contact: Any
) -> None:
    """Make a contact verifiable as the customer would: a code to the other phone, typed on the screen."""
    opened = await api.call(
        "POST",
        "/v1/verifications",
        {
            "customer_id": customer.customer_id,
            "method": "sms",
            "operation": "vouch",
            "contact_id": voucher["contact_id"],
            "target_contact_id": contact["contact_id"],
        },
    )
    code = await _code_received(carrier, voucher_number.e164)
    checked = await api.call("POST", f"/v1/verifications/{opened['id']}/check", {"code": code})
    path = f"/v1/customers/{customer.customer_id}/contacts/{contact['contact_id']}/vouch"
    await api.call("POST", path, {"receipt": checked["receipt"]})


async def _code_received(carrier: Api, number: str) -> str:
    async def look() -> Any:
        texts = await texts_on(carrier, number)
        return texts and re.search("[0-9]{6}", texts[-1]["body"])

    return str((await until(look))[0])
