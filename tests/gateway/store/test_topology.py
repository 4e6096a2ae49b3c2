"""What nodes of a cluster say of themselves, put together."""

from gateway.store.topology import claims_in, settled

ONE, TWO, THREE = ("10.0.0.1", 6379), ("10.0.0.2", 6379), ("::1", 7000)


def line(where: str, flags: str, epoch: int, *slots: str) -> str:
    return " ".join(["0" * 40, where, flags, "-", "0", "0", str(epoch), "connected", *slots])


def told(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


def test_a_node_names_the_primaries_and_their_slots() -> None:
    nodes = told(
        line("10.0.0.1:6379@16379,host", "myself,master", 3, "0-5460", "7000", "[93-<-abc]"),
        line("10.0.0.2:6379@16379", "slave", 3),
        line("::1:7000@17000", "master", 2, "5461-6999"),
    )
    layout = settled(claims_in(nodes, "10.0.0.1"))
    assert layout.primaries == {ONE, THREE}
    assert {layout.owners[slot] for slot in (0, 93, 5460, 7000)} == {ONE}
    assert layout.owners[6999] == THREE
    assert layout.owners[7001] is None
    assert layout.names == {ONE: "host"}


def test_what_else_a_node_tells_of_another_is_no_host_name() -> None:
    nodes = told(
        line("10.0.0.1:6379@16379,,shard-id=abc", "myself,master", 1, "0-9"),
        line("10.0.0.2:6379@16379,two.example,shard-id=def", "master", 2, "10-19"),
    )
    assert settled(claims_in(nodes, "10.0.0.1")).names == {TWO: "two.example"}


def test_a_node_that_does_not_know_its_address_is_where_it_was_asked() -> None:
    (claim,) = claims_in(told(line(":6379@16379", "myself,master", 0, "0-16383")), "10.0.0.2")
    assert claim.address == TWO


def test_of_two_that_claim_a_slot_the_one_that_took_it_last_has_it() -> None:
    before = claims_in(told(line("10.0.0.1:6379@1", "myself,master", 1, "0-9")), "10.0.0.1")
    after = claims_in(told(line("10.0.0.2:6379@1", "myself,master", 2, "5-6")), "10.0.0.2")
    owners = settled([*after, *before]).owners
    assert owners[4:8] == (ONE, TWO, TWO, ONE)


def test_who_is_not_there_yet_or_any_more_does_not_count() -> None:
    nodes = told(
        line("10.0.0.1:6379@1", "master,fail", 1),
        line(":0@0", "master,noaddr", 1),
        line("10.0.0.2:6379@1", "master,handshake", 0),
        line("::1:7000@1", "master,fail", 1, "0-5"),
    )
    layout = settled(claims_in(nodes, "nobody"))
    assert layout.primaries == {THREE}
    assert layout.owners[0] == THREE
