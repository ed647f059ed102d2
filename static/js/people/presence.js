// Presence: says that one is here, and shows how the people on the page are.
import { debounce } from "es/core/dom.js";
import * as live from "es/core/live.js";
import { clockOf } from "es/core/time.js";
import { viewer } from "es/core/viewer.js";
import { say } from "es/core/words.js";

const MOST = 200; // people that the server lets one page watch
const IDLE = 600_000; // milliseconds without input until one is away
const SIGN_EVERY = 60_000;
const SHOWN = "[data-presence-of], [data-presence-word], [data-status-of], [data-status-emoji-of]";
const known = new Map(); // person id → what the server said last
let watched = "";
let lastInput = Date.now();
let lastSign = 0;
let away = false;

const idOf = (element) => Number(element.dataset.presenceOf ?? element.dataset.presenceWord ?? element.dataset.statusOf ?? element.dataset.statusEmojiOf);

function write(element) {
  const facts = known.get(idOf(element));
  if (!facts) return;
  const undisturbed = facts.dnd_until && new Date(facts.dnd_until) > new Date();
  const dot = facts.state === "offline" ? "" : undisturbed ? "dnd" : facts.state;
  const status = facts.status && !(facts.status.until && new Date(facts.status.until) <= new Date()) ? facts.status : null;
  if ("presenceOf" in element.dataset) {
    if (dot) element.dataset.presence = dot;
    else delete element.dataset.presence;
  } else if ("presenceWord" in element.dataset) {
    const word = undisturbed ? say("presenceDnd", { time: clockOf(new Date(facts.dnd_until)) }) : say(`presence_${facts.state}`);
    set(element, element.classList.contains("sr") ? `, ${word}` : word);
  } else {
    const emojiOnly = "statusEmojiOf" in element.dataset;
    const text = emojiOnly ? status?.emoji : [status?.emoji, status?.text].filter(Boolean).join(" ");
    set(element, text ?? "");
    element.hidden = !text;
    if (emojiOnly) element.title = status?.text ?? "";
  }
}
function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
const writeAll = (root) => root.querySelectorAll(SHOWN).forEach(write);

function learn(people) {
  for (const person of people) known.set(person.user_id, person);
  writeAll(document);
}

/** The people on the page and in the rail, oneself first. */
function onPage() {
  const ids = new Set([viewer.id]);
  for (const place of ["#main", "#panel", "#rail"]) {
    document.querySelectorAll(`${place} :is(${SHOWN})`).forEach((element) => ids.add(idOf(element)));
  }
  return [...ids].filter(Boolean).slice(0, MOST);
}

async function watch(again = false) {
  const ids = onPage();
  const key = ids.slice().sort((a, b) => a - b).join(" ");
  if (!live.isConnected() || (key === watched && !again)) { writeAll(document); return; }
  watched = key;
  const answer = await live.ask("watch", { user_ids: ids });
  if (answer?.ok) learn(answer.people);
  else { watched = ""; setTimeout(watchSoon, 3000); }
}
const watchSoon = debounce(() => watch(), 300);

function sign(state) {
  away = state === "away";
  lastSign = Date.now();
  live.ask("presence", { state });
}
function onInput() {
  lastInput = Date.now();
  if (away || lastInput - lastSign > SIGN_EVERY) sign("active");
}

export function begin() {
  live.on("presence_changed", ({ people }) => learn(people));
  // A connection that came up: the server knows nothing yet of this tab.
  live.on("ready", () => { sign(Date.now() - lastInput > IDLE ? "away" : "active"); watch(true); });
  for (const name of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
    addEventListener(name, onInput, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) onInput(); });
  setInterval(() => {
    if (!away && Date.now() - lastInput > IDLE) sign("away");
    writeAll(document); // what ended by the clock
  }, 30_000);
  new MutationObserver(watchSoon).observe(document.body, { childList: true, subtree: true });
}
