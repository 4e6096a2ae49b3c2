// Step 3: a verification that is open. Drawn once; what changes on it is written into place.

import * as api from "../api.js";
import { h, icon, note, ring } from "../dom.js";
import { grouped, minutes, phone } from "../format.js";
import { say } from "../language.js";
import { problemNote, working } from "../problems.js";
import { codeInput } from "./code_input.js";

const TRACKS = { sms: "text", sms_reply: "text", ars: "call" };
const STATES = { text: ["queued", "sent", "delivered"], call: ["queued", "ringing", "in_progress", "completed"] };
const BAD = ["undelivered", "busy", "no_answer", "failed"];
let typed = { id: null, code: "" };

export function verifying(desk) {
  const view = new Verifying(desk);
  desk.leave = () => view.leave();
  return [view.card];
}

class Verifying {
  constructor(desk) {
    this.desk = desk;
    this.verification = desk.verification;
    this.method = this.verification.method;
    this.state = h("p", { class: "state", role: "status", data: { role: "state" } });
    this.track = h("ol", { class: "track", "aria-hidden": "true" });
    this.offline = h("p", { class: "offline", role: "status", hidden: true }, say("offline"));
    this.tries = h("strong", { data: { role: "attempts" } });
    this.time = h("span", { class: "time", role: "timer", "aria-label": say("verifying.timeLeft"), data: { role: "time-left" } });
    this.ring = h("div", { class: "ring" }, ring(30, 4), this.time);
    this.message = h("div", { class: "message", role: "alert", data: { role: "message" } });
    this.resendButton = this.makeResend();
    this.card = h("section", { class: "card verifying", data: { verifying: this.method } }, ...this.head(), ...this.body(), this.message, this.foot());
    this.update(this.verification);
    this.ticking = setInterval(() => this.tick(), 250);
    this.stop = api.follow(this.verification.id, (changed) => this.update(changed), (lost) => (this.offline.hidden = !lost));
  }

  leave() {
    this.left = true;
    clearInterval(this.ticking);
    this.stop();
  }

  head() {
    const [name] = say(`methods.${this.method}`);
    const [title, text] = say(`verifying.${this.method}`);
    return [
      h(
        "header",
        { class: "verifying-head" },
        h("div", {}, h("p", { class: "kicker" }, icon(this.method), name), h("h2", {}, title), h("p", { class: "hint" }, ...this.fill(text))),
        this.ring,
      ),
      this.offline,
      h("div", { class: "progress" }, TRACKS[this.method] ? this.track : null, this.state),
    ];
  }

  // The text with its firm, and with its number in one piece.
  fill(text) {
    const [before, after] = text.replace("{firm}", this.firm).split("{number}");
    return after === undefined ? [before] : [before, h("span", { class: "whole" }, this.number), after];
  }

  get number() {
    const contact = this.desk.contact(this.verification.contact_id);
    return contact === null ? "" : phone(contact.masked_number);
  }

  get firm() {
    return this.desk.session.firm[document.documentElement.lang];
  }

  body() {
    if (this.method === "sms" || this.method === "branch_otp") return [this.form()];
    const reply = this.method === "sms_reply";
    const ways = say(reply ? "verifying.replyWays" : "verifying.arsWays");
    const code = this.verification.binding_code ?? "";
    return [
      h(
        "div",
        { class: "binding" },
        h("p", {}, say(reply ? "verifying.bindingReply" : "verifying.binding")),
        h("output", { class: "binding-code", "aria-label": [...code].join(" "), data: { role: "binding-code" } }, grouped(code)),
      ),
      h("ol", { class: "todo" }, ...ways.map((way) => h("li", {}, way))),
      note("info", null, say(reply ? "verifying.replyDeny" : "verifying.arsDeny")),
    ];
  }

