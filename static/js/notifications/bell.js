// The bell: how much one has not read, the same on every device, in the rail, the title and the
// tab's icon; and what makes itself heard while the tab is hidden.
import { debounce, store } from "es/core/dom.js";
import { api } from "es/core/http.js";
import * as live from "es/core/live.js";
import { say } from "es/core/words.js";
import { go, onMove } from "es/shell/navigate.js";

export const wants = { desktop: () => store.get("desktop-notices") === true, sound: () => store.get("sound") === true };
const listeners = new Set();
const link = () => document.querySelector("[data-bell]");
let unread = 0;

/** Hear of every change: run(event, facts). */
export function onNotice(run) {
  listeners.add(run);
  return () => listeners.delete(run);
}

/* how many */
export function show(count) {
  unread = count;
  document.querySelectorAll("[data-bell-count]").forEach((element) => {
    element.textContent = count || "";
    element.hidden = !count;
  });
  const label = count ? say("bell", { n: count }) : say("bellNone");
  link()?.setAttribute("aria-label", label);
  inTitle();
  inIcon();
}
function inTitle() {
  const bare = document.title.replace(/^\(\d+\) /, "");
  document.title = unread ? `(${unread}) ${bare}` : bare;
}
const icon = () => document.querySelector('link[rel="icon"]');
let plain;
async function inIcon() {
  const wanted = document.hidden && unread > 0;
  plain ??= icon().href;
  if (!wanted) {
    if (icon().href !== plain) icon().href = plain;
    return;
  }
  const picture = new Image();
  picture.src = plain;
  try { await picture.decode(); } catch { return; }
  if (!document.hidden || !unread) return;
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0, 64, 64);
  pen.fillStyle = "#b3261e";
  pen.beginPath();
  pen.arc(44, 20, 20, 0, 7);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.font = "bold 28px sans-serif";
  pen.textAlign = "center";
  pen.fillText(unread > 9 ? "9+" : unread, 44, 30, 36);
  icon().href = canvas.toDataURL("image/png");
}

async function count() {
  try { show((await api("GET", "/notifications/counts")).all); } catch { /* the next event tells */ }
}
const countSoon = debounce(count, 300);

/* what is read where one reads it */
async function read(facts, always = false) {
  if (!unread && !always) return;
  try { show((await api("POST", "/notifications/read", facts)).unread); } catch { /* it stays */ }
}
const inFront = () => !document.hidden && document.hasFocus();
const openThread = () => Number(document.querySelector("[data-thread-view]")?.dataset.threadView ?? 0);
const followsOpenThread = () => document.querySelector("[data-behaviour=following] button")?.getAttribute("aria-pressed") === "true";
const openChannel = () => Number(document.querySelector("#main [data-behaviour~=channel]")?.dataset.channel ?? 0);
const openAnnouncement = () => Number(/^\/announcements\/(\d+)$/.exec(location.pathname)?.[1] ?? 0);
function readWhatIsOpen() {
  if (!inFront()) return;
  // How far a thread that one follows was read is kept, whether or not one was told of it.
  if (openThread()) read({ root_id: openThread() }, followsOpenThread());
  if (openAnnouncement()) read({ announcement_id: openAnnouncement() });
  if (openChannel()) read({ channel_id: openChannel() });
}

const readSoon = debounce(readWhatIsOpen, 300);

/* what makes itself heard */
let sounds;
/** Two soft tones; browsers allow them once the page was touched. */
export function chime() {
  sounds ??= new AudioContext();
  const begin = sounds.currentTime + 0.02;
  for (const [at, pitch] of [[0, 660], [0.14, 880]]) {
    const tone = new OscillatorNode(sounds, { frequency: pitch });
    const volume = new GainNode(sounds, { gain: 0 });
    volume.gain.setValueAtTime(0, begin + at);
    volume.gain.linearRampToValueAtTime(0.08, begin + at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, begin + at + 0.35);
    tone.connect(volume).connect(sounds.destination);
    tone.start(begin + at);
    tone.stop(begin + at + 0.4);
  }
}

// A tab that is seen holds this lock, so that those behind it know; one of them speaks for all.
let letGo;
function holdFront() {
  if (!navigator.locks) return;
  if (document.hidden) { letGo?.(); letGo = null; return; }
  if (!letGo) navigator.locks.request("in-front", { mode: "shared" }, () => new Promise((done) => { letGo = done; }));
}
async function isSeen() {
  if (!navigator.locks) return false;
  const { held } = await navigator.locks.query();
  return held.some((lock) => lock.name === "in-front");
}

async function alertOf(facts) {
  if (!facts.alert || !document.hidden || !(wants.desktop() || wants.sound())) return;
  if (await isSeen()) return;
  const speak = () => tell(facts).then(() => new Promise((done) => setTimeout(done, 1500)));
  if (navigator.locks) await navigator.locks.request(`alert-${facts.id}`, { ifAvailable: true }, (lock) => (lock ? speak() : null));
  else await speak();
}
async function tell({ id }) {
  if (wants.sound()) chime();
  if (!wants.desktop() || !("Notification" in window) || Notification.permission !== "granted") return;
  const { items } = await api("GET", "/notifications?unread=true&limit=10");
  const line = items.find((each) => each.id === id);
  if (!line) return;
  const notice = new Notification(line.text, { body: line.excerpt, tag: `n${id}`, icon: plain, silent: true });
  notice.addEventListener("click", () => { window.focus(); notice.close(); api("POST", "/notifications/read", { ids: [id] }).catch(() => {}); go(line.url); });
}

export function begin() {
  if (!link()) return;
  plain = icon().href;
  for (const name of ["notification_created", "notifications_read", "notifications_changed"]) {
    live.on(name, (facts) => {
      if (Number.isInteger(facts.unread)) show(facts.unread);
      else countSoon();
      listeners.forEach((run) => run(name, facts));
    });
  }
  live.on("notification_created", (facts) => {
    if (inFront() && facts.root_id && facts.root_id === openThread()) read({ root_id: facts.root_id });
    else if (inFront() && !facts.root_id && facts.channel_id && facts.channel_id === openChannel()) read({ channel_id: facts.channel_id });
    alertOf(facts).catch(() => {});
  });
  live.on("membership_changed", countSoon);
  live.on("change", ({ meta = {} }) => { if (meta.type === "post_created" && meta.parent_id && meta.parent_id === openThread()) readSoon(); });
  // Whoever connects is told, so nothing that came before is missed.
  live.on("ready", (facts) => { if (Number.isInteger(facts?.unread)) { show(facts.unread); readWhatIsOpen(); } });
  addEventListener("focus", readWhatIsOpen);
  document.addEventListener("visibilitychange", () => { holdFront(); inIcon(); });
  onMove(() => { inTitle(); readWhatIsOpen(); });
  holdFront();
  show(Number(link().dataset.bell));
}
