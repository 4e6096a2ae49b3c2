// Which language the page speaks: as chosen before, else as the browser prefers, else Korean.

import { en } from "./words/en.js";
import { ko } from "./words/ko.js";

const WORDS = { ko, en };
const KEPT = "bonin-desk-language";

function preferred() {
  const kept = localStorage.getItem(KEPT);
  if (kept in WORDS) return kept;
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in WORDS);
  return known ?? "ko";
}

let current = preferred();
let known = {};

export const language = () => current;

export function setLanguage(chosen) {
  current = chosen;
  localStorage.setItem(KEPT, chosen);
}

// Values that every text may name.
export function setKnown(values) {
  known = values;
}

// The words of `key` ("part.name"), with {values} filled in as far as given; undefined where there are none.
export function words(key, values = {}) {
  const fill = (text) => text.replace(/\{(\w+)\}/g, (name, value) => values[value] ?? known[value] ?? name);
  const found = key.split(".").reduce((table, part) => table?.[part], WORDS[current]);
  if (Array.isArray(found)) return found.map(fill);
  return typeof found === "string" ? fill(found) : found;
}

export const say = (key, values) => words(key, values) ?? key;

export function translate(root) {
  for (const element of root.querySelectorAll("[data-i18n]")) element.textContent = say(element.dataset.i18n);
}
