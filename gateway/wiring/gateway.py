"""One gateway process: what it is made of, opened in order and closed in reverse."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry

from gateway.carriers.twilio.webhooks import TwilioWebhooks
from gateway.http.api import Parts, create_app
from gateway.http.approval_routes import ApprovalHandlers
from gateway.http.auto_connect_routes import AutoConnectHandlers
from gateway.http.branch_routes import BranchHandlers
from gateway.http.client_address import ClientAddresses
from gateway.http.connections import Connections
from gateway.http.customer_routes import CustomerHandlers
from gateway.http.decision_routes import DecisionHandlers
from gateway.http.endpoint import Services
from gateway.http.exemption_routes import ExemptionHandlers
from gateway.http.idempotency import Idempotency
from gateway.http.metrics import WebhookMetrics
from gateway.http.notice_routes import NoticeHandlers
from gateway.http.rates import Rates
from gateway.http.receipt_routes import ReceiptHandlers
from gateway.http.slip import SlipPage
from gateway.http.twilio_webhooks import TwilioEndpoints
from gateway.http.verification_routes import VerificationHandlers
from gateway.settings import Settings
from gateway.store.api_keys import RedisApiKeys
from gateway.store.shared_by_workers import shared_by_workers
from gateway.wiring.carriers import twilio_accounts
from gateway.wiring.foundation import Foundation, lay_foundation, run_parts
from gateway.wiring.ops import OperatorAccounts, add_ops, ops_reader


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that is running; `app` is ready to be served."""

    app: web.Application
    api_keys: RedisApiKeys
    operators: OperatorAccounts
    metrics: CollectorRegistry


@asynccontextmanager
async def open_gateway(
    settings: Settings, *, api_only: bool = False, memory_fd: int | None = None
) -> AsyncIterator[Gateway]:
    """Everything of one gateway process, opened in order and closed in reverse.

    With `api_only` it takes requests, and leaves deliveries to workers. `memory_fd` is what it shares with
    the other workers of its supervisor. Raises `SettingsRefused` when the policy will not do or the data of the store
    is under other keys; `ForgetfulStore` when the store keeps nothing.
    """
    async with AsyncExitStack() as stack:
        shared = None if memory_fd is None else shared_by_workers(memory_fd)
        foundation = await lay_foundation(settings, stack, shared)
        stores = foundation.stores
        app = _app(settings, foundation)
        add_ops(app, settings, foundation)
        watching = foundation.installation_metrics(), ops_reader(settings, stores)
        delivering = () if api_only else foundation.delivering_parts()
        await run_parts((*foundation.watches(), stores.changes, *delivering, *watching), stack)
        await stores.decisions.begin(foundation.policy_version)
        yield Gateway(
            app, stores.api_keys, OperatorAccounts(stores.operators, foundation.personal_data), foundation.metrics
        )


def _app(settings: Settings, foundation: Foundation) -> web.Application:
    stores, use_cases, metrics = foundation.stores, foundation.use_cases, foundation.metrics
    limits, public_url = settings.limits, settings.public_url
    webhooks = TwilioWebhooks(twilio_accounts(settings), public_url)
    addresses = ClientAddresses(settings.trusted_proxies)
    rates = Rates(metrics, settings.rate_limits, addresses)
    verifications = VerificationHandlers(
        use_cases.opening, use_cases.verifications, use_cases.signer, stores.changes, limits, rates
    )
    twilio = TwilioEndpoints(
        webhooks, use_cases.reports, use_cases.ars, use_cases.sms_reply, use_cases.notice_method, public_url,
        WebhookMetrics(metrics),
    )  # fmt: skip
    return create_app(
        Parts(
            services=Services(stores.api_keys, Idempotency(stores.idempotency, settings.peppers), rates),
            customers=CustomerHandlers(use_cases.customers, use_cases.carriers),
            decisions=DecisionHandlers(use_cases.decisions, addresses),
            verifications=verifications,
            receipts=ReceiptHandlers(use_cases.redeeming, use_cases.signer),
            branch=BranchHandlers(use_cases.passwords, public_url),
            approvals=ApprovalHandlers(use_cases.centre, use_cases.approvals, use_cases.contact_life),
            exemptions=ExemptionHandlers(use_cases.registrations),
            auto_connect=AutoConnectHandlers(use_cases.auto_connect),
            notices=NoticeHandlers(use_cases.notices),
            slip=SlipPage(use_cases.passwords, stores.customers, settings.firm),
            twilio=twilio,
            metrics=metrics,
            exemplars=settings.metrics_exemplars,
            connections=Connections(metrics, settings.connection_limits, settings.trusted_proxies),
            trouble=foundation.trouble,
        )
    )
