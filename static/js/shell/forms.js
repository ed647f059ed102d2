// Forms that are answered in place, and the small behaviours of the frame.
import { behaviour } from "es/core/behaviours.js";
import { debounce } from "es/core/dom.js";
import { confirm, openMenu } from "es/core/dialogs.js";
import { request } from "es/core/http.js";
import { toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import { refresh as refreshRail } from "es/rail/rail.js";
import { closePanel, closeRail, go, openRail, showAnswer } from "es/shell/navigate.js";

async function send(form, submitter) {
  const facts = new URLSearchParams(new FormData(form, submitter));
  const into = form.dataset.into === "panel" && form.closest("#panel") ? "panel" : "main";
  const target = new URL(form.action);
  if (form.method === "get") {
    for (const [name, value] of [...facts]) if (!value) facts.delete(name);
    const url = `${target.pathname}?${facts}`;
    if (into === "main") return go(url, { how: "replace", focus: false }).then(() => refocus(form));
    return showAnswer(await request(url, { shell: "panel", any: true }), into).then(() => refocus(form));
  }
  const answer = await request(target.pathname, { method: "POST", form: facts, shell: into, any: true });
  if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
  await showAnswer(answer, into);
  if ("refreshRail" in form.dataset) refreshRail();
}

function refocus(form) {
  const name = form.querySelector('input[type="search"]')?.name;
  const field = name && document.querySelector(`form[action="${CSS.escape(form.getAttribute("action"))}"] input[name="${name}"]`);
  if (!field) return;
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

behaviour("form", (form) => {
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    const { confirm: title, confirmText: text, confirmYes: yes } = form.dataset;
    if (title && !(await confirm({ title, text, yes, no: say("keep") }))) return;
    busy = true;
    event.submitter?.setAttribute("aria-busy", "true");
    try {
      await send(form, event.submitter);
    } catch {
      toast(say("failed"));
    } finally {
      busy = false;
      event.submitter?.removeAttribute("aria-busy");
    }
  });
  if ("submitOnChange" in form.dataset) form.addEventListener("change", () => form.requestSubmit());
  if ("live" in form.dataset) {
    const later = debounce(() => form.isConnected && form.requestSubmit(), 250);
    form.addEventListener("input", later);
    return () => later.cancel();
  }
  return undefined;
});

behaviour("star", (form) => {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const field = form.elements.starred;
    const facts = new URLSearchParams(new FormData(form));
    const starred = field.value === "1";
    button.setAttribute("aria-pressed", String(starred));
    try {
      await request(new URL(form.action).pathname, { method: "POST", form: facts, shell: "panel" });
      field.value = starred ? "0" : "1";
      refreshRail();
    } catch {
      button.setAttribute("aria-pressed", String(!starred));
      toast(say("failed"));
    }
  });
});

behaviour("menu", (button) => {
  button.addEventListener("click", () => openMenu(document.getElementById(button.dataset.menu), button));
});
behaviour("rail-open", (link) => {
  link.addEventListener("click", (event) => { event.preventDefault(); openRail(); });
});
behaviour("rail-close", (link) => {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    closeRail();
    document.querySelector("[data-behaviour~=rail-open]")?.focus();
  });
});
behaviour("panel-close", (link) => {
  link.addEventListener("click", (event) => { event.preventDefault(); event.stopPropagation(); closePanel(); });
});
document.addEventListener("pointerdown", (event) => {
  const rail = document.getElementById("rail");
  if (rail?.classList.contains("is-open") && !rail.contains(event.target)) { event.preventDefault(); closeRail(); }
});
