// A refusal in a box: what was refused, and what to do next.

import { note } from "./dom.js";
import { wait } from "./format.js";
import { say, words } from "./language.js";

export function problemNote(refused) {
  const ours = words(`problems.${refused.slug}`, { time: wait(refused.retryAfter ?? 0) });
  const [title, detail] = ours ?? [refused.title ?? say("unreachable"), refused.detail];
  const details = refused.errors.length > 0 ? refused.errors.map((error) => error.problem) : [detail];
  const shown = note("bad", title, ...details.filter(Boolean).map((text) => ` ${text}`));
  shown.dataset.role = "problem";
  shown.dataset.slug = refused.slug;
  shown.setAttribute("role", "alert");
  return shown;
}

// What is disabled or inert loses the focus: whoever is at the keyboard goes on from the button.
function keepPlace(button) {
  if (document.activeElement === document.body && button.isConnected) button.focus({ preventScroll: true });
}

// Run `work` while nothing else can be chosen: what it finds out, and draws, is about what was chosen before.
export async function holding(button, work) {
  const parts = [...button.closest("main").children];
  for (const part of parts) part.inert = true;
  try {
    await work();
  } finally {
    for (const part of parts) part.inert = false;
    keepPlace(button);
  }
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
    keepPlace(button);
  }
}
