--[[ Throws a dead letter away.
KEYS: 1 dead letters  2 audit
ARGV: 1 its id  2 kind (verification, notice, hang_up, alarm)  3 verification or notice id  4 delivery number  5 by whom
      6 customer
Answers: 1 | 0 when it is not there. ]]
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then
  return 0
end
local of = string.sub(ARGV[3], 1, 4) == 'ntc_' and 'notice' or 'verification'
tell(KEYS[2], 'dead_letter.discarded', store_time(), ARGV[6], of, ARGV[3], 'kind', ARGV[2], 'delivery', ARGV[4],
  'by', ARGV[5])
return 1
