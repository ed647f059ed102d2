// The message box: keys, tools, drafts, quotes, typing.
import { behaviour } from "es/core/behaviours.js";
import { clone, hasPointer } from "es/core/dom.js";
import * as live from "es/core/live.js";
import { viewer } from "es/core/viewer.js";
import { say } from "es/core/words.js";
import { enterSends } from "es/shell/preferences.js";
import { attachmentsOf } from "es/files/attachments.js";
import { announce, toast } from "es/core/notices.js";
import { attach } from "es/posts/completion.js";
import * as drafts from "es/posts/drafts.js";
import * as outbox from "es/posts/outbox.js";
import { use, write } from "es/posts/tools.js";
import { openPicker } from "es/reactions/picker.js";

const TYPING_EVERY = 3000;
const TYPING_LASTS = 5000;
const boxes = new Set();

/** The message box of a view, if one may post there. */
export const boxIn = (view) => [...boxes].find((box) => view?.contains(box.root));

class Composer {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("form");
    this.text = root.querySelector("textarea");
    this.channelId = Number(root.dataset.channel);
    this.parentId = Number(root.dataset.parent) || null;
    this.quote = null;
    this.typers = new Map();
    const draft = drafts.kept(this.channelId, this.parentId);
    if (draft && !this.form.querySelector("[name=confirm_mention_all]")) this.text.value = draft;
    this.wanted = false; // whether it is to be sent once its files are there
    this.files = attachmentsOf(root, { channelId: this.channelId, parentId: this.parentId, changed: () => this.#filesChanged() });
    this.stops = [attach(this.text)];
    this.#listen();
    this.#grow();
    this.#keys();
    this.pause = Number(root.dataset.slow) || 0;
    this.#pace(Number(root.dataset.wait) || 0);
    boxes.add(this);
  }

  #listen() {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.text.addEventListener("keydown", (event) => this.#key(event));
    let told = 0;
    this.text.addEventListener("input", () => {
      this.#grow();
      drafts.keep(this.channelId, this.parentId, this.text.value);
      if (!this.text.value.trim() || Date.now() - told < TYPING_EVERY) return;
      told = Date.now();
      live.emit("typing", { channel_id: this.channelId, parent_id: this.parentId });
    });
    this.form.querySelector("[role=toolbar]")?.addEventListener("click", (event) => {
      const tool = event.target.closest("[data-tool]")?.dataset.tool;
      // Ours go into the text by their names, which the server knows.
      if (tool === "emoji") openPicker(event.target.closest("button"), (one) => write(this.text, one.own ? `:${one.name}: ` : one.characters));
      else if (tool) use(tool, this.text);
    });
    const stopTyping = live.on("typing", (facts) => this.#typing(facts));
    const keys = () => this.#keys();
    addEventListener("enter-sends", keys);
    this.stops.push(stopTyping, () => removeEventListener("enter-sends", keys));
  }

  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
  }

