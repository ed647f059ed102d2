// Suggestions while writing: @ people, # channels and hashtags, : emoji.
import { behaviour } from "es/core/behaviours.js";
import { clone, debounce, fill } from "es/core/dom.js";
import { html } from "es/core/http.js";
import { write } from "es/posts/tools.js";

const WORD = /(?:^|[\s(])([@#:])([\p{L}\p{N}_+.-]*)$/u;
const KINDS = { "@": ["person", "group"], "#": ["channel", "hashtag"], ":": ["emoji"] };
let count = 0;

/** Offer suggestions under a text field. Returns what ends it. `only`: a kind for the whole field. */
export function attach(field, only) {
  const id = `completion-${++count}`;
  let list = null;
  let word = null;
  let asked;

  function close() {
    asked?.abort();
    list?.remove();
    list = null;
    field.removeAttribute("aria-activedescendant");
    field.removeAttribute("aria-controls");
  }
  const options = () => [...(list?.querySelectorAll("[role=option]") ?? [])];
  const chosen = () => list?.querySelector('[aria-selected="true"]');
  function choose(option) {
    options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  }
  function take(option) {
    const { insert } = option.dataset;
    const { from, to } = word;
    close();
    if (only) { field.value = insert.replace(/^@/, ""); return; }
    write(field, `${insert} `, from, to);
  }

  function wordHere() {
    const caret = field.selectionStart;
    if (caret !== field.selectionEnd) return null;
    if (only) return field.value ? { kinds: [only], query: field.value.replace(/^@/, ""), from: 0, to: caret } : null;
    const found = WORD.exec(field.value.slice(Math.max(0, caret - 60), caret));
    if (!found || (found[1] === ":" && found[2].length < 2)) return null;
    return { kinds: KINDS[found[1]], query: found[2], from: caret - found[2].length - 1, to: caret };
  }

  const ask = debounce(async () => {
    word = wordHere();
    asked?.abort();
    if (!word) { close(); return; }
    asked = new AbortController();
    const channel = field.closest("[data-channel]")?.dataset.channel ?? "";
    try {
      const answers = await Promise.all(word.kinds.map((kind) => html(`/suggest?kind=${kind}&q=${encodeURIComponent(word.query)}&channel_id=${channel}`, { signal: asked.signal })));
      show(answers.join(""));
    } catch (error) { if (error.name !== "AbortError") close(); }
  }, 80);

  function show(text) {
    if (!field.isConnected || document.activeElement !== field) return;
    const fresh = clone("t-completion");
    fresh.id = id;
    fill(fresh, text);
    const had = new Set();
    for (const option of [...fresh.children]) {
      if (had.has(option.dataset.insert)) option.remove();
      had.add(option.dataset.insert);
    }
    [...fresh.children].forEach((option, index) => { option.id = `${id}-${index}`; option.removeAttribute("href"); });
    list?.remove();
    if (!fresh.children.length) { close(); return; }
    list = fresh;
    // A dialog or popover would hide it behind itself, so it goes where the field is.
    (field.closest("dialog, [popover]") ?? document.body).append(list);
    const box = (field.closest(".composer") ?? field).getBoundingClientRect();
    list.style.left = `${Math.max(4, Math.min(box.left, innerWidth - list.offsetWidth - 4))}px`;
    const room = box.top - 8 > list.offsetHeight;
    list.style.top = `${room ? box.top - list.offsetHeight - 4 : box.bottom + 4}px`;
    field.setAttribute("aria-controls", id);
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) take(option);
    });
    choose(options()[0]);
  }

  function onKey(event) {
    if (!list || event.isComposing) return;
    const all = options();
    const here = all.indexOf(chosen());
    if (event.key === "ArrowDown") choose(all[(here + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all[(here - 1 + all.length) % all.length]);
    else if (event.key === "Enter" || event.key === "Tab") take(chosen());
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  const onBlur = () => setTimeout(close, 100);
  field.setAttribute("aria-autocomplete", "list");
  field.addEventListener("input", ask);
  field.addEventListener("keydown", onKey);
  field.addEventListener("blur", onBlur);
  field.addEventListener("click", () => { if (list) close(); });
  return () => { ask.cancel(); close(); };
}

behaviour("suggest-person", (field) => attach(field, "person"));
behaviour("suggest-group", (field) => attach(field, "group"));
behaviour("suggest-skill", (field) => attach(field, "skill"));
