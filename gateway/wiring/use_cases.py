"""The use cases and methods of the core, on the stores and on what is outside."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from contacts.protection import PersonalData
from gateway.core.alarms import Alarms
from gateway.core.approvals import Approvals
from gateway.core.auto_connections import AutoConnect
from gateway.core.codes import CodeVault
from gateway.core.contact_life import ContactLife
from gateway.core.coverage import Coverage
from gateway.core.customer_centre import CustomerCentre
from gateway.core.customers import Customers
from gateway.core.decisions import Decisions
from gateway.core.denial_alarms import DenialAlarms
from gateway.core.denials import Denials
from gateway.core.exemptions import ExemptionRegistrations, OverseasExemptions
from gateway.core.facts import NoHolds
from gateway.core.notice_denials import NoticeDenials
from gateway.core.notices import Notices
from gateway.core.opening import Opening
from gateway.core.ownership_checks import OwnershipChecks
from gateway.core.policy import Policy
from gateway.core.receipts import ReceiptSigner
from gateway.core.redeeming import Redeeming
from gateway.core.risk import RiskCheck
from gateway.core.sending import Sending
from gateway.core.verifications import Verifications
from gateway.http.metrics import RiskSignalMetrics
from gateway.methods.ars import ArsMethod
from gateway.methods.branch_otp import BranchPasswords
from gateway.methods.deliveries import DeliveryReports
from gateway.methods.handing_over import HandingOver
from gateway.methods.notices import NoticeMethod
from gateway.methods.routing import Carriers
from gateway.methods.sms import SmsMethod
from gateway.methods.sms_reply import SmsReplyMethod
from gateway.settings import Settings
from gateway.store import keys
from gateway.wiring.outside import Outside
from gateway.wiring.stores import Stores

_ISSUER = "bonin"


@dataclass(frozen=True, slots=True)
class UseCases:
    """What requests, webhooks and the dispatcher call."""

    signer: ReceiptSigner
    opening: Opening
    verifications: Verifications
    decisions: Decisions
    customers: Customers
    contact_life: ContactLife
    approvals: Approvals
    centre: CustomerCentre
    registrations: ExemptionRegistrations
    auto_connect: AutoConnect
    passwords: BranchPasswords
    redeeming: Redeeming
    notices: Notices
    sms: SmsMethod
    sms_reply: SmsReplyMethod
    ars: ArsMethod
    notice_method: NoticeMethod
    denial_alarms: DenialAlarms
    reports: DeliveryReports
    carriers: Carriers
    handing_over: HandingOver


def build_use_cases(
    settings: Settings,
    policy: Policy,
    personal_data: PersonalData,
    stores: Stores,
    outside: Outside,
    metrics: CollectorRegistry,
    paused: Callable[[], Collection[str]],
) -> UseCases:
    """Objects only: nothing runs yet. `paused` names the carriers that are asked for nothing."""
    limits, firm, peppers = settings.limits, settings.firm, settings.peppers
    vault = CodeVault(peppers, personal_data)
    signer = ReceiptSigner(_ISSUER, settings.receipt_keys, limits.receipt_life)
    contact_life = ContactLife(stores.contact_life)
    approvals = Approvals(stores.approvals, keys.new_approval_id)
    carriers = Carriers(outside.lines, paused)
    coverage = Coverage(carriers, stores.customers)
    failed = RiskSignalMetrics(metrics).failed
    holds = (
        RiskCheck(outside.signals, stores.customers, contact_life, policy.signals, coverage, failed)
        if outside.signals
        else NoHolds()
    )
    alarms = Alarms(stores.alarms)
    sending = Sending(stores.caps, stores.ranges, alarms, limits.prefix_digits)
    verifications = Verifications(policy, stores.verifications, stores.customers, sending, holds, coverage, vault)
    denials = Denials(stores.denials, stores.verifications, stores.read_model, limits.longest_life)
    auto_connect = AutoConnect(stores.auto_connections, verifications, peppers, limits, keys.new_auto_connect_id)
    handing_over = HandingOver(carriers, stores.hand_overs)
    return UseCases(
        signer=signer,
        opening=Opening(
            policy, stores.verifications, stores.customers, sending, stores.replies, holds, coverage, vault,
            limits, keys.new_verification_id,
        ),
        verifications=verifications,
        decisions=Decisions(
            policy, stores.customers, stores.decisions,
            OverseasExemptions(stores.exemptions, stores.customers.read, outside.departures, outside.countries),
            auto_connect, holds, coverage, keys.new_decision_id,
        ),
        customers=Customers(
            stores.customers, contact_life, stores.receipts, signer,
            OwnershipChecks(outside.ownership, stores.ownership_tries), settings.number_plan, limits,
            keys.new_contact_id,
        ),
        contact_life=contact_life,
        approvals=approvals,
        centre=CustomerCentre(approvals, stores.customers, stores.approvals, settings.number_plan),
        registrations=ExemptionRegistrations(stores.exemptions, approvals, settings.exemption_days),
        auto_connect=auto_connect,
        passwords=BranchPasswords(
            policy, stores.branch_passwords, stores.customers, vault, limits, keys.new_branch_password_id
        ),
        redeeming=Redeeming(stores.receipts, signer, policy, limits),
        notices=Notices(stores.notices, stores.customers, sending, keys.new_notice_id),
        sms=SmsMethod(vault, firm),
        sms_reply=SmsReplyMethod(
            verifications, denials, NoticeDenials(stores.notices), stores.verifications, stores.customers,
            stores.replies, stores.caps, vault, personal_data, firm, limits,
        ),
        ars=ArsMethod(verifications, denials, stores.verifications, firm, limits),
        notice_method=NoticeMethod(stores.notices, stores.customers, handing_over, firm),
        denial_alarms=DenialAlarms(alarms, stores.verifications, stores.notices),
        reports=DeliveryReports(stores.verifications),
        carriers=carriers,
        handing_over=handing_over,
    )  # fmt: skip
