// The call on one phone: ringing, captions, keypad.

import * as api from "./api.js";
import * as sound from "./sound.js";
import { duration, readable, say } from "./words.js";

const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ", 0: "+" };
const KEYS = "123456789*0#";
const SHOWN_AFTER_END_MS = 2200;
const SPOKEN_FROM_SECONDS = 1;
// A gather that only catches early keys is open no longer than this: nobody is to be invited to press one.
const INVITED_AFTER_MS = 1300;

export class CallView {
  constructor(root, { pace, ended }) {
    this.root = root;
    this.pace = pace;
    this.ended = ended;
    this.call = null;
    this.lines = [];
    this.typed = "";
    this.askedSince = null;
    this.find = (role) => root.querySelector(`[data-role="${role}"]`);
    this.talking = this.find("talking");
    this.buildKeypad();
    this.find("answer").addEventListener("click", () => void api.answer(this.call.sid, this.pace()));
    this.find("reject").addEventListener("click", () => void api.reject(this.call.sid));
    this.find("hangup").addEventListener("click", () => void api.hangUp(this.call.sid));
    this.talking.addEventListener("keydown", (event) => this.onKey(event));
  }

  get live() {
    return this.call !== null && this.call.ended_at === null;
  }

  show(call) {
    // A call that ends does not push another one off the screen.
    if (this.live && this.call.sid !== call.sid && call.ended_at !== null) return this.ended(call);
    const before = this.call?.sid === call.sid ? this.call : null;
    if (before === null) this.begin();
    this.call = call;
    if (call.ended_at !== null) return this.finish(before);
    this.setRinging(call.status === "ringing");
    this.setTalking(call.status === "in-progress", before);
    this.render();
  }

  begin() {
    clearTimeout(this.closing);
    this.lines = [];
    this.typed = "";
    this.askedSince = null;
    this.find("captions").replaceChildren();
    delete this.talking.dataset.over;
  }

  setRinging(on) {
    const was = !this.find("ringing").hidden;
    this.find("ringing").hidden = !on;
    this.root.toggleAttribute("data-ringing", on);
    if (on && !was) sound.startRinging();
    if (!on && was) sound.stopRinging();
  }

  setTalking(on, before) {
    this.talking.hidden = !on;
    this.cover(on || this.call.status === "ringing");
    clearInterval(this.ticking);
    if (!on) return;
    this.ticking = setInterval(() => this.tick(), 500);
    this.tick();
    // Whoever pressed "accept" with the keyboard stays with this call.
    if (before?.status === "ringing" && this.root.contains(document.activeElement)) this.talking.focus({ preventScroll: true });
  }

  // What lies under the call is out of reach for the keyboard as well.
  cover(on) {
    this.root.toggleAttribute("data-call", on);
    this.find("inbox").inert = on || this.root.dataset.behaviour === "unreachable";
  }

  tick() {
    const until = this.call.ended_at ? Date.parse(this.call.ended_at) : Date.now();
    this.find("timer").textContent = duration((until - Date.parse(this.call.answered_at)) / 1000);
  }

  render() {
    if (this.call === null) return;
    this.find("ringing-from").textContent = readable(this.call.from);
    this.find("talking-from").textContent = readable(this.call.from);
    this.renderCaptions();
    this.renderTyped();
  }

  renderCaptions() {
    const { heard, saying } = this.call;
    const texts = saying ? [...heard, saying.text] : heard;
    const captions = this.find("captions");
    texts.forEach((text, index) => {
      if (this.lines[index]) return;
      const line = document.createElement("p");
      line.append(document.createElement("span"));
      line.firstChild.textContent = text;
      if (saying && index === texts.length - 1) this.read(line, saying);
      this.lines[index] = line;
      captions.append(line);
      captions.scrollTop = captions.scrollHeight;
    });
    this.lines.forEach((line, index) => index < heard.length && line.classList.remove("saying"));
  }

  read(line, saying) {
    line.lang = saying.language;
    line.style.setProperty("--seconds", String(saying.seconds));
    line.classList.add("saying");
    if (!this.call.listening) this.typed = "";
    if (saying.seconds >= SPOKEN_FROM_SECONDS) sound.speak(saying.text, saying.language);
  }

  renderTyped() {
    const typed = this.find("typed");
    const { listening, saying } = this.call;
    if (listening && !this.wasListening) this.typed = "";
    this.wasListening = listening;
    const asked = listening && !saying;
    if (asked && this.askedSince === null) setTimeout(() => this.live && this.renderTyped(), INVITED_AFTER_MS);
    this.askedSince = asked ? (this.askedSince ?? performance.now()) : null;
    const invited = asked && performance.now() - this.askedSince >= INVITED_AFTER_MS - 20;
    const hint = invited ? "hintPress" : saying || listening ? "hintListening" : "hintConnecting";
    this.talking.toggleAttribute("data-listening", hint === "hintPress");
    typed.textContent = this.typed || say(hint);
    typed.toggleAttribute("data-hint", this.typed === "");
  }

  press(key) {
    if (!this.live || this.call.status !== "in-progress") return;
    sound.keyTone(key);
    if (this.call.listening) {
      sound.stopSpeaking();
      this.typed = (this.typed + key).slice(-14);
      this.renderTyped();
    }
    // One request after the other, so that keys keep their order.
    const { sid } = this.call;
    this.sending = (this.sending ?? Promise.resolve()).then(() => api.press(sid, key));
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !KEYS.includes(event.key) || event.key.length !== 1) return;
    event.preventDefault();
    this.press(event.key);
    const button = this.find("keypad").querySelector(`[data-key="${event.key}"]`);
    button.toggleAttribute("data-down", true);
    setTimeout(() => button.toggleAttribute("data-down", false), 130);
  }

  buildKeypad() {
    for (const key of KEYS) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.key = key;
      button.textContent = key;
      const letters = document.createElement("small");
      letters.textContent = LETTERS[key] ?? "";
      letters.ariaHidden = "true";
      button.append(letters);
      button.addEventListener("click", () => this.press(key));
      this.find("keypad").append(button);
    }
    this.translate();
  }

  translate() {
    for (const [key, word] of [["*", "star"], ["#", "pound"]]) {
      this.find("keypad").querySelector(`[data-key="${key}"]`).setAttribute("aria-label", say(word));
    }
    if (this.live) this.render();
  }

  finish(before) {
    const talked = before?.status === "in-progress" && !this.talking.hidden;
    this.setRinging(false);
    clearInterval(this.ticking);
    this.ended(this.call);
    if (!talked) return this.close();
    this.renderCaptions();
    this.tick();
    this.lines.forEach((line) => line.classList.remove("saying"));
    this.talking.dataset.over = "";
    this.talking.toggleAttribute("data-listening", false);
    this.find("typed").textContent = say("callEnded");
    this.find("typed").toggleAttribute("data-hint", true);
    this.closing = setTimeout(() => this.close(), SHOWN_AFTER_END_MS);
  }

  close() {
    const hadFocus = this.talking.contains(document.activeElement) || this.find("ringing").contains(document.activeElement);
    this.setRinging(false);
    this.talking.hidden = true;
    this.cover(false);
    this.wasListening = false;
    this.call = null;
    if (hadFocus) this.find("messages").focus({ preventScroll: true });
  }

  // Leaves without a trace, for a page that starts over.
  dispose() {
    clearTimeout(this.closing);
    clearInterval(this.ticking);
    this.setRinging(false);
  }
}
