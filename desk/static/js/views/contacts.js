// Step 2: which contact, and by which method. A contact that cannot be used yet can be made usable here.

import * as api from "../api.js";
import { attend, h, icon, note } from "../dom.js";
import { phone, wait } from "../format.js";
import { say } from "../language.js";
import { holding, problemNote, working } from "../problems.js";
import { heldBy, methodsOf } from "../standing.js";
import { warning } from "./choose.js";
import { decision } from "./decision.js";
import { available, methodOptions } from "./methods.js";
import { notice } from "./notice.js";

// The gateway knows something that this page did not: what it shows is no longer true.
const STALE = ["method-held", "method-not-available", "operation-refused", "extra-authentication-not-required", "online-consent-missing", "customer-locked"];

export function contacts(desk) {
  const { customer, vouchFor } = desk;
  if (!available(desk, desk.method)) desk.method = null;
  const listed = vouchFor === null ? customer.contacts : vouchers(customer, vouchFor);
  return [
    h(
      "section",
      { class: "card" },
      ...(vouchFor === null ? heading(desk) : vouchHeading(desk)),
      h(
        "fieldset",
        {},
        h("legend", {}, say("contacts.list")),
        vouchFor === null && h("p", { class: "hint" }, say("contacts.listHint")),
        h("div", { class: "contacts" }, ...(listed.length > 0 ? listed.map((one) => row(desk, one)) : [h("p", { class: "hint" }, say("contacts.none"))])),
        h("p", { class: "hint small" }, say("contacts.changed", { centre: desk.session.customer_centre })),
      ),
      methodOptions(desk),
      ...request(desk),
    ),
  ];
}

function heading(desk) {
  const unexempt = desk.decision.reasons.some(({ rule, met }) => rule === "R9" && !met);
  return [
    h("h2", {}, say("contacts.heading")),
    decision(desk.decision),
    notice(desk, desk.notice),
    warning(desk.operation),
    desk.location === "foreign" && unexempt && note("info", say("overseas.title"), ` ${say("overseas.text")}`),
  ];
}

function vouchHeading(desk) {
  const number = phone(desk.contact(desk.vouchFor).masked_number);
  return [h("h2", {}, say("vouching.heading")), h("p", { class: "hint" }, say("vouching.lead", { number }))];
}

// Only a contact that passed its own ownership check vouches for another one.
function vouchers(customer, targetId) {
  return customer.contacts.filter((one) => one.contact_id !== targetId && one.verified_by === "ownership");
}

function row(desk, contact) {
  const id = contact.contact_id;
  const usable = methodsOf(desk, contact).length > 0;
  const mobile = contact.line_type === "mobile";
  const input = h("input", { type: "radio", name: "contact", value: id, checked: desk.contactId === id, disabled: !usable });
  input.addEventListener("change", () => {
    desk.show({ contactId: id });
    document.querySelector(`[data-contact="${id}"] input`).focus({ preventScroll: true });
  });
  return h(
    "div",
    { class: "contact", data: { contact: id, status: contact.status } },
    h(
      "label",
      { class: "option" },
      input,
      h("span", { class: "sign" }, icon(mobile ? "mobile" : "landline")),
      h(
        "span",
        { class: "what" },
        h("span", { class: "line" }, h("strong", { class: "number" }, phone(contact.masked_number)), chip(contact.status)),
        h("small", {}, [say(`labels.${contact.label}`), say(`lines.${contact.line_type}`)].filter(once).join(" · "), contact.verified_by && ` · ${say(`verifiedBy.${contact.verified_by}`)}`),
        h("small", { class: "methods" }, ...usedFor(desk, contact)),
      ),
      usable && icon("check", "icon mark"),
    ),
    desk.vouchFor === null && remedies(desk, contact),
    noteOf(desk, id),
  );
}

const once = (value, index, all) => all.indexOf(value) === index;

function chip(status) {
  return h("span", { class: "chip", data: { status } }, say(`status.${status}`));
}

function usedFor(desk, contact) {
  const methods = methodsOf(desk, contact);
  const tags = methods.map((method) => h("span", { class: "tag" }, say(`methods.${method}`)[0]));
  const held = contact.methods.filter((method) => heldBy(desk, contact, method));
  const heldTags = held.map((method) => h("span", { class: "tag held", data: { heldMethod: method } }, `${say(`methods.${method}`)[0]} ${say("contacts.held")}`));
  return [say(methods.length > 0 ? "contacts.usable" : "contacts.unusable"), " ", ...tags, ...heldTags];
}

