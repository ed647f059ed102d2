// A list of posts on the page: a channel's stream or a thread. Takes new posts in, keeps the
// reader's place, loads older and newer posts, and shows what is still being sent.
import { clone, debounce, parse } from "es/core/dom.js";
import { html } from "es/core/http.js";
import * as live from "es/core/live.js";
import { announce } from "es/core/notices.js";
import { clockOf } from "es/core/time.js";
import { viewer } from "es/core/viewer.js";
import { say } from "es/core/words.js";
import { arrange } from "es/posts/arrange.js";
import { dressCode } from "es/posts/code.js";
import * as outbox from "es/posts/outbox.js";
import { fromEnd, keepPlace, toEnd } from "es/posts/places.js";
import { enliven, replace } from "es/posts/post.js";
import { take } from "es/reactions/own.js";

const NEAR = 60; // pixels from the end that still count as being there
const EARLY = 1200; // pixels from the edge where the next posts are fetched
export const streams = new Set();

// By time, as the server lists them: a thread that came from elsewhere keeps its times.
const momentOf = (post) => post.dataset.at.replace("Z", "");
function isBefore(one, other) {
  const [a, b] = [momentOf(one), momentOf(other)];
  return a === b ? Number(one.dataset.post) < Number(other.dataset.post) : a < b;
}

/** Take the hint of one's own reactions out of what came; returns whether it was one. */
function takeHint(element) {
  const is = "ownReactions" in element.dataset;
  if (is) take(element);
  return is;
}

export class Stream {
  // Not `eager`: what is earlier is loaded when it is asked for, and the page stays where it is.
  constructor(view, { eager = true } = {}) {
    this.eager = eager;
    this.view = view;
    this.container = view.querySelector("[data-stream], [data-thread]");
    this.scroller = view.querySelector("[data-scroll]") ?? view.closest(".scroll");
    this.channelId = Number(view.dataset.channel);
    this.parentId = Number(this.container.dataset.thread) || null;
    this.pill = view.querySelector(".new-pill");
    this.waiting = 0;
    this.onRead = null; // told when the end is in sight
    this.stops = [];
    dressCode(this.container);
    arrange(this.container);
    this.#scrolling();
    for (const item of outbox.itemsFor(this.channelId, this.parentId)) this.showPending(item);
    this.pill?.addEventListener("click", (event) => { event.preventDefault(); this.goToEnd(); });
    streams.add(this);
  }

  get newer() { return this.container.querySelector(":scope > .newer"); }
  get atEnd() { return !this.newer && fromEnd(this.scroller) < NEAR; }
  posts() { return [...this.container.querySelectorAll(":scope > .post[data-seq]")]; }

  stop() {
    streams.delete(this);
    this.stops.forEach((undo) => undo());
  }

  // --- live changes ---

