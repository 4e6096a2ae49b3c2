"""The only place that builds the gateway and closes it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import redis.exceptions
from aiohttp import web
from prometheus_client import CollectorRegistry

from contacts.ownership import OwnershipCheck
from contacts.protection import PersonalData
from gateway.carriers.registry.ownership import NoOwnershipCheck, RegistryOwnershipCheck
from gateway.carriers.twilio.carrier import TwilioCarrier
from gateway.carriers.twilio.webhooks import TwilioWebhooks
from gateway.core.codes import CodeVault
from gateway.core.customers import Customers
from gateway.core.errors import StoreUnavailable
from gateway.core.opening import Opening
from gateway.core.receipts import ReceiptSigner, load_receipt_key
from gateway.core.redeeming import Redeeming
from gateway.core.verification import Method
from gateway.core.verifications import Verifications
from gateway.http.api import Parts, create_app
from gateway.http.branch_routes import BranchHandlers
from gateway.http.customer_routes import CustomerHandlers
from gateway.http.idempotency import Idempotency
from gateway.http.receipt_routes import ReceiptHandlers
from gateway.http.routes import Services
from gateway.http.slip import SlipPage
from gateway.http.twilio_webhooks import TwilioEndpoints
from gateway.http.verification_routes import VerificationHandlers
from gateway.methods.ars import ArsMethod
from gateway.methods.branch_otp import BranchPasswords
from gateway.methods.deliveries import DeliveryReports
from gateway.methods.dispatcher import Dispatcher
from gateway.methods.sms import SmsMethod
from gateway.methods.sms_reply import SmsReplyMethod
from gateway.settings import Settings
from gateway.store import keys
from gateway.store.api_keys import RedisApiKeys
from gateway.store.branch_passwords import RedisBranchPasswords
from gateway.store.caps import RedisCaps
from gateway.store.changes import RedisChanges
from gateway.store.connection import Store
from gateway.store.customers import RedisCustomers
from gateway.store.embedded import DataDirectoryInUse, EmbeddedStore
from gateway.store.expiry import ExpirySweep
from gateway.store.idempotency import RedisIdempotency
from gateway.store.outbox import RedisOutbox
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
    """Everything of one gateway process, opened in order and closed in the other."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        yield await _build(settings, store, stack)


async def _build(settings: Settings, store: Store, stack: AsyncExitStack) -> Gateway:
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
    ownership = _ownership_check(settings, stack)

    opening = Opening(verification_store, customer_store, caps, replies, vault, limits, keys.new_verification_id)
    verifications = Verifications(verification_store, customer_store, caps, vault, new_receipt_id)
    customers = Customers(
        customer_store, receipts, signer, ownership, settings.number_plan, limits, keys.new_contact_id
    )
    passwords = BranchPasswords(RedisBranchPasswords(store), vault, limits, keys.new_branch_password_id)
    sms = SmsMethod(carrier, vault, firm)
    sms_reply = SmsReplyMethod(
        carrier, verifications, verification_store, customer_store, replies, caps, vault, personal_data, firm
    )
    ars = ArsMethod(carrier, verifications, verification_store, firm, limits)
    reports = DeliveryReports(verification_store)
    dispatcher = Dispatcher(
        RedisOutbox(store),
        verification_store,
        customer_store,
        reports,
        {Method.SMS: sms, Method.SMS_REPLY: sms_reply, Method.ARS: ars},
        ars,
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
            verifications=VerificationHandlers(opening, verifications, signer, changes, limits),
            receipts=ReceiptHandlers(Redeeming(receipts, signer), signer),
            branch=BranchHandlers(passwords, settings.public_url),
            slip=SlipPage(passwords, customer_store, firm),
            twilio=TwilioEndpoints(webhooks, reports, ars, sms_reply, settings.public_url),
            metrics=CollectorRegistry(),
            ready=lambda: _answers(store),
        )
    )
    for part in (changes, dispatcher, ExpirySweep(store, verification_store)):
        await part.open()
        stack.push_async_callback(part.close)
    return Gateway(app, api_keys, store, dispatcher)


def _ownership_check(settings: Settings, stack: AsyncExitStack) -> OwnershipCheck:
    if settings.registry_url is None or settings.registry_token is None:
        return NoOwnershipCheck()
    check = RegistryOwnershipCheck(settings.registry_url, settings.registry_token.get_secret_value())
    stack.push_async_callback(check.close)
    return check


async def _answers(store: Store) -> bool:
    try:
        return bool(await store.command("PING") == b"PONG")
    except (StoreUnavailable, redis.exceptions.RedisError):
        return False
