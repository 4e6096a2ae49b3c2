"""The whole HTTP side: every route of the public interface, and the pages and webhooks beside it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry

from gateway import __version__
from gateway.core.errors import FieldError
from gateway.core.problems import Problem
from gateway.http import forms
from gateway.http.approval_routes import ApprovalHandlers, approval_routes
from gateway.http.auto_connect_routes import AutoConnectHandlers, auto_connect_routes
from gateway.http.branch_routes import BranchHandlers, branch_routes
from gateway.http.connections import Connections
from gateway.http.customer_routes import CustomerHandlers, customer_routes
from gateway.http.decision_routes import DecisionHandlers, decision_routes
from gateway.http.dispatch import register
from gateway.http.docs_page import add_docs_page
from gateway.http.endpoint import Services
from gateway.http.exemption_routes import ExemptionHandlers, exemption_routes
from gateway.http.ids import (
    APPROVAL_ID,
    AUTO_CONNECT_ID,
    BRANCH_PASSWORD_ID,
    CONTACT_ID,
    CUSTOMER_ID,
    NOTICE_ID,
    VERIFICATION_ID,
)
from gateway.http.notice_routes import NoticeHandlers, notice_routes
from gateway.http.openapi import add_openapi
from gateway.http.receipt_routes import ReceiptHandlers, receipt_routes
from gateway.http.routes import PathType
from gateway.http.server import create_base_app
from gateway.http.slip import SlipPage
from gateway.http.twilio_webhooks import TwilioEndpoints
from gateway.http.verification_routes import VerificationHandlers, verification_routes

PATH_TYPES = {
    "customer_id": PathType(
        CUSTOMER_ID,
        Problem.INVALID_FIELDS,
        "고객 번호: 영문, 숫자, . _ - 64자까지 / up to 64 of A-Z a-z 0-9 . _ -",
        FieldError("customer_id", *forms.ASKED_FOR[forms.CUSTOMER]),
    ),
    "contact_id": PathType(CONTACT_ID, Problem.CONTACT_NOT_FOUND),
    "verification_id": PathType(VERIFICATION_ID, Problem.VERIFICATION_NOT_FOUND),
    "notice_id": PathType(NOTICE_ID, Problem.NOTICE_NOT_FOUND),
    "auto_connect_id": PathType(AUTO_CONNECT_ID, Problem.AUTO_CONNECT_NOT_FOUND),
    "approval_id": PathType(APPROVAL_ID, Problem.APPROVAL_NOT_FOUND),
    "branch_password_id": PathType(BRANCH_PASSWORD_ID, Problem.BRANCH_PASSWORD_NOT_FOUND),
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the HTTP side is built on."""

    services: Services
    customers: CustomerHandlers
    decisions: DecisionHandlers
    verifications: VerificationHandlers
    receipts: ReceiptHandlers
    branch: BranchHandlers
    approvals: ApprovalHandlers
    exemptions: ExemptionHandlers
    auto_connect: AutoConnectHandlers
    notices: NoticeHandlers
    slip: SlipPage
    twilio: TwilioEndpoints
    metrics: CollectorRegistry
    connections: Connections
    trouble: Callable[[], Awaitable[str | None]]
    exemplars: bool


def create_app(parts: Parts) -> web.Application:
    """The gateway's application."""
    app = create_base_app(
        registry=parts.metrics, trouble=parts.trouble, connections=parts.connections, exemplars=parts.exemplars
    )
    routes = [
        *customer_routes(parts.customers),
        *decision_routes(parts.decisions),
        *verification_routes(parts.verifications),
        *receipt_routes(parts.receipts),
        *branch_routes(parts.branch),
        *approval_routes(parts.approvals),
        *exemption_routes(parts.exemptions),
        *auto_connect_routes(parts.auto_connect),
        *notice_routes(parts.notices),
    ]
    register(app, routes, parts.services, PATH_TYPES)
    add_openapi(app, routes, PATH_TYPES, __version__)
    add_docs_page(app)
    parts.slip.add_to(app)
    parts.twilio.add_to(app)
    return app
