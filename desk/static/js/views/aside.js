// Beside every step: what is going on, the warning against fraud, the phones, and the branch.

import { h, icon } from "../dom.js";
import { language, say } from "../language.js";
import { branch } from "./branch.js";

export function aside(desk) {
  return [summary(desk), fraud(desk), phones(desk), branch(desk)].filter(Boolean);
}

function summary(desk) {
  if (desk.stage === "choose") return null;
  const rows = [
    [say("verified.customer"), desk.chosen.name[language()]],
    [say("verified.operation"), say(`operations.${desk.operation}`)[0]],
  ];
  return h(
    "section",
    { class: "panel summary" },
    h("h2", {}, say("aside.summary")),
    h("dl", {}, ...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
  );
}

function fraud(desk) {
  const firm = desk.session.firm[language()];
  return h(
    "section",
    { class: "panel fraud", data: { role: "fraud-notice" } },
    icon("shield"),
    h("div", {}, h("h2", {}, say("aside.fraud")), h("p", {}, say("aside.fraudMore", { firm }))),
  );
}

function phones(desk) {
  if (!desk.session.phones_url) return null;
  return h(
    "section",
    { class: "panel" },
    h("h2", {}, say("aside.phones")),
    h("p", {}, say("aside.phonesMore")),
    h("a", { class: "button quiet full", href: desk.session.phones_url, target: "phones", title: say("newWindow") }, icon("mobile"), say("aside.openPhones"), icon("out", "icon small")),
  );
}
