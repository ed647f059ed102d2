// One's own status as a dialog; without a script its link is a page.
import { behaviour, start, stop } from "es/core/behaviours.js";
import { parse } from "es/core/dom.js";
import { openDialog } from "es/core/dialogs.js";
import { request } from "es/core/http.js";
import { toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import { closeRail } from "es/shell/navigate.js";

const ADDRESS = "/settings/status";
const dialog = () => document.getElementById("own-status");

function put(text) {
  stop(dialog());
  dialog().replaceChildren(...parse(text).filter((element) => !["TITLE", "LINK"].includes(element.nodeName)));
  start(dialog());
}

async function save(event) {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  const facts = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const answer = await request(ADDRESS, { method: "POST", form: facts, shell: "panel", any: true });
    if (answer.status === 422) {
      put(await answer.text());
      dialog().querySelector('[aria-invalid="true"]')?.focus();
    } else if (answer.ok) {
      dialog().close();
      toast(say("saved"));
    } else toast(say("failed"));
  } catch { toast(say("failed")); }
}

behaviour("status-open", (link) => {
  link.addEventListener("click", async (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    try {
      put(await (await request(ADDRESS, { shell: "panel" })).text());
    } catch { location.assign(ADDRESS); return; }
    closeRail();
    openDialog("own-status").addEventListener("close", () => link.focus(), { once: true });
  });
});
dialog().addEventListener("submit", save);
