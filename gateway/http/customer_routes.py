"""Customers and contacts."""

from contacts.models import Contact, Customer
from gateway.core.callers import Scope
from gateway.core.carriers import Reach
from gateway.core.coverage import usable_methods
from gateway.core.customers import Customers
from gateway.core.problems import Problem
from gateway.http.models import NoBody
from gateway.http.routes import ApiRequest, ApiResponse, Route
from gateway.http.schemas import AddContact, ContactAnswer, ContactsAnswer, CustomerAnswer, PutCustomer, Vouch

_CUSTOMER = "/v1/customers/{customer_id}"
_CONTACT = "/v1/customers/{customer_id}/contacts/{contact_id}"


class CustomerHandlers:
    """From requests to the use cases of `gateway.core.customers`, and back."""

    def __init__(self, customers: Customers, reach: Reach) -> None:
        self._customers = customers
        self._reach = reach

    async def put_customer(self, request: ApiRequest[PutCustomer]) -> ApiResponse:
        body = request.body
        given = Customer(
            customer_id=request.path["customer_id"],
            kind=body.kind,
            name=body.name,
            birth_date=body.birth_date,
            online_consent=body.online_consent,
            locked=False,
        )
        customer, contacts, created = await self._customers.put(given, request.caller.person)
        return ApiResponse(201 if created else 200, self._customer(customer, contacts))

    async def get_customer(self, request: ApiRequest) -> ApiResponse:
        customer, contacts = await self._customers.get(request.path["customer_id"])
        return ApiResponse(200, self._customer(customer, contacts))

    async def add_contact(self, request: ApiRequest[AddContact]) -> ApiResponse:
        contact = await self._customers.add_contact(
            request.path["customer_id"], request.body.number, request.body.label, request.caller.person
        )
        return ApiResponse(201, self._contact(contact))

    async def list_contacts(self, request: ApiRequest) -> ApiResponse:
        _, contacts = await self._customers.get(request.path["customer_id"])
        return ApiResponse(200, ContactsAnswer(contacts=[self._contact(contact) for contact in contacts]))

    async def check_ownership(self, request: ApiRequest) -> ApiResponse:
        contact = await self._customers.check_ownership(
            request.path["customer_id"], request.path["contact_id"], request.caller.person
        )
        return ApiResponse(200, self._contact(contact))

    async def vouch_for_contact(self, request: ApiRequest[Vouch]) -> ApiResponse:
        contact = await self._customers.vouch(
            request.path["customer_id"],
            request.path["contact_id"],
            request.body.receipt,
            request.caller,
            request.known_as,
        )
        return ApiResponse(200, self._contact(contact))

    def _customer(self, customer: Customer, contacts: list[Contact]) -> CustomerAnswer:
        return CustomerAnswer.of(customer, [self._contact(contact) for contact in contacts])

    def _contact(self, contact: Contact) -> ContactAnswer:
        return ContactAnswer.of(contact, usable_methods(contact, self._reach))


def customer_routes(handlers: CustomerHandlers) -> list[Route]:
    """The routes of customers and contacts; all take a key with scope `contacts`."""
    scope, tags = Scope.CONTACTS, ("customers",)
    return [
        Route(
            method="PUT", path=_CUSTOMER, handler=handlers.put_customer, scope=scope, tags=tags, request=PutCustomer,
            summary_ko="고객 등록", summary_en="Register a customer",
            responses={200: CustomerAnswer, 201: CustomerAnswer},
        ),
        Route(
            method="GET", path=_CUSTOMER, handler=handlers.get_customer, scope=scope, tags=tags,
            summary_ko="고객 조회", summary_en="Read a customer", responses={200: CustomerAnswer},
            problems=(Problem.CUSTOMER_NOT_FOUND,),
        ),
        Route(
            method="POST", path=f"{_CUSTOMER}/contacts", handler=handlers.add_contact, scope=scope, tags=tags,
            request=AddContact, summary_ko="연락처 등록", summary_en="Register a contact",
            responses={201: ContactAnswer},
            problems=(
                Problem.CUSTOMER_NOT_FOUND, Problem.NUMBER_REFUSED, Problem.CONTACT_ALREADY_REGISTERED,
                Problem.TOO_MANY_CONTACTS,
            ),
        ),
        Route(
            method="GET", path=f"{_CUSTOMER}/contacts", handler=handlers.list_contacts, scope=scope, tags=tags,
            summary_ko="연락처 목록", summary_en="List the contacts", responses={200: ContactsAnswer},
            problems=(Problem.CUSTOMER_NOT_FOUND,),
        ),
        Route(
            method="POST", path=f"{_CONTACT}/ownership-check", handler=handlers.check_ownership, scope=scope,
            tags=tags, request=NoBody, summary_ko="명의인증", summary_en="Check the ownership of a mobile",
            responses={200: ContactAnswer},
            problems=(
                Problem.CUSTOMER_NOT_FOUND, Problem.CONTACT_NOT_FOUND, Problem.OWNERSHIP_NOT_CONFIRMED,
                Problem.OWNERSHIP_CHECK_UNAVAILABLE, Problem.TOO_MANY_REQUESTS,
            ),
        ),
        Route(
            method="POST", path=f"{_CONTACT}/vouch", handler=handlers.vouch_for_contact, scope=scope, tags=tags,
            request=Vouch, summary_ko="추가인증으로 연락처 확인", summary_en="Make a contact verifiable by another one",
            responses={200: ContactAnswer},
            problems=(
                Problem.CUSTOMER_NOT_FOUND, Problem.CONTACT_NOT_FOUND, Problem.VOUCH_REFUSED,
                Problem.RECEIPT_INVALID, Problem.RECEIPT_EXPIRED, Problem.RECEIPT_ALREADY_REDEEMED,
                Problem.RECEIPT_DENIED, Problem.RECEIPT_OUTDATED, Problem.RECEIPT_VOID, Problem.CUSTOMER_LOCKED,
            ),
        ),
    ]  # fmt: skip
