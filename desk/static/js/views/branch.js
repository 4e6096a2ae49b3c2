// The branch: a clerk issues a one-time password and prints its slip. Here for reference only.

import * as api from "../api.js";
import { h, icon } from "../dom.js";
import { moment } from "../format.js";
import { say } from "../language.js";
import { working } from "../problems.js";

export function branch(desk) {
  return h(
    "section",
    { class: "panel branch", data: { role: "branch" } },
    h("h2", {}, say("aside.branch"), h("span", { class: "tag" }, say("aside.reference"))),
    h("p", {}, say("aside.branchMore")),
    ...(desk.customerId === null ? [h("p", { class: "hint" }, say("aside.branchFirst"))] : form(desk)),
  );
}

function form(desk) {
  const problem = h("div", { class: "problem", "aria-live": "polite" });
  const branchName = h("select", { name: "branch" }, ...say("aside.branches").map((name) => h("option", { value: name }, name)));
  const clerk = h("input", { name: "clerk", value: say("aside.clerkName"), maxlength: "40", autocomplete: "off" });
  const issue = h("button", { class: "button quiet full", type: "submit", data: { role: "issue-branch-password" } }, icon("branch_otp"), h("span", { class: "label" }, say("aside.issue")));
  const fields = h("form", {}, field("branchName", branchName), field("clerk", clerk), issue);
  fields.addEventListener("submit", (event) => {
    event.preventDefault();
    void working(issue, problem, say("aside.issuing"), async () => {
      const asked = { customer_id: desk.customerId, operation: desk.operation, branch: branchName.value, issued_by: clerk.value };
      const issued = await api.issueBranchPassword(asked);
      if (desk.customerId !== asked.customer_id || desk.operation !== asked.operation) return;
      desk.slip = issued;
      // The page may have been drawn anew meanwhile: then the place for the slip is another one.
      document.querySelector("[data-role=issued]")?.replaceChildren(...slip(issued));
    });
  });
  const result = h("div", { class: "slip", role: "status", data: { role: "issued" } }, ...slip(desk.slip));
  return [fields, problem, result];
}

function field(key, control) {
  return h("label", { class: "field" }, h("span", {}, say(`aside.${key}`)), control);
}

function slip(issued) {
  if (issued === null) return [];
  return [
    h("p", {}, h("strong", {}, say("aside.issued")), h("small", {}, say("aside.valid", { time: moment(issued.expires_at) }))),
    h("a", { class: "button full", href: issued.slip_url, target: "_blank", rel: "noopener", title: say("newWindow"), data: { role: "slip" } }, say("aside.slip"), icon("out", "icon small")),
    h("p", { class: "hint small" }, say("aside.slipOnce")),
  ];
}
