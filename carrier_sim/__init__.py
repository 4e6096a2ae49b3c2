"""A local carrier that speaks Twilio's API, with a phone in the browser. It imports nothing of the product."""