  form() {
    const texted = this.method === "sms";
    const label = say(texted ? "verifying.code" : "verifying.password");
    this.button = h("button", { class: "button wide", type: "submit", data: { role: "check" } }, h("span", { class: "label" }, say("verifying.check")));
    this.code = codeInput(label, texted ? "one-time-code" : "off", (value) => {
      typed = { id: this.verification.id, code: value };
      this.message.replaceChildren();
    });
    if (typed.id === this.verification.id) this.code.set(typed.code);
    const form = h("form", { class: "code-form", novalidate: true }, h("p", { class: "label-text" }, label), this.code.box, this.button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.check();
    });
    // Whoever has just chosen the other language stays at that button.
    requestAnimationFrame(() => document.activeElement.contains(this.code.input) && this.code.input.focus({ preventScroll: true }));
    return form;
  }

  async check() {
    if (!this.code.isComplete()) {
      this.message.replaceChildren(note("warn", null, say("verifying.incomplete")));
      return this.code.input.focus();
    }
    return working(this.button, this.message, say("verifying.checking"), async () => {
      const answer = await api.check(this.verification.id, this.code.input.value);
      typed = { id: null, code: "" };
      this.update({ ...this.verification, ...answer });
      if (answer.status !== "pending") return;
      const wrong = note("bad", null, say("verifying.wrong", { count: answer.attempts_remaining }));
      wrong.dataset.about = "wrong";
      this.message.replaceChildren(wrong);
      this.code.wrong();
    });
  }

  makeResend() {
    if (TRACKS[this.method] !== "text") return null;
    const button = h("button", { class: "button quiet", type: "button", data: { role: "resend" } });
    // Not `disabled`, which would take the focus away from whoever has just pressed it.
    button.addEventListener("click", async () => {
      if (button.ariaDisabled === "true") return;
      button.ariaDisabled = "true";
      try {
        this.update(await api.resend(this.verification.id));
        this.message.replaceChildren(note("good", null, say("verifying.resent")));
      } catch (refused) {
        this.message.replaceChildren(problemNote(refused));
      }
    });
    return button;
  }

  foot() {
    const cancel = h("button", { class: "button quiet", type: "button", data: { role: "cancel" } }, h("span", { class: "label" }, say("verifying.cancel")));
    cancel.addEventListener("click", () => working(cancel, this.message, say("verifying.cancel"), async () => this.update(await api.cancel(this.verification.id))));
    return h("footer", { class: "verifying-foot" }, h("p", { class: "tries" }, `${say("verifying.tries")} `, this.tries), h("div", { class: "buttons" }, this.resendButton, cancel));
  }

  // The newest state of the verification, wherever it came from.
  update(verification) {
    if (this.left) return;
    // What is said of a verdict leaves the binding code out.
    this.verification = { ...this.verification, ...verification };
    this.desk.verification = this.verification;
    const { status } = this.verification;
    if (status !== "pending") {
      this.desk.show({ stage: status === "verified" ? "verified" : "ended" });
      return;
    }
    this.tries.textContent = say("verifying.times", { count: this.verification.attempts_remaining });
    this.drawDelivery();
    this.tick();
  }

  drawDelivery() {
    const kind = TRACKS[this.method];
    if (kind === undefined) {
      this.state.textContent = say("slip.ready");
      return;
    }
    const { state, reason } = this.verification.delivery ?? { state: "queued" };
    const at = STATES[kind].indexOf(state);
    const why = reason && say(`reasons.${reason}`)[1];
    this.state.textContent = [say(`${kind}.${state}`), why].filter(Boolean).join(" ");
    this.state.dataset.state = state;
    this.state.toggleAttribute("data-bad", BAD.includes(state));
    const last = STATES[kind].length - 1;
    this.track.replaceChildren(
      ...say(`${kind}.track`).map((name, index) =>
        h("li", { data: { state: BAD.includes(state) ? "bad" : index < at || (at === last && index === last) ? "done" : index === at ? "now" : "ahead" } }, name),
      ),
    );
  }

  tick() {
    const { created_at: from, expires_at: until, next_resend_at: resendAt, resends_remaining: resends } = this.verification;
    const left = Date.parse(until) - api.now();
    this.time.textContent = minutes(left);
    const share = Math.max(0, left / (Date.parse(until) - Date.parse(from)));
    this.ring.style.setProperty("--left", String(Math.min(1, share) * 100));
    this.ring.toggleAttribute("data-short", left < 60_000);
    if (this.resendButton === null) return;
    const wait = Math.ceil((Date.parse(resendAt ?? "") - api.now()) / 1000);
    const open = resends > 0 && !(wait > 0);
    this.resendButton.ariaDisabled = String(!open);
    const words = resends < 1 ? say("verifying.noResend") : wait > 0 ? say("verifying.resendIn", { seconds: wait }) : say("verifying.resend");
    if (this.resendButton.textContent !== words) this.resendButton.textContent = words;
  }
}