  append(html, meta) {
    const [post] = parse(html);
    if (!post) return;
    const same = this.container.querySelector(`:scope > [data-post="${post.dataset.post}"]`);
    if (same) { replace(same, post, this); return; }
    const all = this.posts();
    const previous = all.findLast((each) => isBefore(each, post));
    const isLast = previous === all.at(-1);
    const isNew = meta.type === "post_created";
    const isMine = Number(post.dataset.author) === viewer.id;
    if (this.newer && isLast) { if (isNew && !isMine) this.#count(); return; }
    // Before the first post on the page there may be others that were not loaded.
    if (!previous && all.length && this.container.querySelector(":scope > .older")) return;
    enliven(post);
    const sticks = this.atEnd && isLast;
    const put = () => {
      if (isLast && isNew && document.hidden && !isMine && !this.parentId) this.#newLine();
      const after = isLast ? this.container.querySelector(":scope > .post.is-pending, :scope > .post.is-failed, :scope > .newer") : previous?.nextSibling ?? all[0];
      this.container.insertBefore(post, after ?? null);
      if (isMine && isNew && this.#holdBack(post)) return;
      arrange(this.container);
    };
    if (sticks) { put(); toEnd(this.scroller); this.#seen(); } else {
      keepPlace(this.scroller, put);
      if (isNew && isLast && !isMine) this.#count();
    }
    this.#countReplies();
    if (isNew && !isMine && !document.hidden) {
      announce(say(this.parentId ? "newReplyBy" : "newPostBy", { name: post.querySelector(".who")?.textContent.trim() ?? "" }));
    }
  }

  // My own post may arrive before the answer to its sending: it waits for that, so as not to stand there twice.
  #holdBack(post) {
    const sending = outbox.sending(this.channelId, this.parentId);
    if (this.#dropPending(post.dataset.post) || !sending) return false;
    post.hidden = true;
    Promise.race([sending, new Promise((done) => setTimeout(done, 1500))]).then(() => {
      this.#dropPending(post.dataset.post);
      post.hidden = false;
      const end = this.atEnd;
      arrange(this.container);
      if (end) toEnd(this.scroller);
    });
    return true;
  }

  #dropPending(postId) {
    const pending = this.container.querySelector(`:scope > [data-confirmed="${postId}"]`);
    pending?.remove();
    return Boolean(pending);
  }

  #newLine() {
    this.container.querySelector(".new-line")?.remove();
    this.container.insertBefore(clone("t-new-line"), this.container.querySelector(":scope > .post.is-pending"));
  }

