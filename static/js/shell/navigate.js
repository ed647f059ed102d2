// Moving about without a full reload: fetch the page's main column and panel, put them in, and keep
// the address such that back, forward and a reload give the same view.
import { start, stop } from "es/core/behaviours.js";
import { clone, hasPointer, parsePage } from "es/core/dom.js";
import { Problem, request } from "es/core/http.js";
import { announce } from "es/core/notices.js";
import { localise } from "es/core/time.js";
import { mark } from "es/core/viewer.js";

const HARD = /^\/(login|logout|confirmation|settings\/security|api|static|admin|files|invitations|healthz|metrics)(\/|$)/;
const PANEL_FACTS = ["thread", "details"];
const main = () => document.getElementById("main");
const panel = () => document.getElementById("panel");
const moved = new Set();
let running;
let here = new URL(location.href);

/** Hear of every change of the view: run(url). */
export function onMove(run) { moved.add(run); }
const tellMoved = () => { here = new URL(location.href); moved.forEach((run) => run(here)); };

/** Say of new elements what the server could not know of their reader, and start what they do. */
export function enliven(root) {
  mark(root);
  localise(root);
  start(root);
  // Where the tabs are wider than the window, the one that is open is in sight.
  for (const tab of root.querySelectorAll(".tabs > [aria-current]")) {
    if (tab.parentElement.scrollWidth > tab.parentElement.clientWidth) tab.scrollIntoView({ block: "nearest", inline: "center" });
  }
}

// The progress line and the connection's banner belong to the frame, not to a view.
const isFrame = (node) => node.id === "connection" || node.matches?.(".main-progress, .sizer") || false;
function putAround(place, nodes) {
  stop(place);
  for (const node of [...place.childNodes]) if (!isFrame(node)) node.remove();
  place.append(...nodes.filter((node) => !isFrame(node) && node.nodeName !== "TITLE"));
  enliven(place);
}
const putMain = (nodes) => putAround(main(), nodes);
const putPanel = (nodes) => putAround(panel(), nodes);

async function addStyles(page) {
  const links = [...page.querySelectorAll('link[rel="stylesheet"]')];
  await Promise.all(links.map((link) => {
    if (document.head.querySelector(`link[href="${CSS.escape(link.getAttribute("href"))}"]`)) return null;
    const copy = document.createElement("link");
    copy.rel = "stylesheet";
    copy.href = link.href;
    document.head.append(copy);
    return new Promise((done) => { copy.onload = copy.onerror = done; });
  }));
}

const read = (text) => parsePage(text);
const wholePage = (page) => page.getElementById("main");

function keepScroll() {
  const scroller = main().querySelector("[data-scroll], .scroll");
  history.replaceState({ ...history.state, top: scroller?.scrollTop ?? 0 }, "");
}

/** Put an answer's page into place; returns false where it isn't a page of this frame. */
async function show(page) {
  const fresh = wholePage(page);
  if (!fresh) return false;
  await addStyles(page);
  document.title = page.title;
  main().dataset.nav = fresh.dataset.nav ?? "";
  putMain([...fresh.childNodes]);
  const side = page.getElementById("panel");
  panel().hidden = side?.hidden ?? true;
  putPanel(side ? [...side.childNodes] : []);
  return true;
}

// A link is asked for when it is pressed, a moment before the press becomes a click.
const early = {
  path: null,
  answer: null,
  at: 0,
  ask(path) {
    Object.assign(this, { path, at: Date.now(), answer: request(path, { shell: "main", any: true }).catch(() => null) });
  },
  take(path) {
    const fits = this.path === path && Date.now() - this.at < 1500;
    const { answer } = this;
    this.path = null;
    return fits ? answer.then((found) => found ?? request(path, { shell: "main", any: true })) : null;
  },
};
function onPress(event) {
  const link = event.button === 0 && !event.ctrlKey && !event.metaKey && event.target.closest?.(".rail a[href], .bottom a[href]");
  if (!link || event.pointerType === "touch") return;
  const url = new URL(link.href);
  if (isOurs(url) && url.href !== location.href) early.ask(url.pathname + url.search);
}

