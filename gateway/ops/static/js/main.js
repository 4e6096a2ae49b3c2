// Keys and live pages. Every page works without this: it only makes them quicker.
import { draw } from "/ops/static/js/charts.js";
import { follow } from "/ops/static/js/live.js";

const GO = new Map([...document.querySelectorAll(".sections a")].map((link) => [link.dataset.key, link.href]));
// Single keys can be turned off (WCAG 2.1.4): who dictates, or slips onto a key, types some without meaning to.
const KEYS_OFF = "bonin-ops-keys-off";
const KEYS = document.getElementById("keys");
let going = 0;

function pick(step) {
  const rows = [...document.querySelectorAll("tbody tr[data-href]")];
  const at = rows.findIndex((row) => "picked" in row.dataset);
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  if (!next) return;
  rows.forEach((row) => delete row.dataset.picked);
  next.dataset.picked = "";
  next.scrollIntoView({ block: "nearest" });
}

function setUpKeys() {
  const box = KEYS.querySelector("[data-keys-on]");
  box.checked = localStorage.getItem(KEYS_OFF) === null;
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "")));
  const open = document.querySelector("[data-keys-open]");
  open.hidden = false;
  open.addEventListener("click", () => KEYS.showModal());
  // Where nothing had the focus before, it would stay in what is closed, and keys would be taken for typing there.
  KEYS.addEventListener("close", () => KEYS.contains(document.activeElement) && document.activeElement.blur());
}

document.addEventListener("keydown", (event) => {
  if (localStorage.getItem(KEYS_OFF) !== null) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog[open]")) return;
  if (Date.now() - going < 1500 && GO.has(event.key)) {
    location.href = GO.get(event.key);
    return;
  }
  const picked = document.querySelector("tr[data-picked]");
  if (event.key === "/") document.getElementById("find").focus();
  else if (event.key === "?") KEYS.showModal();
  else if (event.key === "g") going = Date.now();
  else if (event.key === "j" || event.key === "k") pick(event.key === "j" ? 1 : -1);
  else if (event.key === "Enter" && picked && !event.target.closest("a, button, summary")) location.href = picked.dataset.href;
  else return;
  event.preventDefault();
});

// On a phone the sections are wider than the screen: the one that is open is seen.
document.querySelector(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
// What an action came to is told once, and not again by a page that is loaded again.
const address = new URL(location.href);
address.searchParams.delete("done");
history.replaceState(null, "", address);
setUpKeys();
draw(document);
addEventListener("themechange", () => draw(document));
follow(() => draw(document));
