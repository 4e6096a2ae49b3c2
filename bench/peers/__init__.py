"""Other systems that check one-time passwords, set up beside the product to be measured by the same client."""
