// The page of notifications: a line that is opened is read, on this page and on all others.
import { behaviour } from "es/core/behaviours.js";
import { debounce } from "es/core/dom.js";
import { api } from "es/core/http.js";
import { toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import { onNotice, show } from "es/notifications/bell.js";
import { reload } from "es/shell/navigate.js";

const MOST = 200; // ids that the server names in one message
// Something came that the list which is being fetched may not hold yet.
let behind = false;

function mark(line, isRead) {
  line.classList.toggle("is-new", !isRead);
  line.querySelector("[data-new]").textContent = isRead ? "" : `, ${say("newOne")}`;
  const form = line.querySelector("form");
  form.elements.read.value = isRead ? "0" : "1";
  const button = form.querySelector("button");
  button.title = button.dataset[isRead ? "labelUnread" : "labelRead"];
  button.setAttribute("aria-label", button.title);
}

behaviour("notes", (place) => {
  const line = (id) => place.querySelector(`[data-notification="${id}"]`);
  const scroller = place.closest(".scroll");
  const recount = debounce(async () => {
    try {
      const counts = await api("GET", "/notifications/counts");
      show(counts.all);
      place.querySelectorAll("[data-note-count]").forEach((element) => {
        const number = counts[element.dataset.noteCount];
        element.textContent = number || "";
        element.hidden = !number;
      });
      const all = document.querySelector('form[data-behaviour="notes-read-all"]');
      if (all && !counts.all) all.hidden = true;
    } catch { /* the next event tells */ }
  }, 200);
  const anew = debounce(() => {
    if (!place.isConnected) return;
    behind = false;
    if (place.dataset.firstPage === "1" && scroller.scrollTop < 40 && !place.contains(document.activeElement)) reload();
    else place.querySelector(".notes-more-new").hidden = false;
  }, 300);
  const stop = onNotice((event, facts) => {
    recount();
    if (event === "notifications_read") {
      if (facts.ids.length >= MOST) anew();
      facts.ids.forEach((id) => { const one = line(id); if (one) mark(one, true); });
    } else if (event === "notification_created" || !place.dataset.busy) {
      behind = true;
      anew();
    }
  });
  if (behind) anew();
  const open = (event) => {
    const link = event.target.closest("[data-opens]");
    const one = link?.closest(".note.is-new");
    if (!one || event.button > 1) return;
    mark(one, true);
    api("POST", "/notifications/read", { ids: [Number(one.dataset.notification)] }).then(({ unread }) => show(unread)).catch(() => {});
  };
  place.addEventListener("click", open);
  place.addEventListener("auxclick", open);
  place.addEventListener("submit", async (event) => {
    const form = event.target.closest('form[data-behaviour="note-state"]');
    if (!form) return;
    event.preventDefault();
    const one = form.closest("[data-notification]");
    const isRead = form.elements.read.value === "1";
    mark(one, isRead);
    place.dataset.busy = "1";
    try {
      const { unread } = await api("POST", `/notifications/${isRead ? "read" : "unread"}`, { ids: [Number(one.dataset.notification)] });
      show(unread);
      recount();
    } catch {
      mark(one, !isRead);
      toast(say("failed"));
    }
    setTimeout(() => delete place.dataset.busy, 1000);
  });
  return () => { stop(); recount.cancel(); anew.cancel(); };
});

behaviour("notes-read-all", (form) => {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { read_at: moment, unread } = await api("POST", "/notifications/read", { up_to: Number(form.elements.up_to.value) });
      document.querySelectorAll(".note.is-new").forEach((line) => mark(line, true));
      show(unread);
      document.getElementById("main").focus({ preventScroll: true });
      toast(say("allRead"), { label: say("undo"), run: async () => {
        try { show((await api("POST", "/notifications/unread", { read_at: moment })).unread); reload(); } catch { toast(say("failed")); }
      } });
    } catch { toast(say("failed")); }
  });
});
