"""Every key of the store, but for those of caps (`cap_keys`) and of the operations pages (`ops_keys`).

All keys of a customer carry one hash tag, the customer's shard (`gateway.store.shards`), so that a script that changes
a verification, its customer and its outbox touches one slot of a Redis Cluster.
"""

from gateway.core.delivery import is_of_notice
from gateway.store.shards import NOBODYS, TAGS, verification_start
from gateway.store.shards import SHARDS as SHARDS
from gateway.store.shards import new_approval_id as new_approval_id
from gateway.store.shards import new_auto_connect_id as new_auto_connect_id
from gateway.store.shards import new_branch_password_id as new_branch_password_id
from gateway.store.shards import new_contact_id as new_contact_id
from gateway.store.shards import new_decision_id as new_decision_id
from gateway.store.shards import new_notice_id as new_notice_id
from gateway.store.shards import new_verification_id as new_verification_id
from gateway.store.shards import shard_in as shard_in
from gateway.store.shards import shard_of as shard_of

_KNOWN_PARTS = 1024
_IN = tuple(f"bonin:{{{tag}}}:" for tag in TAGS)
"""What the keys of each shard begin with."""


def in_shard_of(name: str) -> str:
    """What the keys of a customer, a blind index or a client begin with."""
    return _IN[shard_of(name)]


def customer(customer_id: str) -> str:
    """Hash: kind, sealed name and birth date, consent; and of what was opened of late how many in the window, how many
    of each operation in the day, when both end, and what is open, by its name in the shard."""
    return f"{in_shard_of(customer_id)}customer:{customer_id}"


def customer_prefix(shard: int) -> str:
    """What the customer keys of a shard begin with; the customer's id follows."""
    return f"{_IN[shard]}customer:"


def customer_words(customer_id: str) -> str:
    """Hash: the key, sealed, of what people write about the customer; without it nobody can read that."""
    return f"{in_shard_of(customer_id)}customer-words:{customer_id}"


def erased(customer_id: str) -> str:
    """String: when a customer of this id was erased, in ms, for as long as something of theirs may be redeemed."""
    return f"{in_shard_of(customer_id)}erased:{customer_id}"


def contacts(customer_id: str) -> str:
    """Hash: blind index of a number, in bytes → contact id."""
    return f"{in_shard_of(customer_id)}contacts:{customer_id}"


def contact(customer_id: str, contact_id: str) -> str:
    """Hash: sealed number, blind index, line type, status and its evidence, version."""
    return f"{in_shard_of(customer_id)}contact:{customer_id}:{contact_id}"


def evidence(customer_id: str, contact_id: str) -> str:
    """List: every change of a contact's status with what it rests on (JSON). A stream's first entry would take 4 KB."""
    return f"{in_shard_of(customer_id)}evidence:{contact_id}"


def guard(customer_id: str) -> str:
    """Hash: the customer's wrong answers over all methods, and when extra authentication was locked."""
    return f"{in_shard_of(customer_id)}guard:{customer_id}"


def guard_prefix(shard: int) -> str:
    """What the guard keys of a shard begin with; the customer's id follows."""
    return f"{_IN[shard]}guard:"


def exemption(customer_id: str) -> str:
    """Hash: the customer's overseas exemption as registered; gone when its period is over."""
    return f"{in_shard_of(customer_id)}exemption:{customer_id}"


def exemption_version(customer_id: str) -> str:
    """Counter: changes of the customer's overseas exemption, withdrawals among them."""
    return f"{in_shard_of(customer_id)}exemption-version:{customer_id}"


def branch_password(customer_id: str, operation: str) -> str:
    """Hash: the one branch password in force for a customer and an operation."""
    return f"{in_shard_of(customer_id)}branch:{customer_id}:{operation}"


def branch_password_owner(branch_password_id: str) -> str:
    """String: customer and operation of a branch password id, for revoking it."""
    return f"{_IN[shard_in(branch_password_id)]}branch-id:{branch_password_id}"


def auto_connect(customer_id: str, auto_connect_id: str) -> str:
    """Hash: digests of a family's latest auto-connect token and of its device."""
    return f"{in_shard_of(customer_id)}auto-connect:{customer_id}:{auto_connect_id}"


def auto_connects(customer_id: str) -> str:
    """Hash: auto-connect id → when it was given."""
    return f"{in_shard_of(customer_id)}auto-connects:{customer_id}"


def verification(verification_id: str) -> str:
    """Hash: one verification. It never holds a plain code."""
    return f"{_IN[shard_in(verification_id)]}v:{verification_id}"


def verification_prefix(shard: int) -> str:
    """What the verification keys of a shard begin with; the name that one has in the shard follows."""
    return f"{_IN[shard]}v:{verification_start(shard)}"


def approval(approval_id: str) -> str:
    """Hash: what one person asked for and who decided on it; the number of a change is sealed."""
    return f"{_IN[shard_in(approval_id)]}approval:{approval_id}"


def approval_prefix(shard: int) -> str:
    """What the approval keys of a shard begin with; the approval's id follows."""
    return f"{_IN[shard]}approval:"


def waiting_approvals(shard: int) -> str:
    """Sorted set: approval ids of a shard that wait for a decision, by their expiry in ms."""
    return f"{_IN[shard]}approvals-waiting"


def decided_approvals(shard: int) -> str:
    """Sorted set: approval ids of a shard that are over, by when they ended in ms."""
    return f"{_IN[shard]}approvals-decided"


def notice(notice_id: str) -> str:
    """Hash: one notice and what became of it."""
    return f"{_IN[shard_in(notice_id)]}notice:{notice_id}"