/** Go to a page of the app. `how`: push, replace or none (the address is set already). */
export async function go(to, { how = "push", top, focus = true } = {}) {
  const url = new URL(to, location.href);
  if (!isOurs(url)) { location.assign(url); return; }
  running?.abort();
  const mine = running = new AbortController();
  if (how === "push") keepScroll();
  main().classList.add("is-loading");
  main().setAttribute("aria-busy", "true");
  try {
    const path = url.pathname + url.search;
    const answer = await (early.take(path) ?? request(path, { shell: "main", signal: mine.signal, any: true }));
    const address = answer.redirected ? new URL(answer.url) : url;
    if (!isOurs(address) || answer.status === 401 || !isPage(answer)) { location.assign(address); return; }
    address.hash ||= url.hash;
    const page = read(await answer.text());
    if (mine.signal.aborted) return;
    if (how === "push") history.pushState({}, "", address);
    else if (how === "replace" || answer.redirected) history.replaceState({ ...history.state }, "", address);
    if (!(await show(page))) { location.assign(address); return; }
    place(address, top, focus);
    tellMoved();
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Problem)) throw error;
    if (how === "push") history.pushState({}, "", url);
    const failed = clone("t-view-error");
    failed.querySelector("button").addEventListener("click", () => go(url, { how: "replace" }));
    main().dataset.nav = "";
    putMain([failed]);
    tellMoved();
  } finally {
    if (running === mine) {
      main().classList.remove("is-loading");
      main().removeAttribute("aria-busy");
    }
  }
}

/** Put the reader where the view begins: the hash, the old place, the message box or the top. */
function place(address, top, focus) {
  const scroller = main().querySelector("[data-scroll], .scroll");
  if (top !== undefined && scroller) scroller.scrollTop = top;
  else if (address.hash.length > 1) document.getElementById(decodeURIComponent(address.hash.slice(1)))?.scrollIntoView({ block: "center" });
  announce(document.title);
  if (!focus) return;
  const box = hasPointer() && main().querySelector("[data-behaviour~=composer] textarea");
  (box || main()).focus({ preventScroll: true });
}

const isPage = (answer) => (answer.headers.get("Content-Type") ?? "").includes("text/html");
export const isOurs = (url) => url.origin === location.origin && !HARD.test(url.pathname);

/** Load the same address again, keeping place and focus as far as they go. */
export const reload = () => go(location.href, { how: "replace", focus: false });

/** Show `source` in the side panel; the address becomes `address`. */
export async function openPanel(source, address, { how = "push", focus = true } = {}) {
  const opener = document.activeElement;
  const answer = await request(source, { shell: "panel", any: true }).catch(() => null);
  if (!answer?.ok) { location.assign(source); return; }
  const page = read(await answer.text());
  panel().hidden = false;
  putPanel([...page.body.childNodes]);
  if (how === "push") { keepScroll(); history.pushState({}, "", address); }
  else if (how === "replace") history.replaceState(history.state, "", address);
  if (opener?.isConnected) panel().opener = opener;
  if (focus) (hasPointer() && panel().querySelector("textarea") || panel()).focus({ preventScroll: true });
  tellMoved();
}

/** Close the panel; the address is the page's own again. */
export function closePanel({ how = "push" } = {}) {
  if (panel().hidden) return false;
  putPanel([]);
  panel().hidden = true;
  const url = new URL(location.href);
  PANEL_FACTS.forEach((name) => url.searchParams.delete(name));
  if (how === "push") history.pushState({}, "", url);
  const { opener } = panel();
  const back = opener?.isConnected ? opener : main().querySelector(`[data-post="${opener?.closest(".post")?.dataset.post}"]`);
  back?.focus({ preventScroll: true });
  tellMoved();
  return true;
}

