"""The Ministry of Justice's departure records, as a look-up service answers for them."""
