// The page of a sweep that goes on reads itself anew, and keeps its place; it waits while somebody is at work on it.
const EVERY_MS = 30000;
const PLACE = `nnexp ${location.pathname}`;

function kept(use) {
  try { return use(sessionStorage); } catch { return null; } // of a file, some browsers keep none
}

function isBusy() {
  const inputs = [...document.querySelectorAll("input, textarea, select")];
  const selected = !document.getSelection().isCollapsed;
  return document.hidden || selected || inputs.some((one) => one.value || one === document.activeElement);
}

// Plots are drawn after the page is there, and make room as they are.
function goBack() {
  const place = kept((store) => store.getItem(PLACE));
  kept((store) => store.removeItem(PLACE));
  if (place === null) return;
  history.scrollRestoration = "manual";
  const go = () => scrollTo(0, Number(place));
  const grows = new ResizeObserver(go);
  const stop = () => grows.disconnect();
  grows.observe(document.body);
  for (const moved of ["wheel", "touchstart", "keydown", "mousedown"]) addEventListener(moved, stop, { once: true, passive: true });
  setTimeout(stop, 5000);
  go();
}

addEventListener("DOMContentLoaded", () => {
  let goes = true;
  const written = new Date(document.lastModified).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const line = document.createElement("p");
  const button = document.createElement("button");
  const told = () => {
    line.firstChild.textContent = goes
      ? `At ${written} the sweep was going on: this page is read anew every ${EVERY_MS / 1000} seconds. `
      : `At ${written} the sweep was going on; this page stays as it is. `;
    button.textContent = goes ? "Leave it as it is" : "Read it anew";
  };
  button.type = "button";
  button.addEventListener("click", () => { goes = !goes; told(); });
  line.className = "going";
  line.append("", button);
  told();
  document.querySelector(".answer").after(line);
  goBack();
  setInterval(() => {
    if (!goes || isBusy()) return;
    kept((store) => store.setItem(PLACE, String(scrollY)));
    location.reload();
  }, EVERY_MS);
});
