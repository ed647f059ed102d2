// Drafts: in this browser at every key, on the server after a pause.
import { store } from "es/core/dom.js";
import { api } from "es/core/http.js";
import { viewer } from "es/core/viewer.js";

const PAUSE = 1500;
const timers = new Map();
const nameOf = (channelId, parentId) => `draft:${viewer.id}:${channelId}:${parentId ?? 0}`;

export const kept = (channelId, parentId) => store.get(nameOf(channelId, parentId));

export function keep(channelId, parentId, body) {
  const name = nameOf(channelId, parentId);
  store.set(name, body);
  clearTimeout(timers.get(name));
  timers.set(name, setTimeout(put, PAUSE, channelId, parentId, body));
}

function put(channelId, parentId, body) {
  api("PUT", `/channels/${channelId}/draft`, { body, parent_id: parentId }).catch(() => { /* the browser's copy stands */ });
}

/** Forget a draft that was sent. */
export function forget(channelId, parentId) {
  const name = nameOf(channelId, parentId);
  clearTimeout(timers.get(name));
  store.set(name, null);
  put(channelId, parentId, "");
}
