// What is new from those whom one follows: the pages say so, and nothing moves under one's eyes.
import { behaviour } from "es/core/behaviours.js";
import { api } from "es/core/http.js";
import * as live from "es/core/live.js";
import { viewer } from "es/core/viewer.js";
import { say } from "es/core/words.js";

/** Count into the pill above a list. */
function counting(place) {
  const pill = place.querySelector(".new-pill");
  const seen = new Set();
  return (id) => {
    if (seen.has(id)) return;
    seen.add(id);
    pill.hidden = false;
    pill.querySelector("span").textContent = say("newPosts", { n: seen.size });
  };
}

behaviour("followed", (place) => {
  const count = counting(place);
  // What was told of it is on the screen now.
  api("POST", "/notifications/read", { kind: "followed_post" }).catch(() => {});
  return live.on("followed_post", ({ post_id: postId, author_id: authorId }) => {
    if (authorId !== viewer.id && !place.querySelector(`[data-post="${postId}"]`)) count(postId);
  });
});

behaviour("followed-threads", (place) => {
  const count = counting(place);
  const stops = [
    live.on("seen", ({ meta = {} }) => {
      const mine = meta.parent_id && place.querySelector(`[data-followed-thread="${meta.parent_id}"]`);
      if (mine && meta.type === "post_created" && meta.author_id !== viewer.id && !live.blocked.has(meta.author_id)) count(meta.post_id);
    }),
    live.on("notification_created", ({ kind, post_id: postId }) => { if (kind === "reply") count(postId); }),
  ];
  return () => stops.forEach((undo) => undo());
});

behaviour("storyline", (view) => live.lookAt(Number(view.dataset.channel)));