  #keys() {
    const line = this.root.querySelector("[data-keys]");
    if (line) line.textContent = say(enterSends() ? "yourTurn" : "yourTurnSwapped");
  }

  #key(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const modified = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && (modified || (enterSends() && !event.shiftKey && hasPointer()))) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.text.value && !modified && !event.altKey) {
      const own = [...this.root.closest(".view").querySelectorAll(".post.is-mine[data-post]:not([data-deleted])")].at(-1);
      if (!own) return;
      event.preventDefault();
      own.dispatchEvent(new CustomEvent("post-edit", { bubbles: true }));
    } else if (modified && !event.shiftKey && !event.altKey) {
      const tool = { b: "bold", i: "italic", e: "code" }[event.key.toLowerCase()];
      if (!tool) return;
      event.preventDefault();
      use(tool, this.text);
    }
  }

  /** Slow mode: count down until one may send again. */
  #pace(seconds) {
    if (!this.pause) return;
    clearInterval(this.ticking);
    const line = this.root.querySelector("[data-pace] > span");
    const button = this.form.querySelector(".send");
    const until = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      this.waits = left > 0;
      button.setAttribute("aria-disabled", String(this.waits));
      line.textContent = say(this.waits ? "paceWait" : "paceBetween", { n: this.waits ? left : this.pause });
      if (!this.waits) clearInterval(this.ticking);
    };
    this.ticking = setInterval(tick, 1000);
    tick();
  }

  send() {
    if (this.waits) { toast(this.root.querySelector("[data-pace]").textContent.trim()); return; }
    const body = this.text.value;
    if (!body.trim() && !this.files.items.length) { this.text.focus(); return; }
    if (this.files.failed) { announce(say("uploadMend"), true); toast(say("uploadMend")); return; }
    this.wanted = this.files.busy;
    if (this.wanted) { toast(say("uploadFirst")); return; }
    const files = this.files.ready;
    this.files.clear();
    const also = this.root.querySelector("[name=also_in_channel]");
    this.text.value = "";
    this.#grow();
    drafts.forget(this.channelId, this.parentId);
    outbox.add({ channelId: this.channelId, parentId: this.parentId, body, also: also?.checked ?? false, quote: this.quote, files });
    this.#pace(this.pause);
    if (also) also.checked = false;
    this.setQuote(null);
    this.text.focus();
  }

  #filesChanged() {
    if (this.wanted && !this.files.busy) { this.wanted = false; this.send(); }
  }

  /** Quote a post in what is written next; null leaves it out. */
  setQuote(post) {
    this.form.querySelector(".composer-quote")?.remove();
    this.quote = post ? Number(post.dataset.post) : null;
    if (!post) return;
    const line = clone("t-quote");
    line.querySelector("b").textContent = post.querySelector(".who").textContent.trim();
    line.querySelector("span").textContent = post.querySelector(".prose")?.textContent.trim().slice(0, 160) ?? "";
    line.querySelector("button").addEventListener("click", () => { this.setQuote(null); this.text.focus(); });
    this.form.prepend(line);
    this.text.focus();
  }

  takeBack(item) {
    this.text.value = this.text.value ? `${item.body}\n${this.text.value}` : item.body;
    this.files.restore(item.files ?? []);
    this.#grow();
    drafts.keep(this.channelId, this.parentId, this.text.value);
    this.text.focus();
  }

  #typing({ channel_id: channelId, parent_id: parentId, user_id: userId, name }) {
    if (channelId !== this.channelId || (parentId ?? null) !== this.parentId || userId === viewer.id) return;
    clearTimeout(this.typers.get(userId)?.timer);
    this.typers.set(userId, { name, timer: setTimeout(() => { this.typers.delete(userId); this.#showTyping(); }, TYPING_LASTS) });
    this.#showTyping();
  }

  /** Someone whose post came is no longer typing. */
  stoppedTyping(userId) {
    if (!this.typers.has(userId)) return;
    clearTimeout(this.typers.get(userId).timer);
    this.typers.delete(userId);
    this.#showTyping();
  }

  #showTyping() {
    const names = [...this.typers.values()].map((each) => each.name);
    const line = this.root.querySelector("[data-typing]");
    line.textContent = names.length > 2 ? say("typingMany") : names.length ? say("typing", { n: names.length, names: names.length > 1 ? say("and", { a: names[0], b: names[1] }) : names[0] }) : "";
  }

  stop() {
    boxes.delete(this);
    clearInterval(this.ticking);
    this.files.stop();
    this.typers.forEach(({ timer }) => clearTimeout(timer));
    this.stops.forEach((undo) => undo());
  }
}

live.on("change", ({ channel_id: channelId, meta }) => {
  boxes.forEach((box) => { if (box.channelId === channelId && meta?.author_id) box.stoppedTyping(meta.author_id); });
});
outbox.onTakeBack((item) => {
  const box = [...boxes].find((each) => each.channelId === item.channelId && each.parentId === item.parentId);
  if (box) box.takeBack(item);
  else drafts.keep(item.channelId, item.parentId, item.body);
});

behaviour("composer", (root) => {
  const box = new Composer(root);
  return () => box.stop();
});

// A toolbar is one stop of the Tab key; arrows move inside.
document.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const bar = step && event.target.closest?.("[role=toolbar]");
  if (!bar) return;
  const buttons = [...bar.querySelectorAll("button")].filter((button) => button.offsetParent);
  const next = buttons[(buttons.indexOf(event.target) + step * (getComputedStyle(bar).direction === "rtl" ? -1 : 1) + buttons.length) % buttons.length];
  buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
  next.focus();
  event.preventDefault();
});
