// The rail: which channel one is in, and what is new elsewhere.
import { fill } from "es/core/dom.js";
import { behaviour } from "es/core/behaviours.js";
import { html } from "es/core/http.js";
import * as live from "es/core/live.js";
import { viewer } from "es/core/viewer.js";
import { say } from "es/core/words.js";
import { onMove } from "es/shell/navigate.js";

const body = () => document.getElementById("rail-body");
export const row = (channelId) => body()?.querySelector(`[data-rail-channel="${channelId}"]`);
const reading = new Set(); // channels whose newest post is in sight right now

export function setReading(channelId, is) {
  if (is) reading.add(channelId);
  else reading.delete(channelId);
}

function show(item, unread, mentions) {
  item.classList.toggle("is-unread", unread);
  item.classList.toggle("has-count", mentions > 0);
  item.dataset.mentions = mentions;
  item.querySelector(".count").textContent = mentions || "";
  item.querySelector("[data-state]").textContent = mentions ? say("mentions", { n: mentions }) : unread ? say("unread") : "";
  total();
}

function total() {
  const sum = [...body().querySelectorAll("[data-mentions]")].reduce((all, item) => all + Number(item.dataset.mentions), 0);
  document.querySelectorAll("[data-total]").forEach((count) => {
    count.textContent = sum || "";
    count.hidden = !sum;
  });
  const waiting = [...body().querySelectorAll("[data-direct]:not(.is-muted)")].reduce((all, item) => all + Number(item.dataset.mentions), 0);
  document.querySelectorAll("[data-messages-total]").forEach((count) => {
    count.textContent = waiting || "";
    count.hidden = !waiting;
  });
}

const group = (name) => body().querySelector(`[data-rail-group="${name}"]`);

/** Move a channel's line to its group, among the others by name. */
function moveTo(item, name) {
  const line = item.closest("li");
  const list = group(name)?.querySelector("ul");
  if (!list || line.parentElement === list) return;
  const from = line.closest("[data-rail-group]");
  const label = (entry) => entry.querySelector(".truncate").textContent;
  const next = [...list.children].find((entry) => label(entry).localeCompare(label(line)) > 0);
  list.insertBefore(line, next ?? null);
  group(name).hidden = false;
  from.hidden = !from.querySelector("li");
}

/** Channels that were read go back to their place; done when one moves on, so nothing jumps. */
function settle() {
  for (const item of group("unread")?.querySelectorAll(".rail-item:not(.is-unread, .has-count, [aria-current])") ?? []) {
    moveTo(item, "channels");
  }
}

/** The conversation that was written in last stands first, unless a hand is about to choose one. */
function newestFirst(item) {
  const list = item.closest('[data-rail-group="directs"] ul');
  if (list && !list.matches(":hover, :focus-within")) list.prepend(item.closest("li"));
}

const missed = new Set(); // channels that the rail was fetched anew for
function hear({ channel_id: channelId, seq, meta = {} }) {
  const item = row(channelId);
  // One of the quiet ones that the rail leaves out: it may be in it from now on.
  if (!item && meta.type === "post_created" && !live.seqOf(channelId) && !missed.has(channelId)) {
    missed.add(channelId);
    refresh();
  }
  if (item && "direct" in item.dataset && meta.type === "post_created") newestFirst(item);
  if (!item || seq <= Number(item.dataset.read)) return;
  // A rail that was fetched meanwhile has counted it.
  if (seq <= Number(item.dataset.seq)) return;
  item.dataset.seq = seq;
  if (meta.type !== "post_created" || meta.author_id === viewer.id || reading.has(channelId)) return;
  const isDirect = "direct" in item.dataset;
  const forMe = live.blocked.has(meta.author_id) ? isDirect : meta.mentions?.includes(viewer.id) || meta.mentions_all || meta.mention_groups?.some((id) => viewer.groups.includes(id)) || isDirect;
  if (!forMe && (!meta.in_stream || item.classList.contains("is-muted"))) return;
  const heard = Number(item.dataset.heard ?? 0);
  if (seq <= heard) return;
  item.dataset.heard = seq;
  const mentions = Number(item.dataset.mentions) + (forMe && !(isDirect && item.classList.contains("is-muted")) ? 1 : 0);
  show(item, true, mentions);
  if (item.closest('[data-rail-group="channels"]')) moveTo(item, "unread");
}

function onRead({ channel_id: channelId, seq, unread, mentions }) {
  const item = row(channelId);
  if (!item) return;
  item.dataset.read = Math.max(seq, Number(item.dataset.read));
  // Without counts it was read to its end, or something newer came in between.
  const newer = Number(item.dataset.heard ?? (item.classList.contains("is-unread") ? item.dataset.seq : 0)) > seq;
  show(item, Boolean(unread ?? newer), Number(mentions ?? (newer ? item.dataset.mentions : 0)));
}

function current(url) {
  const nav = document.getElementById("main").dataset.nav;
  let found = false;
  for (const item of body().querySelectorAll("[data-rail-channel]")) {
    const is = new URL(item.href).pathname === url.pathname;
    if (is) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
    found ||= is;
  }
  for (const link of document.querySelectorAll("[data-nav-link]")) {
    const is = link.dataset.navLink === nav && !(found && link.closest(".rail"));
    if (is) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

let asking;
/** Fetch the rail anew; the pointer's place in it stays. */
export function refresh() {
  asking ??= html("/rail").then((text) => {
    const place = body();
    const { scrollTop } = place;
    const focused = document.activeElement?.closest?.("#rail-body a")?.getAttribute("href");
    const holder = document.createElement("template");
    fill(holder, text);
    place.replaceChildren(holder.content);
    place.scrollTop = scrollTop;
    if (focused) place.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    current(new URL(location.href));
    total();
  }).catch(() => {}).finally(() => { asking = null; });
  return asking;
}

/** Open the channel before or after the present one; `unread` skips those without news. */
export function neighbour(step, unread) {
  const items = [...body().querySelectorAll("[data-rail-channel]")];
  const at = items.findIndex((item) => item.hasAttribute("aria-current"));
  for (let index = at + step; index >= 0 && index < items.length; index += step) {
    if (unread && !items[index].classList.contains("is-unread")) continue;
    items[index].click();
    return;
  }
}

behaviour("rail", () => {
  live.on("seen", hear);
  live.on("read_changed", onRead);
  live.on("back", (again) => { if (again) setTimeout(refresh, live.aMoment()); });
  onMove((url) => { current(url); settle(); total(); });
});
