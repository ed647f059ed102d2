// The org chart: nested lists become a tree (ARIA Authoring Practices, tree view pattern), which
// opens by loading; zoom by classes; moving about by the scroll bars, by dragging and by keys.
import { behaviour } from "es/core/behaviours.js";
import { parse, store } from "es/core/dom.js";
import { html } from "es/core/http.js";
import { toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import { enliven, go } from "es/shell/navigate.js";

const SIZES = [50, 60, 75, 90, 100, 125, 150];
const TYPED_FOR = 600; // ms within which letters belong to one name

// An item of the list has a head, which is the tree's item, named by what stands in it, and a
// group beside the head, so that no name has all those below in it. aria-level says who is where.
const headOf = (item) => item.querySelector(":scope > .head, :scope > a");
const groupOf = (item) => item.querySelector(":scope > ul");
const parentOf = (item) => item.parentElement.closest(".org-item");
const isOpen = (item) => headOf(item).getAttribute("aria-expanded") === "true";
const isBusy = (item) => headOf(item).hasAttribute("aria-busy");
const itemsOf = (list) => [...list.querySelectorAll(":scope > .org-item")];
const all = (tree) => [...tree.querySelectorAll(".org-item")].filter((item) => item.checkVisibility());

/** Give a list and what is below it the roles of a tree; called again when items came or went. */
function dress(list, level) {
  const items = itemsOf(list);
  items.forEach((item, index) => {
    const head = headOf(item);
    item.setAttribute("role", "none");
    head.setAttribute("role", "treeitem");
    head.setAttribute("aria-level", level);
    head.setAttribute("aria-setsize", items.length);
    head.setAttribute("aria-posinset", index + 1);
    if (!head.dataset.known) head.tabIndex = -1;
    head.dataset.known = "1";
    head.querySelectorAll("a").forEach((link) => { link.tabIndex = -1; });
    const group = groupOf(item);
    if (group) nest(group, level);
    if (item.dataset.load && !head.hasAttribute("aria-expanded")) head.setAttribute("aria-expanded", String(Boolean(group)));
    if (head.querySelector(".is-here")) head.setAttribute("aria-current", "true");
  });
}

function nest(group, level) {
  group.setAttribute("role", "group");
  dress(group, level + 1);
}

function focus(tree, item) {
  if (!item) return;
  const head = headOf(item);
  tree.querySelectorAll("[tabindex='0']").forEach((each) => { each.tabIndex = -1; });
  head.tabIndex = 0;
  head.focus({ preventScroll: true });
  (head.querySelector(".node") ?? head).scrollIntoView({ block: "nearest", inline: "nearest" });
}

async function fetched(item, url) {
  headOf(item).setAttribute("aria-busy", "true");
  try {
    return parse(await html(url));
  } catch {
    toast(say("failed"));
    return null;
  } finally {
    headOf(item).removeAttribute("aria-busy");
  }
}

function levelOf(item) {
  return item ? Number(headOf(item).getAttribute("aria-level")) : 0;
}

async function open(item) {
  if (isOpen(item) || isBusy(item)) return;
  if (!groupOf(item)) {
    const items = await fetched(item, item.dataset.load);
    if (!items) return;
    const group = document.createElement("ul");
    group.className = "col-list";
    group.append(...items);
    item.append(group);
    enliven(group);
    nest(group, levelOf(item));
  }
  groupOf(item).hidden = false;
  headOf(item).setAttribute("aria-expanded", "true");
}

function close(item) {
  groupOf(item)?.setAttribute("hidden", "");
  headOf(item).setAttribute("aria-expanded", "false");
}

const toggle = (item) => (isOpen(item) ? close(item) : open(item));

/** Put the further items in place of "show more"; who is there already stays where they are. */
async function more(tree, item) {
  if (isBusy(item)) return;
  const list = item.parentElement;
  const items = await fetched(item, item.querySelector("[data-more]").dataset.more);
  if (!items) return;
  const known = new Set(itemsOf(list).map((each) => each.dataset.person));
  const fresh = items.filter((each) => !each.dataset.person || !known.has(each.dataset.person));
  const held = item.contains(document.activeElement);
  item.replaceWith(...fresh);
  if (itemsOf(list).length > 5) list.classList.replace("row-list", "col-list");
  enliven(list);
  dress(list, levelOf(list.closest(".org-item")) + 1);
  if (held || !tree.querySelector("[tabindex='0']")) focus(tree, fresh[0] ?? itemsOf(list).at(-1));
}

function activate(tree, item, around) {
  if (item.matches(".org-more")) { more(tree, item); return; }
  go(item.querySelector(around ? ".node-go" : ".nm")?.href ?? location.href);
}

/** Find by the first letters of a name, from the next item on and round again. */
function finder() {
  let typed = "";
  let timer;
  const find = (items, from, letter) => {
    clearTimeout(timer);
    timer = setTimeout(() => { typed = ""; }, TYPED_FOR);
    typed += letter.toLocaleLowerCase();
    const start = items.indexOf(from) + (typed.length > 1 ? 0 : 1);
    const round = [...items.slice(start), ...items.slice(0, start)];
    return round.find((item) => item.dataset.label.toLocaleLowerCase().startsWith(typed));
  };
  return { find, isTyping: () => Boolean(typed), end: () => { typed = ""; } };
}

function keys(tree, zoom) {
  const { find, isTyping, end } = finder();
  return (event) => {
    const item = event.target.closest?.("[role=treeitem]")?.closest(".org-item");
    if (!item || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const items = all(tree);
    const at = items.indexOf(item);
    const isLeft = getComputedStyle(tree).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    if (event.key.length > 1) end();
    // Spaces, digits and dashes belong to a name that has been begun.
    if (event.key.length === 1 && isTyping()) focus(tree, find(items, item, event.key));
    else if (event.key === "ArrowDown") focus(tree, items[at + 1]);
    else if (event.key === "ArrowUp") focus(tree, items[at - 1]);
    else if (event.key === "Home") focus(tree, items[0]);
    else if (event.key === "End") focus(tree, items.at(-1));
    else if (event.key === isLeft) {
      if (isOpen(item)) close(item);
      else focus(tree, parentOf(item));
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      if (isOpen(item)) focus(tree, groupOf(item) && itemsOf(groupOf(item))[0]);
      else if (item.dataset.load) open(item);
    } else if (event.key === "Enter") activate(tree, item, event.shiftKey);
    else if (event.key === " ") {
      if (item.matches(".org-more")) more(tree, item);
      else if (item.dataset.load) toggle(item);
    } else if (event.key === "+") zoom(1);
    else if (event.key === "-") zoom(-1);
    else if (event.key === "0") zoom(0);
    else if (event.key.length === 1) focus(tree, find(items, item, event.key));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

function zoomer(tree) {
  const page = tree.closest(".org-page");
  let size = SIZES.includes(store.get("org-zoom")) ? store.get("org-zoom") : 100;
  const show = () => {
    tree.classList.remove(...SIZES.map((each) => `zoom-${each}`));
    tree.classList.add(`zoom-${size}`);
    page.querySelector("[data-zoom-now]").textContent = `${size} %`;
  };
  show();
  return (by) => {
    const at = SIZES.indexOf(size) + by;
    size = by ? SIZES[Math.min(SIZES.length - 1, Math.max(0, at))] : 100;
    store.set("org-zoom", size);
    show();
  };
}

/** Drag the ground with the mouse; fingers scroll by themselves. */
function pan(place) {
  let from = null;
  place.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button || event.target.closest(".node, a, button")) return;
    from = { x: event.clientX + place.scrollLeft };
    place.setPointerCapture(event.pointerId);
    place.classList.add("is-dragged");
  });
  place.addEventListener("pointermove", (event) => {
    if (from) place.scrollLeft = from.x - event.clientX;
  });
  const end = () => { from = null; place.classList.remove("is-dragged"); };
  place.addEventListener("pointerup", end);
  place.addEventListener("pointercancel", end);
}

behaviour("org", (tree) => {
  const page = tree.closest(".org-page");
  const place = tree.closest(".org-scroll");
  const zoom = zoomer(tree);
  tree.setAttribute("role", "tree");
  dress(tree, 1);
  const first = itemsOf(tree)[0];
  const here = tree.querySelector("[aria-current=true][role=treeitem]") ?? (first && headOf(first));
  if (here) here.tabIndex = 0;
  here?.querySelector(".node")?.scrollIntoView({ block: "nearest", inline: "center" });
  tree.addEventListener("keydown", keys(tree, zoom));
  tree.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = event.target.closest("[data-toggle], [data-more]");
    if (!link) return;
    event.preventDefault();
    const item = link.closest(".org-item");
    focus(tree, item);
    if (link.matches("[data-more]")) more(tree, item);
    else toggle(item);
  });
  page.querySelectorAll("[data-zoom]").forEach((button) =>
    button.addEventListener("click", () => zoom(Number(button.dataset.zoom))));
  pan(place);
});
