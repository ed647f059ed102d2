// The jump box: a few letters of a channel, person or page, and Enter.
import { behaviour } from "es/core/behaviours.js";
import { debounce, fill } from "es/core/dom.js";
import { openDialog } from "es/core/dialogs.js";
import { html } from "es/core/http.js";
import { go } from "es/shell/navigate.js";

const dialog = document.getElementById("jump");
const field = dialog.querySelector("input");
const list = dialog.querySelector("[role=listbox]");
let asked;

const options = () => [...list.querySelectorAll("[role=option]")];
function choose(option) {
  options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

async function ask() {
  asked?.abort();
  asked = new AbortController();
  try {
    const text = await html(`/jump?q=${encodeURIComponent(field.value.trim())}`, { signal: asked.signal });
    fill(list, text);
    options().forEach((option, index) => { option.id = `jump-${index}`; });
    choose(options()[0]);
  } catch { /* the last suggestions stay */ }
}
const askSoon = debounce(ask, 60);

export function open(text = "") {
  openDialog("jump");
  field.value = text;
  field.select();
  ask();
}

function leave(url) {
  dialog.close();
  go(url);
}

field.addEventListener("input", askSoon);
field.addEventListener("keydown", (event) => {
  const all = options();
  const here = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const words = encodeURIComponent(field.value.trim());
  if (event.key === "ArrowDown") choose(all[(here + 1) % all.length]);
  else if (event.key === "ArrowUp") choose(all[(here - 1 + all.length) % all.length]);
  else if (event.key === "Enter" && !event.isComposing) {
    if (event.shiftKey || !all[here]) leave(`/search?q=${words}`);
    else leave(all[here].href);
  } else return;
  event.preventDefault();
});
list.addEventListener("click", (event) => {
  const option = event.target.closest("a");
  if (!option || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  leave(option.href);
});

// The rail's search field opens the box; without a script it is a plain search.
behaviour("jump-open", (form) => {
  const input = form.querySelector("input");
  input.addEventListener("pointerdown", (event) => { event.preventDefault(); open(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key.length === 1) {
      event.preventDefault();
      open(event.key.length === 1 && !event.ctrlKey && !event.metaKey ? event.key : "");
      field.setSelectionRange(field.value.length, field.value.length);
    }
  });
});
