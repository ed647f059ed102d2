// The board moves while people answer: at most once a second it is asked for anew, part by part.
import { parsePage } from "es/core/dom.js";
import { behaviour, start, stop } from "es/core/behaviours.js";
import { html } from "es/core/http.js";
import * as live from "es/core/live.js";
import { localise } from "es/core/time.js";

const NOT_SOONER = 1000;
const IN_ANY_CASE = 15_000; // for those who see the board but hear of no progress

behaviour("board", (board) => {
  const id = Number(board.dataset.announcementId);
  let last = Date.now();
  let timer = 0;
  let asking = false;
  let again = false;

  async function renew() {
    timer = 0;
    if (document.hidden || !board.isConnected) return;
    if (asking) { again = true; return; }
    asking = true;
    last = Date.now();
    try {
      const page = parsePage(await html(location.pathname + location.search, { shell: "main" }));
      for (const old of board.querySelectorAll("[data-board-part]")) put(old, page.querySelector(`[data-board-part="${old.dataset.boardPart}"]`));
    } catch { /* the next time */ } finally { asking = false; }
    if (again) { again = false; soon(); }
  }

  function put(old, fresh) {
    // Nothing moves away under a finger or a reader.
    if (!fresh || old.contains(document.activeElement)) return;
    fresh.querySelectorAll("details[data-keeps]").forEach((each) => { each.open = old.querySelector(`details[data-keeps="${each.dataset.keeps}"]`)?.open ?? false; });
    localise(fresh);
    stop(old);
    old.replaceWith(fresh);
    start(fresh);
  }
  const soon = () => { timer ||= setTimeout(renew, Math.max(0, last + NOT_SOONER - Date.now())); };
  const hear = (facts) => { if (facts.announcement_id === id) soon(); };
  const ends = [live.on("announcement_progress", hear), live.on("announcement_ended", hear), live.on("back", (was) => { if (was) soon(); })];
  const clock = "open" in board.dataset ? setInterval(soon, IN_ANY_CASE) : 0;
  const wake = () => { if (!document.hidden) soon(); };
  document.addEventListener("visibilitychange", wake);
  return () => { ends.forEach((end) => end()); clearInterval(clock); clearTimeout(timer); document.removeEventListener("visibilitychange", wake); };
});
