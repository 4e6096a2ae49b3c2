"""The operations pages on the stores and use cases."""

import secrets

from aiohttp import web

from contacts.protection import PersonalData
from gateway.core.operators import Role, SignIn, place_of_secret
from gateway.core.ops_actions import OpsActions
from gateway.ops.alarm_pages import AlarmPages
from gateway.ops.app import add_ops_pages
from gateway.ops.approval_pages import ApprovalPages
from gateway.ops.audit_page import AuditPage
from gateway.ops.carrier_pages import CarrierPages
from gateway.ops.customer_pages import CustomerPages
from gateway.ops.dead_letter_pages import DeadLetterPages
from gateway.ops.find import FindPages
from gateway.ops.guard import Guard
from gateway.ops.live import LivePages
from gateway.ops.now_page import NowPage
from gateway.ops.rendering import Pages
from gateway.ops.sign_in_pages import SignInPages
from gateway.ops.verification_pages import VerificationPages
from gateway.ops.verification_rows import VerificationRows
from gateway.settings import Settings
from gateway.store.data_directory import ops_reader_password
from gateway.store.operators import RedisOperators
from gateway.store.ops_reader import OpsReader
from gateway.wiring.foundation import Foundation
from gateway.wiring.stores import Stores


class OperatorAccounts:
    """Makes operators whose authenticator is known beforehand, or who enrol one when they first sign in."""

    def __init__(self, store: RedisOperators, personal_data: PersonalData) -> None:
        self._store = store
        self._personal_data = personal_data

    async def add(self, person: str, role: str, totp_secret: str | None = None) -> bool:
        """Answers False for somebody who is an operator already. The secret is in base32."""
        sealed = (
            None if totp_secret is None else self._personal_data.seal(totp_secret, bound_to=place_of_secret(person))
        )
        return await self._store.add(person, Role(role), sealed)


def add_ops(app: web.Application, settings: Settings, foundation: Foundation) -> None:
    """Install `/ops`."""
    stores, use_cases, personal_data = foundation.stores, foundation.use_cases, foundation.personal_data
    pages, read_model = Pages(settings.firm), stores.read_model
    sign_in = SignIn(
        stores.operators, stores.api_keys, personal_data, f"bonin {settings.firm_name_en}",
        lambda: secrets.token_urlsafe(32),
    )  # fmt: skip
    rows = VerificationRows(read_model, stores.verifications, stores.customers)
    actions = OpsActions(use_cases.verifications, stores.dead_letters, stores.action_log)
    add_ops_pages(
        app,
        Guard(sign_in, pages),
        pages,
        [
            SignInPages(sign_in, pages, secure=settings.public_url.startswith("https:")),
            NowPage(read_model, stores.alarms, pages, foundation.trouble),
            VerificationPages(read_model, rows, use_cases.verifications, actions, pages),
            CustomerPages(
                use_cases.customers, use_cases.contact_life, use_cases.centre, use_cases.approvals, read_model, rows,
                use_cases.carriers, pages,
            ),
            ApprovalPages(use_cases.approvals, stores.customers, pages),
            CarrierPages(read_model, stores.carrier_board, [entry.name for entry in settings.carriers], pages),
            AuditPage(foundation.audit.store, read_model, foundation.audit.signer.kid, pages),
            DeadLetterPages(stores.dead_letters, actions, pages),
            AlarmPages(stores.alarms, pages),
            FindPages(read_model, settings.number_plan, personal_data.blind_indexes, pages),
            LivePages(read_model, sign_in, foundation.trouble),
        ],
    )  # fmt: skip


def ops_reader(settings: Settings, stores: Stores) -> OpsReader:
    """The store's account for dashboards."""
    password = settings.ops_reader_password
    if password is not None:
        return OpsReader(stores.connection, password.get_secret_value())
    return OpsReader(stores.connection, None if settings.redis_url else ops_reader_password(settings.data_dir))
