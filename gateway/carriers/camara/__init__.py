"""A carrier's CAMARA services: kyc-match, sim-swap, call-forwarding-signal and number-recycling."""
