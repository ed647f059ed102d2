// What the page tells: toasts, and words for screen readers.
import { clone } from "es/core/dom.js";

export function announce(text, urgent = false) {
  const place = document.getElementById(urgent ? "say-now" : "say");
  if (!place) return;
  place.textContent = "";
  setTimeout(() => { place.textContent = text; }, 50);
}

/** Show a line for some seconds; `action` is {label, run}. It waits while one points at it. */
export function toast(text, action) {
  const element = clone("t-toast");
  element.firstElementChild.textContent = text;
  const button = element.querySelector("button");
  if (action) {
    button.hidden = false;
    button.textContent = action.label;
    button.addEventListener("click", () => { element.remove(); action.run(); });
  }
  const place = document.getElementById("toasts");
  place.append(element);
  while (place.children.length > 3) place.firstElementChild.remove();
  let timer;
  const go = () => { timer = setTimeout(() => element.remove(), action ? 10_000 : 4000); };
  const stay = () => clearTimeout(timer);
  element.addEventListener("pointerenter", stay);
  element.addEventListener("focusin", stay);
  element.addEventListener("pointerleave", go);
  element.addEventListener("focusout", go);
  go();
  return element;
}
