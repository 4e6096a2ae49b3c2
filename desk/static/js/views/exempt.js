// Customers for whom there is nothing to verify here: companies, those without online consent, locked ones.

import { h, icon, note } from "../dom.js";
import { say } from "../language.js";

// The page instead of the contacts; null for a customer who can be verified.
export function exempt(desk) {
  const { customer } = desk;
  if (customer.kind === "corporate") return page(desk, "corporate", "building", corporate());
  if (!customer.online_consent) return page(desk, "consent", "lock", consent());
  if (customer.locked) return page(desk, "locked", "lock", locked(desk));
  return null;
}

function page(desk, kind, sign, more) {
  const [title, text] = say(`exempt.${kind}`);
  const over = h("button", { class: "button quiet", type: "button", data: { role: "start-over" }, onclick: () => desk.startOver() }, say("startOver"));
  return [
    h(
      "section",
      { class: "card outcome", data: { role: "exempt", exempt: kind } },
      h("div", { class: "badge", data: { kind: kind === "corporate" ? "info" : "warn" } }, icon(sign)),
      h("h2", {}, title),
      h("p", { class: "lead" }, text),
      ...more,
      h("div", { class: "actions centre" }, over),
    ),
  ];
}

const corporate = () => [note("info", null, say("exempt.corporate")[2])];

const locked = (desk) => [note("warn", null, say("exempt.locked", {})[2].replace("{centre}", desk.session.customer_centre))];

function consent() {
  return [
    h(
      "div",
      { class: "ways" },
      h("h3", {}, say("exempt.consent")[2]),
      h("ol", {}, ...say("exempt.consentWays").map((way) => h("li", {}, way))),
    ),
    h("p", { class: "hint" }, say("exempt.consentWhy")),
  ];
}