def delivered(subject_id: str) -> str:
    """The hash of what a delivery is of: a verification or a notice."""
    return notice(subject_id) if is_of_notice(subject_id) else verification(subject_id)


def expiring(shard: int) -> str:
    """Sorted set: the ends, in ms, of the spans in which something of the shard expires."""
    return f"{_IN[shard]}expiring"


def expiring_by(shard: int, ends_at: int) -> str:
    """List: names of the verifications that expire in the span that ends then, closed ones among them."""
    return f"{_IN[shard]}expiring:{ends_at}"


def outbox(shard: int) -> str:
    """Stream: deliveries to make. An entry names a verification and the number of its delivery."""
    return f"{_IN[shard]}outbox"


def dead_letters(shard: int) -> str:
    """Stream: deliveries that failed for good, the latest of a shard."""
    return f"{_IN[shard]}dead-letters"


def decisions(shard: int) -> str:
    """Stream: the latest decisions and the facts they rested on, without personal data."""
    return f"{_IN[shard]}decisions"


def never_there(shard: int) -> str:
    """A key that nobody makes: by asking to replace it one learns whether the store takes changes."""
    return f"{_IN[shard]}never-there"


def lineage(shard: int) -> str:
    """Hash, in a cluster: the node that was accepted last to have the shard, the highest epoch and all primaries then,
    and the line by which the shard came there (`gateway.store.lineage`)."""
    return f"{_IN[shard]}lineage"


def audit(shard: int) -> str:
    """Stream: every change of state, in order."""
    return f"{_IN[shard]}audit"


def audit_head(shard: int) -> str:
    """Hash: number and hash of the shard's last segment, and what is known of the events in it and before."""
    return f"{_IN[shard]}audit-head"


def audit_segment(shard: int, number: int) -> str:
    """String: a signed segment with its events, packed."""
    return f"{_IN[shard]}audit-segment:{number}"


def audit_removed(shard: int) -> str:
    """String: the signed record of segments that are no longer there."""
    return f"{_IN[shard]}audit-removed"


def replies(blind_index: str) -> str:
    """Hash: digest of a code → the verification that a text from this number may answer with it."""
    return f"{in_shard_of(blind_index)}replies:{blind_index}"


def noticed(blind_index: str) -> str:
    """Sorted set: notices that went to a number of late, by when in ms."""
    return f"{in_shard_of(blind_index)}noticed:{blind_index}"


def known_number(blind_index: str) -> tuple[str, bytes]:
    """A set, and the member that it has when the number is somebody's contact. Each index key has many sets in a shard:
    up to a few million numbers they are so small that the store keeps them without a table."""
    digest = bytes.fromhex(blind_index[8:])
    return f"{in_shard_of(blind_index)}known:{blind_index[:8]}:{int.from_bytes(digest[:2]) % _KNOWN_PARTS}", digest


def inbound_text(message_id: str) -> str:
    """String: an inbound text that is being read (`begun`) or was (`done`)."""
    return f"{in_shard_of(message_id)}inbound:{message_id}"


def idempotency(client: str, key_digest: str) -> str:
    """Hash: fingerprint of a request and its sealed answer."""
    return f"{in_shard_of(key_digest)}idempotency:{client}:{key_digest}"


def of_ops(shard: int | None, rest: str) -> str:
    """A key of the operations pages, of a shard or of nobody's; `gateway.store.ops_keys` names them."""
    return f"{_IN[NOBODYS if shard is None else shard]}ops-{rest}"


def kind_and_rest(key: str) -> tuple[str, str]:
    """The kind of record that a key of ours names, and what follows it; of any other key two empty strings."""
    ours, _, rest = key.partition(":")
    kind, _, name = rest.partition(":")[2].partition(":")
    return (kind, name) if ours == "bonin" else ("", "")


API_KEYS = f"{_IN[NOBODYS]}api-keys"
"""Hash: SHA-256 of an API key → who holds it and its scopes."""

KEYS_IN_USE = f"{_IN[NOBODYS]}keys-in-use"
"""Hash: purpose and id of a key under which there is data → when a gateway last said that it writes, in ms."""

INSTALLATION = f"{_IN[NOBODYS]}installation"
"""String: drawn by the first gateway of an empty store. Who has seen it takes no other store for this one."""

LAYOUT = f"{_IN[NOBODYS]}layout"
"""String: the number of the layout that all data of the store have."""

ALARMS = f"{_IN[NOBODYS]}alarms"
"""Hash: kind and subject of an alarm that stands → since when, how often, what was seen (JSON)."""

CLEARED_ALARMS = f"{_IN[NOBODYS]}alarms-cleared"
"""List: the latest alarms that were cleared, by whom and why (JSON)."""

CARRIER_PAUSES = f"{_IN[NOBODYS]}carrier-pauses"
"""Hash: carrier that is paused → why, by whom and since when (JSON)."""

PROCESSES = f"{_IN[NOBODYS]}processes"
"""Hash: a process that delivers → when it was last heard of (ms), and how it finds the carriers (JSON)."""

AUDIT_OF_NOBODY = audit(NOBODYS)
"""The audit of what belongs to no customer."""

AUDIT_KEYS = f"{_IN[NOBODYS]}audit-keys"
"""Hash: id of a key that seals, or sealed → its public JWK."""

CUSTOMERS = "bonin:{*}:customer:*"
"""The pattern of `customer` for SCAN."""

EVERY_IDEMPOTENT_ANSWER = "bonin:{*}:idempotency:*"
"""The pattern of all `idempotency` records."""
