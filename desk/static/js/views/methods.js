// The four methods, and why one cannot be used now.

import { h, icon, note } from "../dom.js";
import { say } from "../language.js";
import { heldBy, methodsOf, takes } from "../standing.js";

const METHODS = ["sms", "ars", "sms_reply", "branch_otp"];

// May the method be used with the contact that is chosen? A password of a branch needs no contact, and the branch
// may print its slip while this page is open.
export function available(desk, method) {
  if (method === "branch_otp") return takes(desk, method);
  return methodsOf(desk, desk.contact(desk.contactId)).includes(method);
}

// Why the contact that is chosen cannot take the method because of a signal; without one, why no contact can.
function holding(desk, method) {
  const contact = desk.contact(desk.contactId);
  const asked = contact === null ? desk.customer.contacts : [contact];
  return asked.map((one) => heldBy(desk, one, method)).find(Boolean) ?? null;
}

function why(desk, method, held) {
  const contact = desk.contact(desk.contactId);
  if (held !== null) return held.detail;
  if (contact === null || method === "ars") return say("why.verifyFirst");
  return say(contact.line_type === "mobile" ? "why.ownershipFirst" : "why.mobileOnly");
}

export function methodOptions(desk) {
  const offered = METHODS.filter((method) => takes(desk, method));
  return h(
    "fieldset",
    {},
    h("legend", {}, say("contacts.method")),
    h("div", { class: "options methods" }, ...offered.map((method) => option(desk, method))),
    desk.standing.methods.length === 0 && none(),
  );
}

// Nothing that the decision knows of can be used as things are.
function none() {
  const shown = note("warn", ...say("contacts.noMethod"));
  shown.dataset.role = "no-method";
  return shown;
}

function option(desk, method) {
  const [name, about] = say(`methods.${method}`);
  const usable = available(desk, method);
  const held = holding(desk, method);
  const input = h("input", { type: "radio", name: "method", value: method, checked: desk.method === method, disabled: !usable });
  input.addEventListener("change", () => {
    desk.method = method;
    document.querySelector("[data-role=request]").disabled = false;
  });
  return h(
    "label",
    { class: "option method", data: { method, ...(held && { held: held.rule }) } },
    input,
    h("span", { class: "sign" }, icon(method)),
    h("span", { class: "what" }, h("strong", {}, name, held && h("span", { class: "chip", data: { status: "held" } }, say("contacts.held"))), h("small", {}, usable ? about : why(desk, method, held))),
    icon("check", "icon mark"),
  );
}
