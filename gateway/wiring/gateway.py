"""One gateway process: what it is made of, opened in order and closed in the other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry

from gateway.carriers.twilio.webhooks import TwilioWebhooks
from gateway.core.verification import Method
from gateway.http.api import Parts, create_app
from gateway.http.approval_routes import ApprovalHandlers
from gateway.http.auto_connect_routes import AutoConnectHandlers
from gateway.http.branch_routes import BranchHandlers
from gateway.http.client_address import ClientAddresses
from gateway.http.connections import Connections
from gateway.http.customer_routes import CustomerHandlers
from gateway.http.decision_routes import DecisionHandlers
from gateway.http.exemption_routes import ExemptionHandlers
from gateway.http.idempotency import Idempotency
from gateway.http.metrics import WebhookMetrics
from gateway.http.notice_routes import NoticeHandlers
from gateway.http.rates import Rates
from gateway.http.receipt_routes import ReceiptHandlers
from gateway.http.routes import Services
from gateway.http.slip import SlipPage
from gateway.http.twilio_webhooks import TwilioEndpoints
from gateway.http.verification_routes import VerificationHandlers
from gateway.methods.deliveries import DeliveringMethod
from gateway.methods.dispatcher import Dispatcher
from gateway.settings import Settings
from gateway.store.api_keys import RedisApiKeys
from gateway.store.expiry import ExpirySweep
from gateway.store.watch import StoreWatch
from gateway.wiring.carriers import twilio_accounts
from gateway.wiring.ops import OperatorAccounts, add_ops, build_projector
from gateway.wiring.outside import reach_outside
from gateway.wiring.stores import Stores, build_stores, open_store
from gateway.wiring.use_cases import UseCases, build_use_cases


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that is running; `app` is ready to be served."""

    app: web.Application
    api_keys: RedisApiKeys
    operators: OperatorAccounts


@asynccontextmanager
async def open_gateway(settings: Settings) -> AsyncIterator[Gateway]:
    """Everything of one gateway process, opened in order and closed in the other.

    Raises `SettingsRefused` before anything is opened, when the policy will not do; `ForgetfulStore` when the store
    keeps nothing.
    """
    policy, personal_data, metrics = settings.load_policy(), settings.personal_data, CollectorRegistry()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        stores = build_stores(store, personal_data, settings.limits)
        outside = reach_outside(settings, policy, personal_data, stack)
        use_cases = build_use_cases(settings, policy, personal_data, stores, outside, metrics)
        dispatcher = _dispatcher(stores, use_cases)
        watch = StoreWatch(store, may_forget=settings.allow_forgetful_store)
        app = _app(settings, stores, use_cases, metrics, watch)
        add_ops(app, settings, stores, use_cases, personal_data)
        projector = build_projector(settings, stores, metrics)
        # The watch first: what another store leaves behind is void before anybody delivers it.
        for part in (watch, stores.changes, dispatcher, ExpirySweep(store, stores.verifications), projector):
            await part.open()
            stack.push_async_callback(part.close)
        yield Gateway(app, stores.api_keys, OperatorAccounts(stores.operators, personal_data))


def _dispatcher(stores: Stores, use_cases: UseCases) -> Dispatcher:
    methods: dict[Method, DeliveringMethod] = {
        Method.SMS: use_cases.sms,
        Method.SMS_REPLY: use_cases.sms_reply,
        Method.ARS: use_cases.ars,
    }
    return Dispatcher(
        stores.outbox,
        stores.verifications,
        stores.customers,
        use_cases.reports,
        methods,
        use_cases.carriers,
        use_cases.handing_over,
        use_cases.notice_method,
    )


def _app(
    settings: Settings, stores: Stores, use_cases: UseCases, metrics: CollectorRegistry, watch: StoreWatch
) -> web.Application:
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
            customers=CustomerHandlers(use_cases.customers),
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
            connections=Connections(metrics, settings.connection_limits, settings.trusted_proxies),
            ready=watch.is_fit,
        )
    )
