// Runs and day lines: what depends on the neighbours of a post, kept right when they change.
import { clone } from "es/core/dom.js";
import { dayOf, dayTitle } from "es/core/time.js";

const RUN = 5 * 60_000; // milliseconds between posts of one run

/** Put the day lines and runs of a container right. */
export function arrange(container) {
  let last = null;
  let broken = true;
  let line = null;
  for (const child of [...container.children]) {
    if (child.matches(".day[data-day]")) {
      line?.remove();
      line = child;
    } else if (child.matches(".new-line, .day")) broken = true;
    else if (child.matches(".post") && !child.hidden) {
      const at = new Date(child.dataset.at);
      const day = dayOf(at);
      if (day !== last?.day) {
        line ??= dayLine(container, child);
        if (line.dataset.day !== day || line.dataset.said !== "1") {
          line.dataset.day = day;
          line.dataset.said = "1";
          line.textContent = dayTitle(at);
        }
        broken = true;
      } else line?.remove();
      line = null;
      child.classList.toggle("post-run", !broken && last.author === child.dataset.author && at - last.at < RUN && !startsAnew(child));
      last = { at, day, author: "deleted" in child.dataset ? "" : child.dataset.author };
      broken = false;
    }
  }
  line?.remove();
}

const startsAnew = (post) => Boolean(post.querySelector(":scope > div > :is(.quote, .in-channel), :scope > div > .post-head > :is(.post-note, .badge)"));

function dayLine(container, before) {
  const line = clone("t-day");
  const mark = before.previousElementSibling;
  container.insertBefore(line, mark?.matches(".new-line") ? mark : before);
  return line;
}
