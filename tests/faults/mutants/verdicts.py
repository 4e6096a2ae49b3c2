"""Ways to break the scripts that say yes, each a change of a few characters that no test may overlook."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.store.fields import with_fields


@dataclass(frozen=True)
class Mutant:
    """In the script of `verb`, `old` becomes `new`."""

    name: str
    verb: str
    old: str
    new: str
    shared: tuple[str, ...] = ()
    """What the verb shares with others that is changed, where it is not the verb itself."""


def _of(verb: str, *shared: str) -> Callable[[str, str, str], Mutant]:
    return lambda name, old, new: Mutant(name, verb, with_fields(old), with_fields(new), shared)


_home = _of("check_verification", "home")
_verdict, _receipt, _denial = map(_of, ("check_verification", "redeem_receipt", "deny_verification"))
_opening = _of("create_verification")
_approval, _device, _vouch, _sign_in = map(_of, ("approve", "use_auto_connect", "make_verifiable", "sign_in"))

MUTANTS = (
    _verdict("a closed verification is judged", "if status then", "if false then"),
    _verdict("an attempt is told again after a denial", " and status ~= 'denied'", ""),
    _verdict("any channel will do", "if channel_of[method] ~= ARGV[4] then", "if false then"),
    _verdict("too few replicas will do", "if too_few_replicas(replication, ARGV[7]) then", "if false then"),
    _verdict("time does not run out", "if now >= tonumber(expires_at) then", "if false then"),
    _verdict(
        "it runs out a moment later", "if now >= tonumber(expires_at) then", "if now > tonumber(expires_at) + 1000 then"
    ),
    _verdict("any store will do", "if not at_home then", "if false then"),
    _home("any node will do", "string.sub(birthplace, 1, #node + 1) == node .. ' '", "true"),
    _home("any line will do", "string.sub(birthplace, -#line - 1) == ' ' .. line", "true"),
    _verdict("a changed contact will do", "if contact[1] ~= version or", "if"),
    _verdict("an old ownership check will do", "good_for > 0 and contact[2]", "false and contact[2]"),
    _verdict("a locked customer is judged", "if locked_at then\n  return over", "if false then\n  return over"),
    _verdict("wrong answers are soon forgotten", "now - tonumber(wrong_at) > tonumber(ARGV[5])", "true"),
    _verdict("wrong answers are never forgotten", "now - tonumber(wrong_at) > tonumber(ARGV[5])", "false"),
    _verdict("an attempt is not counted", "wrong = wrong + 1\n", ""),
    _verdict("an attempt is not kept", "redis.call('HSET', KEYS[2], 'wrong', wrong, 'wrong_at', now)\n", ""),
    _verdict("a spent password will do", "password[1] == 'active' and ", ""),
    _verdict("an old password will do", "now < tonumber(password[2])", "true"),
    _verdict("any password will do", "(password[3] == ARGV[2] or password[3] == ARGV[8])", "true"),
    _verdict("any code will do", "right = code and code == ARGV[2]", "right = code"),
    _verdict("no code is a code", "right = code and code == ARGV[2]", "right = not code or code == ARGV[2]"),
    _verdict("one try more", "if wrong >= tonumber(ARGV[3]) then", "if wrong > tonumber(ARGV[3]) then"),
    _verdict("one try less", "if wrong >= tonumber(ARGV[3]) then", "if wrong >= tonumber(ARGV[3]) - 1 then"),
    _verdict("nothing is locked", "redis.call('HSET', KEYS[2], 'locked_at', now)\n", ""),
    _verdict("a right answer counts as a try", "wrong = wrong - 1\n", ""),
    _verdict("a right answer clears all", "if wrong == 0 then", "if true then"),
    _verdict("a password stays good", "redis.call('HSET', KEYS[3], 'status', 'used')\n", ""),
    _verdict(
        "it stays open",
        "return over('verified', 'correct')",
        "return give('correct', false, false, revision, false, unpack(v, 11))",
    ),
    _verdict("an attempt sent again is judged again", "if ARGV[1] ~= '' and given_before and", "if false and"),
    _opening(
        "a full counter lets more through", "if refused then\n  return refused", "if false then\n  return refused"
    ),
    _opening("what opens is not counted", "  count_each(KEYS, 9, words, 6, counts)\n", ""),
    _opening("a held range is texted", "is_texted and held(KEYS[8], now)", "false"),
    _opening("a texted code is not counted", "is_texted and count_code(KEYS[8], now, words, 1)", "false"),
    _opening("a call counts as a texted code", "ARGV[10] == '1', {", "is_counted, {"),
    _opening("a range that trips is texted once more", "if tripped then", "if false then"),
    _opening("what was decided of another customer opens", "if not customer[1] or", "if false and"),
    _opening(
        "what was decided in another hour opens", "math.floor(now / HOUR) ~=", "string.match(ARGV[12], '%d+$') ~="
    ),
    _opening("a contact that changed opens", "if ARGV[2] ~= '' and redis.call", "if false and redis.call"),
    _opening("a customer who is locked opens", "if guard[3] then", "if false then"),
    _opening("one more than the customer may", "count >= cap", "count > cap"),
    _opening("the customer's window does not end", "if now >= window_ends then", "if window_ends == 0 then"),
    _opening("one more than in a day", "today >= tonumber(ARGV[6])", "today > tonumber(ARGV[6])"),
    _opening("the day does not end", "now >= day_ends\n", "day_ends == 0\n"),
    _opening("a window that ended stands", "elseif customer[3] then\n  redis.call", "elseif false then\n  redis.call"),
    _opening("what went unclosed stays", "is_gone or is_of_day(field)", "is_of_day(field)"),
    _opening(
        "what is open is forgotten with the day", "is_gone or is_of_day(field)", "is_name(field) or is_of_day(field)"
    ),
    _opening("counts of the day before stay", "is_gone or is_of_day(field)", "is_gone"),
    _opening("wrong answers of long ago lock", "now - tonumber(guard[2]) > forgotten_after", "false"),
    _opening("it is good in any store", "'v.store', born_in,", "'v.store', 'any',"),
    _opening("it is open for good", "local expires_at = now +", "local expires_at = 1000 * now +"),
    _opening("what was opened before is opened anew", "if ARGV[15] == '1' and", "if false and"),
    _opening("nothing is delivered", "if ARGV[5] == '1' then\n  redis", "if false then\n  redis"),
    _receipt("any store redeems", "if not at_home then", "if false then"),
    _receipt("too few replicas redeem", "if too_few_replicas(replication, ARGV[1]) then", "if false then"),
    _receipt("an old one is redeemed", "if now >= tonumber(ARGV[4]) then", "if false then"),
    _receipt("what is denied is redeemed", "status ~= 'verified'", "not status"),
    _receipt("what never was verified is redeemed", "status ~= 'verified'", "status == 'denied'"),
    _receipt("what the policy refuses is redeemed", "string.find(ARGV[5], customer[1], 1, true)", "false"),
    _receipt("redeemed again", "if redeemed and (", "if false and ("),
    _receipt("redeemed again without a key", "ARGV[6] == '' or ", ""),
    _receipt("redeemed again under any key", "redeemed ~= ARGV[6]", "false"),
    _receipt("not redeemed again under its own key", "redeemed ~= ARGV[6]", "true"),
    _receipt("no mark is kept", "redis.call('HSET', KEYS[1], 'v.redeemed', ARGV[6])", ""),
    _receipt(
        "the mark is not written again",
        "redis.call('HSET', KEYS[1], 'v.redeemed', ARGV[6])",
        "redis.call('HSETNX', KEYS[1], 'v.redeemed', ARGV[6])",
    ),
    _receipt("told again", "if not redeemed then", "if true then"),
    _receipt("it is redeemed while the customer is locked", "'locked_at') == 1", "'locked_at') == 2"),
    _receipt("it is redeemed for another person", "is_another or ", ""),
    _receipt("it is redeemed for who has the id of somebody erased", "redis.call('GET', KEYS[6]) or '0'", "'0'"),
    _receipt("it is redeemed for another contact", "is_another or (version", "is_another or (false"),
    _receipt("nobody has to be there", "if not customer[1] then", "if false then"),
    _receipt("nobody has to consent", "customer[2] ~= '1' and ", "false and "),
    _denial("what is denied after its time is denied in time", "now >= tonumber(expires_at)", "false"),
    _denial("what is open stays open", "had = 'pending'\n  over", "had = 'pending'\n  tostring"),
    _denial("a phone rings on", "method_of(request) == 'a' and ", "false and "),
    _denial("the call that denies is cut off", " and ARGV[8] ~= 'phone'", ""),
    _denial("what was verified stays so", "had == 'verified' then\n  over", "had == 'verified' then\n  tostring"),
    _denial("who was vouched for stands", "if target and", "if false and"),
    _denial("any contact falls", "'c.vouched_by') == contact_id", "'c.version')"),
    _denial("the device stays remembered", "if family and redis.call('DEL', ARGV[9] .. family) == 1", "if false"),
    _denial("the receipt was never used", "redeemed and 1 or 0", "0"),
    _denial("the alarm is not the urgent one", "redeemed and ARGV[11] or ARGV[10]", "ARGV[10]"),
    _approval("what is over is approved", "if closed then", "if false then"),
    _approval("whoever asked approves under the name", "asked[1] == ARGV[11] or ", ""),
    _approval("whoever asked approves with the key", " or asked[1] == ARGV[12]", ""),
    _approval("another number is replaced", "or (index ~= ARGV[14] and index ~= ARGV[18])", ""),
    _approval("a number is taken from another contact", "if taken then", "if false then"),
    _approval("another lock is lifted", "redis.call('HGET', KEYS[8], 'locked_at') ~= ARGV[14]", "false"),
    _approval("another state of a contact is released", "'c.version') ~= ARGV[14] then", "'c.version') == '' then"),
    _approval("a release does not end", "now + tonumber(ARGV[15])", "now + 1000 * tonumber(ARGV[15])"),
    _approval("another exemption is replaced", "(redis.call('GET', KEYS[10]) or '0') ~= ARGV[16] or ", ""),
    _approval("it stays waiting", "close_approval(keys, id, 'approved', PERSON, ARGV[9], ARGV[10], kept, now)\n", ""),
    _device("any token will do", "family[1] == ARGV[2] or family[1] == ARGV[7]", "true"),
    _device("any device will do", "family[2] == ARGV[3] or family[2] == ARGV[8]", "true"),
    _device("a contact that changed still proves", "latest and at_home and as_proved", "latest and at_home"),
    _device("a copy ends nothing", "then\n  redis.call('DEL', KEYS[1])\n", "then\n"),
    _device("a token stays good", "'token', ARGV[4], 'device'", "'token', ARGV[2], 'device'"),
    _vouch("a contact that changed is made verifiable", "if contact[1] ~= ARGV[8] then", "if false then"),
    _vouch("a voucher that changed vouches", "voucher[1] ~= ARGV[12] or ", ""),
    _vouch("who was vouched for vouches", "voucher[2] ~= 'ownership' or ", ""),
    _vouch("an unfinished verification vouches", "v[1] ~= 'verified' or ", ""),
    _vouch("any operation vouches", "operation_of(v[2]) ~= 'v'\n      or ", ""),
    _vouch("another contact's verification vouches", "v[3] ~= ARGV[11] or ", ""),
    _vouch("a verification for another contact vouches", "v[4] ~= id or ", ""),
    _vouch("one from before the fall vouches", " or tonumber(v[5]) <= fell_at", ""),
    _vouch("a vouch weakens an ownership check", "and by ~= 'ownership' then\n", "and false then\n"),
    _sign_in("a step is used twice", "tonumber(ARGV[1]) <= tonumber", "tonumber(ARGV[1]) < tonumber"),
    _sign_in("a changed operator signs in", "operator[2] ~= ARGV[2] or ", ""),
    _sign_in("a second authenticator is enrolled", "if operator[4] then", "if false then"),
    _sign_in("no step is kept", "redis.call('HSET', KEYS[1], 'step', ARGV[1])\n", ""),
)

TESTS = {
    "check_verification": (
        "tests/contracts/store/test_verifications.py",
        "tests/contracts/store/test_store_fence.py",
        "tests/contracts/store/test_branch_passwords.py",
        "tests/contracts/store/test_once_and_seldom.py",
        "tests/contracts/store/test_denials.py",
        "tests/gateway/core/test_racing.py",
    ),
    "deny_verification": ("tests/contracts/store/test_denials.py",),
    "create_verification": (
        "tests/contracts/store/test_counting.py",
        "tests/contracts/store/test_opening.py",
        "tests/contracts/store/test_store_fence.py",
    ),
    "redeem_receipt": (
        "tests/contracts/store/test_once_and_seldom.py",
        "tests/contracts/store/test_store_fence.py",
        "tests/contracts/store/test_consent.py",
        "tests/contracts/store/test_denials.py",
        "tests/contracts/store/test_erasure.py",
        "tests/gateway/core/test_redeeming.py",
    ),
    "approve": ("tests/contracts/store/test_approvals.py", "tests/contracts/store/test_approved_actions.py"),
    "use_auto_connect": ("tests/gateway/core/test_two_keys.py", "tests/e2e/test_auto_connect.py"),
    "make_verifiable": ("tests/contracts/store/test_contact_life.py", "tests/contracts/store/test_customers.py"),
    "sign_in": ("tests/contracts/store/test_operators.py",),
}
"""By verb, the tests over a real store that have to notice its mutants."""
