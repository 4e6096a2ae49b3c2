"""Vouching (추가인증 on a contact): one verified contact of a customer makes another verifiable (R5)."""

from contacts.models import Contact, ContactStatus, VerifiedBy


def may_vouch(voucher: Contact, voucher_of: str, target: Contact, target_of: str) -> bool:
    """May `voucher`, a contact of the customer `voucher_of`, make `target`, one of `target_of`, verifiable?

    Only a contact that passed its own ownership check vouches: were a vouched one enough, a single number
    let in by mistake could bring in a chain of others. A target that is already verifiable gains nothing,
    and would lose the record of its own check.
    """
    return (
        voucher_of == target_of
        and voucher.contact_id != target.contact_id
        and voucher.number.e164 != target.number.e164
        and voucher.status is ContactStatus.VERIFIABLE
        and voucher.verified_by is VerifiedBy.OWNERSHIP
        and target.status is ContactStatus.NEEDS_VERIFICATION
    )
