"""Contacts as tests need them."""

from datetime import UTC, datetime

from contacts.models import Contact, ContactLabel, ContactStatus, VerifiedBy
from contacts.phone_numbers import LineType, PhoneNumber

NUMBERS = {
    LineType.MOBILE: "+821012345678",
    LineType.LANDLINE: "+82212345678",
    LineType.VOIP: "+827012345678",
    LineType.OTHER: "+12025550123",
}


def contact(
    verified_by: VerifiedBy | None = None,
    line_type: LineType = LineType.MOBILE,
    *,
    contact_id: str = "con_1",
    e164: str | None = None,
) -> Contact:
    """A contact that is verifiable exactly when it says by what."""
    verifiable = verified_by is not None
    return Contact(
        contact_id=contact_id,
        number=PhoneNumber(e164 or NUMBERS[line_type], line_type),
        label=ContactLabel.OTHER,
        status=ContactStatus.VERIFIABLE if verifiable else ContactStatus.NEEDS_VERIFICATION,
        verified_by=verified_by,
        verified_at=datetime(2024, 5, 31, tzinfo=UTC) if verifiable else None,
        version=1,
    )
