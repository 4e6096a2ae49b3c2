// One input for six digits that looks like six boxes: one field for keyboards, autofill and screen readers.

import { h } from "../dom.js";

const LENGTH = 6;

// `autocomplete`: a telephone offers the code of a text for `one-time-code`.
export function codeInput(label, autocomplete, changed) {
  const cells = Array.from({ length: LENGTH }, () => h("span", { class: "cell" }));
  const input = h("input", {
    type: "text",
    inputmode: "numeric",
    autocomplete,
    maxlength: "12",
    spellcheck: "false",
    "aria-label": label,
    data: { role: "code" },
  });
  const box = h("div", { class: "code" }, h("div", { class: "cells", "aria-hidden": "true" }, ...cells), input);
  const draw = () => {
    cells.forEach((cell, index) => {
      cell.textContent = input.value[index] ?? "";
      cell.toggleAttribute("data-next", index === Math.min(input.value.length, LENGTH - 1));
    });
  };
  input.addEventListener("input", () => {
    // A Korean keyboard may type full-width digits, and what is pasted may hold spaces.
    input.value = input.value.normalize("NFKC").replace(/[^0-9]/g, "").slice(0, LENGTH);
    draw();
    changed(input.value);
  });
  draw();
  return {
    box,
    input,
    isComplete: () => input.value.length === LENGTH,
    set(value) {
      input.value = value;
      draw();
    },
    wrong() {
      box.toggleAttribute("data-wrong", true);
      box.addEventListener("animationend", () => box.removeAttribute("data-wrong"), { once: true });
      this.set("");
      input.focus();
    },
  };
}
