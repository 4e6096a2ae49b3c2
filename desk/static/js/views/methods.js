// The four methods, and why one cannot be used now.

import { h, icon } from "../dom.js";
import { say } from "../language.js";

const METHODS = ["sms", "ars", "sms_reply", "branch_otp"];

// May the method be used with the contact that is chosen? A password of a branch needs no contact.
export function available(desk, method) {
  if (method === "branch_otp") return desk.vouchFor === null;
  return desk.contact(desk.contactId)?.methods.includes(method) ?? false;
}

function why(desk, method) {
  const contact = desk.contact(desk.contactId);
  if (contact === null || method === "ars") return say("why.verifyFirst");
  return say(contact.line_type === "mobile" ? "why.ownershipFirst" : "why.mobileOnly");
}

export function methodOptions(desk) {
  const offered = METHODS.filter((method) => method !== "branch_otp" || desk.vouchFor === null);
  return h(
    "fieldset",
    {},
    h("legend", {}, say("contacts.method")),
    h("div", { class: "options methods" }, ...offered.map((method) => option(desk, method))),
  );
}

function option(desk, method) {
  const [name, about] = say(`methods.${method}`);
  const usable = available(desk, method);
  const input = h("input", { type: "radio", name: "method", value: method, checked: desk.method === method, disabled: !usable });
  input.addEventListener("change", () => {
    desk.method = method;
    document.querySelector("[data-role=request]").disabled = false;
  });
  return h(
    "label",
    { class: "option method", data: { method } },
    input,
    h("span", { class: "sign" }, icon(method)),
    h("span", { class: "what" }, h("strong", {}, name), h("small", {}, usable ? about : why(desk, method))),
    icon("check", "icon mark"),
  );
}
