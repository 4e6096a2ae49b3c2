// Step 1: whose certificate, and what for.

import { h, icon, note } from "../dom.js";
import { language, say, words } from "../language.js";
import { holding, working } from "../problems.js";
import { EARN_AUTO_CONNECT } from "./verified.js";

const OPERATIONS = ["issue", "reissue", "register_other", "cloud_register", "cloud_login"];
const MANAGING = ["renew", "import", "export", "change_medium", "back_up", "restore", "delete", "revoke", "copy_to_phone", "copy_to_pc"];
const LOCATIONS = ["domestic", "foreign"];

export function choose(desk) {
  const problem = h("div", { class: "problem", "aria-live": "polite" });
  const next = h("button", { class: "button wide", type: "button", data: { role: "next" }, disabled: !desk.customerId }, h("span", { class: "label" }, say("next")));
  next.addEventListener("click", () =>
    holding(next, () => working(next, problem, say("choose.deciding"), () => desk.begin())),
  );
  return [
    h(
      "section",
      { class: "card" },
      h("h2", {}, say("choose.heading")),
      h("p", { class: "hint" }, say("choose.hint")),
      fieldset("customer", "people", desk.session.customers.map((one) => person(desk, one))),
      fieldset("operation", "operations", OPERATIONS.map((one) => operation(desk, one))),
      EARN_AUTO_CONNECT.includes(desk.operation) && autoConnect(desk),
      managing(desk),
      warning(desk.operation),
      fieldset("location", "locations", LOCATIONS.map((one) => location(desk, one)), h("p", { class: "hint small" }, say("choose.locationHint"))),
      problem,
      h("div", { class: "actions end" }, next),
    ),
  ];
}

function fieldset(key, className, options, ...more) {
  return h("fieldset", {}, h("legend", {}, say(`choose.${key}`)), h("div", { class: `options ${className}` }, ...options), ...more);
}

// What the certificate centre does besides: the policy knows these, too.
function managing(desk) {
  const options = MANAGING.map((one) => operation(desk, one));
  const open = desk.managing || MANAGING.includes(desk.operation);
  const toggled = ({ target }) => (desk.managing = target.open);
  return h("details", { class: "managing", open, ontoggle: toggled, data: { role: "managing" } }, h("summary", {}, say("choose.more")), h("div", { class: "options operations" }, ...options));
}

function autoConnect(desk) {
  const [name, about] = say("choose.autoConnect");
  const box = h("input", { type: "checkbox", checked: desk.autoConnect, data: { role: "auto-connect" } });
  box.addEventListener("change", () => (desk.autoConnect = box.checked));
  return h("label", { class: "tick" }, box, h("span", {}, h("strong", {}, name), h("small", {}, about)));
}

function location(desk, id) {
  const [name, about] = say(`locations.${id}`);
  return h(
    "label",
    { class: "option", data: { location: id } },
    radio("location", id, desk.location === id, () => (desk.location = id)),
    h("span", { class: "what" }, h("strong", {}, name), h("small", {}, about)),
    icon("check", "icon mark"),
  );
}

function radio(name, value, checked, chosen) {
  return h("input", { type: "radio", name, value, checked, onchange: chosen });
}

function person(desk, { customer_id: id, name, shows }) {
  const locale = language();
  const chosen = () => {
    desk.show({ customerId: id, customer: null, slip: null });
    document.querySelector(`[data-customer="${id}"] input`).focus({ preventScroll: true });
  };
  return h(
    "label",
    { class: "option person", data: { customer: id } },
    radio("customer", id, desk.customerId === id, chosen),
    h("span", { class: "avatar", "aria-hidden": "true" }, name[locale].slice(0, 1)),
    h("span", { class: "what" }, h("strong", {}, name[locale]), h("small", {}, shows[locale])),
    icon("check", "icon mark"),
  );
}

function operation(desk, id) {
  const [name, about] = say(`operations.${id}`);
  const chosen = () => {
    desk.show({ operation: id, slip: null });
    document.querySelector(`[data-operation="${id}"] input`).focus({ preventScroll: true });
  };
  return h(
    "label",
    { class: "option", data: { operation: id } },
    radio("operation", id, desk.operation === id, chosen),
    h("span", { class: "what" }, h("strong", {}, name), h("small", {}, about)),
    icon("check", "icon mark"),
  );
}

// What the operation does to certificates that the customer already has.
export function warning(operation) {
  const found = words(`warnings.${operation}`);
  if (found === undefined) return null;
  const shown = note("warn", ...found);
  shown.dataset.role = "warning";
  return shown;
}
