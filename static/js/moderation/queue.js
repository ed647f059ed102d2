// The queue of those who judge: live, by keys, with the case beside it.
import { behaviour } from "es/core/behaviours.js";
import { debounce, isTyping, parsePage } from "es/core/dom.js";
import { openDialog } from "es/core/dialogs.js";
import { request } from "es/core/http.js";
import * as live from "es/core/live.js";
import { enliven, openPanel, reload } from "es/shell/navigate.js";

const panel = () => document.getElementById("panel");
const openCase = () => panel().querySelector("[data-behaviour~=case]");

function queue(place) {
  const rows = () => [...place.querySelectorAll(".case-row")];
  const chosen = () => place.querySelector(".case-row.is-chosen");
  const list = () => place.querySelector("[data-queue-list]");

  function mark(id) {
    for (const row of rows()) {
      const isIt = row.dataset.case === String(id);
      row.classList.toggle("is-chosen", isIt);
      const link = row.querySelector(".case-link");
      if (isIt) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
      if (isIt) row.scrollIntoView({ block: "nearest" });
    }
  }
  async function open(id, focus = false) {
    const url = new URL(location.href);
    url.searchParams.set("case", id);
    const queue = new URL(url);
    queue.searchParams.delete("case");
    mark(id);
    await openPanel(`/moderation/cases/${id}?queue=${encodeURIComponent(queue.pathname + queue.search)}`, url, { how: "replace", focus: false });
    // Not into its first field: the keys of this page go on.
    if (focus) panel().focus({ preventScroll: true });
  }
  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    open(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))].dataset.case);
  }

  const renew = debounce(async () => {
    const url = new URL(location.href);
    url.searchParams.set("part", "list");
    const checked = new Set([...place.querySelectorAll(".case-check input:checked")].map((box) => box.value));
    const focused = place.contains(document.activeElement) && document.activeElement.closest(".case-row")?.dataset.case;
    let text;
    try { text = await (await request(url.pathname + url.search)).text(); } catch { return; }
    const fresh = parsePage(text).querySelector("[data-queue-list]");
    if (!fresh || !place.isConnected) return;
    const hadRows = rows().length > 0;
    list().replaceWith(fresh);
    enliven(fresh);
    // What is done to several comes with the first case.
    if (!hadRows && rows().length) { reload(); return; }
    for (const box of fresh.querySelectorAll(".case-check input")) box.checked = checked.has(box.value);
    if (focused) fresh.querySelector(`[data-case="${focused}"] .case-link`)?.focus({ preventScroll: true });
    for (const count of place.querySelectorAll("[data-queue-count]")) {
      const number = Number(fresh.dataset[count.dataset.queueCount]);
      count.textContent = number || "";
      count.hidden = !number;
    }
    tellChosen();
  }, 250);
  const stop = live.on("case_changed", renew);
  const stopReady = live.on("back", renew);

  function tellChosen() {
    const label = document.querySelector("#bulk [data-chosen]");
    if (!label) return;
    const number = place.querySelectorAll(".case-check input:checked").length;
    label.textContent = number ? `${label.dataset.some} ${number}` : label.dataset.none;
  }
  place.addEventListener("change", (event) => { if (event.target.closest(".case-check")) tellChosen(); });

  function press(selector) { panel().querySelector(selector)?.requestSubmit(); }
  function choose(act) {
    const option = openCase()?.querySelector(`#decide [name="act"][value="${act}"]`);
    if (!option) return;
    option.checked = true;
    option.scrollIntoView({ block: "center" });
    // One more key decides: nothing is removed by one slip of a finger.
    openCase().querySelector('[form="decide"]').focus({ preventScroll: true });
  }
  const letters = {
    j: () => step(1),
    k: () => step(-1),
    a: () => press('[data-quick="assign"]'),
    h: () => press('[data-quick="hide"]'),
    d: () => choose("dismiss"),
    r: () => choose("remove"),
    u: () => choose("uphold"),
    x: () => { const box = chosen()?.querySelector("input[type=checkbox]"); if (box) box.click(); },
    n: () => openCase()?.querySelector("#case-note")?.focus(),
    "?": () => openDialog("queue-keys"),
  };
  function onKey(event) {
    if (!place.isConnected) { undo(); return; }
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open], :popover-open")) return;
    const run = letters[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  }
  function onClick(event) {
    if (!place.isConnected) { undo(); return; }
    const link = event.target.closest?.("a[data-case-link]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    open(link.dataset.caseLink, true);
  }
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("click", onClick, true);
  function undo() {
    stop();
    stopReady();
    renew.cancel();
    document.removeEventListener("keydown", onKey, true);
    document.removeEventListener("click", onClick, true);
  }
  return undo;
}

// Somebody else changed the case that is open: say so, and let what is being written stand.
function follow(view) {
  return live.on("case_changed", (facts) => {
    if (String(facts.case_id) === view.dataset.case && facts.version > Number(view.dataset.version)) view.querySelector("[data-changed]").hidden = false;
  });
}

behaviour("queue", queue);
behaviour("case", follow);
// This page's own are there before this script is.
document.querySelectorAll("[data-behaviour~=queue]").forEach(queue);
document.querySelectorAll("[data-behaviour~=case]").forEach(follow);
