// The page: all phones side by side, kept live by the carrier's event stream.

import * as api from "./api.js";
import { PhoneView } from "./phone.js";
import * as sound from "./sound.js";
import { currentLanguage, readable, remember, remembered, say, setLanguage, toNumber, translate } from "./words.js";

const MAX_UNASKED_PHONES = 24;

const find = (role) => document.querySelector(`[data-role="${role}"]`);
const phones = new Map();
const chips = new Map();
let carrier = { sms_number: "", voice_number: "" };
let pace = new URLSearchParams(location.search).get("pace") === "quick" ? "quick" : (remembered("pace") ?? "human");
let soundOn = remembered("sound") !== "off";

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const chip = chips.get(target.dataset.phone);
      if (!chip || !isIntersecting) continue;
      for (const other of chips.values()) other.setAttribute("aria-current", String(other === chip));
      chip.querySelector(".news").hidden = true;
      if (chip.parentElement.scrollWidth > chip.parentElement.clientWidth) chip.scrollIntoView({ inline: "center", block: "nearest" });
    }
  },
  { threshold: 0.6 },
);

function show(info) {
  const known = phones.get(info.number);
  if (known) {
    known.update(info);
    renderChip(known);
    return known;
  }
  const view = new PhoneView(info, { smsNumber: () => carrier.sms_number, pace: () => pace, noticed });
  phones.set(info.number, view);
  find("phones").append(view.root);
  addChip(view);
  seen.observe(view.root);
  find("nobody").hidden = true;
  return view;
}

// The phone of this number; one that nobody asked for appears when something happens on it.
function phoneOf(number) {
  const known = phones.get(number);
  if (known || phones.size >= MAX_UNASKED_PHONES) return known;
  return show({ number, name: "", name_en: "", behaviour: "manual", registry: "normal", owner_name: null, line: "mobile" });
}

function addChip(view) {
  const chip = document.createElement("button");
  chip.type = "button";
  for (const part of ["avatar", "label", "news"]) {
    const span = document.createElement("span");
    span.className = part;
    chip.append(span);
  }
  chip.querySelector(".news").hidden = true;
  chip.querySelector(".avatar").ariaHidden = "true";
  chip.addEventListener("click", () => bringIntoView(view));
  chips.set(view.info.number, chip);
  find("chips").append(chip);
  renderChip(view);
}

function renderChip(view) {
  const chip = chips.get(view.info.number);
  chip.querySelector(".avatar").textContent = view.initial;
  chip.querySelector(".avatar").dataset.tint = view.tint;
  chip.querySelector(".label").textContent = view.title;
}

function isVisible(node) {
  const box = node.getBoundingClientRect();
  return box.left >= -8 && box.right <= innerWidth + 8 && box.top >= 0 && box.bottom <= innerHeight;
}

function bringIntoView(view) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  view.device.scrollIntoView({ behavior: calm ? "instant" : "smooth", inline: "center", block: "nearest" });
}

// Something happened on a phone that may be out of sight.
function noticed(view, what) {
  if (isVisible(view.device)) return;
  const news = chips.get(view.info.number).querySelector(".news");
  news.hidden = false;
  news.classList.toggle("rings", what === "call");
  const typing = document.activeElement instanceof HTMLInputElement;
  const talking = [...phones.values()].some((other) => other !== view && other.calls.live);
  if (what === "call" && !typing && !talking) bringIntoView(view);
}

function showMessage(message, fresh) {
  phoneOf(message.direction === "inbound" ? message.from : message.to)?.showMessage(message, fresh);
}

function startOver(snapshot) {
  carrier = snapshot;
  for (const view of phones.values()) view.dispose();
  seen.disconnect();
  phones.clear();
  chips.clear();
  find("chips").replaceChildren();
  find("sms-number").textContent = readable(snapshot.sms_number);
  find("voice-number").textContent = readable(snapshot.voice_number);
  const details = new Map(snapshot.phones.map((phone) => [phone.number, phone]));
  for (const phone of snapshot.phones) if (phone.listed) show(phone);
  for (const message of snapshot.messages) showMessage(message, false);
  for (const call of snapshot.calls) phoneOf(call.to)?.showCall(call, false);
  for (const view of phones.values()) view.update(details.get(view.info.number) ?? view.info);
  find("nobody").hidden = phones.size > 0;
}

function connect() {
  const stream = new EventSource("/events");
  const on = (name, act) => stream.addEventListener(name, (event) => act(JSON.parse(event.data)));
  stream.addEventListener("open", () => (find("offline").hidden = true));
  stream.addEventListener("error", () => {
    find("offline").hidden = false;
    // A stream that the browser has given up is opened anew.
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, 1000);
  });
  on("snapshot", startOver);
  on("message", (message) => showMessage(message, true));
  on("call", (call) => phoneOf(call.to)?.showCall(call, true));
  on("phone", (phone) => (phone.listed || phones.has(phone.number)) && show(phone));
}

function renderTools() {
  document.documentElement.lang = currentLanguage();
  document.title = say("title");
  translate(document.body);
  for (const button of find("language").children) button.setAttribute("aria-pressed", String(button.dataset.language === currentLanguage()));
  for (const button of find("pace").children) button.setAttribute("aria-pressed", String(button.dataset.pace === pace));
  const toggle = find("sound");
  toggle.setAttribute("aria-pressed", String(soundOn));
  toggle.setAttribute("aria-label", say("sound"));
  toggle.title = say("sound");
  toggle.querySelector("use").setAttribute("href", soundOn ? "#i-sound" : "#i-mute");
}

function setUpTools() {
  find("language").addEventListener("click", ({ target }) => {
    if (!target.dataset.language) return;
    setLanguage(target.dataset.language);
    renderTools();
    for (const view of phones.values()) {
      view.translateThread();
      renderChip(view);
    }
  });
  find("pace").addEventListener("click", ({ target }) => {
    if (!target.dataset.pace) return;
    pace = target.dataset.pace;
    remember("pace", pace);
    renderTools();
  });
  find("sound").addEventListener("click", () => {
    soundOn = !soundOn;
    remember("sound", soundOn ? "on" : "off");
    sound.setSound(soundOn);
    renderTools();
  });
}

function setUpAdding() {
  const dialog = find("add-dialog");
  const form = find("add-form");
  const problem = find("add-problem");
  const complain = () => {
    problem.textContent = say("badNumber");
    problem.hidden = false;
    form.elements.number.focus();
  };
  find("add").addEventListener("click", () => {
    form.reset();
    problem.hidden = true;
    dialog.showModal();
  });
  find("add-cancel").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const number = toNumber(form.elements.number.value);
    if (number === null || !(await api.setPhone(number, { name: form.elements.name.value.trim() }))) return complain();
    dialog.close();
    const view = phoneOf(number);
    if (view) bringIntoView(view);
  });
}

sound.setSound(soundOn);
renderTools();
setUpTools();
setUpAdding();
connect();
setInterval(() => phones.forEach((view) => view.setClock()), 10_000);
