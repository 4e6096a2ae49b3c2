"""What the store refuses with, as exceptions: of the command, or of the store that cannot serve at all."""

import re

import hiredis

from gateway.core.errors import StoreUnavailable

OTHER_STORE = "another store"
TOO_FEW_REPLICAS = "it has fewer replicas than are needed (BONIN_STORE_REPLICAS)"


class ResponseError(Exception):
    """The store answered with an error. The text is what it said, without the first word where that has its own class.

    The names are redis-py's. Its classes would do, but cost 20 MB and a quarter of a second in every process.
    """


class ElsewhereError(ResponseError):
    """Nothing was done: another node has the keys. It says `slot host:port`."""

    @property
    def address(self) -> tuple[str, int]:
        """No host means the one that was asked."""
        host, _, port = str(self).rpartition(" ")[2].rpartition(":")
        return host, int(port)


class AskError(ElsewhereError):
    """The slot is on its way to another node, and this key is there already."""


class ClusterDownError(ResponseError):
    """Some slots of the cluster have no node."""


class MasterDownError(ResponseError):
    """A replica without its primary."""


class MovedError(ElsewhereError):
    """The slot is another node's."""


class NoPermissionError(ResponseError):
    """The account may not run the command, or not touch the key."""


class HalfMovedError(ResponseError):
    """A script came to a key of its slot that is on another node already; what it did before stays done."""


class NoReplicasError(ResponseError):
    """There are fewer replicas than must hold what would be written: nothing was done."""


class NoScriptError(ResponseError):
    """The script was never told to this server: nothing was done."""


class OutOfMemoryError(ResponseError):
    """There is no room for what would be written."""


class ReadOnlyError(ResponseError):
    """A replica, which writes nothing."""


class TryAgainError(ResponseError):
    """The keys of a command are on two nodes while their slot moves."""


_ERRORS: dict[str, type[ResponseError]] = {
    "ASK": AskError,
    "CLUSTERDOWN": ClusterDownError,
    "MASTERDOWN": MasterDownError,
    "MOVED": MovedError,
    "NOPERM": NoPermissionError,
    "NOREPLICAS": NoReplicasError,
    "NOSCRIPT": NoScriptError,
    "OOM": OutOfMemoryError,
    "READONLY": ReadOnlyError,
    "TRYAGAIN": TryAgainError,
}
_NOT_IN_SERVICE = (
    ReadOnlyError,
    OutOfMemoryError,
    NoPermissionError,
    NoReplicasError,
    MasterDownError,
    HalfMovedError,
    ClusterDownError,
    TryAgainError,
)
_NOT_IN_SERVICE_WORDS = ("MISCONF ", "BUSY ", "NOAUTH ", "LOADING ")

_NO_RIGHT_IN_A_SCRIPT = "ERR ACL failure in script: "
_HALF_MOVED = "ERR Script attempted to access a non local key"
_DENIED_COMMAND = re.compile(r"run the '([a-z|]+)' command")
_UNAUTHENTICATED = "ERR Protocol error: unauthenticated "
"""What Redis says to a stranger's longer commands, in the place of NOAUTH, before it hangs up."""


def error_of(message: str) -> ResponseError:
    """The exception of an error reply. Its first word says what kind it is."""
    if message.startswith(_UNAUTHENTICATED):
        return ResponseError("NOAUTH Authentication required.")
    if message.startswith(_NO_RIGHT_IN_A_SCRIPT):
        return NoPermissionError(message.removeprefix(_NO_RIGHT_IN_A_SCRIPT))
    if message.startswith(_HALF_MOVED):
        return HalfMovedError(message)
    word, _, rest = message.partition(" ")
    kind = _ERRORS.get(word)
    return ResponseError(message) if kind is None else kind(rest)


class OtherStore(StoreUnavailable):
    """Not the store that this process has worked with: another one took its place, or it was emptied."""

    def __init__(self) -> None:
        super().__init__("the store is another one than before, or was emptied: bring back the one that it was")


class RightMissing(StoreUnavailable):
    """The account that the store was given may not do what the gateway does; the message says which right to add."""

    def __init__(self, refusal: NoPermissionError) -> None:
        # Only the name of the command: of a key, it could be a customer's.
        denied = _DENIED_COMMAND.search(str(refusal))
        right = f"run {denied[1].upper()}" if denied else "use all of bonin's keys and channels"
        super().__init__(
            f"the store's account may not {right}: give it the rights that docs/operations.md lists (ACL SETUSER)"
        )
        self.__cause__ = refusal


def away(why: Exception | None) -> StoreUnavailable:
    """What whoever asked is told; nothing is known of why when a connection just ended."""
    if isinstance(why, NoPermissionError):
        return RightMissing(why)
    told = StoreUnavailable(_words_of(why))
    told.__cause__ = why
    return told


def _words_of(why: Exception | None) -> str:
    if why is None:
        return "the connection was lost"
    if isinstance(why, NoReplicasError):
        return TOO_FEW_REPLICAS
    if isinstance(why, hiredis.ProtocolError):
        return "nobody there speaks as a store does"
    if isinstance(why, StoreUnavailable | OSError) and str(why):
        return str(why)
    if isinstance(why, TimeoutError):
        return "it did not answer in time"
    return _first_word(why) or type(why).__name__


def is_out_of_service(error: Exception) -> bool:
    """Whether the refusal says nothing of the command: the store is a replica, has no room, no disk, no replicas, or
    its account lacks a right."""
    return isinstance(error, _NOT_IN_SERVICE) or str(error).startswith(_NOT_IN_SERVICE_WORDS)


def kind_of_refusal(error: StoreUnavailable) -> str | None:
    """The word that the server refused with, such as `OOM`, and no more: a stranger may repeat the password that it
    was sent. Nothing when it said nothing."""
    if isinstance(error, OtherStore) or isinstance(error.__cause__, OtherStore):
        return OTHER_STORE
    return _first_word(error.__cause__)


def _first_word(refusal: BaseException | None) -> str | None:
    if type(refusal) is ResponseError:
        return str(refusal).partition(" ")[0]
    return next((word for word, kind in _ERRORS.items() if type(refusal) is kind), None)
