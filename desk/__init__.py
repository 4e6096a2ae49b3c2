"""The reference issuance desk: what a firm's own issuance screen does with the gateway.

It is a client of the public interface like any other, and knows nothing of the gateway but its HTTP.
"""