// The two ways of the manual to make a contact usable: [명의인증] and [추가인증].
function remedies(desk, contact) {
  const needed = contact.status === "needs_verification";
  const own = contact.line_type === "mobile" && contact.verified_by !== "ownership";
  if (!needed && !own) return null;
  const buttons = [];
  if (own) buttons.push(remedy("ownership-check", "shield", "contacts.ownership", (button) => checkOwnership(desk, contact, button)));
  if (needed) buttons.push(remedy("vouch", "vouch", "contacts.vouch", () => startVouching(desk, contact)));
  return h("div", { class: "remedies" }, ...buttons);
}

function remedy(role, sign, key, act) {
  const button = h("button", { class: "button quiet small", type: "button", data: { role } }, icon(sign), h("span", { class: "label" }, say(key)));
  button.addEventListener("click", () => holding(button, () => act(button)));
  return button;
}

async function checkOwnership(desk, contact, button) {
  const id = contact.contact_id;
  button.disabled = true;
  button.querySelector(".label").textContent = say("contacts.checking");
  try {
    await api.checkOwnership(desk.customerId, id);
    desk.notes.set(id, { kind: "good", key: "ownership.confirmed" });
    desk.contactId = id;
  } catch (refused) {
    const known = ["ownership-not-confirmed", "ownership-check-unavailable", "too-many-requests"].includes(refused.slug);
    const time = wait(refused.retryAfter ?? 0);
    desk.notes.set(id, known ? { kind: refused.status === 503 ? "warn" : "bad", key: `ownership.${refused.slug}`, time } : { refused });
  }
  await desk.decideAgain().catch(() => desk.show());
  attend(noteAt(id));
}

async function startVouching(desk, contact) {
  const target = contact.contact_id;
  const [voucher] = vouchers(desk.customer, target);
  desk.notes.clear();
  const stay = (told) => {
    desk.notes.set(target, told);
    desk.show();
    attend(noteAt(target));
  };
  if (voucher === undefined) return stay({ kind: "warn", key: "vouching.none" });
  try {
    await desk.decideVouching();
  } catch (refused) {
    return stay({ refused });
  }
  return desk.show({ vouchFor: target, contactId: voucher.contact_id, method: null });
}

const noteAt = (id) => `[data-contact="${id}"] .note`;

function noteOf(desk, id) {
  const found = desk.notes.get(id);
  if (found === undefined) return null;
  if (found.refused) return problemNote(found.refused);
  const text = say(found.key, { time: found.time });
  const shown = note(found.kind, ...(Array.isArray(text) ? text : [text]));
  Object.assign(shown.dataset, { role: "contact-note", about: found.key.split(".")[1] });
  shown.setAttribute("role", "status");
  return shown;
}

function request(desk) {
  const problem = h("div", { class: "problem", "aria-live": "polite" });
  const go = h("button", { class: "button wide", type: "button", data: { role: "request" }, disabled: desk.method === null }, h("span", { class: "label" }, say("contacts.request")));
  go.addEventListener("click", () => holding(go, () => working(go, problem, say("contacts.requesting"), () => openOrDecideAgain(desk))));
  const leave = desk.vouchFor === null ? () => desk.startOver() : () => desk.show({ vouchFor: null, method: null });
  const back = h("button", { class: "button quiet", type: "button", data: { role: "back" }, onclick: leave }, say("back"));
  return [problem, h("div", { class: "actions" }, back, go)];
}

async function openOrDecideAgain(desk) {
  try {
    await open(desk);
  } catch (refused) {
    if (!STALE.includes(refused.slug)) throw refused;
    desk.notes.clear();
    if (desk.contactId !== null) desk.notes.set(desk.contactId, { refused });
    await desk.decideAgain({ method: null });
    attend(noteAt(desk.contactId));
  }
}

// Ask for the verification that was chosen. Refusals are the caller's to show.
export async function open(desk) {
  const asked = { case_id: desk.caseId, customer_id: desk.customerId, method: desk.method, operation: desk.operation };
  if (desk.method !== "branch_otp") asked.contact_id = desk.contactId;
  if (desk.vouchFor !== null) Object.assign(asked, { case_id: undefined, operation: "vouch", target_contact_id: desk.vouchFor });
  const verification = await api.openVerification(asked);
  desk.notes.clear();
  desk.show({ stage: "verifying", verification, redeemed: null });
}
