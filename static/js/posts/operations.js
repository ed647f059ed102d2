// Live operations on whatever is on the page, and what the outbox tells.
import { parse } from "es/core/dom.js";
import * as live from "es/core/live.js";
import { toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import * as outbox from "es/posts/outbox.js";
import { mark } from "es/core/viewer.js";
import { keepPlace, toEnd } from "es/posts/places.js";
import { replace } from "es/posts/post.js";
import { streams } from "es/posts/stream.js";
import { replaceChips } from "es/reactions/reacting.js";

const streamOf = (post) => [...streams].find((stream) => stream.container.contains(post));

const targets = {
  post(op, id) {
    for (const old of document.querySelectorAll(`[data-post="${id}"]`)) {
      if (op.op === "replace") { const [fresh] = parse(op.html); if (fresh) replace(old, fresh, streamOf(old)); }
      else if (op.op === "remove") {
        const scroller = old.closest("[data-scroll]");
        if (scroller) keepPlace(scroller, () => old.remove());
        else old.remove();
      }
    }
    streams.forEach((stream) => stream.changed());
  },
  stream(op, id, meta) {
    for (const stream of streams) if (!stream.parentId && stream.channelId === id) stream.append(op.html, meta);
  },
  thread(op, id, meta) {
    for (const stream of streams) if (stream.parentId === id) stream.append(op.html, meta);
  },
  reactions(op, id) {
    // It changes the height of what is read: who is at the end stays there.
    const stuck = [...streams].filter((stream) => stream.stuck);
    replaceChips(op, id, mark);
    stuck.forEach((stream) => toEnd(stream.scroller));
  },
  channel(op, id) {
    for (const old of document.querySelectorAll(`[data-channel-head="${id}"]`)) old.replaceWith(...parse(op.html));
  },
};

export function begin() {
  live.on("change", ({ ops, meta = {} }) => {
    for (const op of ops) {
      const [kind, id] = op.target.split(":");
      targets[kind]?.(op, Number(id), meta);
    }
  });
  outbox.on("added", (item) => each(item, (stream) => stream.showPending(item)));
  outbox.on("state", (item) => each(item, (stream) => stream.showState(item)));
  outbox.on("sent", (item, postId) => {
    each(item, (stream) => stream.confirm(item, postId));
    if (!live.isConnected()) live.retry();
  });
  outbox.on("held", (item) => {
    each(item, (stream) => stream.remove(item.clientId));
    toast(say("held"));
  });
  outbox.on("gone", (item) => each(item, (stream) => stream.remove(item.clientId)));
}
function each(item, run) {
  for (const stream of streams) if (stream.channelId === item.channelId && stream.parentId === item.parentId) run(stream);
}
