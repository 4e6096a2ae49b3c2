"""The settings that say how long, how often and how many. Durations are whole seconds."""

from typing import Annotated

from pydantic import BaseModel, Field

from gateway.core.limits import Cap, ConversionWatch, Limits
from gateway.http.limits import ConnectionLimits, RateLimits


class LimitSettings(BaseModel):
    """A part of `gateway.settings.Settings`, with what becomes of it."""

    connections: Annotated[int, Field(ge=16, le=1_000_000)] = ConnectionLimits.most
    connections_per_address: Annotated[int, Field(ge=1)] = ConnectionLimits.most_per_address
    """From one address that is no trusted proxy."""

    key_rate: Annotated[int, Field(ge=0)] = RateLimits.key_rate
    key_burst: Annotated[int, Field(ge=1)] = RateLimits.key_burst
    address_failures: Annotated[int, Field(ge=0)] = RateLimits.address_failures
    followers: Annotated[int, Field(ge=0)] = RateLimits.followers

    resend_after: Annotated[int, Field(ge=0, le=600)] = Limits.resend_after
    branch_password_life: Annotated[int, Field(ge=60, le=604_800)] = Limits.branch_password_life
    receipt_life: Annotated[int, Field(ge=30, le=3600)] = Limits.receipt_life
    vouch_receipt_life: Annotated[int, Field(ge=30, le=3600)] = Limits.vouch_receipt_life
    ownership_check_good_for: Annotated[int, Field(ge=0)] = Limits.ownership_check_good_for
    """After this an ownership check no longer counts; 0: it does not age."""
    approval_life: Annotated[int, Field(ge=60, le=604_800)] = Limits.approval_life
    early_release_life: Annotated[int, Field(ge=60, le=259_200)] = Limits.early_release_life
    customer_cap: Annotated[int, Field(ge=1)] = Limits.customer_cap.count
    number_cap: Annotated[int, Field(ge=1)] = Limits.number_cap.count
    number_day_cap: Annotated[int, Field(ge=1)] = Limits.number_day_cap.count
    client_cap: Annotated[int, Field(ge=1)] = Limits.client_cap.count
    client_day_cap: Annotated[int, Field(ge=1)] = Limits.client_day_cap.count
    prefix_digits: Annotated[int, Field(ge=2, le=8)] = Limits.prefix_digits
    range_cap: Annotated[int, Field(ge=1)] = Limits.range_cap.count
    conversion_least: Annotated[int, Field(ge=0)] = Limits.conversion.least
    conversion_percent: Annotated[int, Field(ge=1, le=100)] = Limits.conversion.percent
    conversion_hold: Annotated[int, Field(ge=60, le=86_400)] = Limits.conversion.hold
    decisions_kept: Annotated[int, Field(ge=1)] = Limits.decisions_kept
    operator_idle: Annotated[int, Field(ge=60, le=28_800)] = Limits.operator_idle
    operator_session_life: Annotated[int, Field(ge=300, le=86_400)] = Limits.operator_session_life
    ops_rows_kept: Annotated[int, Field(ge=1000)] = Limits.ops_rows_kept

    @property
    def connection_limits(self) -> ConnectionLimits:
        return ConnectionLimits(self.connections, self.connections_per_address)

    @property
    def rate_limits(self) -> RateLimits:
        return RateLimits(self.key_rate, self.key_burst, self.address_failures, self.followers)

    @property
    def limits(self) -> Limits:
        return Limits(
            resend_after=self.resend_after,
            branch_password_life=self.branch_password_life,
            receipt_life=self.receipt_life,
            vouch_receipt_life=self.vouch_receipt_life,
            ownership_check_good_for=self.ownership_check_good_for,
            approval_life=self.approval_life,
            early_release_life=self.early_release_life,
            customer_cap=Cap(self.customer_cap, Limits.customer_cap.window_seconds),
            number_cap=Cap(self.number_cap, Limits.number_cap.window_seconds),
            number_day_cap=Cap(self.number_day_cap, Limits.number_day_cap.window_seconds),
            client_cap=Cap(self.client_cap, Limits.client_cap.window_seconds),
            client_day_cap=Cap(self.client_day_cap, Limits.client_day_cap.window_seconds),
            prefix_digits=self.prefix_digits,
            range_cap=Cap(self.range_cap, Limits.range_cap.window_seconds),
            conversion=ConversionWatch(self.conversion_least, self.conversion_percent, self.conversion_hold),
            decisions_kept=self.decisions_kept,
            operator_idle=self.operator_idle,
            operator_session_life=self.operator_session_life,
            ops_rows_kept=self.ops_rows_kept,
        )
