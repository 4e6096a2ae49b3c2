"""The gateway's use cases over a real store, with carriers that record instead of sending."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from contacts.key_ring import KeyRing
from contacts.models import Contact, Customer, VerifiedBy
from contacts.ownership import OwnershipCheckUnavailable, OwnershipResult
from contacts.phone_numbers import DEFAULT, PhoneNumber
from contacts.protection import PersonalData
from demo.customer import until
from gateway.core.alarms import Alarm, Alarms
from gateway.core.carriers import Capability
from gateway.core.codes import CodeVault
from gateway.core.contact_life import ContactLife
from gateway.core.coverage import Coverage
from gateway.core.customers import Customers
from gateway.core.denial_alarms import DenialAlarms
from gateway.core.denials import Denials
from gateway.core.facts import Holds, NoHolds
from gateway.core.limits import Limits
from gateway.core.notice_denials import NoticeDenials
from gateway.core.notices import Notices
from gateway.core.open_request import OpenRequest
from gateway.core.opening import Opening
from gateway.core.operations import Operation
from gateway.core.ownership_checks import OwnershipChecks
from gateway.core.policy import Policy
from gateway.core.policy_files import load_policy
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable, OutgoingCall, OutgoingText
from gateway.core.receipts import ReceiptSigner
from gateway.core.redeeming import Redeeming
from gateway.core.sending import Sending
from gateway.core.stores import Judgement
from gateway.core.verification import TRAITS, Method, Verification
from gateway.core.verifications import Verifications
from gateway.methods.ars import ArsMethod
from gateway.methods.branch_otp import BranchPasswords
from gateway.methods.deliveries import DeliveringMethod, DeliveryReports
from gateway.methods.dispatcher import Dispatcher
from gateway.methods.handing_over import HandingOver
from gateway.methods.notices import NoticeMethod
from gateway.methods.routing import Carriers, Line
from gateway.methods.sms import SmsMethod
from gateway.methods.sms_reply import SmsReplyMethod
from gateway.store import clock, keys
from gateway.store.alarms import RedisAlarms
from gateway.store.branch_passwords import RedisBranchPasswords
from gateway.store.caps import RedisCaps
from gateway.store.connection import Store
from gateway.store.contact_life import RedisContactLife
from gateway.store.customers import RedisCustomers
from gateway.store.denials import RedisDenials
from gateway.store.expiry import ExpirySweep
from gateway.store.fields import FIELDS
from gateway.store.hand_overs import RedisHandOvers
from gateway.store.notices import RedisNotices
from gateway.store.outbox import RedisOutbox
from gateway.store.ownership_tries import RedisOwnershipTries
from gateway.store.projector import Projector
from gateway.store.ranges import RedisRanges
from gateway.store.read_model import RedisReadModel
from gateway.store.read_model_upkeep import Upkeep
from gateway.store.receipts import RedisReceipts
from gateway.store.replies import RedisReplies
from gateway.store.verifications import RedisVerifications
from tests import builders
from tests.builders import CLIENT, CUSTOMER_ID, FIRM, MOBILE
from tests.contracts.store.projection_observers import Told
from tests.expiring import put_into_a_span_that_is_over

Failure = CarrierRefused | CarrierUnavailable | CarrierTimedOut


@dataclass
class RecordingCarrier:
    """Takes texts and calls, and fails as `failures` says, one after the other."""

    name: str = "recorder"
    failures: list[Failure] = field(default_factory=list)
    texts: list[OutgoingText] = field(default_factory=list)
    calls: list[OutgoingCall] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    asked: int = 0
    meanwhile: Callable[[], Awaitable[object]] | None = None
    """What happens while the carrier is busy."""

    async def send_text(self, text: OutgoingText) -> str:
        await self._try()
        self.texts.append(text)
        return f"SM{len(self.texts)}"

    async def place_call(self, call: OutgoingCall) -> str:
        await self._try()
        self.calls.append(call)
        return f"CA{len(self.calls)}"

    async def end_call(self, call_id: str) -> None:
        await self._try()
        self.ended.append(call_id)

    async def _try(self) -> None:
        self.asked += 1
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.failures:
            raise self.failures.pop(0)


@dataclass
class Registry:
    """The carriers' registry: what it says of every number."""

    says: OwnershipResult | None = OwnershipResult.CONFIRMED
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    async def check(self, number: PhoneNumber, name: str, birth_date: str | None) -> OwnershipResult:
        self.asked.append((name, birth_date))
        if self.says is None:
            raise OwnershipCheckUnavailable
        return self.says


def line(carrier: RecordingCarrier, can: frozenset[Capability] = frozenset(Capability)) -> Line:
    """A carrier as the firm uses it: everywhere, and by default for everything."""
    return Line(carrier.name, can, None, texts=carrier, calls=carrier)


