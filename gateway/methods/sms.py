"""Method `sms`: a code goes out by text and comes back on the screen (R3)."""

from contacts.phone_numbers import PhoneNumber
from gateway.core.codes import CodeVault
from gateway.core.delivery import DeliveryRef
from gateway.core.firm import Firm
from gateway.core.ports import OutgoingText, TextCarrier
from gateway.core.texts import code_text
from gateway.core.verification import Verification


class SmsMethod:
    """Sends the code."""

    most_sends = 2

    def __init__(self, vault: CodeVault, firm: Firm) -> None:
        self._vault = vault
        self._firm = firm

    async def deliver(self, via: TextCarrier, verification: Verification, to: PhoneNumber, ref: DeliveryRef) -> str:
        if verification.sealed_code is None:
            raise ValueError("a verification that is sent its code keeps it sealed")
        code = self._vault.open(verification.verification_id, verification.sealed_code)
        locale = verification.locale
        body = code_text(self._firm.name(locale), verification.operation, code, verification.minutes_left, locale)
        return await via.send_text(OutgoingText(to, body, ref))
