"""The only place that builds the gateway and closes it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import redis.exceptions
from aiohttp import web
from prometheus_client import CollectorRegistry

from contacts.ownership import OwnershipCheck
from contacts.protection import PersonalData
from gateway.carriers.camara.client import CamaraClient
from gateway.carriers.camara.ownership import CamaraOwnershipCheck
from gateway.carriers.camara.risk_signals import CamaraRiskSignals
from gateway.carriers.camara.services import camara_client
from gateway.carriers.departure.records import HttpDepartureRecords, NoDepartureRecords
from gateway.carriers.registry.ownership import NoOwnershipCheck, RegistryOwnershipCheck
from gateway.carriers.twilio.carrier import TwilioCarrier
from gateway.carriers.twilio.webhooks import TwilioWebhooks
from gateway.core.approvals import Approvals
from gateway.core.auto_connections import AutoConnect
from gateway.core.codes import CodeVault
from gateway.core.contact_life import ContactLife
from gateway.core.customer_centre import CustomerCentre
from gateway.core.customers import Customers
from gateway.core.decisions import Decisions
from gateway.core.errors import StoreUnavailable
from gateway.core.exemptions import ExemptionRegistrations, OverseasExemptions
from gateway.core.facts import NoHolds
from gateway.core.notices import Notices
from gateway.core.opening import Opening
from gateway.core.ownership_checks import OwnershipChecks
from gateway.core.policy import Policy
from gateway.core.ports import DepartureRecords, RiskSignal, RiskSignals
from gateway.core.receipts import ReceiptSigner, load_receipt_key
from gateway.core.redeeming import Redeeming
from gateway.core.remembered_signals import RememberedSignals
from gateway.core.risk import RiskCheck
from gateway.core.verification import Method
from gateway.core.verifications import Verifications
from gateway.geo.countries import PACKAGED, CountryDatabase
from gateway.http.api import Parts, create_app
from gateway.http.approval_routes import ApprovalHandlers
from gateway.http.auto_connect_routes import AutoConnectHandlers
from gateway.http.branch_routes import BranchHandlers
from gateway.http.client_address import ClientAddresses
from gateway.http.customer_routes import CustomerHandlers
from gateway.http.decision_routes import DecisionHandlers
from gateway.http.exemption_routes import ExemptionHandlers
from gateway.http.idempotency import Idempotency
from gateway.http.metrics import RiskSignalMetrics
from gateway.http.notice_routes import NoticeHandlers
from gateway.http.receipt_routes import ReceiptHandlers
from gateway.http.routes import Services
from gateway.http.slip import SlipPage
from gateway.http.twilio_webhooks import TwilioEndpoints
from gateway.http.verification_routes import VerificationHandlers
from gateway.methods.ars import ArsMethod
from gateway.methods.branch_otp import BranchPasswords
from gateway.methods.deliveries import DeliveryReports
from gateway.methods.dispatcher import Dispatcher
from gateway.methods.notices import NoticeMethod
from gateway.methods.sms import SmsMethod
from gateway.methods.sms_reply import SmsReplyMethod
from gateway.settings import Settings
from gateway.store import keys
from gateway.store.api_keys import RedisApiKeys
from gateway.store.approvals import RedisApprovals
from gateway.store.auto_connections import RedisAutoConnections
from gateway.store.branch_passwords import RedisBranchPasswords
from gateway.store.caps import RedisCaps
from gateway.store.changes import RedisChanges
from gateway.store.connection import Store
from gateway.store.contact_life import RedisContactLife
from gateway.store.customers import RedisCustomers
from gateway.store.decisions import RedisDecisionRecords, RedisStandings
from gateway.store.embedded import DataDirectoryInUse, EmbeddedStore
from gateway.store.exemptions import RedisExemptions
from gateway.store.expiry import ExpirySweep
from gateway.store.idempotency import RedisIdempotency
from gateway.store.notices import RedisNotices
from gateway.store.outbox import RedisOutbox
from gateway.store.ownership_tries import RedisOwnershipTries
from gateway.store.receipts import RedisReceipts
from gateway.store.replies import RedisReplies
from gateway.store.verifications import RedisVerifications, new_receipt_id

_ISSUER = "bonin"


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that is running; `app` is ready to be served."""

    app: web.Application
    api_keys: RedisApiKeys
    store: Store
    dispatcher: Dispatcher


