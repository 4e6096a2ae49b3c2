"""The bodies and answers of decisions."""

import ipaddress
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from gateway.core.deciding import Outcome
from gateway.core.operations import Operation
from gateway.core.verification import Method
from gateway.http import forms
from gateway.http.models import Answer, Body, field_error, omitted_when_none
from gateway.http.schemas import ContactAnswer, CustomerId, Token

_LONGEST_ADDRESS = 45  # characters of an IPv6 address with an IPv4 address in it


def _address(value: str) -> str:
    try:
        # A zone (`%eth0`) names an interface of the machine that wrote it, and means nothing here.
        if len(value) > _LONGEST_ADDRESS or "%" in value:
            raise ValueError
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise field_error("IPv4 또는 IPv6 주소를 입력해 주세요.", "Give an IPv4 or IPv6 address.") from None


def _client_ip_is_required(schema: dict[str, Any]) -> None:
    schema["required"].append("client_ip")


class Decide(Body):
    """`client_ip` may be left out only if a trusted proxy sends it in `X-Forwarded-For`."""

    model_config = ConfigDict(json_schema_extra=_client_ip_is_required)

    customer_id: CustomerId
    operation: Annotated[Operation, Field(strict=False)]
    client_ip: Annotated[
        Annotated[str, AfterValidator(_address)] | None,
        WithJsonSchema(
            {
                "type": "string",
                "format": "ip",
                "description": "고객의 IPv4 또는 IPv6 주소. IPv4는 ::ffff: 없이 / "
                "the customer's IPv4 or IPv6 address; IPv4 without ::ffff: before it",
                "examples": ["203.0.113.7"],
            }
        ),
    ] = None
    auto_connect_token: Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=forms.WORD)] | None = (
        None
    )
    device: Token | None = None
    """What the caller knows the device by, with its token (R14)."""


class ReasonAnswer(Answer):
    rule: str
    met: bool
    detail: str


class DecisionAnswer(Answer):
    decision_id: str
    outcome: Outcome
    reasons: list[ReasonAnswer]
    """The first is the one that decided."""
    methods: list[Method]
    contacts: list[ContactAnswer]
    policy_version: str
    auto_connect_token: str | None = omitted_when_none()
    """Takes the place of the token that was used (R14)."""
