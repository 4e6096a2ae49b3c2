// The server says that something has changed; the page then fetches itself and puts the parts that differ in place.
const SOURCE = document.querySelector("[data-live-source]")?.dataset.liveSource;
const LEAST_PAUSE = 1000;
const AGAIN_AFTER = 3000;
// A gateway that is replaced is back sooner.
const PATIENCE = 5000;
const ASK_BEHIND = 60_000;
const ASK_FOR_WHO_IS_THERE = 60_000;
// The click that took the focus out of a part is over by then: nothing moves under it.
const AFTER_LEAVING = 500;

let wanted = false;
let busy = false;
let waiting = 0;
// What came last, where it is not all shown because a part of the page was in use.
let held = null;
// Somebody has typed or clicked since the page asked last, which was at `asked`.
let isSomebodyThere = false;
let asked = Date.now();

function show(connected) {
  if (connected) {
    clearTimeout(waiting);
    waiting = 0;
    document.body.removeAttribute("data-off");
  } else {
    waiting ||= setTimeout(() => document.body.setAttribute("data-off", ""), PATIENCE);
  }
  const state = document.querySelector("[data-live-state]");
  state.hidden = false;
  state.toggleAttribute("data-off", !connected);
  state.querySelector("[data-live-on]").hidden = !connected;
  state.querySelector("[data-live-off]").hidden = connected;
}

// A part in which somebody is typing, or has typed, is left alone.
function inUse(part) {
  return part.contains(document.activeElement) && document.activeElement !== document.body
    || [...part.querySelectorAll("input[name=reason]")].some((input) => input.value);
}

// What the operator has opened or picked stays so.
function carryOver(from, to) {
  const picked = from.querySelector("tr[data-picked]")?.dataset.href;
  for (const row of to.querySelectorAll("tr[data-href]")) {
    if (row.dataset.href === picked) row.dataset.picked = "";
  }
  const opened = [...from.querySelectorAll("details")].map((details) => details.open);
  to.querySelectorAll("details").forEach((details, number) => {
    details.open = opened[number] ?? false;
  });
}

// A status is read out when what is in it changes, and not when another one takes its place.
function place(other, part) {
  if (part.getAttribute("role") !== "status") {
    part.replaceWith(other);
    return other;
  }
  for (const { name, value } of other.attributes) part.setAttribute(name, value);
  part.replaceChildren(...other.childNodes);
  return part;
}

function put(page) {
  const fresh = new DOMParser().parseFromString(page, "text/html");
  held = null;
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (other && other.outerHTML === part.dataset.seen) continue;
    if (inUse(part)) {
      held = page;
      continue;
    }
    if (!other) {
      part.remove();
      continue;
    }
    const seen = other.outerHTML;
    carryOver(part, other);
    const placed = place(other, part);
    placed.dataset.seen = seen;
  }
}

// What a page asks by itself keeps no session alive; what it asks because somebody is there does.
function ask() {
  const headers = isSomebodyThere ? {} : { "X-Refresh": "1" };
  isSomebodyThere = false;
  asked = Date.now();
  return fetch(location.href, { headers, redirect: "manual" });
}

async function refresh(then) {
  if (busy) return;
  busy = true;
  while (wanted) {
    wanted = false;
    try {
      const answer = await ask();
      // It leads to the sign-in.
      if (answer.status === 401 || answer.type === "opaqueredirect") return location.reload();
      if (answer.ok) {
        put(await answer.text());
        then();
      }
    } catch {
      show(false);
    }
    await new Promise((resolve) => setTimeout(resolve, LEAST_PAUSE));
  }
  busy = false;
}

// Browsers give a server few connections, six over HTTP/1.1: a page that nobody looks at keeps none, or the seventh tab
// would wait for ever. It asks now and then, so that it ends with its session, and catches up when it is looked at again.
export function follow(then) {
  if (!SOURCE) return;
  // What is as the server sent it stays where it is, and is not read out again.
  for (const part of document.querySelectorAll("[data-live]")) part.dataset.seen = part.outerHTML;
  let leave = () => {};
  const attend = () => {
    leave();
    leave = document.hidden ? askNowAndThen(then) : listen(then);
  };
  document.addEventListener("visibilitychange", attend);
  // Whoever writes a reason for long is not signed out in the midst of it (WCAG 2.2.1).
  const note = () => {
    isSomebodyThere = true;
    if (Date.now() - asked < ASK_FOR_WHO_IS_THERE) return;
    wanted = true;
    refresh(then);
  };
  // Not as a button goes down: what came of it could move away from under the click.
  for (const act of ["keydown", "pointerup"]) document.addEventListener(act, note);
  const catchUp = () => {
    if (held === null) return;
    put(held);
    then();
  };
  document.addEventListener("focusout", () => setTimeout(catchUp, AFTER_LEAVING));
  attend();
}

// Answers what ends it; so does `listen`.
function askNowAndThen(then) {
  const asking = setInterval(() => {
    wanted = true;
    refresh(then);
  }, ASK_BEHIND);
  return () => clearInterval(asking);
}

function listen(then) {
  let source = null;
  let again = 0;
  const connect = () => {
    source = new EventSource(SOURCE);
    source.addEventListener("open", () => show(true));
    source.addEventListener("error", () => {
      show(false);
      if (source.readyState !== EventSource.CLOSED) return;
      // It was refused, and asks no more by itself: the store is away, or the session is over, as the page will tell.
      wanted = true;
      refresh(then);
      again = setTimeout(connect, AGAIN_AFTER);
    });
    source.addEventListener("over", () => {
      source.close();
      location.reload();
    });
    source.addEventListener("changed", () => {
      wanted = true;
      refresh(then);
    });
  };
  connect();
  return () => {
    clearTimeout(again);
    source.close();
  };
}
