// A verification that ended without success: what happened, and what to do next.

import { h, icon } from "../dom.js";
import { say, words } from "../language.js";
import { working } from "../problems.js";
import { open } from "./contacts.js";
import { startOver } from "./start_over.js";

const CALM = ["canceled", "expired"];
const ALARMING = ["denied_by_phone", "denied_by_reply", "locked"];

export function ended(desk) {
  const { status, status_reason: reason } = desk.verification;
  const [title, next] = words(`reasons.${reason}`) ?? words(`reasons.${status}`) ?? say("ended.unknown");
  const locked = reason === "locked";
  // Whoever denied it asked for nothing: what was begun in their name is not gone on with from here.
  const isOver = ALARMING.includes(reason);
  const problem = h("div", { class: "problem", "aria-live": "polite" });
  const kind = isOver ? "bad" : CALM.includes(status) ? "calm" : "warn";
  return [
    h(
      "section",
      { class: "card outcome", data: { role: "ended", status, reason: reason ?? "" } },
      h("div", { class: "badge", data: { kind } }, icon(locked ? "lock" : status === "expired" ? "clock" : "cross")),
      h("h2", {}, title),
      h("p", { class: "lead", role: "status" }, next),
      problem,
      h("div", { class: "actions centre" }, ...(isOver ? [startOver(desk)] : [other(desk, problem), again(desk, problem)])),
    ),
  ];
}

function other(desk, problem) {
  const button = h("button", { class: "button quiet", type: "button", data: { role: "other" } }, say("ended.other"));
  button.addEventListener("click", () => working(button, problem, say("choose.deciding"), () => desk.decideAgain({ verification: null, method: null })));
  return button;
}

function again(desk, problem) {
  const button = h("button", { class: "button", type: "button", data: { role: "again" } }, h("span", { class: "label" }, say("ended.again")));
  button.addEventListener("click", () => working(button, problem, say("contacts.requesting"), () => open(desk)));
  return button;
}
