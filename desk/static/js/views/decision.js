// A decision as it was made: its outcome, and every rule that was looked at.

import { h, icon } from "../dom.js";
import { say, words } from "../language.js";
import { SIGNALS } from "../standing.js";

const SIGNS = { required: "shield", exempt: "check", refused: "lock" };
const NARROW = "(max-width: 640px)";

export function decision(made) {
  const { outcome, reasons, policy_version: version } = made;
  return h(
    "section",
    { class: "decision", data: { role: "decision", outcome } },
    h("header", {}, h("span", { class: "verdict" }, icon(SIGNS[outcome]), say(`decision.${outcome}`)), h("span", { class: "because" }, told(made, reasons[0]))),
    h(
      "details",
      { open: !matchMedia(NARROW).matches },
      h("summary", {}, say("decision.reasons", { count: reasons.length })),
      h("ul", { class: "rules" }, ...reasons.map((reason) => rule(made, reason))),
      h("p", { class: "policy" }, `${say("decision.policy")} `, h("span", { data: { role: "policy-version" } }, version)),
    ),
  );
}

function rule({ outcome, reasons }, reason) {
  const decided = reason === reasons[0];
  const refuses = (decided && outcome === "refused") || SIGNALS.includes(reason.rule);
  const state = reason.met ? "met" : refuses ? "refuses" : "unmet";
  return h(
    "li",
    { data: { rule: reason.rule, met: String(reason.met), state } },
    reason.met || refuses ? icon(reason.met ? "check" : "cross") : h("span", { class: "dash", "aria-hidden": "true" }),
    h("span", { class: "name" }, words(`decision.rules.${reason.rule}`) ?? reason.rule),
    h("span", { class: "detail" }, told({ outcome }, reason)),
    h("span", { class: "unseen" }, say(reason.met ? "decision.met" : "decision.unmet")),
  );
}

function told({ outcome }, { rule: name, detail }) {
  const lookedUp = name === "R9" && outcome !== "refused";
  return lookedUp ? [detail, attribution()] : [detail];
}

// What its licence asks of a page that shows what came of the country database.
function attribution() {
  const link = { href: "https://db-ip.com", target: "_blank", rel: "noopener noreferrer", title: say("newWindow"), data: { role: "ip-attribution" } };
  return h("small", {}, h("a", link, "IP Geolocation by DB-IP"));
}