class Rooms:
    """Everything between the HTTP edge and the store, put together as `gateway.wiring` does."""

    def __init__(
        self,
        store: Store,
        limits: Limits,
        signer: ReceiptSigner,
        personal_data: PersonalData | None = None,
        peppers: KeyRing | None = None,
        holds: Holds | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.store, self.limits, self.signer = store, limits, signer
        self.personal_data = personal_data or builders.personal_data()
        policy = policy or load_policy()
        self.vault = CodeVault(peppers or KeyRing(builders.PEPPER), self.personal_data)
        self.carrier, self.registry = RecordingCarrier(), Registry()
        self.verification_store = RedisVerifications(store, limits)
        self.customer_store = RedisCustomers(store, self.personal_data, limits)
        self.replies = RedisReplies(store, limits)
        self.caps = RedisCaps(store, limits)
        self.receipts = RedisReceipts(store)
        self.alarms, self.ranges = RedisAlarms(store, self.personal_data), RedisRanges(store, limits)
        alarms = Alarms(self.alarms)
        self.sending = Sending(self.caps, self.ranges, alarms, limits.prefix_digits)
        self.sweep = ExpirySweep(store)
        self.paused: set[str] = set()
        self.carriers = Carriers([line(self.carrier)], lambda: self.paused)
        holds, coverage = holds or NoHolds(), Coverage(self.carriers, self.customer_store)
        self.opening = Opening(
            policy,
            self.verification_store,
            self.customer_store,
            self.sending,
            self.replies,
            holds,
            coverage,
            self.vault,
            limits,
            keys.new_verification_id,
        )
        self.verifications = Verifications(
            policy,
            self.verification_store,
            self.customer_store,
            self.sending,
            holds,
            coverage,
            self.vault,
        )
        self.denials = Denials(
            RedisDenials(store, limits), self.verification_store, RedisReadModel(store), limits.longest_life
        )
        self.customers = Customers(
            self.customer_store,
            ContactLife(RedisContactLife(store, limits)),
            self.receipts,
            signer,
            OwnershipChecks(self.registry, RedisOwnershipTries(store, limits)),
            DEFAULT,
            limits,
            keys.new_contact_id,
        )
        self.passwords = BranchPasswords(
            policy,
            RedisBranchPasswords(store),
            self.customer_store,
            self.vault,
            limits,
            keys.new_branch_password_id,
        )
        self.redeeming = Redeeming(self.receipts, signer, policy, limits)
        self.reports = DeliveryReports(self.verification_store)
        self.sms = SmsMethod(self.vault, FIRM)
        self.ars = ArsMethod(self.verifications, self.denials, self.verification_store, FIRM, limits)
        self.notice_store = RedisNotices(store)
        self.notices = Notices(self.notice_store, self.customer_store, self.sending, keys.new_notice_id)
        self.sms_reply = SmsReplyMethod(
            self.verifications,
            self.denials,
            NoticeDenials(self.notice_store),
            self.verification_store,
            self.customer_store,
            self.replies,
            self.caps,
            self.vault,
            self.personal_data,
            FIRM,
            limits,
        )

    def dispatcher(self) -> Dispatcher:
        methods: dict[Method, DeliveringMethod] = {
            Method.SMS: self.sms,
            Method.SMS_REPLY: self.sms_reply,
            Method.ARS: self.ars,
        }
        handing_over = HandingOver(self.carriers, RedisHandOvers(self.store))
        notices = NoticeMethod(self.notice_store, self.customer_store, handing_over, FIRM)
        return Dispatcher(
            RedisOutbox(self.store), self.verification_store, self.customer_store, self.reports, methods, self.carriers,
            handing_over, notices, DenialAlarms(Alarms(self.alarms), self.verification_store, self.notice_store),
        )  # fmt: skip

    async def deliver_all(self) -> None:
        """Let a dispatcher work until the outbox is empty."""

        async def empty() -> bool:
            return not any(await self.store.all(*(("XLEN", keys.outbox(shard)) for shard in range(keys.SHARDS))))

        dispatcher = self.dispatcher()
        await dispatcher.open()
        await until(empty)
        await dispatcher.close()

    async def sounded(self) -> list[Alarm]:
        """The alarms that stand once what is in the outbox was seen to."""
        await self.deliver_all()
        return await self.alarms.standing()

    async def register(self, customer: Customer | None = None, number: str = MOBILE) -> Contact:
        """A customer with one contact whose ownership is confirmed."""
        customer = customer or builders.individual()
        await self.customer_store.put(customer)
        return await self.add(customer.customer_id, number, VerifiedBy.OWNERSHIP)

    async def add(self, customer_id: str, number: str, by: VerifiedBy | None) -> Contact:
        contact = builders.contact(number)
        await self.customer_store.add_contact(customer_id, contact)
        if by is not None:
            await self.customer_store.make_verifiable(customer_id, contact, by, "evidence", None)
        _, stored = await self.customer_store.read_with_contact(customer_id, contact.contact_id)
        assert stored is not None
        return stored.contact

    async def open(
        self, method: Method, contact: Contact | None = None, customer_id: str = CUSTOMER_ID, locale: str = "ko"
    ) -> Verification:
        asked = OpenRequest(CLIENT, customer_id, method, Operation.ISSUE, None, None, None, locale)
        return await self.opening.open(replace(asked, contact_id=contact.contact_id if contact else None))

    async def read(self, one: Verification) -> Verification:
        return await self.verifications.get(one.verification_id)

    async def judge(self, one: Verification, code: str, attempt_id: str | None = None) -> Judgement:
        """An answer in the channel of the method."""
        return await self.verifications.judge(one, code, TRAITS[one.method].channel, attempt_id)

    def code_of(self, one: Verification) -> str:
        code = self.verifications.code_of(one)
        assert code is not None
        return code

    def another_code(self, one: Verification) -> str:
        """A code that is not the right one."""
        return f"{(int(self.code_of(one)) + 1) % 1_000_000:06d}"

    async def project(self) -> None:
        """The read model knows what has happened until now."""
        upkeep = Upkeep(self.store, self.limits.kept_after_close, self.limits.ops_rows_kept)
        projector = Projector(self.store, upkeep, Told(), self.limits.kept_after_close)
        while await projector.catch_up():
            pass

    async def let_life_pass(self, one: Verification) -> None:
        """The verification is past its time now, and only just: when it was opened is told by when that is."""
        now = await clock.now(self.store)
        await self.store.command("HSET", keys.verification(one.verification_id), FIELDS["v.expires_at"], now)
        await put_into_a_span_that_is_over(self.store, one.verification_id)
