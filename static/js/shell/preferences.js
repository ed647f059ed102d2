// What one browser remembers: theme, widths of the columns, the folded rail, what Enter does.
import { behaviour } from "es/core/behaviours.js";
import { store } from "es/core/dom.js";

const root = document.documentElement;

export const enterSends = () => store.get("enter-sends") ?? true;

function showTheme() {
  const theme = root.dataset.theme ?? "";
  document.querySelectorAll("[data-theme-choice]").forEach((item) => {
    item.setAttribute("aria-checked", String(item.dataset.themeChoice === theme));
  });
}
document.addEventListener("click", (event) => {
  const choice = event.target.closest?.("[data-theme-choice]");
  if (!choice) return;
  const theme = choice.dataset.themeChoice;
  // As plain text: the script in the page's head reads it before anything is drawn.
  try { if (theme) localStorage.setItem("theme", theme); else localStorage.removeItem("theme"); } catch { /* not kept */ }
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  showTheme();
});

behaviour("enter-sends", (item) => {
  const show = () => item.setAttribute("aria-checked", String(enterSends()));
  item.addEventListener("click", () => {
    store.set("enter-sends", !enterSends());
    show();
    dispatchEvent(new Event("enter-sends"));
  });
  show();
});

// The script in the page's head folds it, and gives the columns their widths, before anything is drawn.
export function foldRail() {
  store.set("rail-closed", root.classList.toggle("rail-closed") || null);
}
behaviour("rail-fold", (button) => button.addEventListener("click", foldRail));

behaviour("sizer", (bar) => {
  const { property, min, max } = bar.dataset;
  const side = bar.parentElement;
  const set = (width) => {
    const kept = Math.round(Math.min(Number(max), Math.max(Number(min), width)));
    root.style.setProperty(property, `${kept}px`);
    bar.setAttribute("aria-valuenow", kept);
    store.set(`width${property}`, kept);
  };
  bar.setAttribute("aria-valuemin", min);
  bar.setAttribute("aria-valuemax", max);
  bar.setAttribute("aria-valuenow", Math.round(side.getBoundingClientRect().width));
  const grows = side.id === "rail" ? 1 : -1;
  const direction = () => (getComputedStyle(root).direction === "rtl" ? -1 : 1) * grows;
  bar.addEventListener("pointerdown", (down) => {
    const width = side.getBoundingClientRect().width;
    bar.setPointerCapture(down.pointerId);
    const move = (event) => set(width + (event.clientX - down.clientX) * direction());
    bar.addEventListener("pointermove", move);
    bar.addEventListener("lostpointercapture", () => bar.removeEventListener("pointermove", move), { once: true });
  });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (step) set(side.getBoundingClientRect().width + step * direction());
  });
});

export function begin() {
  showTheme();
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  if (isMac) document.querySelectorAll("[data-mod-key]").forEach((key) => { key.textContent = "⌘ K"; });
  if (isMac) document.querySelectorAll("[data-mod]").forEach((key) => { key.textContent = "⌘"; });
}
