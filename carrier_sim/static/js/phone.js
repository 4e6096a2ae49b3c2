// One phone: whose it is, what it does by itself, its texts and its call.

import * as api from "./api.js";
import { CallView } from "./call.js";
import * as sound from "./sound.js";
import { clock, currentLanguage, duration, readable, say, translate } from "./words.js";

const BEHAVIOURS = ["manual", "answers", "busy", "no_answer", "rejects", "voicemail", "unreachable"];
const TINTS = 6;
const SAME_TALK_MS = 5 * 60 * 1000;
const CODE = /(?<![0-9])[0-9]{6}(?![0-9])/;

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

export class PhoneView {
  constructor(info, { smsNumber, pace, noticed }) {
    this.info = info;
    this.smsNumber = smsNumber;
    this.noticed = noticed;
    this.entries = new Map();
    this.lastSender = null;
    const template = document.getElementById("phone-template");
    this.root = template.content.firstElementChild.cloneNode(true);
    this.root.dataset.phone = info.number;
    this.device = this.root.querySelector(".device");
    this.find = (role) => this.root.querySelector(`[data-role="${role}"]`);
    this.calls = new CallView(this.root, { pace, ended: (call) => this.noteCall(call) });
    this.find("behaviour").addEventListener("change", (event) => this.setBehaviour(event.target.value));
    this.find("composer").addEventListener("submit", (event) => this.sendReply(event));
    this.find("reply").addEventListener("input", () => this.setReady());
    this.render();
    this.renderThread();
  }

  get title() {
    const { name, name_en: nameEn, number } = this.info;
    return (currentLanguage() === "en" && nameEn) || name || readable(number);
  }

  get initial() {
    return this.info.name ? this.title.slice(0, 1) : this.info.number.slice(-2);
  }

  get tint() {
    return this.info.name ? Number(this.info.number.slice(-3)) % TINTS : TINTS - 1;
  }

  update(info) {
    this.info = info;
    this.render();
  }

  render() {
    translate(this.root);
    this.root.setAttribute("aria-label", `${say("phone")} ${this.title}`);
    this.find("name").textContent = this.title;
    this.find("number").textContent = this.info.name ? readable(this.info.number) : "";
    this.find("avatar").textContent = this.initial;
    this.find("avatar").dataset.tint = this.tint;
    this.renderTag();
    this.renderBehaviour();
    this.calls.translate();
    this.setClock();
  }

  renderTag() {
    const { registry, owner_name: owner, name, line } = this.info;
    const word = registry === "outage" ? "outage" : owner && name && owner !== name ? "otherOwner" : line === "landline" ? "landline" : null;
    const tag = this.find("tag");
    tag.hidden = word === null;
    tag.dataset.kind = word === "landline" ? "plain" : "warn";
    tag.textContent = word ? say(word) : "";
  }

  renderBehaviour() {
    const { behaviour, line } = this.info;
    const select = this.find("behaviour");
    select.replaceChildren(...BEHAVIOURS.map((one) => new Option(say(one), one, false, one === behaviour)));
    select.dataset.value = behaviour;
    const auto = this.find("auto");
    auto.hidden = behaviour === "manual";
    auto.textContent = say(behaviour);
    this.root.dataset.behaviour = behaviour;
    this.find("inbox").inert = behaviour === "unreachable" || this.root.hasAttribute("data-call");
    this.find("off").hidden = behaviour !== "unreachable";
    this.find("reply").disabled = line === "landline";
    this.find("with").textContent = readable(this.lastSender ?? this.smsNumber());
    this.setReady();
  }

  // All of the thread anew; what arrives later is appended, so that only it is announced and animated.
  renderThread() {
    const messages = this.find("messages");
    messages.replaceChildren();
    this.newest = 0;
    for (const entry of [...this.entries.values()].sort((one, other) => one.at - other.at)) this.append(entry);
    if (this.entries.size > 0) return;
    const words = say(this.info.line === "landline" ? "noTexts" : "noMessages");
    messages.append(element("p", "none", icon("bubble"), words));
  }

  append({ at, make }) {
    const messages = this.find("messages");
    if (at - this.newest > SAME_TALK_MS) messages.append(element("p", "when", clock(new Date(at))));
    messages.append(...make());
    messages.scrollTop = messages.scrollHeight;
    this.newest = at;
  }

  add(sid, entry) {
    if (this.entries.has(sid)) return;
    this.entries.set(sid, entry);
    if (this.entries.size === 1 || entry.at < this.newest) this.renderThread();
    else this.append(entry);
  }

  setClock() {
    this.find("clock").textContent = clock(new Date());
  }

  setBehaviour(behaviour) {
    this.info = { ...this.info, behaviour };
    this.renderBehaviour();
    void api.setPhone(this.info.number, { behaviour });
  }

  setReady() {
    this.find("composer").toggleAttribute("data-ready", this.find("reply").value.trim() !== "");
  }

  async sendReply(event) {
    event.preventDefault();
    const input = this.find("reply");
    const body = input.value.trim();
    if (body === "") return;
    input.value = "";
    this.setReady();
    if (!(await api.text(this.info.number, this.lastSender ?? this.smsNumber(), body))) input.value = body;
  }

  showMessage(message, fresh) {
    const got = message.direction !== "inbound";
    if (got) this.lastSender = message.from;
    this.find("with").textContent = readable(this.lastSender ?? this.smsNumber());
    this.add(message.sid, { at: Date.parse(message.at), make: () => this.bubble(message, got) });
    if (!fresh || !got) return;
    sound.arrival();
    this.noticed(this, "message");
  }

  bubble(message, got) {
    const code = got ? CODE.exec(message.body) : null;
    const bubble = element("div", `bubble ${got ? "got" : "sent"}`);
    if (code === null) {
      bubble.textContent = message.body;
      return [bubble];
    }
    const after = code.index + code[0].length;
    bubble.append(message.body.slice(0, code.index), element("mark", "", code[0]), message.body.slice(after));
    return [bubble, this.copyButton(code[0])];
  }

  copyButton(code) {
    const words = element("span", "", `${code} ${say("copy")}`);
    const button = element("button", "code", icon("copy"), words);
    button.type = "button";
    button.addEventListener("click", async () => {
      const done = await navigator.clipboard?.writeText(code).then(() => true, () => false);
      if (done) words.textContent = `${code} ${say("copied")}`;
    });
    return button;
  }

  showCall(call, fresh) {
    const wasRinging = this.root.hasAttribute("data-ringing");
    if (fresh || call.ended_at === null) this.calls.show(call);
    else this.noteCall(call);
    if (!wasRinging && this.root.hasAttribute("data-ringing")) this.noticed(this, "call");
  }

  noteCall(call) {
    this.add(call.sid, { at: Date.parse(call.ended_at), make: () => [this.callNote(call)] });
  }

  callNote(call) {
    const taken = call.answered_at !== null;
    const word = taken ? "tookCall" : call.status === "busy" ? "rejectedCall" : "missedCall";
    const seconds = taken ? ` ${duration((Date.parse(call.ended_at) - Date.parse(call.answered_at)) / 1000)}` : "";
    const note = element("p", "call-note", icon("phone"), say(word) + seconds);
    note.toggleAttribute("data-missed", !taken);
    return note;
  }

  translateThread() {
    this.render();
    this.renderThread();
  }

  dispose() {
    this.calls.dispose();
    this.root.remove();
  }
}
