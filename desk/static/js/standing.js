// What the decision leaves of contacts and methods.

export const SIGNALS = ["sim_swap", "call_forwarding", "number_recycling"];
const HELD_METHODS = { sim_swap: ["sms", "sms_reply"], call_forwarding: ["ars"], number_recycling: ["sms", "ars", "sms_reply"] };

export function methodsOf(desk, contact) {
  return desk.standing?.contacts.find((one) => one.contact_id === contact?.contact_id)?.methods ?? [];
}

// Does the operation take the method at all? Of each way the decision names the rule: R3 texts, R4 calls, R8 branches.
export function takes(desk, method) {
  const rules = desk.standing?.reasons.map(({ rule }) => rule) ?? [];
  if (desk.standing?.methods.includes(method)) return true;
  if (method === "ars") return rules.includes("R4");
  if (method === "branch_otp") return rules.includes("R8");
  // A cloud certificate is proved by the reply alone (R13), a contact that vouches (R5) never by one.
  return rules.includes("R3") && rules[0] !== (method === "sms" ? "R13" : "R5");
}

// The reason why a carrier's signal holds the method back on the contact; null where none does.
export function heldBy(desk, contact, method) {
  const allowed = contact?.methods.includes(method) && takes(desk, method);
  if (!allowed || methodsOf(desk, contact).includes(method)) return null;
  const raised = desk.standing.reasons.filter(({ rule, met }) => SIGNALS.includes(rule) && !met);
  return raised.find(({ rule }) => HELD_METHODS[rule].includes(method)) ?? raised[0] ?? null;
}