@asynccontextmanager
async def open_store(settings: Settings, *, beside_a_gateway: bool = False) -> AsyncIterator[Store]:
    """The store of the settings: an outside Redis or Valkey, or the embedded one.

    `beside_a_gateway` joins the embedded store of a gateway that is running: administration of the same user
    need not stop it.
    """
    async with AsyncExitStack() as stack:
        if settings.redis_url is None:
            embedded = EmbeddedStore(settings.data_dir)
            try:
                await _started(embedded)
                stack.push_async_callback(asyncio.to_thread, embedded.stop)
            except DataDirectoryInUse:
                if not beside_a_gateway:
                    raise
            url = embedded.url
        else:
            url = settings.redis_url.get_secret_value()
        store = Store(url)
        await store.open()
        stack.push_async_callback(store.close)
        yield store


async def _started(embedded: EmbeddedStore) -> None:
    """Start it in a thread; who is cancelled meanwhile leaves no server behind."""
    starting = asyncio.ensure_future(asyncio.to_thread(embedded.start))
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait((starting,))
        if starting.exception() is None:
            await asyncio.to_thread(embedded.stop)
        raise


@asynccontextmanager
async def open_gateway(settings: Settings) -> AsyncIterator[Gateway]:
    """Everything of one gateway process, opened in order and closed in the other.

    Raises `SettingsRefused` before anything is opened, when the policy will not do.
    """
    policy = settings.load_policy()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        yield await _build(settings, policy, store, stack)


async def _build(settings: Settings, policy: Policy, store: Store, stack: AsyncExitStack) -> Gateway:
    limits, firm = settings.limits, settings.firm
    previous = settings.previous_encryption_key
    personal_data = PersonalData(
        encryption_key=settings.encryption_key.get_secret_value(),
        index_key=settings.index_key.get_secret_value(),
        previous_keys=() if previous is None else (previous.get_secret_value(),),
    )
    pepper = settings.code_pepper.get_secret_value()
    vault = CodeVault(pepper, personal_data)
    signer = ReceiptSigner(_ISSUER, [load_receipt_key(settings.receipt_key.get_secret_value())], limits.receipt_life)

    verification_store = RedisVerifications(store, limits)
    customer_store = RedisCustomers(store, personal_data, limits)
    caps, replies, receipts = RedisCaps(store, limits), RedisReplies(store, limits), RedisReceipts(store, limits)
    changes = RedisChanges(store)

    carrier = TwilioCarrier(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        sms_number=settings.sms_number,
        voice_number=settings.voice_number,
        public_url=settings.public_url,
        api_base_url=settings.twilio_api_base_url,
    )
    stack.push_async_callback(carrier.close)
    camara = _camara(settings, stack)
    ownership = OwnershipChecks(_ownership_check(settings, camara, stack), RedisOwnershipTries(store, limits))

    approval_store = RedisApprovals(store, personal_data, limits)
    approvals = Approvals(approval_store, keys.new_approval_id)
    contact_life = ContactLife(RedisContactLife(store, limits))
    centre = CustomerCentre(approvals, customer_store, approval_store, settings.number_plan)

    exemption_store = RedisExemptions(store)
    registrations = ExemptionRegistrations(exemption_store, approvals, settings.exemption_days)
    exemptions = OverseasExemptions(
        exemption_store, _departures(settings, stack), CountryDatabase(settings.geoip_db or PACKAGED)
    )

    metrics = CollectorRegistry()
    standings = RedisStandings(store)
    signals = _signals(settings, camara, policy, personal_data)
    failed = RiskSignalMetrics(metrics).failed
    holds = RiskCheck(signals, customer_store, contact_life, policy.signals, failed) if signals else NoHolds()
    opening = Opening(
        policy,
        verification_store,
        customer_store,
        standings,
        caps,
        replies,
        holds,
        vault,
        limits,
        keys.new_verification_id,
    )
    verifications = Verifications(verification_store, customer_store, caps, holds, vault, new_receipt_id)
    auto_connect = AutoConnect(RedisAutoConnections(store), verifications, pepper, limits, keys.new_auto_connect_id)
    decisions = Decisions(
        policy,
        customer_store,
        standings,
        RedisDecisionRecords(store, limits),
        exemptions,
        auto_connect,
        holds,
        keys.new_decision_id,
    )
    customers = Customers(
        customer_store, contact_life, receipts, signer, ownership, settings.number_plan, limits, keys.new_contact_id
    )
    passwords = BranchPasswords(RedisBranchPasswords(store), vault, limits, keys.new_branch_password_id)
    sms = SmsMethod(carrier, vault, firm)
    sms_reply = SmsReplyMethod(
        carrier, verifications, verification_store, customer_store, replies, caps, vault, personal_data, firm
    )
    ars = ArsMethod(carrier, verifications, verification_store, firm, limits)
    reports = DeliveryReports(verification_store)
    notice_store = RedisNotices(store)
    notices = NoticeMethod(notice_store, customer_store, carrier, firm)
    dispatcher = Dispatcher(
        RedisOutbox(store),
        verification_store,
        customer_store,
        reports,
        {Method.SMS: sms, Method.SMS_REPLY: sms_reply, Method.ARS: ars},
        ars,
        notices,
    )
    api_keys = RedisApiKeys(store)
    webhooks = TwilioWebhooks(
        auth_token=settings.twilio_auth_token.get_secret_value(),
        account_sid=settings.twilio_account_sid,
        public_url=settings.public_url,
    )
    app = create_app(
        Parts(
            services=Services(api_keys, Idempotency(RedisIdempotency(store, personal_data), pepper)),
            customers=CustomerHandlers(customers),
            decisions=DecisionHandlers(decisions, ClientAddresses(settings.trusted_proxies)),
            verifications=VerificationHandlers(opening, verifications, signer, changes, limits),
            receipts=ReceiptHandlers(Redeeming(receipts, signer), signer),
            branch=BranchHandlers(passwords, settings.public_url),
            approvals=ApprovalHandlers(centre, approvals, contact_life),
            exemptions=ExemptionHandlers(registrations),
            auto_connect=AutoConnectHandlers(auto_connect),
            notices=NoticeHandlers(Notices(notice_store, customer_store, caps, keys.new_notice_id)),
            slip=SlipPage(passwords, customer_store, firm),
            twilio=TwilioEndpoints(webhooks, reports, ars, sms_reply, notices, settings.public_url),
            metrics=metrics,
            ready=lambda: _answers(store),
        )
    )
    for part in (changes, dispatcher, ExpirySweep(store, verification_store)):
        await part.open()
        stack.push_async_callback(part.close)
    return Gateway(app, api_keys, store, dispatcher)


