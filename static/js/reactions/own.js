// Which reactions are one's own: pages say it in a hint, one's own devices tell each other.
import * as live from "es/core/live.js";
import { alsoMark } from "es/core/viewer.js";

const own = new Map(); // post id → Set of emoji

export const isOwn = (postId, emoji) => own.get(Number(postId))?.has(emoji) ?? false;

/** Know that an emoji under a post is one's own, or no longer. */
export function setOwn(postId, emoji, is) {
  const id = Number(postId);
  if (!own.has(id)) own.set(id, new Set());
  if (is) own.get(id).add(emoji);
  else own.get(id).delete(emoji);
}

/** Take the server's hint out of what it sent: "12:tada 12:heart 15:eyes". */
export function take(hint) {
  const known = new Map();
  for (const pair of hint.dataset.ownReactions.split(" ").filter(Boolean)) {
    const at = pair.indexOf(":");
    const id = Number(pair.slice(0, at));
    if (!known.has(id)) known.set(id, new Set());
    known.get(id).add(pair.slice(at + 1));
  }
  for (const [id, emoji] of known) own.set(id, emoji);
  hint.remove();
}

/** Say of each chip whether it is one's own; a chip is a button that is pressed or not. */
function markChips(root) {
  for (const chip of root.querySelectorAll("[data-reactions] > a.reaction[data-emoji]")) {
    chip.setAttribute("role", "button");
    chip.setAttribute("aria-pressed", String(isOwn(chip.parentElement.dataset.reactions, chip.dataset.emoji)));
  }
  for (const add of root.querySelectorAll("a.reaction-add")) {
    add.setAttribute("role", "button");
    add.setAttribute("aria-haspopup", "dialog");
  }
}

alsoMark((root) => {
  root.querySelectorAll?.("[data-own-reactions]").forEach(take);
  markChips(root);
});
live.on("reactions_mine", ({ post_id: postId, emoji }) => {
  own.set(postId, new Set(emoji));
  document.querySelectorAll(`[data-post="${postId}"]`).forEach(markChips);
});
