"""`bonin audit`: what was done, by whom, and whether anybody changed it since."""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from gateway.cli.audit_verify import add_verify_command
from gateway.cli.commands import Command, Commands, failed, named_path, say, say_aside, whole_number
from gateway.cli.new_file import new_file
from gateway.core.audit.chain import line
from gateway.core.audit.exporting import AuditMoved, Exporter, Wanted, positions
from gateway.core.audit.records import GENESIS, Head, Position, RecordKind, Why, public_key_set
from gateway.http.moments import SEOUL
from gateway.settings import Settings
from gateway.store.audit_archive import RUNS_IN_DOUBT, ArchiveRefused, AuditArchive
from gateway.wiring.audit import Audit, open_audit

_DAY_MS = 86_400_000
_DOUBTFUL = (
    "Files of the archive that follow each other are more than a year apart: nothing was deleted, in case the store's "
    f"clock is or was wrong. If it is, put it right: {RUNS_IN_DOUBT} runs after such a gap, what is past its time is "
    "deleted again. 저장소의 시각을 확인하세요."
)


def add_commands(commands: Commands) -> None:
    audit = commands.group("audit")
    export = audit.add("export", _refusing(export_audit))
    export.add_argument("--from", dest="since", type=_time, help="only from this day (Seoul) or time on")
    export.add_argument("--to", dest="until", type=_end_of, help="only up to this day or time")
    export.add_argument("--customer", metavar="CUSTOMER_ID", help="only events about this customer")
    export.add_argument(
        "--out", type=named_path, metavar="FILE", help="write to this new file instead of standard output"
    )
    export.add_argument("--with-reasons", action="store_true", help="decrypt what people wrote")
    archive = audit.add("archive", _refusing(archive_audit))
    archive.add_argument(
        "directory", type=named_path, metavar="DIR", help="the archive's folder; created if it does not exist"
    )
    archive.add_argument(
        "--kept-days",
        type=whole_number(0, 36_500),
        default=7,
        metavar="N",
        help="how many days also stay in the store; 7",
    )
    add_verify_command(audit)
    audit.add("head", print_head)
    audit.add("keys", print_keys)


async def export_audit(settings: Settings, arguments: argparse.Namespace) -> int:
    """Seal all events up to now, and print them as lines of JSON that can be verified.

    They contain no phone numbers and no customers' names, and what people wrote stays encrypted unless --with-reasons
    is given. Events that the filters leave out appear as digests, so that `bonin audit verify` can follow the chain.
    """
    wanted = Wanted(arguments.since, arguments.until, arguments.customer)
    if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
        return failed("Nothing lies between --from and --to: give --from the earlier time, --to the later.", code=2)
    async with open_audit(settings, reads_words=arguments.with_reasons) as audit:
        await audit.sealer.seal_everything()
        open_reasons = audit.words.reasons if arguments.with_reasons else None
        exporter = Exporter(audit.store, audit.signer, wanted, open_reasons)
        if arguments.out is None:
            async for one in exporter.lines():
                sys.stdout.buffer.write(one)
            sys.stdout.buffer.flush()
        else:
            with new_file(arguments.out) as file:
                async for one in exporter.lines():
                    file.write(one)
    if not exporter.shown:
        say_aside("No event is shown: none of what is in the store is of what was asked for.")
    return 0


async def archive_audit(settings: Settings, arguments: argparse.Namespace) -> int:
    """Add new events to an archive, and remove old ones from the store.

    Run it every night. Each run adds a file to the folder; files older than BONIN_AUDIT_KEPT_DAYS are deleted. An
    archive belongs to one store: another store's is refused, and nothing is removed.
    """
    async with open_audit(settings) as audit:
        archive = AuditArchive(arguments.directory, await audit.keys())
        with archive.locked():
            await audit.sealer.seal_everything()
            before = archive.end()
            await _refuse_gaps(audit, before)
            after = {} if before is None else {shard: at.number for shard, at in before.shards.items()}
            path, report = await archive.add(Exporter(audit.store, audit.signer, Wanted()).lines(after))
            now = await audit.store.now()
            assert report.head is not None  # noqa: S101 - `add` keeps no file without one
            for shard, end in report.head.shards.items():
                while await audit.retention.remove(
                    shard, now - arguments.kept_days * _DAY_MS, Why.ARCHIVED, up_to=end.number
                ):
                    pass
            forgotten: list[Path] = []
            if archive.is_clock_doubtful():
                say_aside(_DOUBTFUL)
            else:
                forgotten = archive.forget(now - settings.audit_kept_days * _DAY_MS, audit.signer, now)
    say(f"{path}: {report.segments} segments, {report.events} events · 보관했습니다")
    for old in forgotten:
        say(f"{old}: deleted after {settings.audit_kept_days} days · 보존 기간이 지나 삭제했습니다")
    return 0


async def print_head(settings: Settings, _: argparse.Namespace) -> int:
    """Seal all events up to now, and print a signed record of how far the audit goes. Keep it somewhere else.

    It shows later whether the end of an export was cut off: `bonin audit verify --expect-head`.
    """
    async with open_audit(settings) as audit:
        await audit.sealer.seal_everything()
        head = Head(await audit.store.now(), positions(await audit.store.heads()))
        say(line({RecordKind.HEAD.value: audit.signer.head(head)}).decode())
    return 0


async def print_keys(settings: Settings, _: argparse.Namespace) -> int:
    """Print the current and former public keys as a JWK Set, for `bonin audit verify --keys`."""
    async with open_audit(settings) as audit:
        current = audit.signer.public_key()
        earlier = [key for key in await audit.store.public_keys() if key["kid"] != audit.signer.kid]
        say(public_key_set([current, *earlier]).decode())
    return 0


def _refusing(command: Command) -> Command:
    """The command, with what may go wrong on the way told in a sentence."""

    async def run(settings: Settings, arguments: argparse.Namespace) -> int:
        try:
            return await command(settings, arguments)
        except AuditMoved:
            return failed("Segments went to an archive in the meantime: run it again.")
        except ArchiveRefused as refused:
            return failed(str(refused))

    run.__doc__ = command.__doc__
    return run


async def _refuse_gaps(audit: Audit, end: Head | None) -> None:
    """The archive and the store have to fit: nothing went that is not archived, and the store did not go back."""
    for shard, head in enumerate(await audit.store.heads()):
        archived = Position(0, GENESIS) if end is None else end.shards.get(shard, Position(0, GENESIS))
        went_back = head.last.number < archived.number
        if went_back or (head.last.number == archived.number and head.last != archived):
            raise ArchiveRefused(
                f"The archive has segment {archived.number} of shard {shard}, and the store ends at "
                f"{head.last.number}, or has another one: it is another store, or an old copy of it. If it was put "
                "back from a backup, archive it to another directory, and keep this one."
            )
        if head.removed > archived.number:
            raise ArchiveRefused(
                f"Segments {archived.number + 1} to {head.removed} of shard {shard} are in another archive: "
                "go on with that one."
            )


def _time(text: str) -> int:
    """A day in Seoul, or a time with its zone, in ms."""
    try:
        given = datetime.fromisoformat(text)
        return int(given.replace(tzinfo=given.tzinfo or SEOUL).astimezone(UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("give a day or a time: 2026-11-27 or 2026-11-27T09:00:00+09:00") from None


def _end_of(text: str) -> int:
    """A time, or the end of a day."""
    return _time(text) + (_DAY_MS if _is_day(text) else 0)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
