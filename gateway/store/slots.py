"""Where a key lies in a Redis Cluster: the slot of a command's first key.

The keys of one script or command are all in one slot (`gateway.store.keys`).
"""

from gateway.store.shards import NOBODYS, TAGS
from gateway.store.shards import slot_of as slot_of_tag
from gateway.store.wire import Argument

_OF_A_SERVER = frozenset(
    (
        "ACL", "BGREWRITEAOF", "BGSAVE", "CLIENT", "CLUSTER", "CONFIG", "DBSIZE", "ECHO", "FLUSHALL", "INFO", "KEYS",
        "PING", "SAVE", "SCAN", "SCRIPT", "TIME",
    )
)  # fmt: skip
"""Commands that name no key."""
_PLACES: dict[Argument, int] = {"EVAL": 3, "EVALSHA": 3, "MEMORY": 2, "OBJECT": 2, "XGROUP": 2, "XINFO": 2}
"""Where the first key is, unless it follows the command."""
NOBODYS_SLOT = slot_of_tag(TAGS[NOBODYS])


def slot_of_key(key: Argument) -> int:
    """What is between the first `{` and the next `}` counts alone, where there is anything."""
    name = key if isinstance(key, bytes) else str(key).encode()
    tag = name.partition(b"{")[2].partition(b"}")
    return slot_of_tag(tag[0] if tag[0] and tag[1] else name)


def slot_of(words: tuple[Argument, ...]) -> int:
    """The slot of a command; one that names no key goes where nobody's keys are."""
    if words[0] in _OF_A_SERVER:
        return NOBODYS_SLOT
    return slot_of_key(words[_PLACES.get(words[0], 1)])
