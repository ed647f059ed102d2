// Announcements on any page: the banner of critical ones, the count of what waits, and the word to
// the server that one has come and was on the screen.
import { clone, parse, debounce } from "es/core/dom.js";
import { api, html } from "es/core/http.js";
import * as live from "es/core/live.js";
import { announce, toast } from "es/core/notices.js";
import { localise } from "es/core/time.js";
import { say } from "es/core/words.js";
import { go, onMove, reload } from "es/shell/navigate.js";

const SEEN_AFTER = 1000; // milliseconds on the screen of a tab that is in front
const AT_ONCE = 50; // the server takes no more in one message
const place = () => document.getElementById("alarms");
const alarm = (id) => place()?.querySelector(`.alarm[data-announcement="${id}"]`);
const waiting = new Set();
const settled = new Set(); // answered or put away here; a call that was under way changes nothing

/* receipts */
const told = { delivered: new Set(), seen: new Set() };
const untold = { delivered: new Set(), seen: new Set() };

async function tellServer() {
  for (const kind of ["delivered", "seen"]) {
    const ids = [...untold[kind]].slice(0, AT_ONCE);
    if (!ids.length) continue;
    const answer = await live.ask("receipt", { kind, announcement_ids: ids });
    if (answer?.ok) ids.forEach((id) => untold[kind].delete(id));
  }
}
const tellSoon = debounce(tellServer, 100);

function note(kind, id) {
  if (told[kind].has(id)) return;
  told[kind].add(id);
  untold[kind].add(id);
  tellSoon();
}

/* what is on the screen */
const timers = new Map();
const onScreen = new Set();
const idOf = (element) => Number(element.closest("[data-announcement]")?.dataset.announcement ?? element.dataset.seen);

function watchTime(element) {
  if (timers.has(element) || document.hidden) return;
  timers.set(element, setTimeout(() => {
    observer.unobserve(element);
    forget(element);
    const id = idOf(element);
    note("seen", id);
    if ((element.closest("[data-asks]") ?? element).dataset.asks === "nothing") count(id, false);
    element.closest(".alarm")?.setAttribute("data-was-seen", "");
  }, SEEN_AFTER));
}
function stopTime(element) {
  clearTimeout(timers.get(element));
  timers.delete(element);
}
function forget(element) {
  stopTime(element);
  onScreen.delete(element);
}
const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) { onScreen.add(target); watchTime(target); } else forget(target);
  }
}, { threshold: 0.5 });

/** Note what has come with a view, and watch what stands on the screen. */
function look(root) {
  root.querySelectorAll("[data-arrived]").forEach(({ dataset }) => dataset.arrived && note("delivered", Number(dataset.arrived)));
  root.querySelectorAll("[data-announcement].alarm, [data-seen]").forEach((element) => {
    note("delivered", idOf(element));
    observer.observe(element.querySelector(".alarm-text") ?? element);
  });
}

/* counts */
function count(id, is) {
  if (is) waiting.add(id);
  else waiting.delete(id);
  showCount();
}
function showCount() {
  document.querySelectorAll("[data-announcements-total]").forEach((element) => {
    element.textContent = waiting.size || "";
    element.hidden = !waiting.size;
  });
}

/* banners */
function settle() {
  const others = place().querySelectorAll(".alarm").length - 1;
  const more = place().querySelector(".alarms-more");
  place().hidden = others < 0;
  more.hidden = others < 1;
  if (others > 0) more.firstElementChild.textContent = say("moreAlarms", { n: others });
}

function put(id, text) {
  const there = alarm(id);
  // It calls once more: whoever has its button under their finger keeps it.
  if (there?.contains(document.activeElement)) return;
  there?.remove();
  const [element] = parse(text);
  localise(element);
  place().hidden = false;
  place().prepend(element);
  settle();
  look(place());
}

function take(id) {
  const element = alarm(id);
  if (!element) return;
  const hadFocus = element.contains(document.activeElement);
  element.querySelectorAll("*").forEach(forget);
  element.remove();
  settle();
  if (!hadFocus) return;
  (place().querySelector(".alarm .btn-ack") ?? document.getElementById("main")).focus({ preventScroll: true });
}

/** Ask what stands there now: something may have come or gone while nothing was heard. */
async function refresh() {
  try {
    const [fresh] = parse(await html("/announcements/banners"));
    if (!fresh) return;
    settled.forEach((id) => fresh.querySelector(`.alarm[data-announcement="${id}"]`)?.remove());
    // What stands there already is not called out once more.
    if (idsIn(fresh) !== idsIn(place()) && !place().contains(document.activeElement)) {
      localise(fresh);
      fresh.prepend(...place().querySelectorAll(".alarm[data-help]"));
      place().replaceWith(fresh);
      settle();
    }
    beginFrom(place(), fresh.dataset.waiting);
  } catch { /* the next connection or page shows it */ }
}

