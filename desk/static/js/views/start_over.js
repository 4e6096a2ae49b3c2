// The button that leaves what is done for the choice of what to do next.

import { h } from "../dom.js";
import { say } from "../language.js";

export function startOver(desk) {
  return h("button", { class: "button quiet", type: "button", data: { role: "start-over" }, onclick: () => desk.startOver() }, say("startOver"));
}
