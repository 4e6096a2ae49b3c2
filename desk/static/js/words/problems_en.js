// What the gateway refuses, in the customer's words rather than the caller's. By slug; the rest is told as it came.

export const problems = {
  "operation-refused": ["This cannot be done now", "Start over, or ask the customer centre ({centre})."],
  "extra-authentication-not-required": ["No extra authentication is needed", "You can go on without it."],
  "online-consent-missing": ["There is no online consent", "Change it at a branch, or online when signed in with a certificate."],
  "customer-locked": ["Extra authentication is locked", "The customer centre ({centre}) identifies you, and unlocks it once that is approved."],
  "method-held": ["A carrier's risk signal holds this method back", "Choose another method or another contact below. If you changed nothing, tell the customer centre ({centre})."],
  "method-not-available": ["This method cannot be used now", "Choose another method or another contact."],
  "texting-held": ["Nothing is texted to numbers like this one now", "Choose a method that does not text, such as the call or a branch password, or try again in {time}."],
  "too-many-requests": ["Too many requests", "Try again in {time}."],
  "contact-not-found": ["The contact was changed", "Please start over. If you changed nothing, tell the customer centre ({centre})."],
  "vouch-refused": ["This does not vouch for the contact", "Vouch again with another contact that passed its ownership check."],
  "auto-connect-refused": ["The device could not be auto-connected", "At the next sign-in, reply to the text once more."],
  "verification-closed": ["This verification is over", "Please request a new one."],
  "receipt-expired": ["The receipt has expired", "Please request a new verification."],
  "receipt-already-redeemed": ["The receipt was already used", "A receipt works once. To issue again, request a new verification."],
  "receipt-denied": ["This verification was denied", "It cannot be gone on with. If you did not deny it yourself, tell the customer centre ({centre})."],
  "notice-denied": ["The notice was answered with a no", "We stopped to be safe. If that answer was not yours, tell the customer centre ({centre})."],
  "receipt-outdated": ["The customer or the contact changed since", "We stopped to be safe. Please request a new verification."],
};
