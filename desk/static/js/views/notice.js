// What was told to the registered phone, or why nothing was.

import { note } from "../dom.js";
import { phone } from "../format.js";
import { say, words } from "../language.js";

export function notice(desk, told) {
  if (!told) return null;
  const centre = desk.session.customer_centre;
  const slug = told.problem && String(told.problem.type).split("/").pop();
  const shown = told.problem
    ? note("warn", null, words(`notice.${slug}`, { centre }) ?? say("notice.failed", { centre }))
    : note("info", null, say(`notice.${told.kind}`, { number: phone(told.masked_number) }));
  Object.assign(shown.dataset, { role: "notice", notice: told.kind, about: slug ?? "sent" });
  shown.setAttribute("role", "status");
  return shown;
}
