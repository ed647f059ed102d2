// Reporting in a dialog: the page's own form, shown over what is reported.
import { parsePage } from "es/core/dom.js";
import { request } from "es/core/http.js";
import { toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import * as live from "es/core/live.js";
import { enliven, reload } from "es/shell/navigate.js";

const here = () => location.pathname + location.search;

async function read(answer) {
  const page = parsePage(await answer.text());
  return { page, part: page.querySelector("[data-report]") };
}

async function addStyle(page) {
  const link = page.querySelector('link[href*="css/moderation"]');
  if (!link || document.head.querySelector(`link[href="${CSS.escape(link.getAttribute("href"))}"]`)) return;
  const copy = document.createElement("link");
  copy.rel = "stylesheet";
  copy.href = link.href;
  await new Promise((done) => { copy.onload = copy.onerror = done; document.head.append(copy); });
}

function fill(dialog, page, part) {
  const title = document.createElement("h2");
  title.id = "report-title";
  title.textContent = page.querySelector("h1")?.textContent ?? "";
  dialog.replaceChildren(title, part);
  enliven(part);
  const form = part.querySelector("form");
  part.querySelector("[data-close-report]")?.addEventListener("click", (event) => { event.preventDefault(); dialog.close(); });
  form?.addEventListener("submit", (event) => { event.preventDefault(); send(dialog, form); });
  (part.querySelector("[aria-invalid]") ?? part.querySelector("input:not([type=hidden])"))?.focus();
}

async function send(dialog, form) {
  const button = form.querySelector(".btn-primary");
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await request(new URL(form.action).pathname, { method: "POST", form: new URLSearchParams(new FormData(form)), any: true });
    const { page, part } = await read(answer);
    if (part) { fill(dialog, page, part); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    dialog.close();
    toast(page.querySelector(".flash")?.textContent.trim() || say("reported"));
  } catch { toast(say("failed")); } finally { button.removeAttribute("aria-busy"); }
}

/** Ask why something is reported; without an answer from the server its page is opened. */
export async function report(path) {
  const address = `${path}?next=${encodeURIComponent(here())}`;
  let found;
  try { found = await read(await request(address, { shell: "main" })); } catch { /* its page says why */ }
  if (!found?.part) { location.assign(address); return; }
  await addStyle(found.page);
  const dialog = document.createElement("dialog");
  dialog.className = "dialog report-dialog";
  dialog.setAttribute("aria-labelledby", "report-title");
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  fill(dialog, found.page, found.part);
}

// Somebody may not write any more, or may again: the page says so.
live.on("sanctions_changed", () => reload());

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-report-link]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  link.closest("[popover]")?.hidePopover();
  report(new URL(link.href).pathname);
}, true);
