// A decision after which nothing is left to verify: it goes on without extra authentication, or not at all.

import * as api from "../api.js";
import { attend, h, icon, note } from "../dom.js";
import { say, words } from "../language.js";
import { working } from "../problems.js";
import { decision } from "./decision.js";
import { notice } from "./notice.js";
import { startOver } from "./start_over.js";

const KINDS = {
  R2: "corporate",
  R9: "overseas",
  R14: "auto_connect",
  R16: "operation",
  R17: "operation",
  R10: "consent",
  R15: "cloud",
  R20: "locked",
  refused_hours: "hours",
  per_day: "amount",
};

export function decided(desk) {
  const { outcome, reasons } = desk.decision;
  const refused = outcome === "refused";
  const kind = KINDS[reasons[0].rule] ?? (refused ? "refused" : "operation");
  const values = { centre: desk.session.customer_centre, operation: say(`operations.${desk.operation}`)[0] };
  const tell = (key) => words(`decided.${kind}.${key}`, values);
  const problem = h("div", { class: "problem", "aria-live": "polite" });
  return [
    h(
      "section",
      { class: "card outcome", data: { role: "exempt", exempt: kind } },
      h("div", { class: "badge", data: { kind: refused ? "warn" : "good" } }, icon(refused ? "lock" : "check")),
      h("h2", {}, tell("title")),
      h("p", { class: "lead", role: "status" }, tell("text") ?? reasons[0].detail),
      ways(desk, kind),
      desk.completed === null ? notice(desk, desk.notice) : completed(desk),
      decision(desk.decision),
      problem,
      h("div", { class: "actions centre" }, startOver(desk), !refused && desk.completed === null && goOn(desk, problem)),
    ),
  ];
}

// What the customer can do about it.
function ways(desk, kind) {
  const [heading, ...steps] = words(`decided.${kind}.ways`) ?? [];
  if (heading === undefined) return null;
  const centre = desk.session.customer_centre;
  const why = words(`decided.${kind}.why`);
  return h(
    "div",
    { class: "ways", data: { role: "next-steps" } },
    h("h3", {}, heading),
    h("ol", {}, ...steps.map((step) => h("li", {}, step.replace("{centre}", centre)))),
    why && h("p", { class: "hint" }, why),
  );
}

function goOn(desk, problem) {
  const text = words(`decided.goOn.${desk.operation}`) ?? say("decided.goOn.other");
  const button = h("button", { class: "button", type: "button", data: { role: "go-on" } }, h("span", { class: "label" }, text));
  button.addEventListener("click", () =>
    working(button, problem, say("verified.redeeming"), async () => {
      const { notice: told } = await api.completeCase(desk.caseId);
      desk.show({ completed: { notice: told } });
      attend("[data-role=completed]");
    }),
  );
  return button;
}

function completed(desk) {
  const done = note("good", ...(words(`decided.done.${desk.operation}`) ?? say("decided.done.other")));
  done.dataset.role = "completed";
  done.setAttribute("role", "status");
  return h("div", { class: "told" }, done, notice(desk, desk.completed.notice));
}
