"""What is typed, texted and registered, bent in every way: by hypothesis through the whole gateway, and by atheris,
where it can be had, through the readers alone.

Nothing is answered with a server error, no number is taken that is not plainly Korean, nothing but six ASCII digits
counts as an answer, and no text verifies that does not hold the code.
"""

import asyncio
import re
import sys
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.faults.harness.blocking import Connection
from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.installation import Installation, Person, installation
from tests.faults.harness.webhooks import FORM, Webhooks

_STRANGE = "\0\t\n +-(),.;#*pPxX０１９٣०O1lⅠ①\u200b\u2060\ufeff\u202e가한😀"
_RENEWED_AFTER = 200
"""Attempts, after which others are aimed at: the time of a verification is limited, and so are wrong replies."""
_KOREAN = re.compile(
    r"\+82(?:10[0-9]{8}|1[16-9][0-9]{7,8}|2[0-9]{7,8}|(?:3[1-3]|4[1-4]|5[1-5]|6[1-4])[0-9]{7,8}|70[0-9]{8})"
)


_ANYTHING = st.text(st.characters(), max_size=40)
"""Half a surrogate pair among the rest, which JSON can write and UTF-8 cannot."""


def bent(text: str) -> st.SearchStrategy[str]:
    """This text with something put in, left out, doubled, or in the digits of another script."""
    places = st.integers(0, len(text))
    put_in = st.builds(lambda at, what: text[:at] + what + text[at:], places, st.text(_STRANGE, min_size=1, max_size=3))
    left_out = st.builds(lambda at: text[:at] + text[at + 1 :], places)
    replaced = st.builds(lambda at, what: text[:at] + what + text[at + 1 :], places, st.sampled_from(_STRANGE))
    other_script = st.builds(
        lambda zero: "".join(chr(ord(zero) + int(one)) if one.isdecimal() else one for one in text),
        st.sampled_from("０٠०๐𝟎"),
    )
    return st.one_of(put_in, left_out, replaced, other_script, st.just(text * 2))


class Target:
    """What malformed input is aimed at; there is a fresh one now and then."""

    def __init__(self, trial: Trial, bonin: Installation, loop: asyncio.AbstractEventLoop, kind: str) -> None:
        self._trial = trial
        self._bonin = bonin
        self._loop = loop
        made: dict[str, Callable[[Person], Any]] = {
            "phones": self._nothing,
            "codes": self._slip,
            "replies": self._reply,
        }
        self._make = made[kind]
        self._used = 0
        self.renew()

    def renew(self) -> None:
        """Aim at a customer of whom nothing is known yet."""
        (self.person,) = self._wait(self._bonin.register(1))
        self.verification = self._wait(self._make(self.person))
        self._used = 0

    def used(self) -> None:
        """One more attempt was made at it."""
        self._used += 1
        if self._used >= _RENEWED_AFTER:
            self.hold_as_it_was()
            self.renew()

    def hold_as_it_was(self) -> None:
        """Nothing that was malformed took an attempt."""
        now = self.now()
        if now is not None and self._make != self._reply:
            untouched = now["status"] == "pending" and now["attempts_remaining"] == 5
            self._trial.ledger.expect(
                untouched, f"malformed input took an attempt: {now['attempts_remaining']} are left"
            )

    def now(self) -> Any:
        """The verification as it is told, if one is aimed at."""
        if self.verification is None:
            return None
        return self._wait(self._bonin.issuer.expect("GET", f"/v1/verifications/{self.verification['id']}"))

    async def _nothing(self, person: Person) -> None:
        return None

    async def _slip(self, person: Person) -> Any:
        return await self._bonin.issuer.expect("POST", "/v1/verifications", person.request("branch_otp"))

    async def _reply(self, person: Person) -> Any:
        return await self._bonin.issuer.expect("POST", "/v1/verifications", person.request("sms_reply"))

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class Bender:
    """Sends one malformed thing after another, and holds each answer to what is promised."""

    def __init__(self, trial: Trial, connection: Connection, target: Target, webhooks: Webhooks) -> None:
        self._trial = trial
        self._connection = connection
        self._target = target
        self._webhooks = webhooks

    def phone(self, number: Any) -> None:
        path = f"/v1/customers/{self._target.person.customer_id}/contacts"
        answer = self._connection.send("POST", path, {"number": number, "label": "mobile"})
        plain = isinstance(number, str) and _KOREAN.fullmatch(number)
        self._expect(answer.status in (400, 409, 422) or (answer.status == 201 and plain), "a number", answer.status)
        if answer.status == 201:
            self._target.renew()
        self._target.used()

    def code(self, code: Any) -> None:
        path = f"/v1/verifications/{self._target.verification['id']}/check"
        answer = self._connection.send("POST", path, {"code": code})
        self._expect(answer.status in (400, 422), "a code", answer.status)
        self._target.used()

    def reply(self, body: str) -> None:
        form = self._webhooks.text(self._target.person.number, body)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": self._webhooks.sign("inbound", form)}
        content = urlencode(form, errors="replace").encode()
        answer = self._connection.send("POST", "/webhooks/twilio/inbound", content, headers)
        self._expect(answer.status in (200, 400, 403, 413), "a reply", answer.status)
        now = self._target.now()
        if now["status"] == "verified":
            code = self._target.verification["binding_code"]
            self._trial.ledger.expect(_holds(body, code), "a text without the code verified")
        if now["status"] != "pending":
            self._target.renew()
        self._target.used()

    def _expect(self, holds: object, what: str, status: int) -> None:
        self._trial.ledger.expect(bool(holds), f"{what} was answered with {status}")
        self._trial.advance()


