"""`bonin audit verify`: is an export as it was sealed? Asks neither a store nor the environment."""

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson

from gateway.cli.commands import Commands, failed, named_path, say
from gateway.core.audit.records import AuditKeys, Head, RecordKind, Unsigned, Why
from gateway.core.audit.verifying import Report, Verifier
from gateway.settings import PolicySettings, load_policy_settings
from gateway.store.audit_archive import feed_file, files_of

_MOST_FAULTS = 50
_LONGEST_FAULT = 500


def add_verify_command(audit: Commands) -> None:
    verify = audit.add("verify", verify_audit, load_policy_settings)
    verify.add_argument(
        "paths", nargs="+", type=named_path, metavar="PATH", help="an export, or the directory of an archive"
    )
    verify.add_argument(
        "--keys", required=True, type=named_path, metavar="FILE", help="what `bonin audit keys` printed"
    )
    verify.add_argument(
        "--expect-head", type=named_path, metavar="FILE", help="what `bonin audit head` printed earlier"
    )


async def verify_audit(_: PolicySettings, arguments: argparse.Namespace) -> int:
    """Check, without the store, that exports are as they were sealed: exit code 0 if they are, 1 if not."""
    try:
        verifier = Verifier(_read_keys(arguments.keys))
        expected = [] if arguments.expect_head is None else [_read_head(arguments)]
        for path in arguments.paths:
            for file in files_of(path):
                feed_file(verifier, file)
    except (OSError, ValueError) as error:
        return failed(_shown(_sentence(error)), code=2)
    report = verifier.finish(expected)
    for fault in report.faults[:_MOST_FAULTS]:
        say(f"✗ {_shown(str(fault))}")
    if len(report.faults) > _MOST_FAULTS:
        say(f"✗ and {len(report.faults) - _MOST_FAULTS} more")
    say("\n".join(_summary(report)))
    return 1 if report.faults else 0


def _read_keys(path: Path) -> AuditKeys:
    try:
        return AuditKeys(orjson.loads(path.read_bytes())["keys"])
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path}: give the JWK Set that `bonin audit keys` prints") from None


def _read_head(arguments: argparse.Namespace) -> Head:
    path: Path = arguments.expect_head
    try:
        last = path.read_bytes().splitlines()[-1]
        return _read_keys(arguments.keys).head(str(orjson.loads(last)[RecordKind.HEAD.value]))
    except Unsigned as unsigned:
        raise ValueError(f"{path}: the head {unsigned}") from None
    except (ValueError, KeyError, TypeError, IndexError):
        raise ValueError(f"{path}: give a head that `bonin audit head` printed, or an export") from None


def _summary(report: Report) -> list[str]:
    omitted = f", {report.omitted} more as digests only" if report.omitted else ""
    lines = [f"{report.segments} segments, {report.events} events{omitted}"]
    lines += [f"shows only what was asked for: {_asked_for(wanted)}" for wanted in report.wanted]
    if report.head is not None:
        lines.append(f"up to {_written(report.head.at)}")
    for why, where in ((Why.ARCHIVED, "in an archive"), (Why.RETENTION, "deleted when their time was over")):
        gone = [removed.at for removed in report.missing_before.values() if removed.why is why]
        if gone:
            lines.append(f"{len(gone)} shards begin after segments that are {where}, since {_written(max(gone))}")
    lines.append("✗ broken · 훼손됨" if report.faults else "✓ as it was sealed · 봉인된 그대로입니다")
    return lines


def _asked_for(wanted: Mapping[str, str]) -> str:
    times = {name: _written(int(wanted[name])) for name in ("from", "until") if name in wanted}
    return ", ".join(f"{name} {value}" for name, value in {**wanted, **times}.items())


def _written(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%SZ}"


def _shown(fault: str) -> str:
    """On one line. It names what the file says, and a forged one would move the cursor, or say that all is well."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in fault[:_LONGEST_FAULT])


def _sentence(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
