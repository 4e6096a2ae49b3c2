// A refusal in a box: what was refused, and what to do next.

import { note } from "./dom.js";
import { say } from "./language.js";

export function problemNote(refused) {
  const title = refused.title ?? say("unreachable");
  const details = refused.errors.length > 0 ? refused.errors.map((error) => error.problem) : [refused.detail];
  const shown = note("bad", title, ...details.filter(Boolean).map((text) => ` ${text}`));
  shown.dataset.role = "problem";
  shown.dataset.slug = refused.slug;
  shown.setAttribute("role", "alert");
  return shown;
}

// Run `work` while the button shows that it runs; what is refused appears in `place`.
export async function working(button, place, busyText, work) {
  const text = button.querySelector(".label") ?? button;
  const before = text.textContent;
  button.disabled = true;
  text.textContent = busyText;
  place.replaceChildren();
  try {
    await work();
  } catch (refused) {
    if (!("slug" in refused)) throw refused;
    place.replaceChildren(problemNote(refused));
  } finally {
    button.disabled = false;
    text.textContent = before;
  }
}