def _holds(body: str, code: str) -> bool:
    """Whether the digits of the code are in the text, in their order: as anybody may read it, in whatever script."""
    digits = iter(character for character in unicodedata.normalize("NFKC", body) if character.isdecimal())
    return all(wanted in digits for wanted in code)


def _phones() -> st.SearchStrategy[Any]:
    others = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.lists(st.text(max_size=3))
    )
    valid = st.sampled_from(["+821012345678", "+82221234567", "+82311234567", "+827012345678", "+8215881234"])
    return st.one_of(_ANYTHING, valid.flatmap(bent), st.from_regex(r"\+[0-9]{1,20}", fullmatch=True), others)


def _codes() -> st.SearchStrategy[Any]:
    """Whatever is no code: six ASCII digits are left out."""
    codes = st.from_regex("[0-9]{6}", fullmatch=True)
    others = st.one_of(
        st.none(), st.booleans(), st.integers(), st.lists(codes, max_size=2), st.dictionaries(codes, codes)
    )
    texts = st.one_of(
        st.text(max_size=20), codes.flatmap(bent), st.from_regex("[0-9]{0,5}|[0-9]{7,12}", fullmatch=True)
    )
    return st.one_of(texts.filter(lambda text: not re.fullmatch("[0-9]{6}", text, re.ASCII)), others)


def _replies() -> st.SearchStrategy[str]:
    words = st.sampled_from(
        ["인증번호", "입니다", "아니오", "no", "123456", "０００００１", "\u200b", "\n", " ", "-", "<Say>"]
    )
    phrases = st.lists(st.one_of(words, st.text(max_size=8)), max_size=8).map("".join)
    return st.one_of(st.text(max_size=80), phrases, st.from_regex("[0-9]{6}", fullmatch=True).flatmap(bent))


def _hunt(trial: Trial, bend: Callable[[Any], None], strategy: st.SearchStrategy[Any]) -> None:
    """Until the dose is given; hypothesis stops by itself when it has nothing else to try."""
    while trial.done < trial.dose:

        @settings(
            max_examples=trial.dose - trial.done, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(strategy)
        def one(value: Any) -> None:
            if trial.done < trial.dose:
                bend(value)

        one()


async def _fuzz(trial: Trial, kind: str) -> None:
    """The same readers alone, by coverage; in a process of its own, which ends when something is raised."""
    runs = trial.dose * 10
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "tests.faults.harness.fuzzing", kind, str(runs),
        cwd=trial.directory, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode == 3:
        trial.notes.append("no atheris here")
        return
    trial.notes.append(f"atheris: {runs:,} runs")
    trial.ledger.expect(process.returncode == 0, f"atheris: {said.decode(errors='replace')[-300:]}")


def _run(kind: str, strategy: Callable[[], st.SearchStrategy[Any]]) -> Callable[[Trial], Any]:
    async def run(trial: Trial) -> None:
        loop = asyncio.get_running_loop()
        async with installation(trial.directory, life=600) as bonin, aiohttp.ClientSession() as session:
            webhooks = Webhooks(bonin, session)

            def hunt() -> None:
                target = Target(trial, bonin, loop, kind)
                with Connection(bonin.gateways[0].port, bonin.key) as connection:
                    bender = Bender(trial, connection, target, webhooks)
                    bend = {"phones": bender.phone, "codes": bender.code, "replies": bender.reply}[kind]
                    _hunt(trial, bend, strategy())
                target.hold_as_it_was()

            await asyncio.to_thread(hunt)
        await _fuzz(trial, kind)

    return run


def _fault(kind: str, what: str, strategy: Callable[[], st.SearchStrategy[Any]]) -> Fault:
    return Fault(f"malformed-{kind}", what, kind, full=20_000, short=150, run=_run(kind, strategy))


MALFORMED_PHONES = _fault("phones", "numbers that are not plainly Korean, registered", _phones)
MALFORMED_CODES = _fault("codes", "what is not six ASCII digits, typed", _codes)
MALFORMED_REPLIES = _fault("replies", "texts of any kind, in reply", _replies)
