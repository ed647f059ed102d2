// Keys for the whole page. Single letters work only where nothing is being written.
import { isTyping } from "es/core/dom.js";
import { openDialog } from "es/core/dialogs.js";
import { act } from "es/posts/actions.js";
import { ask, quickly } from "es/reactions/reacting.js";
import { boxIn } from "es/posts/composer.js";
import { neighbour } from "es/rail/rail.js";
import { open as openJump } from "es/shell/jump.js";
import { closePanel, closeRail } from "es/shell/navigate.js";
import { foldRail } from "es/shell/preferences.js";

const postInHand = () => document.activeElement?.closest?.(".post[data-post]");

/** Move to the next or previous post of the view that has the focus. */
function step(by) {
  const view = document.activeElement?.closest?.(".view") ?? document.querySelector("#main .view");
  const posts = [...(view?.querySelectorAll(".post[data-post]") ?? [])];
  if (!posts.length) return;
  const here = posts.indexOf(postInHand());
  const next = here < 0 ? posts.at(-1) : posts[Math.min(posts.length - 1, Math.max(0, here + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const letters = {
  "?": () => openDialog("help"),
  j: () => step(1),
  k: () => step(-1),
  r: () => { const post = postInHand(); if (post) act("reply", post); },
  e: () => { const post = postInHand(); if (post?.classList.contains("is-mine")) act("edit", post); },
  ":": () => { const post = postInHand(); if (post) ask(post); },
  "+": () => { const post = postInHand(); if (post) quickly(post); },
  "/": () => openJump(),
};

function escape(event) {
  if (document.querySelector("dialog[open], :popover-open")) return;
  if (document.getElementById("rail").classList.contains("is-open")) closeRail();
  else if (isTyping(event.target) && event.target.value) return;
  else if (!closePanel()) {
    const view = document.querySelector("#main [data-behaviour~=channel]");
    view?.querySelector(".new-line")?.remove();
    view?.querySelector(".new-pill")?.click();
    boxIn(view)?.text.focus();
  }
}

export function begin() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const modified = event.ctrlKey || event.metaKey;
    if (modified && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") openJump();
    else if (modified && event.key === ".") foldRail();
    else if (event.altKey && !modified && (event.key === "ArrowUp" || event.key === "ArrowDown")) neighbour(event.key === "ArrowUp" ? -1 : 1, event.shiftKey);
    else if (event.key === "Escape") { escape(event); return; }
    else if (!modified && !event.altKey && !isTyping(event.target) && letters[event.key] && !document.querySelector("dialog[open]")) letters[event.key]();
    else return;
    event.preventDefault();
  });
}
