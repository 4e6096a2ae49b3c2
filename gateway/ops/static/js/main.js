// Keys and live pages. Every page works without this: it only makes them quicker.
import { draw } from "/ops/static/js/charts.js";
import { follow } from "/ops/static/js/live.js";

const GO = new Map([...document.querySelectorAll(".sections a")].map((link) => [link.dataset.key, link.href]));
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

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog[open]")) return;
  if (Date.now() - going < 1500 && GO.has(event.key)) {
    location.href = GO.get(event.key);
    return;
  }
  const picked = document.querySelector("tr[data-picked]");
  if (event.key === "/") document.getElementById("find").focus();
  else if (event.key === "?") document.getElementById("keys").showModal();
  else if (event.key === "g") going = Date.now();
  else if (event.key === "j" || event.key === "k") pick(event.key === "j" ? 1 : -1);
  else if (event.key === "Enter" && picked && event.target === document.body) location.href = picked.dataset.href;
  else return;
  event.preventDefault();
});

// On a phone the sections are wider than the screen: the one that is open is seen.
document.querySelector(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
draw(document);
addEventListener("themechange", () => draw(document));
follow(() => draw(document));