/** Put the answer to a form into the panel or the main column. */
export async function showAnswer(answer, into) {
  const address = new URL(answer.url);
  if (!isOurs(address) || !isPage(answer)) { location.assign(address); return; }
  const page = read(await answer.text());
  if (into === "panel" && !wholePage(page)) {
    const top = panel().querySelector("[data-scroll]")?.scrollTop;
    putPanel([...page.body.childNodes]);
    const scroller = panel().querySelector("[data-scroll]");
    if (scroller) scroller.scrollTop = top ?? 0;
    if (!panel().querySelector(".view")) closePanel();
    panel().querySelector('[aria-invalid="true"]')?.focus();
    return;
  }
  if (answer.ok && answer.redirected && address.href !== location.href) history.pushState({}, "", address);
  if (!(await show(page))) { location.assign(address); return; }
  place(address, undefined, true);
  (main().querySelector('[aria-invalid="true"]') ?? main().querySelector("[autofocus]"))?.focus();
  tellMoved();
}

const base = (url) => {
  const bare = new URL(url);
  PANEL_FACTS.forEach((name) => bare.searchParams.delete(name));
  bare.hash = "";
  return bare.href;
};

function onPopState(event) {
  const url = new URL(location.href);
  const before = here;
  here = url;
  if (base(url) !== base(before)) { go(url, { how: "none", top: event.state?.top }); return; }
  if (url.search === before.search) return;
  const thread = url.searchParams.get("thread");
  if (thread) openPanel(`/posts/${encodeURIComponent(thread)}`, url, { how: "none" });
  else if (url.searchParams.get("details")) openPanel(`${main().querySelector(".view")?.dataset.path ?? url.pathname}/details`, url, { how: "none" });
  else closePanel({ how: "none" });
}

function onClick(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.closest("[data-hard]")) return;
  const url = new URL(link.href);
  if (!isOurs(url)) return;
  const isHere = url.pathname === location.pathname && url.search === location.search;
  if (isHere && url.hash) return;
  event.preventDefault();
  const view = main().querySelector("[data-behaviour~=channel]");
  const post = link.classList.contains("when") && link.closest("#main .post")?.dataset;
  const thread = link.dataset.threadLink ?? (post && (post.parent || post.post));
  if (thread && view && !link.closest(".with-channel")) { openThread(thread); return; }
  if (link.dataset.panelLink && view) {
    openPanel(url.pathname, `${view.dataset.url}?details=1`).then(() => url.hash && document.getElementById(url.hash.slice(1))?.querySelector("input:not([type=hidden])")?.focus());
    return;
  }
  if (link.closest("#panel") && link.dataset.into === "panel") {
    request(url.pathname + url.search, { shell: "panel", any: true }).then((answer) => showAnswer(answer, "panel"));
    return;
  }
  closeRail();
  go(url, { how: isHere ? "replace" : "push" });
}

/** Open a thread beside its channel; elsewhere as its own page. */
export function openThread(rootId, how = "push") {
  const view = main().querySelector("[data-behaviour~=channel]");
  if (!view) return go(`/posts/${rootId}`);
  const url = new URL(location.href);
  url.hash = "";
  url.searchParams.delete("details");
  url.searchParams.set("thread", rootId);
  url.searchParams.delete("at");
  return openPanel(`/posts/${rootId}`, url, { how });
}

export function openRail() {
  const rail = document.getElementById("rail");
  rail.classList.add("is-open");
  rail.querySelector("a, button, input")?.focus();
}
export function closeRail() {
  document.getElementById("rail").classList.remove("is-open");
  if (location.hash === "#rail") history.replaceState(history.state, "", location.pathname + location.search);
}

export function begin() {
  history.scrollRestoration = "manual";
  document.addEventListener("click", onClick);
  document.addEventListener("pointerdown", onPress);
  addEventListener("popstate", onPopState);
  addEventListener("pagehide", keepScroll);
  enliven(document.body);
  if (location.hash.length > 1) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView?.({ block: "center" });
  tellMoved();
}
