"""The ARS call (2채널 인증): what is said, which keys count, how it ends. Knows no carrier and no store."""
