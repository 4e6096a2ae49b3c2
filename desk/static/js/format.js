// Numbers and times as people read them.

import { language } from "./language.js";

// +8210****5678 → 010-****-5678
export function phone(masked) {
  return masked.replace(/^\+82/, "0").replace(/\*+/, (hidden) => `-${hidden}-`);
}

export function minutes(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// How long to wait, in one unit: seconds, minutes or hours, never less than it takes.
export function wait(seconds) {
  const [size, unit] = seconds < 120 ? [1, "second"] : seconds < 7200 ? [60, "minute"] : [3600, "hour"];
  const options = { style: "unit", unit, unitDisplay: "long" };
  return new Intl.NumberFormat(language() === "en" ? "en-GB" : "ko-KR", options).format(Math.ceil(seconds / size));
}

export function moment(value) {
  const options = { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Seoul" };
  return new Intl.DateTimeFormat(language() === "en" ? "en-GB" : "ko-KR", options).format(new Date(value));
}

export const grouped = (code) => `${code.slice(0, 3)} ${code.slice(3)}`;

// The claims of a receipt (JWS, RFC 7515): read for people, not checked; the issuance system checks them.
export function claims(receipt) {
  const [header, payload] = receipt.split(".").slice(0, 2).map((part) => {
    const bytes = Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  });
  return { ...payload, alg: header.alg, kid: header.kid };
}
