// Small helpers over the document. HTML comes from the server only: as a page, a fragment or a <template>.

const WORKER = "/service-worker.js";
// Trusted Types: only what this file hands on becomes elements or code, and it is the server's.
const policy = window.trustedTypes?.createPolicy("server", {
  createHTML: (text) => text,
  createScriptURL: (address) => {
    if (address !== WORKER) throw new TypeError(address);
    return address;
  },
});
const trusted = (text) => policy?.createHTML(text) ?? text;

/** The address of the service worker, the only script that is loaded by its address. */
export const workerAddress = () => policy?.createScriptURL(WORKER) ?? WORKER;

/** Parse a page that the server rendered; returns its document. */
export const parsePage = (text) => new DOMParser().parseFromString(trusted(text), "text/html");

/** Put HTML that the server rendered into an element. */
export function fill(element, html) {
  element.innerHTML = trusted(html);
}

/** Clone the one element of the server's <template id=…>. */
export function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** Parse a fragment that the server rendered; returns its elements. */
export function parse(html) {
  const holder = document.createElement("template");
  fill(holder, html);
  return [...holder.content.children];
}

/** Read the JSON of a <script type="application/json">. */
export function island(id) {
  const found = document.getElementById(id);
  return found ? JSON.parse(found.textContent) : {};
}

/** Call `run` once things have been quiet for `wait` milliseconds. */
export function debounce(run, wait) {
  let timer;
  const later = (...facts) => {
    clearTimeout(timer);
    timer = setTimeout(run, wait, ...facts);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

/** A store in this browser that shrugs when storage is full or forbidden. */
export const store = {
  get(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  },
  set(key, value) {
    try {
      if (value === null || value === undefined || value === "") localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch { return false; }
  },
};

export const isPhone = () => matchMedia("(max-width: 47.99rem)").matches;
export const hasPointer = () => matchMedia("(hover: hover) and (min-width: 48rem)").matches;
export const isTyping = (target) =>
  target instanceof Element && Boolean(target.closest("input, textarea, select, [contenteditable]"));
