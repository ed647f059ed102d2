// Who looks at this page, and what that changes in fragments that everyone gets alike.
import { island } from "es/core/dom.js";

export const viewer = island("viewer");

const isMine = (post) => Number(post.dataset.author) === viewer.id;

export function mentionsMe(post) {
  const names = (post.dataset.mentions ?? "").split(" ");
  if (names.includes(String(viewer.id))) return true;
  return !isMine(post) && (names.includes("all") || viewer.groups.some((id) => names.includes(`g${id}`)));
}

const marks = new Set();
/** Have something else marked as well, wherever posts come onto the page: run(root). */
export function alsoMark(run) { marks.add(run); }

/** Mark what is mine and what mentions me, in `root` or in it being a post. */
export function mark(root) {
  const posts = root.matches?.(".post") ? [root] : root.querySelectorAll(".post");
  for (const post of posts) {
    post.classList.toggle("is-mine", isMine(post));
    if (!post.dataset.mentions) continue;
    post.classList.toggle("is-mention", mentionsMe(post));
    for (const mention of post.querySelectorAll(`.at[data-person="${viewer.id}"]`)) {
      mention.classList.add("is-me");
    }
  }
  marks.forEach((run) => run(root));
}

/** What the viewer may do with a post; the server has the last word. */
export function rights(post) {
  const view = post.closest("[data-may-post]");
  const gone = "deleted" in post.dataset;
  const mine = isMine(post) && !("notice" in post.dataset); // a note of what was done stays as it is
  return {
    edit: mine && !gone,
    delete: (mine || view?.dataset.mayModerate === "1") && !gone,
    pin: view?.dataset.mayPin === "1" && !gone,
    reply: !gone,
  };
}
