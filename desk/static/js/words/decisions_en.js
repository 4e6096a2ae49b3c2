// Decisions in English: their outcome, the rules by name, and what the customer can do next.

export const decision = {
  required: "Extra authentication required",
  exempt: "No extra authentication",
  refused: "Refused",
  reasons: "The {count} rules that were looked at",
  policy: "Policy",
  met: "met",
  unmet: "not met",
  rules: {
    refused_hours: "Hours",
    per_day: "Per day",
    sim_swap: "SIM change",
    call_forwarding: "Forwarding",
    number_recycling: "Recycled",
  },
};

export const decided = {
  corporate: { title: "No extra authentication is needed", text: "The fraud prevention service does not apply to corporate customers. It goes on without extra authentication." },
  overseas: { title: "Exempt while abroad", text: "The registration, the departure record and the foreign address are all confirmed. It goes on without extra authentication." },
  auto_connect: { title: "This device is auto-connected", text: "The reply by text is skipped. Only the six-digit PIN is asked." },
  operation: { title: "This needs no extra authentication" },
  consent: {
    title: "Nothing can be issued or registered online",
    text: "A customer who has not given consent to online identification cannot be issued a certificate online, nor register one.",
    ways: ["How to give consent", "Visit one of our branches and have it changed", "With a certificate: sign in and change it on the page [Consent to online identification]"],
    why: "Somebody who stole financial data could otherwise have a certificate issued in the customer's name, so customers decide beforehand whether it may happen online.",
  },
  locked: {
    title: "Extra authentication is locked",
    text: "There were too many wrong answers.",
    ways: ["How to unlock it", "Call the customer centre ({centre}), which identifies you", "The head of the centre approves the unlock", "Then begin again on this page"],
  },
  cloud: { title: "Cloud certificates are for individuals only", text: "A corporate customer can neither register in the cloud nor sign in there.", ways: ["What you can do", "Start over and choose a new certificate or a re-issue", "Ask the customer centre ({centre})"] },
  hours: { title: "It is not available at this hour", ways: ["What you can do", "Come back in service hours", "If it is urgent, ask the customer centre ({centre})"] },
  amount: { title: "Today's verifications are used up", ways: ["What you can do", "Come back after 24 hours", "If it was not you, tell the customer centre ({centre}) at once"] },
  refused: { title: "This cannot go on now", ways: ["What you can do", "Ask the customer centre ({centre})"] },
  goOn: { issue: "Go on and issue", reissue: "Go on and issue", register_other: "Go on and register", cloud_register: "Go on and register", cloud_login: "Enter the PIN", other: "Go on" },
  done: {
    issue: ["Issued", "The certificate was issued without extra authentication."],
    reissue: ["Re-issued", "The certificate was re-issued without extra authentication."],
    register_other: ["Registered", "The certificate was registered without extra authentication."],
    cloud_login: ["Signed in", "You signed in by PIN, without a reply by text."],
    other: ["Done", "It was done without extra authentication."],
  },
};

export const notice = {
  issuance_started: "We sent a text about it to the registered mobile ({number}). If this was not you, tell the customer centre ({centre}).",
  reissue_warning: "We sent a text about the re-issue to the registered mobile ({number}). If this was not you, tell the customer centre ({centre}).",
  issuance_completed: "It is done: we sent a text to the registered mobile ({number}).",
  "no-registered-mobile": "No mobile is registered, so no text could be sent. The customer centre ({centre}) can register one.",
  "too-many-requests": "Many texts went to this number, so this notice was not sent. If you asked for none of them, tell the customer centre ({centre}).",
  failed: "The notice could not be sent just now. You can still go on. Questions: customer centre ({centre})",
};

export const overseas = {
  title: "Are you abroad?",
  text: "Register for the overseas exemption with the customer centre ({centre}), or online on the page [Overseas exemption] when signed in. It applies only when the departure record and a foreign address are confirmed too.",
};
