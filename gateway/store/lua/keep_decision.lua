--[[ Keeps a decision: whole for a while, to try changed tables on, and its outcome in the audit.
KEYS: 1 shard's decisions  2 audit
ARGV: 1 decision id  2 decisions kept of a shard  3 customer id  4 policy version  5 outcome  6 rule
      7 methods, with spaces between  8 facts, without personal data  9 operation, or ''
Answers: {'kept'}. ]]
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'decision', ARGV[1], 'policy', ARGV[4], 'outcome', ARGV[5],
  'rule', ARGV[6], 'methods', ARGV[7], 'facts', ARGV[8])
tell(KEYS[2], 'decision.' .. ARGV[5], store_time(), ARGV[3], 'decision', ARGV[1], 'operation', ARGV[9], 'rule', ARGV[6],
  'policy', ARGV[4])
return {'kept'}
