"""How long, how often, how many: every limit of the gateway, with what it guards."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` in `window_seconds`, from the first one on."""

    count: int
    window_seconds: int


@dataclass(frozen=True, slots=True)
class ConversionWatch:
    """When `least` or more verifications were texted to a range within the hour, and had time to be answered, and fewer
    than `percent` of a hundred succeeded, no code is texted there for `hold` seconds. `least` 0: nobody watches.

    People who asked for a code use it, three in four or more. A robot that has codes sent uses none.
    """

    least: int
    percent: int
    hold: int


@dataclass(frozen=True)
class Limits:
    """Defaults follow the business rules; settings may change them within the bounds of the standards."""

    wrong_answers: int = 5
    """Over all methods and verifications of a customer; then extra authentication locks (PSD2 RTS art. 4)."""
    wrong_answers_forgotten_after: int = 30 * 86_400
    """Seconds since the last one, while not locked: a typo of last spring does not lock out a customer."""
    longest_life: int = 600
    """Seconds a verification may be open, whatever the policy says (OWASP ASVS 6.5.5)."""
    resends: int = 3
    resend_after: int = 30
    """Seconds between two texts of one verification."""
    ring: int = 30
    """Seconds a phone rings."""
    branch_password_life: int = 86_400
    shortest_branch_password_life: int = 60
    longest_branch_password_life: int = 7 * 86_400
    receipt_life: int = 600
    """Seconds in which the issuance system redeems a receipt."""
    vouch_receipt_life: int = 600
    """Seconds in which a receipt vouches for a contact: the other phone was in hand just before."""
    ownership_check_good_for: int = 0
    """Seconds after which an ownership check, and whatever rests on it, no longer counts; 0: it does not age."""
    approval_life: int = 86_400
    """Seconds a request waits for a second person (R20)."""
    approvals_kept: int = 90 * 86_400
    """Seconds a decided request can still be read; the audit stream stays."""
    early_release_life: int = 4 * 3600
    """Seconds an approved early release lifts a hold: long enough to come back to a screen, and no longer."""
    auto_connect_life: int = 90 * 86_400
    """Seconds an auto-connect token lives without being used."""
    kept_after_close: int = 86_400
    """Seconds a closed verification can still be read; the audit stream stays."""
    wrong_sign_ins: int = 5
    """Wrong codes of an operator in a row; then nobody signs in under that name for a while."""
    sign_in_locked_for: int = 900
    operator_idle: int = 900
    """Seconds after which an operator that did nothing signs in again (OWASP ASVS 7.3.1)."""
    operator_session_life: int = 28_800
    """Seconds after which an operator signs in again, whatever they do (OWASP ASVS 7.3.2)."""
    ops_rows_kept: int = 200_000
    """The latest verifications that the operations pages list."""
    enrolment_life: int = 600
    """Seconds to enrol an authenticator in."""
    contacts: int = 20
    decisions_kept: int = 100_000
    """The latest decisions, for trying a changed policy on them."""
    customer_cap: Cap = Cap(10, 600)
    number_cap: Cap = Cap(10, 600)
    number_day_cap: Cap = Cap(30, 86_400)
    client_cap: Cap = Cap(30_000, 60)
    client_day_cap: Cap = Cap(2_000_000, 86_400)
    prefix_digits: int = 5
    """Of the national number: 100,000 Korean mobile numbers begin alike."""
    range_cap: Cap = Cap(20_000, 3600)
    """Deliveries to the numbers that begin alike."""
    conversion: ConversionWatch = ConversionWatch(least=300, percent=20, hold=3600)
    answering_text_cap: Cap = Cap(5, 600)
    ownership_cap: Cap = Cap(3, 86_400)
    """Ownership checks that the carrier said no to, for one number of a customer."""
