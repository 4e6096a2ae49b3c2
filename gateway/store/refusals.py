"""What the store refuses with, as exceptions: of the command, or of the store that cannot serve at all."""

from redis.exceptions import (
    AskError,
    ClusterDownError,
    MasterDownError,
    MovedError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

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


def error_of(message: str) -> ResponseError:
    """The exception of an error reply. Its first word says what kind it is."""
    word, _, rest = message.partition(" ")
    kind = _ERRORS.get(word)
    return ResponseError(message) if kind is None else kind(rest)


def is_out_of_service(error: Exception) -> bool:
    """Whether the refusal says nothing of the command: the store is a replica, or has no room, no disk, no replicas."""
    return isinstance(error, _NOT_IN_SERVICE) or str(error).startswith(_NOT_IN_SERVICE_WORDS)
