"""What the store refuses with, as exceptions: of the command, or of the store that cannot serve at all."""

from gateway.core.errors import StoreUnavailable


class ResponseError(Exception):
    """The store answered with an error; what it says, without the first word where that has a class of its own.

    The names are redis-py's. Its own would do, and cost 20 MB and a quarter of a second of every process.
    """


class AskError(ResponseError):
    """The slot is on its way to another node, and this key is there already."""


class ClusterDownError(ResponseError):
    """Some slots of the cluster have no node."""


class MasterDownError(ResponseError):
    """A replica without its primary."""


class MovedError(ResponseError):
    """The slot is another node's."""


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
    "NOSCRIPT": NoScriptError,
    "OOM": OutOfMemoryError,
    "READONLY": ReadOnlyError,
    "TRYAGAIN": TryAgainError,
}
_NOT_IN_SERVICE = (ReadOnlyError, OutOfMemoryError, MasterDownError, ClusterDownError, TryAgainError)
_NOT_IN_SERVICE_WORDS = ("MISCONF ", "NOREPLICAS ", "BUSY ", "NOAUTH ", "LOADING ")


_UNAUTHENTICATED = "ERR Protocol error: unauthenticated "
"""What Redis says to a stranger's longer commands, in the place of NOAUTH, before it hangs up."""


def error_of(message: str) -> ResponseError:
    """The exception of an error reply. Its first word says what kind it is."""
    if message.startswith(_UNAUTHENTICATED):
        return ResponseError("NOAUTH Authentication required.")
    word, _, rest = message.partition(" ")
    kind = _ERRORS.get(word)
    return ResponseError(message) if kind is None else kind(rest)


def is_out_of_service(error: Exception) -> bool:
    """Whether the refusal says nothing of the command: the store is a replica, or has no room, no disk, no replicas."""
    return isinstance(error, _NOT_IN_SERVICE) or str(error).startswith(_NOT_IN_SERVICE_WORDS)


def why_away(error: StoreUnavailable) -> str:
    """For the log. Of what a server says only the kind: a stranger may repeat the password that it was sent."""
    cause = error.__cause__
    if cause is None:
        return "the connection was lost, or nobody there speaks as a store does"
    if type(cause) is ResponseError:
        return str(cause).partition(" ")[0]
    return str(cause) if isinstance(cause, OSError) and str(cause) else type(cause).__name__