  #count() {
    this.waiting += 1;
    if (!this.pill) return;
    this.pill.hidden = false;
    this.pill.querySelector("span").textContent = say("newPosts", { n: this.waiting });
  }

  #seen() {
    this.waiting = 0;
    if (this.pill) this.pill.hidden = true;
    this.onRead?.();
  }

  #countReplies() {
    const line = this.container.querySelector(":scope > [data-reply-count]");
    if (!line) return;
    // What comments are about is no post that one sees: its root is out of sight.
    const apart = this.view.querySelector("[data-root] > .post");
    const root = apart ?? this.container.querySelector(":scope > .post");
    const shown = this.posts().length - (apart ? 0 : 1);
    const count = Math.max(Number(root?.dataset.replies) || 0, shown);
    line.dataset.replyCount = count;
    if (apart) line.textContent = count ? say("commentsCount", { n: count }) : say("noComments");
    else line.textContent = count ? say("repliesCount", { n: count }) : say("noReplies");
  }

  changed() {
    arrange(this.container);
    this.#countReplies();
  }

  async goToEnd() {
    if (this.newer) {
      const { go } = await import("es/shell/navigate.js");
      await go(this.view.dataset.url ?? location.pathname, { how: "push" });
      return;
    }
    this.scroller.scrollTo({ top: this.parentId ? this.scroller.scrollHeight : 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    this.#seen();
  }

  // --- the reader's way through ---

  #scrolling() {
    const near = debounce(() => this.#near(), 60);
    const onScroll = () => { if (this.atEnd) this.#seen(); near(); };
    this.scroller.addEventListener("scroll", onScroll, { passive: true });
    this.container.addEventListener("click", (event) => {
      const more = event.target.closest("a[data-more]");
      if (!more || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      this.#load(more);
    });
    const sight = new ResizeObserver(() => { if (this.stuck) toEnd(this.scroller); });
    sight.observe(this.scroller);
    this.stops.push(() => { near.cancel(); sight.disconnect(); });
    this.scroller.addEventListener("scroll", () => { this.stuck = this.atEnd; }, { passive: true });
    this.stuck = !this.parentId && this.atEnd;
    requestAnimationFrame(() => this.#near());
  }

  #near() {
    const box = this.scroller.getBoundingClientRect();
    for (const more of this.eager ? this.container.querySelectorAll(":scope > .older a[data-more], :scope > .newer a[data-more]") : []) {
      const { top, bottom } = more.getBoundingClientRect();
      if (bottom > box.top - EARLY && top < box.bottom + EARLY) this.#load(more);
    }
    if (this.atEnd) this.#seen();
  }

  async #load(more) {
    if (more.getAttribute("aria-busy")) return;
    more.setAttribute("aria-busy", "true");
    const place = more.closest(".older, .newer");
    try {
      const elements = parse(await html(more.dataset.more)).filter((element) => !takeHint(element));
      if (!place.isConnected) return;
      const had = new Set([...this.container.querySelectorAll(":scope > [data-post]")].map((post) => post.dataset.post));
      const fresh = elements.filter((element) => !had.has(element.dataset.post));
      fresh.filter((element) => element.matches(".post")).forEach(enliven);
      const focused = place.contains(document.activeElement);
      // The post next to the link: in a thread the first one in sight may be the root, above the link.
      const anchor = [...this.container.querySelectorAll(":scope > .post")][place.matches(".older") ? "find" : "findLast"](
        (post) => place.compareDocumentPosition(post) & (place.matches(".older") ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING),
      );
      keepPlace(this.scroller, () => {
        place.replaceWith(...fresh);
        if (place.matches(".older") && !this.container.querySelector(":scope > .older")) this.view.querySelector(".intro")?.removeAttribute("hidden");
        arrange(this.container);
      }, anchor);
      if (focused) fresh.findLast((element) => element.matches(".post"))?.focus({ preventScroll: true });
      if (place.matches(".older")) announce(say("loaded"));
      this.#near();
    } catch {
      setTimeout(() => more.removeAttribute("aria-busy"), 3000);
    }
  }

  // --- what is being sent ---

  pendingOf(clientId) {
    return this.container.querySelector(`:scope > [data-client="${CSS.escape(clientId)}"]`);
  }

  showPending(item) {
    if (this.newer) { this.goToEnd(); return; }
    const post = clone("t-pending");
    post.dataset.author = viewer.id;
    post.dataset.client = item.clientId;
    post.querySelector(".av").classList.add(`av-${viewer.av}`);
    post.querySelector(".av").textContent = viewer.initials;
    const photo = document.querySelector(".rail-foot .av > img");
    if (photo) post.querySelector(".av").append(photo.cloneNode());
    post.querySelector(".who").textContent = viewer.name;
    post.querySelector(".who").href = `/people/${viewer.username}`;
    post.dataset.at = new Date(item.at).toISOString();
    post.querySelector(".prose").textContent = [item.body, ...(item.files ?? []).map((file) => file.name)].filter((line) => line.trim()).join("\n");
    post.querySelector("time").textContent = clockOf(new Date(item.at));
    post.querySelector("[data-retry]").addEventListener("click", () => outbox.retry(item.clientId));
    post.querySelector("[data-edit]").addEventListener("click", () => outbox.takeBack(item.clientId));
    post.querySelector("[data-drop]").addEventListener("click", () => outbox.drop(item.clientId));
    this.container.append(post);
    arrange(this.container);
    if (item.why) this.showState(item);
    toEnd(this.scroller);
  }

  showState(item) {
    const post = this.pendingOf(item.clientId);
    if (!post) return;
    const failed = Boolean(item.why);
    post.classList.toggle("is-failed", failed);
    post.classList.toggle("is-pending", !failed);
    const [sending, problem] = post.querySelectorAll(".send-state");
    sending.hidden = failed;
    problem.hidden = !failed;
    post.querySelector("[data-why]").textContent = failed ? say("notSent", { why: item.why }) : "";
    if (failed) { announce(say("notSent", { why: item.why }), true); if (this.atEnd) toEnd(this.scroller); }
  }

  confirm(item, postId) {
    const post = this.pendingOf(item.clientId);
    if (!post) return;
    post.dataset.confirmed = postId;
    post.querySelectorAll(".send-state").forEach((line) => { line.hidden = true; });
    if (this.container.querySelector(`:scope > [data-post="${postId}"]:not([hidden])`)) { post.remove(); this.changed(); return; }
    // The live change brings the post itself; where it doesn't come, it is asked for.
    setTimeout(() => { if (post.isConnected) live.catchUp(this.channelId); }, 1000);
  }

  remove(clientId) {
    this.pendingOf(clientId)?.remove();
    arrange(this.container);
  }
}
