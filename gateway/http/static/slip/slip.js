// The password comes in the fragment, which never leaves this browser, and goes from the address bar at once.
const password = location.hash.slice(1);
const kept = sessionStorage.getItem(location.pathname);
const shown = /^[0-9]{6}$/.test(password) ? password : kept;

if (shown) {
  // Kept in this tab only, so that changing the language does not lose it.
  sessionStorage.setItem(location.pathname, shown);
  history.replaceState(null, "", location.pathname + location.search);
  document.getElementById("password").textContent = `${shown.slice(0, 3)} ${shown.slice(3)}`;
  document.body.classList.add("shown");
}

document.getElementById("print").addEventListener("click", () => window.print());
