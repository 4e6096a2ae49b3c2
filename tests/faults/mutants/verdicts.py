"""Ways to break the scripts that say yes, each a change of a few characters that no test may overlook."""

from dataclasses import dataclass

from gateway.store.fields import with_fields


@dataclass(frozen=True)
class Mutant:
    """In the script of `verb`, `old` becomes `new`."""

    name: str
    verb: str
    old: str
    new: str


def _verdict(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "check_verification", with_fields(old), with_fields(new))


def _receipt(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "redeem_receipt", with_fields(old), with_fields(new))


MUTANTS = (
    _verdict("a closed verification is judged", "if v[1] ~= 'pending' then", "if false then"),
    _verdict("any channel will do", "if channel_of[told.method] ~= ARGV[5] then", "if false then"),
    _verdict("too few replicas will do", "if too_few_replicas(replication, ARGV[11]) then", "if false then"),
    _verdict("time does not run out", "if now >= tonumber(v[2]) then", "if false then"),
    _verdict("it runs out a moment later", "if now >= tonumber(v[2]) then", "if now > tonumber(v[2]) + 1000 then"),
    _verdict("any store will do", "if v[6] ~= identity then", "if false then"),
    _verdict("a changed contact will do", "if contact[1] ~= v[4] or", "if"),
    _verdict("an old ownership check will do", "good_for > 0 and contact[2]", "false and contact[2]"),
    _verdict("a locked customer is judged", "if guard[3] then\n  return fail", "if false then\n  return fail"),
    _verdict("wrong answers are soon forgotten", "now - tonumber(guard[2]) > tonumber(ARGV[7])", "true"),
    _verdict("wrong answers are never forgotten", "now - tonumber(guard[2]) > tonumber(ARGV[7])", "false"),
    _verdict("an attempt is not counted", "wrong = wrong + 1\n", ""),
    _verdict("an attempt is not kept", "redis.call('HSET', KEYS[2], 'wrong', wrong, 'wrong_at', now)\n", ""),
    _verdict("a spent password will do", "password[1] == 'active' and ", ""),
    _verdict("an old password will do", "now < tonumber(password[2])", "true"),
    _verdict("any password will do", "(password[3] == ARGV[8] or password[3] == ARGV[10])", "true"),
    _verdict("any code will do", "right = v[3] and v[3] == ARGV[3]", "right = v[3]"),
    _verdict("no code is a code", "right = v[3] and v[3] == ARGV[3]", "right = not v[3] or v[3] == ARGV[3]"),
    _verdict("one try more", "if wrong >= tonumber(ARGV[4]) then", "if wrong > tonumber(ARGV[4]) then"),
    _verdict("one try less", "if wrong >= tonumber(ARGV[4]) then", "if wrong >= tonumber(ARGV[4]) - 1 then"),
    _verdict("nothing is locked", "redis.call('HSET', KEYS[2], 'locked_at', now)\n", ""),
    _verdict("a right answer counts as a try", "wrong = wrong - 1\n", ""),
    _verdict("a right answer clears all", "if wrong == 0 then", "if true then"),
    _verdict("a password stays good", "redis.call('HSET', KEYS[4], 'status', 'used')\n", ""),
    _verdict("no receipt is kept", ", 'v.receipt', ARGV[6])", ")"),
    _verdict("it stays open", "close(keys, told, 'verified', 'correct', ARGV[5], now, 'v.receipt', ARGV[6])\n", ""),
    _verdict("an attempt sent again is judged again", "if ARGV[2] ~= '' and v[5] then", "if false then"),
    _receipt("any store redeems", "redis.call('HGET', KEYS[3], 'v.store') ~= identity", "false"),
    _receipt("too few replicas redeem", "if too_few_replicas(replication, ARGV[3]) then", "if false then"),
    _receipt("redeemed again", "'NX', 'PX'", "'PX'"),
)
