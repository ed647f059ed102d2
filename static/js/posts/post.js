// One post on the page: what the browser adds to it, and how a newer version takes its place.
import { localise } from "es/core/time.js";
import { mark } from "es/core/viewer.js";
import { dressCode } from "es/posts/code.js";
import { keepPlace, toEnd } from "es/posts/places.js";

/** Say of a fresh post what the server could not know of its reader. */
export function enliven(post) {
  mark(post);
  localise(post);
  dressCode(post);
}

/** Put `fresh` where `old` stands, with what the reader is doing in it; `stream` is the list that it is in. */
export function replace(old, fresh, stream) {
  enliven(fresh);
  fresh.classList.toggle("post-run", old.classList.contains("post-run"));
  fresh.classList.toggle("is-target", old.classList.contains("is-target"));
  const focused = old === document.activeElement;
  const editor = old.querySelector(".editor");
  const tools = old.querySelector(":scope > .post-tools");
  if (tools) fresh.append(tools);
  const swap = () => {
    old.replaceWith(fresh);
    if (editor && !("deleted" in fresh.dataset)) {
      const prose = fresh.querySelector(".prose");
      prose.hidden = true;
      prose.after(editor);
    }
  };
  if (stream && !stream.atEnd) keepPlace(stream.scroller, swap);
  else { swap(); if (stream?.stuck) toEnd(stream.scroller); }
  if (focused) fresh.focus({ preventScroll: true });
}