def _camara(settings: Settings, stack: AsyncExitStack) -> CamaraClient | None:
    url, client_id, secret = settings.camara_url, settings.camara_client_id, settings.camara_client_secret
    if url is None or client_id is None or secret is None:
        return None
    client = camara_client(url, client_id, secret, settings.camara_token_url)
    stack.push_async_callback(client.close)
    return client


def _signals(
    settings: Settings, camara: CamaraClient | None, policy: Policy, personal_data: PersonalData
) -> RiskSignals | None:
    if camara is None:
        return None
    sim_swap = policy.signals.get(RiskSignal.SIM_SWAP)
    signals = CamaraRiskSignals(camara, sim_swap.hours if sim_swap else None)
    return RememberedSignals(signals, personal_data.blind_index, settings.signals_remembered, time.monotonic)


def _ownership_check(settings: Settings, camara: CamaraClient | None, stack: AsyncExitStack) -> OwnershipCheck:
    if camara is not None:
        return CamaraOwnershipCheck(camara)
    if settings.registry_url is None or settings.registry_token is None:
        return NoOwnershipCheck()
    check = RegistryOwnershipCheck(settings.registry_url, settings.registry_token.get_secret_value())
    stack.push_async_callback(check.close)
    return check


def _departures(settings: Settings, stack: AsyncExitStack) -> DepartureRecords:
    if settings.departure_url is None or settings.departure_token is None:
        return NoDepartureRecords()
    records = HttpDepartureRecords(
        settings.departure_url, settings.departure_token.get_secret_value(), settings.departure_max_age
    )
    stack.push_async_callback(records.close)
    return records


async def _answers(store: Store) -> bool:
    try:
        return bool(await store.command("PING") == b"PONG")
    except (StoreUnavailable, redis.exceptions.RedisError):
        return False
