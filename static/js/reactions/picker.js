// The emoji picker: a window at the button that asks for it, a sheet on phones. One types to search
// and moves with the arrows; what is chosen goes to whoever opened it.
import { clone, isPhone, parse } from "es/core/dom.js";
import { html } from "es/core/http.js";
import { announce, toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import { all, chose, found, inTone, liked, setTone } from "es/reactions/emoji.js";

const MOST_FOUND = 64;
// Fetched when it is first opened.
let picker;
let search;
let grid;
let tabs;
let preview;
let fetching;
let emoji; // all of them, once loaded
let tone = 0;
let onPick;
let opener;
let active;
let count = 0;

function cell(one) {
  const shown = inTone(one, tone);
  const element = clone("t-emoji");
  element.id = `emoji-${++count}`;
  element.dataset.name = shown.name;
  element.setAttribute("aria-label", one.label);
  if (one.url) {
    const image = new Image();
    image.className = "emoji";
    image.loading = "lazy";
    image.alt = "";
    image.src = one.url;
    element.append(image);
  } else element.textContent = shown.characters;
  element.one = one;
  return element;
}

function group(key, label, list) {
  const section = clone("t-emoji-group");
  section.dataset.group = key;
  section.setAttribute("aria-label", label);
  section.firstElementChild.textContent = label;
  section.lastElementChild.append(...list.map(cell));
  return section;
}

async function build() {
  emoji ??= await all();
  const habits = await liked();
  tone = habits.tone;
  const names = [...tabs.querySelectorAll("button")];
  const label = (key) => names.find((tab) => tab.dataset.tab === key).getAttribute("aria-label");
  // What was chosen of late keeps the tone that it was chosen in.
  const recent = habits.recent.map((name) => found(emoji.byName, name)).filter(Boolean).map((one) => ({ ...one, toned: false }));
  const sections = emoji.groups.map((list, index) => group(String(index), label(String(index)), list));
  if (emoji.own.length) sections.unshift(group("own", label("own"), emoji.own));
  if (recent.length) sections.unshift(group("recent", label("recent"), recent));
  for (const tab of names) tab.hidden = !sections.some((section) => section.dataset.group === tab.dataset.tab);
  for (const button of picker.querySelectorAll("[data-tone]")) button.setAttribute("aria-checked", String(Number(button.dataset.tone) === tone));
  grid.replaceChildren(...sections);
  grid.removeAttribute("aria-busy");
  showTab();
}

const cells = () => [...grid.querySelectorAll("section:not([hidden]) [role=option]")];
function choose(next, { scroll = true } = {}) {
  active?.setAttribute("aria-selected", "false");
  active = next;
  if (!next) { search.removeAttribute("aria-activedescendant"); preview.textContent = ""; return; }
  next.setAttribute("aria-selected", "true");
  search.setAttribute("aria-activedescendant", next.id);
  preview.textContent = `:${next.dataset.name.split("::")[0]}:`;
  if (scroll) next.scrollIntoView({ block: "nearest" });
}

/** How well an emoji fits what was typed; 0 where not at all. */
function fit(one, wanted) {
  const name = one.name.replaceAll("_", " ");
  if (name === wanted) return 6;
  if (name.startsWith(wanted)) return 5;
  const label = one.label.toLowerCase();
  if (label.startsWith(wanted) || `:${one.name}:` === wanted) return 4;
  if (` ${label} ${name}`.includes(` ${wanted}`)) return 3;
  if (` ${one.words.toLowerCase().replaceAll("_", " ")}`.includes(` ${wanted}`)) return 2;
  return `${label} ${name}`.includes(wanted) ? 1 : 0;
}

function look() {
  if (!emoji) return;
  const wanted = search.value.trim().toLowerCase().replaceAll("_", " ").replace(/^:(.*?):?$/, "$1");
  grid.querySelector("[data-group=found]")?.remove();
  for (const section of grid.children) section.hidden = Boolean(wanted);
  picker.classList.toggle("is-searching", Boolean(wanted));
  if (!wanted) { choose(null); return; }
  // Of those that fit alike, what one has used comes first.
  const used = new Set([...grid.querySelectorAll("[data-group=recent] [role=option]")].map((each) => each.one.name.split("::")[0]));
  const hits = [...emoji.own, ...emoji.groups.flat()].map((one) => [fit(one, wanted) && fit(one, wanted) + (used.has(one.name) ? 0.5 : 0), one]).filter(([score]) => score);
  hits.sort(([a], [b]) => b - a);
  const list = hits.slice(0, MOST_FOUND).map(([, one]) => one);
  grid.prepend(group("found", list.length ? say("emojiFound") : say("noSuggestions"), list));
  grid.scrollTop = 0;
  choose(cells()[0] ?? null);
  announce(list.length ? say("emojiCount", { n: list.length }) : say("noSuggestions"));
}

function showTab() {
  const top = grid.getBoundingClientRect().top + 8;
  const section = [...grid.children].findLast((each) => !each.hidden && each.getBoundingClientRect().top <= top) ?? grid.firstElementChild;
  for (const tab of tabs.querySelectorAll("button")) tab.setAttribute("aria-current", String(tab.dataset.tab === section?.dataset.group));
}

function pick(option) {
  const shown = inTone(option.one, tone);
  const run = onPick;
  chose(shown.name);
  close();
  run?.({ name: shown.name, characters: shown.characters, own: Boolean(option.one.url), url: option.one.url });
}

/** Where an arrow leads from here: cells stand in rows, and groups below each other. */
function next(key) {
  const list = cells();
  if (!active) return list[0];
  const here = list.indexOf(active);
  if (key === "ArrowRight") return list[here + 1] ?? active;
  if (key === "ArrowLeft") return list[here - 1] ?? active;
  const from = active.getBoundingClientRect();
  const down = key === "ArrowDown";
  const others = down ? list.slice(here + 1) : list.slice(0, here).reverse();
  let row = null;
  let best = null;
  for (const each of others) {
    const box = each.getBoundingClientRect();
    if (Math.abs(box.top - from.top) < 4) continue;
    row ??= box.top;
    if (Math.abs(box.top - row) >= 4) break;
    if (!best || Math.abs(box.left - from.left) < Math.abs(best.getBoundingClientRect().left - from.left)) best = each;
  }
  return best ?? active;
}

function onKey(event) {
  if (event.isComposing) return;
  const arrows = ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight"];
  // In what one types left and right move the caret, until one has gone down among the emoji.
  const typing = search.value && !active && ["ArrowLeft", "ArrowRight"].includes(event.key);
  if (arrows.includes(event.key) && !typing) choose(next(event.key));
  else if (event.key === "Enter" && active) pick(active);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function close() { if (picker.matches(":popover-open")) picker.hidePopover(); }

async function fetchPicker() {
  document.body.append(...parse(await html("/reactions/picker")));
  picker = document.getElementById("emoji-picker");
  search = picker.querySelector("input");
  grid = picker.querySelector("[role=listbox]");
  tabs = picker.querySelector(".picker-tabs");
  preview = picker.querySelector("[data-preview]");
  listen();
}

/** Open the picker at a button; `run` is given what is chosen: {name, characters, own}. */
export async function openPicker(button, run) {
  fetching ??= fetchPicker();
  try { await fetching; } catch { fetching = undefined; toast(say("failed")); return; }
  if (picker.matches(":popover-open")) { close(); if (opener === button) return; }
  opener = button;
  onPick = run;
  const sheet = isPhone();
  // In a dialog it must be inside it, or the dialog's backdrop is over it.
  (button.closest("dialog") ?? document.body).append(picker);
  picker.classList.toggle("menu-sheet", sheet);
  search.value = "";
  picker.classList.remove("is-searching");
  grid.setAttribute("aria-busy", "true");
  picker.showPopover();
  button.setAttribute("aria-expanded", "true");
  if (!sheet) {
    const from = button.getBoundingClientRect();
    const { width, height } = picker.getBoundingClientRect();
    const below = from.bottom + 4 + height < innerHeight;
    picker.style.top = `${below ? from.bottom + 4 : Math.max(8, Math.min(from.top - height - 4, innerHeight - height - 8))}px`;
    picker.style.left = `${Math.max(8, Math.min(from.right - width, innerWidth - width - 8))}px`;
    search.focus();
  }
  try { await build(); choose(null); } catch { grid.replaceChildren(clone("t-emoji-error")); }
  grid.scrollTop = 0;
}

function listen() {
  search.addEventListener("input", look);
  picker.addEventListener("keydown", onKey);
  grid.addEventListener("click", (event) => { const option = event.target.closest("[role=option]"); if (option) pick(option); });
  grid.addEventListener("pointerover", (event) => { const option = event.target.closest("[role=option]"); if (option && event.pointerType === "mouse") choose(option, { scroll: false }); });
  grid.addEventListener("scroll", () => requestAnimationFrame(showTab), { passive: true });
  tabs.addEventListener("click", (event) => {
    const tab = event.target.closest("button");
    const section = tab && grid.querySelector(`[data-group="${tab.dataset.tab}"]`);
    if (!section) return;
    search.value = "";
    look();
    grid.scrollTop = section.offsetTop - grid.offsetTop;
    choose(section.querySelector("[role=option]"), { scroll: false });
    if (!isPhone()) search.focus();
  });
  picker.querySelector(".picker-tones").addEventListener("click", (event) => {
    const button = event.target.closest("[data-tone]");
    if (!button) return;
    tone = Number(button.dataset.tone);
    setTone(tone).then(build).then(look).catch(() => {});
  });
  picker.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    opener?.setAttribute("aria-expanded", "false");
    if (picker.contains(document.activeElement) || document.activeElement === document.body) opener?.focus?.({ preventScroll: true });
    onPick = undefined;
  });
}
