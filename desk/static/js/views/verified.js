// Step 4: verified. The receipt says so, and the issuance system uses it, once.

import * as api from "../api.js";
import { attend, h, icon, note } from "../dom.js";
import { claims, moment, phone } from "../format.js";
import { language, say, words } from "../language.js";
import { problemNote, working } from "../problems.js";
import { notice } from "./notice.js";
import { startOver } from "./start_over.js";

export function verified(desk) {
  if (desk.vouchFor !== null) return vouching(desk);
  const { receipt, operation } = desk.verification;
  const problem = h("div", { class: "problem", "aria-live": "polite" });
  return [
    h(
      "section",
      { class: "card outcome", data: { role: "verified" } },
      h("div", { class: "badge", data: { kind: "good" } }, icon("check")),
      h("h2", {}, say("verified.heading")),
      h("p", { class: "lead", role: "status" }, say("verified.lead", { operation: say(`operations.${operation}`)[0] })),
      details(desk, claims(receipt)),
      h("details", { class: "jws" }, h("summary", {}, say("verified.jws")), h("code", { data: { role: "jws" } }, receipt)),
      remembering(desk),
      redemption(desk),
      problem,
      h("div", { class: "actions centre" }, startOver(desk), redeem(desk, problem)),
    ),
  ];
}

function details(desk, signed) {
  const contact = desk.contact(signed.contact_id);
  const rows = [
    ["customer", `${desk.chosen.name[language()]} (${signed.sub})`],
    ["operation", say(`operations.${signed.operation}`)[0]],
    ["method", say(`methods.${signed.method}`)[0]],
    contact && ["contact", phone(contact.masked_number)],
    ["at", moment(signed.iat * 1000)],
    ["until", moment(signed.exp * 1000)],
    ["id", signed.verification_id],
    ["bound", signed.operation_hash],
    ["signature", `${signed.alg} · ${signed.kid}`],
  ];
  const mono = ["id", "bound", "signature"];
  return h(
    "div",
    { class: "receipt", data: { role: "receipt" } },
    h("h3", {}, say("verified.result")),
    h("dl", {}, ...rows.filter(Boolean).map(([key, value]) => h("div", { data: { claim: key } }, h("dt", {}, say(`verified.${key}`)), h("dd", { class: mono.includes(key) && "mono" }, value)))),
  );
}

export const EARN_AUTO_CONNECT = ["cloud_register", "cloud_login"];

// Auto-connect was ticked, and this was the reply that it takes (R14).
function remembering(desk) {
  const { id, method, operation } = desk.verification;
  if (!desk.autoConnect || !EARN_AUTO_CONNECT.includes(operation) || method !== "sms_reply") return null;
  const place = h("div", { class: "told", "aria-live": "polite" });
  const remembered = () => {
    const shown = note("good", ...say("verified.autoConnected"));
    shown.dataset.role = "auto-connected";
    place.replaceChildren(shown);
  };
  if (desk.autoConnected === id) remembered();
  else {
    desk.autoConnected = id;
    api.rememberDevice(id).then(remembered, (refused) => place.replaceChildren(problemNote(refused)));
  }
  return place;
}

function redemption(desk) {
  if (desk.redeemed === null) return null;
  const shown = note("good", ...say("verified.redeemed"));
  shown.dataset.role = "redeemed";
  shown.setAttribute("role", "status");
  return h("div", { class: "told" }, shown, notice(desk, desk.redeemed.notice));
}

// Once it goes on to issue; after that the same button shows that a receipt works only once.
function redeem(desk, problem) {
  const used = desk.redeemed !== null;
  const button = h("button", { class: used ? "button quiet" : "button", type: "button", data: { role: used ? "redeem-again" : "redeem" } }, h("span", { class: "label" }, used ? say("verified.again") : (words(`decided.goOn.${desk.operation}`) ?? say("decided.goOn.other"))));
  button.addEventListener("click", () =>
    working(button, problem, say("verified.redeeming"), async () => {
      const redeemed = await api.redeem(desk.verification.id);
      desk.show({ redeemed });
      attend("[data-role=redeemed]");
    }),
  );
  return button;
}

// The customer is proven on the other contact: make the one verifiable that it was for.
function vouching(desk) {
  const target = desk.vouchFor;
  const id = desk.verification.id;
  const place = h("section", { class: "card outcome" }, h("div", { class: "badge", data: { kind: "good" } }, icon("check")), h("h2", {}, say("verified.heading")));
  const finish = async () => {
    try {
      await api.vouch(id);
      desk.notes.set(target, { kind: "good", key: "vouching.done" });
    } catch (refused) {
      if (!("slug" in refused)) throw refused;
      place.append(h("p", { class: "lead" }, say("vouching.refused")), problemNote(refused), h("div", { class: "actions centre" }, startOver(desk)));
      return;
    }
    await desk.decideAgain({ vouchFor: null, contactId: target, method: null, verification: null });
  };
  if (desk.vouched !== id) {
    desk.vouched = id;
    void finish();
  }
  return [place];
}
