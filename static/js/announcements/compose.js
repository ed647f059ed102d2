// Writing an announcement: whom it reaches and how it looks while one writes, and a draft that keeps itself.
import { behaviour } from "es/core/behaviours.js";
import { debounce, fill, parse } from "es/core/dom.js";
import { html, request } from "es/core/http.js";
import { localise } from "es/core/time.js";
import { attach } from "es/posts/completion.js";
import { use } from "es/posts/tools.js";

const LOOK_AFTER = 350;
const KEEP_AFTER = 1500;

behaviour("compose", (form) => {
  const page = form.closest(".page");
  const part = (name) => page.querySelector(`[data-part="${name}"]`);
  let asked;
  let sending = false;

  const facts = (more) => {
    const given = new URLSearchParams(new FormData(form));
    given.delete("do");
    Object.entries(more ?? {}).forEach(([name, value]) => given.set(name, value));
    return given;
  };

  async function look(act) {
    asked?.abort();
    asked = new AbortController();
    try {
      // What is being typed into the adder is not added until one says so.
      const given = facts({ do: act ?? "look" });
      if (!act) given.delete("add_value");
      const parts = parse(await html("/announcements/preview", { method: "POST", form: given, signal: asked.signal }));
      const [audience, view, label] = parts.filter((each) => each.dataset.part);
      localise(view);
      part("look").replaceWith(view);
      if (act) { part("audience").replaceWith(audience); fillValues(); } else part("audience").querySelector(".reach").replaceWith(audience.querySelector(".reach"));
      part("send").replaceWith(label);
    } catch { /* it is only a preview */ }
  }
  const lookSoon = debounce(look, LOOK_AFTER);

  let keeping = null;
  async function keep() {
    if (sending || !form.isConnected) return;
    keeping = new AbortController();
    try {
      const answer = await request("/announcements/autosave", { method: "POST", form: facts(), signal: keeping.signal });
      if (answer.status === 204 || sending) return;
      const [saved] = parse(await answer.text());
      localise(saved);
      document.getElementById("draft-saved")?.replaceChildren(saved);
      if (!form.elements.announcement_id.value) {
        form.elements.announcement_id.value = saved.dataset.draft;
        form.setAttribute("action", `/announcements/${saved.dataset.draft}`);
        history.replaceState(history.state, "", `/announcements/${saved.dataset.draft}/edit`);
      }
    } catch { /* the next change, or the button, keeps it */ }
  }
  const keepSoon = debounce(keep, KEEP_AFTER);

  const fillValues = debounce(async () => {
    const kind = form.elements.add_kind?.value;
    const list = form.querySelector("#audience-values");
    if (!kind || !list) return;
    form.elements.add_value.hidden = kind === "everyone";
    try {
      fill(list, await html(`/announcements/values?${new URLSearchParams({ kind, q: form.elements.add_value.value })}`));
    } catch { /* one can write it without suggestions */ }
  }, 150);

  form.addEventListener("input", (event) => {
    if (event.target.name?.startsWith("add_")) { fillValues(); return; }
    lookSoon();
    if ("autosave" in form.dataset) keepSoon();
  });
  // The buttons of the audience work on their part alone; the page's own send the whole form.
  form.addEventListener("click", async (event) => {
    const button = event.target.closest('[data-part="audience"] button[name="do"]');
    if (!button) return;
    event.preventDefault();
    lookSoon.cancel();
    await look(button.value);
    (form.elements.add_value ?? form.elements.audience_text)?.focus();
    if ("autosave" in form.dataset) keepSoon();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.name !== "add_value") return;
    event.preventDefault();
    form.querySelector('[data-part="audience"] button[value="add"]').click();
  });
  form.addEventListener("submit", () => { sending = true; keepSoon.cancel(); keeping?.abort(); setTimeout(() => { sending = false; }, 3000); }, { capture: true });
  form.querySelector("[data-writes]")?.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-tool]")?.dataset.tool;
    if (tool) use(tool, form.elements.body);
  });
  const end = attach(form.elements.body);
  return () => { lookSoon.cancel(); keepSoon.cancel(); asked?.abort(); end(); };
});
