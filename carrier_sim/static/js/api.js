// The carrier's control interface. Every function answers true when the carrier did it.

async function request(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  return answer !== null && answer.ok;
}

const callPath = (sid, what) => `/control/calls/${encodeURIComponent(sid)}/${what}`;

export const answer = (sid, pace) => request("POST", callPath(sid, "answer"), { pace });
export const reject = (sid) => request("POST", callPath(sid, "reject"), {});
export const hangUp = (sid) => request("POST", callPath(sid, "hangup"), {});
export const press = (sid, digits) => request("POST", callPath(sid, "press"), { digits });
export const text = (from, to, body) => request("POST", "/control/messages", { from, to, body });
export const setPhone = (number, settings) =>
  request("PUT", `/control/phones/${encodeURIComponent(number)}`, settings);
