// Native dialogs, and menus as popovers.
import { isPhone } from "es/core/dom.js";

/** Ask before something that cannot be undone; resolves to true for yes. */
export function confirm({ title, text, yes, no }) {
  const dialog = document.getElementById("confirm");
  const [keep, go] = dialog.querySelectorAll("button");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector("p").textContent = text ?? "";
  go.textContent = yes;
  keep.textContent = no ?? keep.textContent;
  dialog.returnValue = "";
  dialog.showModal();
  keep.focus();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
  return dialog;
}

/** Open a menu at its button, upwards where there is no room below; a sheet on phones. */
export function openMenu(menu, button) {
  if (menu.matches(":popover-open")) return menu.hidePopover();
  const sheet = isPhone();
  menu.classList.toggle("menu-sheet", sheet);
  menu.showPopover();
  if (sheet) behind(menu);
  if (!isPhone()) {
    const from = button.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const below = from.bottom + 4 + height < innerHeight;
    menu.style.top = `${below ? from.bottom + 4 : Math.max(8, from.top - height - 4)}px`;
    menu.style.left = `${Math.max(8, Math.min(from.right - width, innerWidth - width - 8))}px`;
  }
  button.setAttribute("aria-expanded", "true");
  const closed = (event) => {
    if (event.newState !== "closed") return;
    button.setAttribute("aria-expanded", "false");
    if (menu.contains(document.activeElement) || document.activeElement === document.body) button.focus?.();
    menu.removeEventListener("toggle", closed);
  };
  menu.addEventListener("toggle", closed);
  items(menu)[0]?.focus();
}

/** The drawer that a sheet half covers is out of reach, until just before the sheet goes. */
function behind(menu) {
  const rail = document.getElementById("rail");
  if (!rail || rail.contains(menu)) return;
  rail.inert = true;
  menu.addEventListener("beforetoggle", () => { rail.inert = false; }, { once: true });
}

const items = (menu) => [...menu.querySelectorAll('[role^="menuitem"]')].filter((item) => item.offsetParent);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.('[role="menu"]');
  if (!menu) return;
  const all = items(menu);
  const here = all.indexOf(document.activeElement);
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  } else if (event.key === "Tab") menu.hidePopover();
});
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement) event.target.close();
  event.target.closest?.('[role="menu"]:popover-open [role="menuitem"]')?.closest('[role="menu"]').hidePopover();
  const opener = event.target.closest?.("[data-open-dialog]");
  if (opener) openDialog(opener.dataset.openDialog);
});
