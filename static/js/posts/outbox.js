// Posts on their way. Each is kept in this browser until the server has it; its client_id makes
// sending it twice harmless. Posts of one channel or thread go out in the order they were written.
import { store } from "es/core/dom.js";
import { confirm } from "es/core/dialogs.js";
import { api, Problem } from "es/core/http.js";
import { viewer } from "es/core/viewer.js";
import { say } from "es/core/words.js";

const KEY = `outbox:${viewer.id}`;
const LONGEST = 30_000;
const listeners = {};
const queues = new Map(); // "channel:parent" → {items, busy: Promise|null, wait, timer}
let takeBackInto = null;

export const on = (event, run) => { (listeners[event] ??= []).push(run); };
const tell = (event, ...facts) => listeners[event]?.forEach((run) => run(...facts));
export const onTakeBack = (run) => { takeBackInto = run; };

const keyOf = ({ channelId, parentId }) => `${channelId}:${parentId ?? 0}`;
function queueOf(item) {
  const key = keyOf(item);
  if (!queues.has(key)) queues.set(key, { items: [], busy: null, wait: 1000, timer: 0 });
  return queues.get(key);
}
const all = () => [...queues.values()].flatMap((queue) => queue.items);
const itemOf = (clientId) => all().find((item) => item.clientId === clientId);

// Other tabs keep theirs under the same key, so a write changes only what is ours.
function save(item, gone) {
  const kept = (store.get(KEY) ?? []).filter((each) => each.clientId !== item.clientId);
  if (!gone) kept.push(item);
  store.set(KEY, kept.length ? kept : null);
}

export const itemsFor = (channelId, parentId) => queues.get(keyOf({ channelId, parentId }))?.items ?? [];
/** What resolves when the present sending of a channel or thread has its answer; null if none runs. */
export const sending = (channelId, parentId) => queues.get(keyOf({ channelId, parentId }))?.busy ?? null;

/** Take a post for sending: {channelId, parentId, body, also, quote, files}. */
export function add(facts) {
  const clientId = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const item = { ...facts, clientId, at: Date.now(), why: "" };
  queueOf(item).items.push(item);
  save(item);
  tell("added", item);
  run(queueOf(item));
}

function leave(item) {
  const queue = queueOf(item);
  queue.items = queue.items.filter((each) => each !== item);
  save(item, true);
}

function run(queue) {
  if (queue.busy) return;
  clearTimeout(queue.timer);
  const item = queue.items.find((each) => !each.refused);
  if (!item) return;
  queue.busy = send(item, queue).finally(() => { queue.busy = null; });
  queue.busy.then((next) => { if (next) run(queue); });
}

async function send(item, queue) {
  try {
    const post = await api("POST", `/channels/${item.channelId}/posts`, {
      body: item.body,
      client_id: item.clientId,
      ...(item.parentId && { parent_id: item.parentId }),
      ...(item.also && { also_in_channel: true }),
      ...(item.files?.length && { file_ids: item.files.map((file) => file.id) }),
      ...(item.quote && { quoted_post_id: item.quote }),
      ...(item.confirmed && { confirm_mention_all: true }),
    });
    leave(item);
    queue.wait = 1000;
    if (post?.state) tell("held", item);
    else tell("sent", item, post?.id);
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return failed(item, queue, error);
  }
}

async function failed(item, queue, problem) {
  if (problem.status === 409 && problem.facts.type?.endsWith("confirm-mention-all")) return ask(item, problem.facts);
  if (problem.passing) {
    item.why = problem.status === 0 ? say("offline") : say(problem.status === 429 ? "tryLater" : "serverTrouble");
    const wait = problem.retryAfter * 1000 || queue.wait * (0.8 + Math.random() * 0.4);
    queue.wait = Math.min(queue.wait * 2, LONGEST);
    queue.timer = setTimeout(run, wait, queue);
  } else {
    item.refused = true;
    const errors = Object.values(problem.facts.errors ?? {}).flat();
    item.why = problem.status === 401 ? say("signedOut") : errors[0] ?? problem.facts.detail ?? say("refused");
  }
  save(item);
  tell("state", item);
  return item.refused;
}

async function ask(item, facts) {
  const n = facts.count ?? 0;
  if (await confirm({ title: say("mentionAllTitle", { n }), text: facts.detail || say("mentionAllText"), yes: say("mentionAllYes", { n }), no: say("cancel") })) {
    item.confirmed = true;
    save(item);
  } else takeBack(item.clientId);
  return true;
}

export function retry(clientId) {
  const item = itemOf(clientId);
  if (!item) return;
  Object.assign(item, { refused: false, why: "" });
  tell("state", item);
  run(queueOf(item));
}

/** Put an unsent post back into its message box. */
export function takeBack(clientId) {
  const item = itemOf(clientId);
  if (!item) return;
  leave(item);
  tell("gone", item);
  takeBackInto?.(item);
}

export function drop(clientId) {
  const item = itemOf(clientId);
  if (!item) return;
  leave(item);
  tell("gone", item);
}

/** Try everything again now: the network is back. */
export function flush() {
  for (const queue of queues.values()) {
    queue.wait = 1000;
    for (const item of queue.items) {
      if (item.why && !item.refused) { item.why = ""; tell("state", item); }
    }
    run(queue);
  }
}

/** Take up what an earlier page left unsent. */
export function begin() {
  for (const item of store.get(KEY) ?? []) queueOf(item).items.push({ ...item, why: item.refused ? item.why : "" });
  addEventListener("online", flush);
  for (const queue of queues.values()) setTimeout(run, 500, queue);
}
