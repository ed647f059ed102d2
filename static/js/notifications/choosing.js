// What one wants to be told: settings that are saved as they are changed, following a thread, and
// what this one device does.
import { behaviour } from "es/core/behaviours.js";
import { store } from "es/core/dom.js";
import { api, request } from "es/core/http.js";
import * as live from "es/core/live.js";
import { toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import { chime, wants } from "es/notifications/bell.js";
import { showAnswer } from "es/shell/navigate.js";

let fading;
function saved() {
  const place = document.getElementById("saved");
  if (!place) return;
  place.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { place.hidden = true; }, 4000);
}

behaviour("saves", (form) => {
  let last = Promise.resolve();
  const save = async () => {
    const facts = new URLSearchParams(new FormData(form));
    try {
      const answer = await request(new URL(form.action).pathname, { method: "POST", form: facts, shell: "main", quietly: true, any: true });
      if (answer.ok) saved();
      else if (answer.status === 422) await showAnswer(answer, "main");
      else toast(say("failed"));
    } catch { toast(say("failed")); }
  };
  // One after the other: the last word is the one that counts.
  form.addEventListener("change", () => {
    if (form.elements.quiet?.value === "own" && !form.querySelector('[name="day"]:checked')) form.querySelectorAll('[name="day"]').forEach((day) => { day.checked = true; });
    last = last.then(save);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); last = last.then(save); });
});

// What isn't told in the application is told nowhere.
behaviour("matrix", (form) => {
  form.addEventListener("change", ({ target }) => {
    const [kind, way] = target.value.split(":");
    if (way !== "app") return;
    form.querySelectorAll(`[value^="${kind}:"]`).forEach((box) => {
      if (box === target) return;
      if (!target.checked) box.checked = false;
      box.disabled = !target.checked;
    });
  });
});

behaviour("device-notices", (place) => {
  const [desktop, sound] = ["desktop", "sound"].map((name) => place.querySelector(`[data-device="${name}"]`));
  const blocked = place.querySelector("[data-device-blocked]");
  const can = "Notification" in window;
  const look = () => {
    desktop.checked = wants.desktop() && can && Notification.permission === "granted";
    desktop.disabled = !can;
    blocked.hidden = can && Notification.permission !== "denied";
    sound.checked = wants.sound();
  };
  desktop.addEventListener("change", async () => {
    const allowed = desktop.checked && await Notification.requestPermission() === "granted";
    store.set("desktop-notices", allowed || null);
    look();
  });
  sound.addEventListener("change", () => {
    store.set("sound", sound.checked || null);
    if (sound.checked) chime();
  });
  look();
});

behaviour("following", (form) => {
  const button = form.querySelector("button");
  const root = Number(form.dataset.root);
  const show = (follows) => {
    form.elements.follows.value = follows ? "0" : "1";
    button.setAttribute("aria-pressed", String(follows));
    button.title = button.dataset[follows ? "unfollow" : "follow"];
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const follows = form.elements.follows.value === "1";
    show(follows);
    try {
      await api("PUT", `/posts/${root}/following`, { follows });
      toast(say(follows ? "followed" : "unfollowed"));
    } catch {
      show(!follows);
      toast(say("failed"));
    }
  });
  return live.on("following_changed", (facts) => { if (facts.root_id === root) show(facts.follows); });
});
