// The desk: which stage it is at, and what moves it on. Views draw a stage and tell what was chosen.

import * as api from "./api.js";
import { h, note } from "./dom.js";
import { followBack, remember } from "./history.js";
import { language, say, setKnown, setLanguage, translate } from "./language.js";
import { methodsOf } from "./standing.js";
import { aside } from "./views/aside.js";
import { choose } from "./views/choose.js";
import { contacts } from "./views/contacts.js";
import { decided } from "./views/decided.js";
import { ended } from "./views/ended.js";
import { verified } from "./views/verified.js";
import { verifying } from "./views/verifying.js";

const STAGES = { choose, decided, contacts, verifying, verified, ended };
const STEP_OF = { choose: 0, decided: 1, contacts: 1, verifying: 2, ended: 2, verified: 3 };
const KEPT = "bonin-desk-verification";
const WHAT_IS_KEPT = ["customerId", "operation", "location", "caseId", "autoConnect", "contactId", "method", "vouchFor"];

const find = (role) => document.querySelector(`[data-role="${role}"]`);

const desk = {
  stage: "choose",
  session: null,
  customerId: null,
  customer: null,
  operation: "issue",
  managing: false,
  location: "domestic",
  autoConnect: false,
  autoConnected: null,
  caseId: null,
  decision: null,
  vouchDecision: null,
  notice: null,
  completed: null,
  contactId: null,
  method: null,
  vouchFor: null,
  verification: null,
  notes: new Map(),
  redeemed: null,
  vouched: null,
  slip: null,
  leave: () => {},

  get chosen() {
    return this.session.customers.find((one) => one.customer_id === this.customerId);
  },

  contact(contactId) {
    return this.customer?.contacts.find((one) => one.contact_id === contactId) ?? null;
  },

  // The decision that the contacts on the page are for.
  get standing() {
    return this.vouchFor === null ? this.decision : this.vouchDecision;
  },

  // Draw the page anew after `changes`; moving to another stage, or into or out of vouching, takes the reader to its top.
  show(changes = {}) {
    const before = [this.stage, this.vouchFor];
    Object.assign(this, changes);
    const moved = before[0] !== this.stage || before[1] !== this.vouchFor;
    keep();
    remember(this.stage);
    render(moved);
  },

  async load() {
    this.customer = await api.customer(this.customerId);
  },

  // Begin what was chosen. The decision comes first: it may find that a contact needs verification again.
  async begin() {
    const { case_id: caseId, decision, notice } = await api.openCase(this.asked(this.operation));
    this.notes.clear();
    Object.assign(this, { caseId, decision, notice, completed: null, vouchFor: null, method: null });
    await this.load();
    const first = this.customer.contacts.find((one) => methodsOf(this, one).length > 0);
    this.show({ stage: stageAfter(decision), contactId: first?.contact_id ?? null });
  },

  asked(operation) {
    return { customer_id: this.customerId, operation, location: this.location };
  },

  // Ask again what holds now, and show it.
  async decideAgain(changes = {}) {
    const { decision, notice } = await api.decideAgain(this.caseId);
    if (notice !== null) this.notice = notice;
    const vouchFor = changes.vouchFor === undefined ? this.vouchFor : changes.vouchFor;
    if (vouchFor !== null) await this.decideVouching();
    await this.load();
    this.show({ ...changes, decision, stage: stageAfter(decision) });
  },

  async decideVouching() {
    this.vouchDecision = (await api.openCase(this.asked("vouch"))).decision;
  },

  startOver() {
    this.notes.clear();
    this.show({ stage: "choose", verification: null, vouchFor: null, contactId: null, method: null, redeemed: null });
  },
};

const stageAfter = ({ outcome }) => (outcome === "required" ? "contacts" : "decided");

// A page that is loaded again in the middle of a verification goes on with it.
function keep() {
  const { stage, verification } = desk;
  const open = stage === "verifying" || stage === "verified";
  if (!open) return sessionStorage.removeItem(KEPT);
  const kept = Object.fromEntries(WHAT_IS_KEPT.map((name) => [name, desk[name]]));
  return sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, verificationId: verification.id }));
}

async function restore() {
  const kept = sessionStorage.getItem(KEPT);
  if (kept === null) return;
  const { verificationId, ...rest } = JSON.parse(kept);
  try {
    const verification = await api.verification(verificationId);
    Object.assign(desk, rest, { verification });
    await desk.load();
    desk.stage = verification.status === "pending" ? "verifying" : verification.status === "verified" ? "verified" : "ended";
  } catch {
    sessionStorage.removeItem(KEPT);
  }
}

function render(moved) {
  desk.leave();
  desk.leave = () => {};
  const main = find("main");
  main.dataset.stage = desk.stage;
  main.replaceChildren(...STAGES[desk.stage](desk));
  find("aside").replaceChildren(...aside(desk));
  renderFrame();
  if (!moved) return;
  main.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  window.scrollTo({ top: 0, behavior: calm ? "instant" : "smooth" });
}

function renderFrame() {
  document.documentElement.lang = language();
  translate(document.body);
  const firm = desk.session.firm[language()];
  find("firm").textContent = firm;
  find("foot").textContent = say("foot", { firm, centre: desk.session.customer_centre });
  find("phones").setAttribute("aria-label", say("aside.openPhones"));
  find("phones").title = say("newWindow");
  const current = desk.completed !== null && desk.stage === "decided" ? STEP_OF.verified : STEP_OF[desk.stage];
  const names = say("steps");
  document.title = [names[current], say("title"), firm].join(" · ");
  find("steps").replaceChildren(
    ...names.map((name, index) =>
      h(
        "li",
        {
          data: { state: index < current ? "done" : index === current ? "now" : "ahead" },
          "aria-current": index === current && "step",
        },
        h("span", { class: "number", "aria-hidden": "true" }, String(index + 1)),
        h("span", { class: "name" }, name),
      ),
    ),
  );
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language()));
  }
}

// The sentences of a decision come from the gateway, in the language in which they were asked for.
async function retell() {
  if (desk.stage !== "contacts" && (desk.stage !== "decided" || desk.completed !== null)) return;
  try {
    await desk.decideAgain();
  } catch (refused) {
    if (!("slug" in refused)) throw refused;
  }
}

function setUp() {
  document.querySelector(".languages").addEventListener("click", ({ target }) => {
    const chosen = target.closest("[data-language]")?.dataset.language;
    if (chosen === undefined || chosen === language()) return;
    setLanguage(chosen);
    render(false);
    void retell();
  });
  const phones = find("phones");
  if (desk.session.phones_url) {
    phones.href = desk.session.phones_url;
    phones.hidden = false;
  }
}

try {
  desk.session = await api.session();
  setKnown({ centre: desk.session.customer_centre });
  await restore();
  setUp();
  remember(desk.stage);
  followBack(find("main"));
  render(false);
} catch {
  const again = h("button", { class: "button", type: "button", onclick: () => location.reload() }, say("retry"));
  translate(document.body);
  find("main").replaceChildren(h("section", { class: "card" }, note("bad", say("unreachable")), h("div", { class: "actions" }, again)));
}
