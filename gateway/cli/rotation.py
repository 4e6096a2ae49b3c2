"""`bonin keys new`, `rotate` and `retire`: from one key to the next."""

import argparse
import asyncio
import base64
import secrets
import sys
from datetime import UTC, datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from contacts.key_ring import KEY_BYTES
from gateway.cli.commands import Commands, failed, say
from gateway.cli.progress import ProgressBar
from gateway.settings import PolicySettings, Settings, load_policy_settings
from gateway.store.key_rotation import Findings, KeyRotation, Left, Walk
from gateway.store.keys_in_use import KeysInUse, Purpose
from gateway.wiring.keys import enter_keys, key_rings
from gateway.wiring.store import open_store

_ROUNDS = 3
"""A gateway overtook a round that leaves something; one that still writes under the old key would overtake all."""
_SIGNING_KEYS = ("receipt_key", "audit_key")


def add_rotation_commands(keys: Commands) -> None:
    new = keys.add("new", new_key, load_policy_settings)
    new.add_argument(
        "name", choices=[*(purpose.value for purpose in Purpose), *_SIGNING_KEYS], help="the setting for which it is"
    )
    rotate = keys.add("rotate", rotate_keys)
    rotate.add_argument("--check", action="store_true", help="count what is left, and change nothing")
    retire = keys.add("retire", retire_pepper)
    retire.add_argument("key_id", help="the id of the second code pepper, as `rotate` shows it")


async def new_key(_: PolicySettings, arguments: argparse.Namespace) -> int:
    """Print a new key for the secrets file of that setting."""
    if arguments.name in _SIGNING_KEYS:
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        say(pem.decode().rstrip())
    else:
        say(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    return 0


async def rotate_keys(settings: Settings, arguments: argparse.Namespace) -> int:
    """Move all data to the first keys, and say whether the second ones may be removed: exit code 0 if all may."""
    async with open_store(settings, beside_a_gateway=True) as store:
        in_use, rotation = await enter_keys(store, settings), KeyRotation(store, key_rings(settings))
        if arguments.check:
            return _tell(settings, await _walk(rotation, Walk.COUNT, "counting"))
        try:
            for purpose, key_id in _second(settings):
                if not await _nobody_writes(in_use, purpose, key_id):
                    return 1
            findings = await _until_nothing_is_left(rotation)
            for purpose, key_id in _second(settings):
                if not _still(findings.left[purpose]) and not await in_use.retire(purpose, key_id):
                    say(_writes_there(purpose, key_id))
                    return 1
        except asyncio.CancelledError:
            say("Interrupted. What was done stays done; run it again to go on.")
            return 130
        return _tell(settings, findings)


async def retire_pepper(settings: Settings, arguments: argparse.Namespace) -> int:
    """Give up what is left under the second code pepper: its open codes, slips and remembered devices become void."""
    second = [one.hex() for one in settings.peppers.ids[1:]]
    if arguments.key_id not in second:
        return failed(f"The second code pepper is {''.join(second) or 'not set'}: nothing was done.")
    key_id = bytes.fromhex(arguments.key_id)
    async with open_store(settings, beside_a_gateway=True) as store:
        in_use = await enter_keys(store, settings)
        if not await _nobody_writes(in_use, Purpose.PEPPER, key_id):
            return 1
        if not await in_use.retire(Purpose.PEPPER, key_id):
            say(_writes_there(Purpose.PEPPER, key_id))
            return 1
    say(f"{_named(Purpose.PEPPER, key_id)} may go; what is still under it is void.")
    return 0


async def _nobody_writes(in_use: KeysInUse, purpose: Purpose, key_id: bytes) -> bool:
    """Wait until it is known: what is written after the last look at it would be lost with the key."""
    if wait := await in_use.silence_in(purpose, key_id):
        say(f"Waiting {wait:.0f} s to see that no gateway writes under {_named(purpose, key_id)}.")
        await asyncio.sleep(wait)
    if await in_use.silence_in(purpose, key_id):
        say(_writes_there(purpose, key_id))
        return False
    return True


async def _until_nothing_is_left(rotation: KeyRotation) -> Findings:
    for _ in range(_ROUNDS):
        changed = await _walk(rotation, Walk.CHANGE, "changing")
        say(f"{changed.changed} fields were put under the first keys.")
        findings = await _walk(rotation, Walk.COUNT, "checking")
        if not any(left.records for left in findings.left.values()):
            break
    findings.taken = changed.taken
    index = findings.left[Purpose.INDEX]
    if index.marks and not index.records:
        await _walk(rotation, Walk.DROP_MARKS, "tidying")
        index.marks = 0
    return findings


async def _walk(rotation: KeyRotation, what: Walk, label: str) -> Findings:
    with ProgressBar(label, "keys", sys.stderr) as progress:
        return await rotation.walk(what, progress)


def _tell(settings: Settings, findings: Findings) -> int:
    good = True
    for purpose, key_id in _second(settings):
        still = _still(findings.left[purpose])
        good &= not still
        say(f"{_named(purpose, key_id)} " + (f"must stay: {still}." if still else "may go: nothing is under it."))
    for count, what in (
        (
            findings.unreadable,
            "fields are sealed under a key that is not given: give it as BONIN_SECOND_ENCRYPTION_KEY",
        ),
        (findings.taken, "contacts have a number that another contact of the customer has: remove one of the two"),
    ):
        if count:
            say(f"{count} {what}.")
            good = False
    if good and not _second(settings):
        say("No second key is set: everything is under the first ones.")
    return 0 if good else 1


def _second(settings: Settings) -> list[tuple[Purpose, bytes]]:
    return [(purpose, key_id) for purpose, ring in key_rings(settings).items() for key_id in ring.ids[1:]]


def _writes_there(purpose: Purpose, key_id: bytes) -> str:
    return f"A gateway writes under {_named(purpose, key_id)}: swap the two keys there first, then run this again."


def _named(purpose: Purpose, key_id: bytes) -> str:
    return f"BONIN_SECOND_{purpose.upper()} ({key_id.hex()})"


def _still(left: Left) -> str:
    parts = []
    if left.records or left.marks:
        parts.append(f"{left.records + left.marks} records are under it")
    if left.lapsing:
        until = datetime.fromtimestamp(left.until / 1000, UTC).isoformat(timespec="seconds")
        parts.append(f"{left.lapsing} codes, slips, devices or expected texts under it lapse, the last at {until}")
    return ", and ".join(parts)
