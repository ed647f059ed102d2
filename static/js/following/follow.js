// Following somebody or a hashtag by one button, wherever it stands, the same on all devices.
import { behaviour } from "es/core/behaviours.js";
import { api, Problem } from "es/core/http.js";
import * as live from "es/core/live.js";
import { toast } from "es/core/notices.js";
import { say } from "es/core/words.js";

function show(form, follows) {
  form.elements.follows.value = follows ? "0" : "1";
  form.querySelector("[data-on]").hidden = !follows;
  form.querySelector("[data-off]").hidden = follows;
  const button = form.querySelector("button");
  if ("primary" in button.dataset) button.classList.toggle("btn-primary", !follows);
}

behaviour("follow", (form) => {
  const path = form.dataset.call;
  const stop = live.on("following_changed", ({ user_id: userId, hashtag, follows }) => {
    const meant = hashtag ? `/hashtags/${encodeURIComponent(hashtag)}/follow` : `/users/${userId}/follow`;
    if (decodeURIComponent(meant) === decodeURIComponent(path)) show(form, follows);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const follows = form.elements.follows.value === "1";
    show(form, follows);
    try {
      await api(follows ? "PUT" : "DELETE", path);
    } catch (error) {
      show(form, !follows);
      toast(error instanceof Problem && error.facts.detail ? error.facts.detail : say("failed"));
    }
  });
  return stop;
});
