--[[ Says which layout the store's data have; a store without data takes that of the gateway.
KEYS: 1 layout  2 keys in use  3 API keys  4 operators
ARGV: 1 the number of the gateway's layout
Answers: the number, '' for data from before there were numbers. ]]
return layout_of(KEYS[1], ARGV[1], unpack(KEYS, 2))
