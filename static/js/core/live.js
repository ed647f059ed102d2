// Live changes. Each change of a channel carries its number, one more than the last. Channels that
// are on the page are followed without gaps: early ones wait a moment, missing ones are asked for.
// The server is told which channels those are. Of the others it says only that something changed.
import { io } from "socket.io-client";
import { Problem, request } from "es/core/http.js";

const MOST_SHOWN = 50;
const GAP_WAIT = 150; // milliseconds that an early change waits for the one before it
const followed = new Map(); // channel id → {seq, early: Map, timer, asking}
const listeners = new Map(); // event → Set of functions
let socket;
let lastBeat = Date.now();
let leaving = false;

/** Hear an event: change, away, back, gone, lost, and every personal event by its own name. */
export function on(event, run) {
  if (!listeners.has(event)) listeners.set(event, new Set());
  listeners.get(event).add(run);
  return () => listeners.get(event).delete(run);
}
function tell(event, ...facts) {
  listeners.get(event)?.forEach((run) => run(...facts));
}

/** Follow a channel from the change that its view shows. Returns what ends it. */
export function follow(channelId, seq) {
  const state = followed.get(channelId);
  if (state) {
    state.seq = Math.min(state.seq, seq);
    state.views += 1;
  } else {
    followed.set(channelId, { seq, newest: seq, early: new Map(), timer: 0, asking: null, views: 1 });
    showSoon();
  }
  catchUpIfBehind(channelId);
  return () => {
    const now = followed.get(channelId);
    if (now && --now.views <= 0) {
      clearTimeout(now.timer);
      followed.delete(channelId);
      showSoon();
    }
  };
}

const shown = () => [...followed.keys()].slice(-MOST_SHOWN);
let showing = 0;
/** Say which channels are on the page, once for all that a move between pages changes. */
function showSoon() {
  showing ||= setTimeout(() => { showing = 0; if (isConnected()) ask("show", { channel_ids: shown() }); });
}
export const seqOf = (channelId) => followed.get(channelId)?.seq ?? 0;

let looking = 0; // the channel of the comments on the page, which one need not be in
async function look() {
  const channelId = looking;
  const answer = await ask("look", { channel_id: channelId || null });
  // What came before one heard is asked for.
  if (answer?.ok && channelId && channelId === looking) catchUp(channelId);
}
/** Hear of the comments in a channel while they are on the page. Returns what ends it. */
export function lookAt(channelId) {
  looking = channelId;
  if (isConnected()) look();
  return () => { if (looking === channelId) { looking = 0; if (isConnected()) look(); } };
}

/** Whose mentions are no news: the people whom one blocks. */
export const blocked = new Set();
function setBlocked(facts) {
  if (!facts.blocked) return;
  blocked.clear();
  facts.blocked.forEach((id) => blocked.add(id));
}
on("blocks_changed", setBlocked);

let known = {}; // what the server said at connect
function catchUpIfBehind(channelId, certainly = 0) {
  if (certainly || (known[channelId] ?? 0) > seqOf(channelId)) catchUp(channelId);
}

let spreadOver = 1000; // milliseconds, said by the server: the more are connected, the longer
/** A moment to wait with what everyone does who was cut off at the same time. */
export const aMoment = () => Math.random() * spreadOver;
function spread({ retry_in_ms: over }) {
  if (!Number.isFinite(over)) return;
  spreadOver = over;
  // With a factor of one the first try comes at any time from none to twice the delay.
  socket.io.reconnectionDelay(over / 2);
  socket.io.reconnectionDelayMax(Math.max(5000, 2 * over));
  socket.io.randomizationFactor(1);
}

function receive(change) {
  const state = followed.get(change.channel_id);
  known[change.channel_id] = Math.max(known[change.channel_id] ?? 0, change.seq);
  tell("seen", change);
  if (!state || change.seq <= state.seq) return;
  state.newest = Math.max(state.newest, change.seq);
  // One that came without what it changes, before the server knew that it is wanted, is a gap too.
  if (change.ops) state.early.set(change.seq, change);
  drain(state);
  if (isBehind(state)) askSoon(change.channel_id, state, GAP_WAIT);
}

const isBehind = (state) => state.seq < state.newest;
function askSoon(channelId, state, wait) {
  state.timer ||= setTimeout(() => { state.timer = 0; catchUp(channelId); }, wait);
}

function drain(state) {
  for (const seq of [...state.early.keys()].sort((a, b) => a - b)) {
    const change = state.early.get(seq);
    // One message may stand for several changes: `first` is the first of them.
    if ((change.first ?? seq) > state.seq + 1) break;
    state.early.delete(seq);
    if (seq > state.seq) {
      state.seq = seq;
      tell("change", change);
    }
  }
  if (!isBehind(state)) {
    clearTimeout(state.timer);
    state.timer = 0;
  }
}

