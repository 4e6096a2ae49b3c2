"""What a customer reads on the phone, through the local carrier's control interface."""

import re

from demo.api import Api
from demo.customer import until

HONG = "+821012345678"
SUNG = "+821098765432"


async def texted_code(carrier: Api, number: str) -> str:
    """The code of the newest text that has one."""

    async def look() -> str | None:
        inbox = await carrier.call("GET", f"/control/messages?to=%2B{number[1:]}")
        codes = [found[0] for one in inbox["messages"] if (found := re.search("[0-9]{6}", one["body"]))]
        return codes[-1] if codes else None

    return str(await until(look))


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"
