// The desk's own interface. The key of the gateway is the server's: nothing here knows it.

import { language } from "./language.js";

const API = "/desk/api";
const RECONNECT_MS = 2000;
let csrfToken = "";
let clockOffset = 0;

// What was refused: `slug` names it, `title` and `detail` say it in the page's language.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.slug = String(problem.type ?? "").split("/").pop();
    this.title = problem.title ?? null;
    this.detail = problem.detail ?? "";
    this.errors = problem.errors ?? [];
    this.retryAfter = problem.retry_after ?? null;
  }
}

// Now by the server's clock, in ms: countdowns must not trust the clock of this computer.
export function now() {
  return Date.now() + clockOffset;
}

async function call(method, path, body) {
  const headers = { "Accept-Language": language() };
  if (method !== "GET") Object.assign(headers, { "Content-Type": "application/json", "X-CSRF-Token": csrfToken });
  let response;
  try {
    response = await fetch(API + path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Refused(0, { type: "/desk/problems/offline" });
  }
  const offset = Date.parse(response.headers.get("Date") ?? "") - Date.now();
  clockOffset = Math.abs(offset) > 2000 ? offset : 0;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

export async function session() {
  const given = await call("GET", "/session");
  csrfToken = given.csrf_token;
  return given;
}

export const customer = (id) => call("GET", `/customers/${id}`);
export const checkOwnership = (id, contactId) => call("POST", `/customers/${id}/contacts/${contactId}/ownership-check`, {});
export const openCase = (asked) => call("POST", "/cases", asked);
export const decideAgain = (caseId) => call("POST", `/cases/${caseId}/decision`, {});
export const completeCase = (caseId) => call("POST", `/cases/${caseId}/complete`, {});
export const rememberDevice = (id) => call("POST", `/verifications/${id}/auto-connect`, {});
export const openVerification = (asked) => call("POST", "/verifications", asked);
export const verification = (id) => call("GET", `/verifications/${id}`);
export const resend = (id) => call("POST", `/verifications/${id}/resend`, {});
export const cancel = (id) => call("POST", `/verifications/${id}/cancel`, {});
export const vouch = (id) => call("POST", `/verifications/${id}/vouch`, {});
export const redeem = (id) => call("POST", `/verifications/${id}/redeem`, {});
export const issueBranchPassword = (asked) => call("POST", "/branch-passwords", asked);

// An attempt that is sent twice counts once.
export function check(id, code) {
  const random = crypto.getRandomValues(new Uint32Array(4));
  return call("POST", `/verifications/${id}/check`, { code, attempt_id: [...random].map((part) => part.toString(16)).join("") });
}

// Tells every change of a verification until it is over or `stop` is called; answers `stop`.
export function follow(id, changed, interrupted) {
  let stream;
  let again;
  const connect = () => {
    stream = new EventSource(`${API}/verifications/${id}/events`);
    stream.addEventListener("open", () => interrupted(false));
    stream.addEventListener("verification", (event) => {
      const verification = JSON.parse(event.data);
      if (verification.status !== "pending") stream.close();
      changed(verification);
    });
    stream.addEventListener("error", () => {
      interrupted(true);
      if (stream.readyState === EventSource.CLOSED) again = setTimeout(ask, RECONNECT_MS);
    });
  };
  // What the browser gives up may be a server that restarts, or one that has forgotten this page.
  const ask = () =>
    verification(id).then(connect, ({ status }) => {
      if (status === 403 || status === 404) location.reload();
      else again = setTimeout(ask, RECONNECT_MS);
    });
  connect();
  return () => {
    clearTimeout(again);
    stream.close();
  };
}
