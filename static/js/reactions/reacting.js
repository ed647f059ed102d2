// Reacting: by the chips under a post, its toolbar and menu, the keyboard, a double click or tap.
import { clone, fill, isPhone, isTyping, parse } from "es/core/dom.js";
import { api, html, Problem } from "es/core/http.js";
import { announce, toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import { chose, quick, USUAL } from "es/reactions/emoji.js";
import { isOwn, setOwn } from "es/reactions/own.js";
import { openPicker } from "es/reactions/picker.js";

const HOVER = 400; // milliseconds over a chip until it says who
const PRESS = 500; // and of a finger on it
const who = document.getElementById("reactors");
const places = (postId) => document.querySelectorAll(`[data-reactions="${postId}"]`);
const may = (post) => !["deleted", "hidden"].some((name) => name in post.dataset) && !post.matches(".is-pending, .is-failed");
const chipIn = (place, name) => [...place.children].find((chip) => chip.dataset.emoji === name);

/** Show at once what one has done; the server's answer takes its place. */
function show(postId, one, by) {
  for (const place of places(postId)) {
    let chip = chipIn(place, one.name);
    if (!chip && by > 0) {
      chip = clone("t-reaction");
      chip.dataset.emoji = one.name;
      chip.href = `/posts/${postId}/reactions`;
      const glyph = chip.querySelector(".glyph");
      if (one.url) { const image = new Image(); image.className = "emoji"; image.alt = ""; image.src = one.url; glyph.replaceWith(image); }
      else glyph.textContent = one.characters;
      chip.querySelector(".sr").textContent = `${one.name.split("::")[0].replaceAll("_", " ")}, `;
      chip.querySelector(".reaction-count").textContent = "0";
      place.insertBefore(chip, place.querySelector(":scope > .reaction-add"));
    }
    if (!chip) continue;
    const number = chip.querySelector(".reaction-count");
    const count = Number(number.textContent) + by;
    if (count <= 0) { chip.remove(); continue; }
    number.textContent = count;
    chip.setAttribute("aria-pressed", String(by > 0));
  }
}

/** React to a post with an emoji, or take it back. */
async function turn(postId, one, on) {
  if (on === isOwn(postId, one.name)) return;
  setOwn(postId, one.name, on);
  show(postId, one, on ? 1 : -1);
  if (on) chose(one.name);
  try {
    await api(on ? "PUT" : "DELETE", `/posts/${postId}/reactions/${encodeURIComponent(one.name)}`);
    announce(say(on ? "reacted" : "reactionGone", { emoji: one.name.split("::")[0].replaceAll("_", " ") }));
  } catch (error) {
    setOwn(postId, one.name, !on);
    show(postId, one, on ? -1 : 1);
    const facts = error instanceof Problem ? error.facts : {};
    toast(Object.values(facts.errors ?? {}).flat()[0] ?? facts.detail ?? say("failed"));
  }
}

const oneOf = (chip) => ({ name: chip.dataset.emoji, characters: chip.querySelector(".glyph")?.textContent ?? "", url: chip.querySelector("img")?.getAttribute("src") ?? "" });
function toggle(chip) {
  const { reactions: postId } = chip.parentElement.dataset;
  hide();
  turn(postId, oneOf(chip), !isOwn(postId, chip.dataset.emoji));
}

/** Choose an emoji for a post in the picker. */
export function ask(post, button) {
  if (may(post)) openPicker(button ?? post, (one) => { turn(post.dataset.post, one, true); if (!button) post.focus({ preventScroll: true }); });
}

/** React with one of one's quick reactions; the same again takes it back. */
export async function quickly(post, number = 0) {
  if (!may(post)) return;
  const one = (await quick())[number];
  if (one) turn(post.dataset.post, one, !isOwn(post.dataset.post, one.name));
}

/** Make of the quick button of a toolbar or menu as many as it says, and number them. */
export function spreadQuick(root) {
  const first = root.querySelector("[data-quick]");
  const more = Array.from({ length: Number(first.dataset.quick) - 1 }, () => first.cloneNode(true));
  first.after(...more);
  [first, ...more].forEach((button, number) => { button.dataset.quick = number; });
  dress(root, USUAL);
}

/** Give the quick buttons of a toolbar or menu one's own emoji. */
export async function dressQuick(root) {
  dress(root, await quick(root.querySelectorAll("[data-quick]").length));
}

function dress(root, list) {
  for (const button of root.querySelectorAll("[data-quick]")) {
    const one = list[Number(button.dataset.quick)];
    button.hidden = !one;
    if (!one) continue;
    const glyph = button.querySelector(".glyph");
    if (one.url) { const image = new Image(); image.className = "emoji"; image.alt = ""; image.src = one.url; glyph.replaceChildren(image); }
    else glyph.textContent = one.characters;
    const label = say("reactWith", { emoji: one.name.split("::")[0].replaceAll("_", " ") });
    button.setAttribute("aria-label", label);
    button.title = label;
  }
}

// --- who reacted ---

let timer;
let asked;
function hide() {
  clearTimeout(timer);
  asked?.abort();
  if (who.matches(":popover-open")) who.hidePopover();
}
async function tell(chip) {
  asked?.abort();
  asked = new AbortController();
  const { reactions: postId } = chip.parentElement.dataset;
  try {
    const text = await html(`/posts/${postId}/reactions?part=1&emoji=${encodeURIComponent(chip.dataset.emoji)}`, { signal: asked.signal });
    if (!chip.isConnected) return;
    fill(who, text);
    who.showPopover();
    const from = chip.getBoundingClientRect();
    const { width, height } = who.getBoundingClientRect();
    who.style.left = `${Math.max(8, Math.min(from.left, innerWidth - width - 8))}px`;
    who.style.top = `${from.top - height - 6 > 8 ? from.top - height - 6 : from.bottom + 6}px`;
  } catch { /* it is said at the next look */ }
}
const tellSoon = (chip, wait) => { clearTimeout(timer); timer = setTimeout(() => tell(chip), wait); };

function watchChips() {
  const chipOf = (event) => event.target.closest?.("a.reaction[data-emoji][aria-pressed]");
  document.addEventListener("pointerover", (event) => {
    const chip = chipOf(event);
    if (chip && event.pointerType === "mouse") tellSoon(chip, HOVER);
    else if (!who.contains(event.target)) clearTimeout(timer);
  });
  document.addEventListener("pointerout", (event) => {
    const to = event.relatedTarget;
    if (chipOf(event) && event.pointerType === "mouse" && !who.contains(to) && !event.target.closest("a.reaction").contains(to)) hide();
  });
  who.addEventListener("pointerleave", hide);
  document.addEventListener("focusin", (event) => {
    const chip = chipOf(event);
    if (chip?.matches(":focus-visible")) tellSoon(chip, HOVER);
    else if (!who.contains(event.target)) hide();
  });
  document.addEventListener("scroll", () => { if (who.matches(":popover-open")) hide(); }, { capture: true, passive: true });
  // A finger that stays asks who; the tap that would follow is none.
  let pressed = null;
  document.addEventListener("pointerdown", (event) => {
    const chip = event.pointerType === "touch" && chipOf(event);
    pressed = null;
    if (!chip) return;
    clearTimeout(timer);
    timer = setTimeout(() => { pressed = chip; tell(chip); }, PRESS);
  });
  document.addEventListener("pointerup", () => { if (!pressed) clearTimeout(timer); });
  document.addEventListener("contextmenu", (event) => { if (chipOf(event) && isPhone()) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    const chip = chipOf(event);
    const add = event.target.closest?.("a.reaction-add[role]");
    if (!chip && !add) return;
    event.preventDefault();
    if (add) { ask(add.closest(".post"), add); return; }
    if (pressed !== chip) toggle(chip);
    pressed = null;
  });
  document.addEventListener("keydown", (event) => {
    const chip = chipOf(event);
    const add = event.target.closest?.("a.reaction-add[role]");
    if (event.key === " " && (chip || add)) { event.preventDefault(); (chip ?? add).click(); }
    else if (event.key === "Escape" && who.matches(":popover-open")) { hide(); event.preventDefault(); event.stopPropagation(); }
  }, true);
}

/**
 * A double click or tap on a post where it is not for choosing text: one's first quick reaction.
 * Beside the text that is always so; on the text where nothing was chosen by it, as by a finger.
 */
function watchDoubles() {
  const idle = "a, button, input, textarea, select, label, summary, img, video, audio, pre, .editor, .files, .post-tools, [role=button]";
  document.addEventListener("dblclick", (event) => {
    const post = event.target.closest?.(".post[data-post]");
    if (!post || event.target.closest(idle) || isTyping(event.target)) return;
    if (event.target.matches(".post, .post > div, .post > .av, .post-head, [data-reactions]")) getSelection().removeAllRanges();
    else if (!getSelection().isCollapsed) return;
    quickly(post);
  });
}

/** New chips of a post: the server's, in place of what is there. */
export function replaceChips(op, id, mark) {
  for (const old of places(id)) {
    const [fresh] = parse(op.html);
    if (!fresh) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.emoji : null;
    old.replaceWith(fresh);
    mark(fresh);
    if (focused) (chipIn(fresh, focused) ?? fresh.closest(".post"))?.focus({ preventScroll: true });
  }
}

export function begin() {
  if (!who) return;
  watchChips();
  watchDoubles();
}
