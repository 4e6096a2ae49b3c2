// What was told to the registered phone, or why nothing was.

import { h, note } from "../dom.js";
import { phone } from "../format.js";
import { say, words } from "../language.js";

export function notice(desk, told) {
  if (!told) return null;
  const centre = desk.session.customer_centre;
  const slug = told.problem && String(told.problem.type).split("/").pop();
  const shown = told.problem
    ? note("warn", null, words(`notice.${slug}`, { centre }) ?? say("notice.failed", { centre }))
    : note("info", null, ...sent(told));
  Object.assign(shown.dataset, { role: "notice", notice: told.kind, about: slug ?? "sent" });
  shown.setAttribute("role", "status");
  return shown;
}

// The number stays in one piece.
function sent({ kind, masked_number: number }) {
  const [before, after] = say(`notice.${kind}`).split("{number}");
  return [before, h("span", { class: "whole" }, phone(number)), after];
}