/** Ask for all changes after the last one seen. Too old a place: the view is loaded anew. */
export function catchUp(channelId) {
  const state = followed.get(channelId);
  if (!state) return Promise.resolve();
  state.asking ??= fetchMissed(channelId, state).finally(() => { state.asking = null; });
  return state.asking;
}

async function fetchMissed(channelId, state) {
  try {
    const answer = await request(`/channels/${channelId}/live?after=${state.seq}`);
    const { seq, messages } = await answer.json();
    for (const change of messages.sort((a, b) => a.seq - b.seq)) {
      if (change.seq <= state.seq) continue;
      state.seq = change.seq;
      tell("change", change);
    }
    state.seq = Math.max(state.seq, seq);
    drain(state);
    if (isBehind(state)) askSoon(channelId, state, 1000);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 410) tell("lost", channelId);
    else if (error.status === 404 || error.status === 403 || error.status === 401) tell("gone", channelId, error.status);
    else setTimeout(() => catchUp(channelId), 3000 + Math.random() * 3000);
  }
}

function catchUpAll() {
  for (const channelId of followed.keys()) catchUp(channelId);
}

/** Connect, and look after the connection for as long as the page is open. */
export function connect() {
  socket = io({ auth: (give) => give({ format: "html", shows: shown() }), transports: ["websocket", "polling"], reconnectionDelay: 500, reconnectionDelayMax: 5000, randomizationFactor: 0.6 });
  let was = false;
  socket.on("connect", () => {
    tell("back", was);
    was = true;
  });
  let wasReady = false;
  socket.on("ready", (facts) => {
    known = { ...facts.channels };
    spread(facts);
    setBlocked(facts);
    tell("ready", facts);
    // Of a channel that one isn't in nothing is said; at first the page is as new as this.
    for (const channelId of followed.keys()) catchUpIfBehind(channelId, wasReady && !(channelId in known));
    wasReady = true;
    if (looking) look();
  });
  socket.on("disconnect", (reason) => {
    tell("away", reason);
    // The server closed it on purpose; the client library leaves coming back to us.
    if (reason === "io server disconnect" && !leaving) setTimeout(() => socket.connect(), 1000 + Math.random() * 2000);
  });
  socket.on("connect_error", (error) => {
    tell("away", "connect_error");
    // Too many came at once. The client library leaves coming back to us.
    const wait = error?.data?.retry_in_ms;
    if (Number.isFinite(wait)) setTimeout(() => { if (!leaving) socket.connect(); }, wait);
  });
  socket.on("live", receive);
  // In a large channel all that changed within a moment comes at once.
  socket.on("changed", ({ channel_id, changes, ...one }) => {
    for (const change of changes ?? [one]) receive({ channel_id, ...change });
  });
  socket.on("bye", ({ retry_in_ms: wait = 1000 } = {}) => {
    leaving = true;
    socket.disconnect();
    setTimeout(() => { leaving = false; socket.connect(); }, wait * (1 + Math.random()));
  });
  socket.on("signed_out", () => { leaving = true; socket.disconnect(); tell("signed_out"); });
  for (const name of ["read_changed", "membership_changed", "channel_changed", "typing", "presence_changed", "blocks_changed", "announcement_published", "announcement_answered", "announcement_ended", "announcement_progress", "announcement_help", "announcement_approval", "announcement_missing", "notification_created", "notifications_read", "notifications_changed", "following_changed", "followed_post", "reactions_mine", "case_changed", "held_changed", "sanctions_changed"]) {
    socket.on(name, (facts) => tell(name, facts));
  }
  addEventListener("online", retry);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });
  // A timer that comes late by much means that the machine slept.
  setInterval(() => {
    const late = Date.now() - lastBeat > 25_000;
    lastBeat = Date.now();
    if (late) wake(true);
  }, 10_000);
}

let hiddenAt = 0;
document.addEventListener("visibilitychange", () => { if (document.hidden) hiddenAt = Date.now(); });
function wake(slept = false) {
  if (!socket.connected) return retry();
  if (slept || Date.now() - hiddenAt > 30_000) {
    catchUpAll();
    tell("back", true);
  }
}

/** Connect now; a try that waits for its turn is given up for it. */
export function retry() {
  if (socket.connected || leaving) return;
  socket.disconnect();
  socket.connect();
}
export function emit(event, facts) {
  if (socket?.connected) socket.volatile.emit(event, facts);
}
/** Send an event and return its acknowledgement; null where none came. */
export async function ask(event, facts) {
  if (!socket?.connected) return null;
  try { return await socket.timeout(5000).emitWithAck(event, facts); } catch { return null; }
}
export const isConnected = () => Boolean(socket?.connected);