const idsIn = (element) => [...element.querySelectorAll(".alarm[data-announcement]")].map((each) => each.dataset.announcement).join(" ");

/** Somebody needs help whom this person answers for. */
function call({ announcement_id: id, name, answer: words, note: text, drill }) {
  const element = clone("t-help");
  element.querySelector(".alarm-title").textContent = say(drill ? "helpDrill" : "helpAsked", { name, answer: words });
  element.querySelector(".alarm-excerpt").textContent = text;
  element.querySelector("a").href = `/announcements/${id}/board`;
  const done = () => { element.remove(); settle(); };
  element.querySelector("a").addEventListener("click", done);
  element.querySelector("button").addEventListener("click", () => { done(); document.getElementById("main").focus({ preventScroll: true }); });
  place().hidden = false;
  place().prepend(element);
  settle();
}

function beginFrom(element, ids = element.dataset.waiting) {
  waiting.clear();
  ids.split(" ").filter(Boolean).forEach((id) => waiting.add(Number(id)));
  showCount();
  look(element);
}

function hear(facts) {
  const id = facts.announcement_id;
  const isNew = !waiting.has(id);
  note("delivered", id);
  if (settled.has(id)) return;
  count(id, true);
  if (facts.priority === "critical") put(id, facts.html);
  else if (facts.priority === "important" && isNew && !shows(id)) {
    toast(say("newAnnouncement", { title: facts.title }), { label: say("read"), run: () => go(`/announcements/${id}`) });
  }
  if (location.pathname === "/announcements" && isNew) reload();
  const open = facts.follows_id ?? id;
  if (shows(open)) reload();
}

const shows = (id) => location.pathname === `/announcements/${id}`;

async function answer(form, submitter) {
  const id = Number(form.dataset.answers);
  const element = alarm(id);
  const next = element.nextSibling;
  const asks = element.dataset.asks;
  settled.add(id);
  take(id);
  if (asks === "nothing") { told.seen.delete(id); note("seen", id); count(id, false); return; }
  try {
    await api("POST", `/announcements/${id}/acknowledgement`, submitter?.name === "choice" ? { choice: Number(submitter.value) } : {});
    count(id, false);
    toast(say(asks === "answer" ? "answered" : "acknowledged"));
    if (shows(id)) reload();
  } catch (problem) {
    if (problem.status === 409) { toast(problem.message); return; } // it has ended meanwhile
    settled.delete(id);
    place().insertBefore(element, next);
    settle();
    look(place());
    element.querySelector(".btn-ack")?.focus();
    announce(say("failed"), true);
    toast(say("failed"));
  }
}

export function begin() {
  beginFrom(place());
  look(document.getElementById("main"));
  live.on("announcement_published", hear);
  live.on("announcement_answered", ({ announcement_id: id }) => { take(id); count(id, false); if (shows(id) && !document.querySelector("#main [aria-busy]")) reload(); });
  live.on("announcement_ended", ({ announcement_id: id }) => { take(id); count(id, false); if (shows(id)) reload(); });
  live.on("announcement_help", call);
  live.on("announcement_approval", ({ announcement_id: id, name, title }) => {
    toast(say("approvalAsked", { name, title }), { label: say("look"), run: () => go(`/announcements/${id}`) });
  });
  live.on("announcement_missing", ({ title, missing }) => {
    const names = missing.slice(0, 5).map((each) => each.name).join(", ");
    const text = say("missing", { n: missing.length, title, names: missing.length > 5 ? `${names} …` : names });
    toast(text, { label: say("ok"), run: () => {} });
    announce(text);
  });
  // Said again on the same connection: the server may have missed what came and went.
  let isFirst = true;
  live.on("away", () => { isFirst = true; });
  live.on("ready", () => {
    tellServer();
    if (!isFirst) setTimeout(refresh, live.aMoment());
    isFirst = false;
  });
  // Not all at the same moment where the server comes back to everyone.
  live.on("back", (again) => {
    if (!again) return;
    // A server that stopped may not have written what it was told last; told twice counts once.
    for (const kind of ["delivered", "seen"]) [...told[kind]].slice(-AT_ONCE).forEach((id) => untold[kind].add(id));
    tellSoon();
    setTimeout(refresh, live.aMoment());
  });
  onMove(() => {
    look(document.getElementById("main"));
    place().querySelectorAll('.alarm[data-asks="nothing"][data-was-seen]').forEach(({ dataset }) => take(Number(dataset.announcement)));
  });
  document.addEventListener("visibilitychange", () => onScreen.forEach(document.hidden ? stopTime : watchTime));
  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("form[data-answers]");
    if (!form) return;
    event.preventDefault();
    answer(form, event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyA" || place().hidden) return;
    event.preventDefault();
    (place().querySelector(".alarm .btn-ack") ?? place().querySelector(".alarm .btn"))?.focus();
  });
}
