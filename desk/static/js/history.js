// The browser's Back presses the button of the page that leads back: nobody leaves the desk by it in the midst of a case.

const LEADS_BACK = ["back", "cancel", "other", "start-over"].map((role) => `[data-role="${role}"]`).join();

const isInside = () => history.state?.inside === true;

// Whenever a stage is shown. One entry more than the page's own is enough, and only while there is something to leave.
export function remember(stage) {
  if (stage === "choose" && isInside()) history.back();
  if (stage !== "choose" && !isInside()) history.pushState({ inside: true }, "");
}

export function followBack(main) {
  addEventListener("popstate", () => {
    if (!isInside()) main.querySelector(LEADS_BACK)?.click();
  });
}
