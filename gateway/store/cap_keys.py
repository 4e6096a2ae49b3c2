"""The keys of the counters that caps hold against."""

from functools import lru_cache

from gateway.store.keys import in_shard_of

_FEW = 1024
"""There are few clients, and few ranges that numbers are in; their keys are needed again and again."""


def of_number(blind_index: str) -> tuple[str, str]:
    """Counters: deliveries to a number in the short window and in the day, whoever asked."""
    start = in_shard_of(blind_index)
    return f"{start}cap:number:{blind_index}", f"{start}cap:number-day:{blind_index}"


def of_answering_texts(blind_index: str) -> str:
    """Counter: texts in answer to texts from a number."""
    return f"{in_shard_of(blind_index)}cap:answers:{blind_index}"


def of_ownership_checks(customer_id: str, blind_index: str) -> str:
    """Counter: ownership checks of a customer's number that failed, or are under way."""
    return f"{in_shard_of(customer_id)}cap:ownership:{customer_id}:{blind_index}"


@lru_cache(maxsize=_FEW)
def of_client(client: str) -> tuple[str, str]:
    """Counters: what an API client opened in the short window and in the day."""
    start = in_shard_of(client)
    return f"{start}cap:client:{client}", f"{start}cap:client-day:{client}"


@lru_cache(maxsize=_FEW)
def of_range(prefix: str) -> tuple[str, str]:
    """Counter: deliveries to the numbers that begin so. Hash: how many texted codes were sent there, and used."""
    start = in_shard_of(prefix)
    return f"{start}cap:range:{prefix}", f"{start}conversion:{prefix}"
