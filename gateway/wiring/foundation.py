"""What every process is built on, whatever it does: the store, what is outside, and the use cases on both."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import CollectorRegistry

from contacts.protection import PersonalData
from gateway.core.tasks import Repeated
from gateway.core.verification import Method
from gateway.methods.dispatcher import Dispatcher
from gateway.ops.metrics import InstallationMetrics
from gateway.settings import Settings
from gateway.store.carrier_board import HealthTeller, PauseWatch
from gateway.store.connection import Store
from gateway.store.expiry import ExpirySweep
from gateway.store.keys_in_use import KeysInUse
from gateway.store.projector import Projector
from gateway.store.shared_by_workers import SharedByWorkers
from gateway.store.watch import StoreWatch
from gateway.telemetry import exporting
from gateway.wiring.audit import Audit, build_audit
from gateway.wiring.keys import enter_keys
from gateway.wiring.outside import reach_outside
from gateway.wiring.read_model import build_projector
from gateway.wiring.store import open_store
from gateway.wiring.stores import Stores, build_stores
from gateway.wiring.use_cases import UseCases, build_use_cases

_APPROVALS_EXPIRE_EVERY_SECONDS = 30.0


class Part(Protocol):
    """Something that runs beside the requests."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Foundation:
    """Built, and connected to the store; nothing runs yet."""

    policy_version: str
    store: Store
    stores: Stores
    personal_data: PersonalData
    use_cases: UseCases
    metrics: CollectorRegistry
    keys_in_use: KeysInUse
    watch: StoreWatch
    audit: Audit
    projector: Projector
    pauses: PauseWatch

    async def trouble(self) -> str | None:
        """Why the store will not do, if so: of itself, or for what it holds that this process cannot read."""
        return await self.watch.trouble() or self.keys_in_use.trouble

    def watches(self) -> tuple[Part, ...]:
        """What watches the store. It opens before all else: what another store left is void before it is delivered."""
        return self.keys_in_use, self.watch, self.pauses

    def installation_metrics(self) -> InstallationMetrics:
        """What every process tells dashboards of the whole."""
        return InstallationMetrics(self.metrics, self.stores.read_model, self.trouble)

    def delivering_parts(self) -> tuple[Part, ...]:
        """What runs without a request: deliveries, closing what ran out of time, the audit's seals, the read model."""
        use_cases, stores = self.use_cases, self.stores
        dispatcher = Dispatcher(
            stores.outbox,
            stores.verifications,
            stores.customers,
            use_cases.reports,
            {Method.SMS: use_cases.sms, Method.SMS_REPLY: use_cases.sms_reply, Method.ARS: use_cases.ars},
            use_cases.carriers,
            use_cases.handing_over,
            use_cases.notice_method,
            use_cases.denial_alarms,
        )
        teller = HealthTeller(stores.carrier_board, use_cases.carriers.health)
        approvals = Repeated("approval-expiry", stores.approvals.expire_what_is_due, _APPROVALS_EXPIRE_EVERY_SECONDS)
        return dispatcher, ExpirySweep(self.store), approvals, self.audit.sealer, self.projector, teller


async def lay_foundation(
    settings: Settings, stack: AsyncExitStack, shared: SharedByWorkers | None = None
) -> Foundation:
    """Raises `SettingsRefused` when the policy will not do, or the data is under other keys; `stack` closes it."""
    policy, personal_data, metrics = settings.load_policy(), settings.personal_data, CollectorRegistry()
    await stack.enter_async_context(exporting(settings.otlp_endpoint))
    store = await stack.enter_async_context(open_store(settings))
    keys_in_use = await enter_keys(store, settings)
    stores = build_stores(store, personal_data, settings.limits, shared)
    outside = reach_outside(settings, policy, personal_data, stack)
    pauses = PauseWatch(stores.carrier_board)
    use_cases = build_use_cases(settings, policy, personal_data, stores, outside, metrics, pauses.paused)
    watch = StoreWatch(store, may_forget=settings.allow_forgetful_store)
    audit = build_audit(settings, store)
    projector = build_projector(settings, stores, metrics)
    return Foundation(
        policy.version, store, stores, personal_data, use_cases, metrics, keys_in_use, watch, audit, projector, pauses
    )


async def run_parts(parts: tuple[Part, ...], stack: AsyncExitStack) -> None:
    """Open them in order; `stack` closes them in reverse."""
    for part in parts:
        await part.open()
        stack.push_async_callback(part.close)
