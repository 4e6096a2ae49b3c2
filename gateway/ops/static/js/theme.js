// Before the first paint: the theme that was chosen last, if any; the system's otherwise.
(() => {
  const root = document.documentElement;
  const chosen = localStorage.getItem("bonin-ops-theme");
  if (chosen) root.dataset.theme = chosen;
  addEventListener("DOMContentLoaded", () => {
    const toggle = document.querySelector("[data-theme-toggle]");
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      const dark = root.dataset.theme
        ? root.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      localStorage.setItem("bonin-ops-theme", root.dataset.theme);
      dispatchEvent(new Event("themechange"));
    });
  });
})();
