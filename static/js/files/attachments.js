// The files of a message box: chosen, dropped or pasted, on their way, and ready to be sent.
import { clone, store } from "es/core/dom.js";
import { api } from "es/core/http.js";
import { announce } from "es/core/notices.js";
import { viewer } from "es/core/viewer.js";
import { say } from "es/core/words.js";
import { upload } from "es/files/sending.js";

const MOST = 10;
const AT_ONCE = 2; // more would only share the same line

const sizeOf = (bytes) => {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < 3) { value /= 1024; unit += 1; }
  return `${value < 10 && unit ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
};

const away = new Map(); // name → files whose message box isn't on the page; they go on
const nameOf = (channelId, parentId) => `files:${viewer.id}:${channelId}:${parentId ?? 0}`;

/** The files of a message box, also those that were on their way when it was left. */
export function attachmentsOf(root, { channelId, parentId, changed }) {
  const name = nameOf(channelId, parentId);
  const files = away.get(name) ?? new Attachments(name);
  away.delete(name);
  files.settle(root, changed);
  return files;
}

/** The files of a form that names them itself and is kept by the server; `files` are there already. */
export function attachmentsIn(form, { files, changed }) {
  const attachments = new Attachments(null);
  attachments.kept = files;
  attachments.settle(form, changed);
  return attachments;
}

addEventListener("beforeunload", (event) => {
  if (Attachments.sending) event.preventDefault();
});

class Attachments {
  static sending = 0; // on their way in all message boxes

  constructor(name) {
    this.name = name;
    this.items = [];
    this.kept = (name && store.get(name)) ?? [];
  }

  /** Stand in a message box; `changed` is called when a file came, went or is there. */
  settle(root, changed) {
    this.root = root;
    this.list = root.querySelector("[data-attachments]");
    this.input = root.querySelector("input[type=file]");
    this.changed = changed;
    this.stopping = new AbortController();
    if (!this.list || !this.input) return;
    this.#listen(this.stopping.signal);
    for (const file of this.kept.splice(0)) this.#show({ file, sent: file, state: "done" });
    this.list.append(...this.items.map((item) => item.row));
    this.list.hidden = !this.items.length;
  }

  get busy() { return this.items.some((item) => item.state === "waiting" || item.state === "sending"); }
  get failed() { return this.items.find((item) => item.state === "failed"); }
  /** What goes with the post: the server's words on each file. */
  get ready() { return this.items.filter((item) => item.state === "done").map((item) => item.sent); }

  #listen(signal) {
    this.root.querySelector("[data-attach]")?.addEventListener("click", () => this.input.click(), { signal });
    this.input.addEventListener("change", () => { this.add(this.input.files); this.input.value = ""; }, { signal });
    this.root.addEventListener("paste", (event) => {
      const files = event.clipboardData?.files;
      if (!files?.length || event.clipboardData.types.includes("text/plain")) return;
      event.preventDefault();
      this.add(files);
    }, { signal });
    const place = this.root.closest(".view") ?? this.root;
    const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
    place.addEventListener("dragover", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.root.classList.add("is-drop");
    }, { signal });
    place.addEventListener("dragleave", (event) => {
      if (!place.contains(event.relatedTarget)) this.root.classList.remove("is-drop");
    }, { signal });
    place.addEventListener("drop", (event) => {
      this.root.classList.remove("is-drop");
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.add(event.dataTransfer.files);
    }, { signal });
  }

  add(files) {
    const room = MOST - this.items.length;
    const taken = [...files].slice(0, room);
    for (const file of taken) this.#show({ file, state: "waiting" });
    if (taken.length) announce(say("uploadAdded", { n: taken.length }));
    if (files.length > room) announce(say("uploadTooMany", { n: MOST }), true);
    this.#next();
    this.changed();
  }

  /** Put files back that a post has not taken along. */
  restore(files) {
    for (const file of files) this.#show({ file, sent: file, state: "done" });
    this.#keep();
  }

  clear() {
    for (const item of [...this.items]) this.#drop(item);
    this.#keep();
  }

  /** The message box goes. What is on its way goes on, and is there when the box comes back. */
  stop() {
    this.stopping.abort();
    if (!this.name) { this.items.forEach((item) => item.giveUp?.abort()); return; }
    if (!this.busy && !this.failed) return;
    away.set(this.name, this);
    // All there: the store has them, for this page and the next.
    this.changed = () => { if (!this.busy && !this.failed) away.delete(this.name); };
  }

  #show(item) {
    const row = clone("t-attachment");
    item.row = row;
    row.querySelector(".attachment-name").textContent = item.file.name;
    row.querySelector("[data-size]").textContent = sizeOf(item.file.size);
    row.querySelector("[data-remove]").setAttribute("aria-label", say("uploadRemove", { name: item.file.name }));
    const type = item.file.type ?? item.file.mime ?? "";
    if (/^image\/(png|jpeg|gif|webp|avif)$/.test(type)) {
      const alt = row.querySelector(".attachment-alt");
      alt.hidden = false;
      alt.querySelector("input").value = item.sent?.alt ?? "";
      alt.querySelector("input").addEventListener("change", () => this.#describe(item));
      if (item.file instanceof File) {
        const picture = new Image();
        item.preview = URL.createObjectURL(item.file);
        picture.alt = "";
        picture.src = item.preview;
        row.querySelector(".attachment-icon").replaceChildren(picture);
      }
    }
    row.querySelector("[data-remove]").addEventListener("click", () => this.#remove(item));
    row.querySelector("[data-again]").addEventListener("click", () => { item.state = "waiting"; this.#next(); this.#paint(item); });
    this.items.push(item);
    this.list.append(row);
    this.list.hidden = false;
    this.#paint(item);
  }

  #paint(item, text = "") {
    const bar = item.row.querySelector("progress");
    bar.hidden = item.state === "done" || item.state === "failed";
    bar.setAttribute("aria-label", item.file.name);
    item.row.classList.toggle("is-failed", item.state === "failed");
    item.row.querySelector("[data-again]").hidden = item.state !== "failed";
    item.row.querySelector("[data-state]").textContent = text;
  }

  #next() {
    const sending = this.items.filter((item) => item.state === "sending").length;
    const waiting = this.items.filter((item) => item.state === "waiting").slice(0, Math.max(0, AT_ONCE - sending));
    waiting.forEach((item) => this.#send(item));
  }

  async #send(item) {
    item.state = "sending";
    item.giveUp = new AbortController();
    Attachments.sending += 1;
    const bar = item.row.querySelector("progress");
    try {
      item.sent = await upload(item.file, {
        signal: item.giveUp.signal,
        progress: (part) => { bar.value = part; this.#paint(item, say("uploading", { n: Math.round(part * 100) })); },
        waits: () => this.#paint(item, say("uploadWaits")),
      });
      item.state = "done";
      this.#paint(item);
      this.#describe(item);
      announce(`${item.file.name}: ${say("uploadDone")}`);
      this.#keep();
    } catch (error) {
      if (error.name === "AbortError") return;
      item.state = "failed";
      const errors = Object.values(error.facts?.errors ?? {}).flat();
      const why = say("uploadFailed", { why: errors[0] ?? error.facts?.detail ?? say("refused") });
      this.#paint(item, why);
      announce(`${item.file.name}: ${why}`, true);
    } finally { Attachments.sending -= 1; }
    this.#next();
    this.changed();
  }

  async #describe(item) {
    const alt = item.row.querySelector(".attachment-alt input").value.trim();
    if (!item.sent || alt === (item.sent.alt ?? "")) return;
    item.sent = { ...item.sent, alt };
    this.#keep();
    try { await api("PATCH", `/files/${item.sent.id}`, { alt }); } catch { item.sent = { ...item.sent, alt: "" }; }
  }

  #remove(item) {
    const after = item.row.nextElementSibling ?? item.row.previousElementSibling;
    item.giveUp?.abort();
    if (item.sent) api("DELETE", `/files/${item.sent.id}`).catch(() => { /* it goes by itself in a day */ });
    this.#drop(item);
    this.#keep();
    announce(say("uploadRemoved", { name: item.file.name }));
    (after?.querySelector("[data-remove]") ?? this.root.querySelector("textarea")).focus();
    this.#next();
    this.changed();
  }

  #drop(item) {
    if (item.preview) URL.revokeObjectURL(item.preview);
    item.row.remove();
    this.items = this.items.filter((each) => each !== item);
    this.list.hidden = !this.items.length;
  }

  #keep() {
    if (this.name) store.set(this.name, this.ready.length ? this.ready : null);
  }
}
