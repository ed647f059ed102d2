// Views that hold posts: a channel, a thread, a feed.
import { behaviour } from "es/core/behaviours.js";
import { api } from "es/core/http.js";
import * as live from "es/core/live.js";
import { viewer } from "es/core/viewer.js";
import { say } from "es/core/words.js";
import { row, setReading } from "es/rail/rail.js";
import { go, openThread } from "es/shell/navigate.js";
import { dressCode } from "es/posts/code.js";
import { Stream } from "es/posts/stream.js";

const READ_EVERY = 1000; // milliseconds between reports of a read position

/** Bring a post into sight and let it be seen for a moment. */
function pointAt(stream, id) {
  const post = stream.container.querySelector(`[data-post="${id}"]`);
  if (!post) return false;
  post.classList.add("is-target");
  post.scrollIntoView({ block: "center" });
  post.focus({ preventScroll: true });
  setTimeout(() => post.classList.remove("is-target"), 2500);
  return true;
}

/** Report how far one has read, at most once a second, while the end is in sight. */
function reportReading(view, stream) {
  let reported = Number(view.dataset.read);
  let timer = 0;
  const channelId = stream.channelId;
  const inSight = () => !document.hidden && document.hasFocus() && stream.atEnd;
  async function report() {
    timer = 0;
    const seq = Math.max(live.seqOf(channelId), Number(view.dataset.seq));
    if (!inSight() || seq <= reported) return;
    const before = reported;
    reported = seq;
    try { await api("PUT", `/channels/${channelId}/read`, { seq }); } catch { reported = before; }
  }
  const soon = () => {
    setReading(channelId, inSight());
    if (view.dataset.member === "1" && inSight()) timer ||= setTimeout(report, READ_EVERY);
  };
  stream.onRead = soon;
  const stopChange = live.on("change", (change) => { if (change.channel_id === channelId) soon(); });
  addEventListener("focus", soon);
  addEventListener("blur", soon);
  document.addEventListener("visibilitychange", soon);
  soon();
  return () => {
    clearTimeout(timer);
    if (timer) report();
    setReading(channelId, false);
    stopChange();
    removeEventListener("focus", soon);
    removeEventListener("blur", soon);
    document.removeEventListener("visibilitychange", soon);
  };
}

behaviour("channel", (view) => {
  const stream = new Stream(view);
  if (view.dataset.at) {
    // A reply that stands in its thread only: the thread opens beside the channel.
    if (!pointAt(stream, view.dataset.at)) setTimeout(() => openThread(view.dataset.at, "replace"));
  } else {
    // Many new posts: begin at the first of them, not at the end.
    const line = view.querySelector(".new-line");
    if (line && line.getBoundingClientRect().top < stream.scroller.getBoundingClientRect().top) line.scrollIntoView({ block: "start" });
  }
  stream.stuck = stream.atEnd;
  const stops = [live.follow(stream.channelId, Number(view.dataset.seq)), reportReading(view, stream)];
  return () => { stops.forEach((undo) => undo()); stream.stop(); };
});

behaviour("thread", (view) => {
  const stream = new Stream(view);
  if (view.dataset.at) pointAt(stream, view.dataset.at);
  else stream.scroller.scrollTop = stream.scroller.scrollHeight;
  const stops = [live.follow(stream.channelId, Number(view.dataset.seq))];
  // A thread of a storyline that one isn't in, unless the storyline itself is beside it.
  if ("look" in view.dataset && !document.querySelector("[data-behaviour~=storyline]")) stops.push(live.lookAt(stream.channelId));
  return () => { stops.forEach((undo) => undo()); stream.stop(); };
});

// Comments stand in the flow of the page that they are about.
behaviour("comments", (view) => {
  const stream = new Stream(view, { eager: false });
  if (view.dataset.at) pointAt(stream, view.dataset.at);
  const stops = [
    live.follow(stream.channelId, Number(view.dataset.seq)),
    live.lookAt(stream.channelId),
    reportReading(view, stream),
    // Opened or closed: the page says so, and what one has begun to write is kept.
    live.on("change", ({ channel_id: channelId, meta = {} }) => {
      if (channelId === stream.channelId && meta.type === "channel_changed") go(view.dataset.url, { how: "none", focus: false });
    }),
  ];
  return () => { stops.forEach((undo) => undo()); stream.stop(); };
});

behaviour("feed", (view) => {
  dressCode(view);
  const pill = view.querySelector(".new-pill");
  if (!pill) return undefined;
  let count = 0;
  return live.on("seen", ({ channel_id: channelId, meta = {} }) => {
    if (meta.type !== "post_created" || meta.parent_id || meta.author_id === viewer.id || live.blocked.has(meta.author_id)) return;
    const line = row(channelId);
    if (!line || "direct" in line.dataset || line.classList.contains("is-muted")) return;
    count += 1;
    pill.hidden = false;
    pill.querySelector("span").textContent = say("newPosts", { n: count });
  });
});
