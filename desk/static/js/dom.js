// Building elements. Texts go in as text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(made.dataset, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function icon(name, className = "icon") {
  const drawn = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  drawn.setAttribute("class", className);
  drawn.setAttribute("aria-hidden", "true");
  drawn.append(use);
  return drawn;
}

export function ring(radius, width) {
  const drawn = document.createElementNS(SVG, "svg");
  const size = 2 * (radius + width);
  drawn.setAttribute("viewBox", `0 0 ${size} ${size}`);
  drawn.setAttribute("aria-hidden", "true");
  for (const className of ["track", "left"]) {
    const circle = document.createElementNS(SVG, "circle");
    const values = { class: className, cx: size / 2, cy: size / 2, r: radius, "stroke-width": width, pathLength: 100 };
    for (const [name, value] of Object.entries(values)) circle.setAttribute(name, value);
    drawn.append(circle);
  }
  return drawn;
}

// Takes the reader to what an action came to: a page that is drawn anew with it reads nothing out by itself.
export function attend(selector) {
  const found = document.querySelector(selector);
  found?.setAttribute("tabindex", "-1");
  found?.focus();
}

// A note in a box: `kind` is info, warn, bad or good.
export function note(kind, title, ...more) {
  const signs = { info: "info", warn: "warn", bad: "warn", good: "check" };
  const text = h("div", {}, title && h("strong", {}, title), ...more);
  return h("div", { class: "note", data: { kind } }, icon(signs[kind]), text);
}
