// Times: the server writes UTC into <time datetime>, the browser says them in the reader's zone and language.
import { region, say } from "es/core/words.js";

const format = (options) => new Intl.DateTimeFormat(region, options);
// 9:41 AM, but 09:41 where the day has 24 hours.
const twelve = format({ hour: "numeric" }).resolvedOptions().hour12;
const clock = format({ hour: twelve ? "numeric" : "2-digit", minute: "2-digit" });
const full = format({ dateStyle: "full", timeStyle: "short" });
const medium = format({ dateStyle: "medium", timeStyle: "short" });
const shortDay = format({ day: "numeric", month: "short" });
const yearDay = format({ day: "numeric", month: "short", year: "numeric" });
const dayName = format({ weekday: "long", day: "numeric", month: "long" });
const dayNameYear = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const relative = new Intl.RelativeTimeFormat(region, { numeric: "always", style: "short" });
const DAY = 86_400_000;

export const clockOf = (moment) => clock.format(moment);
/** The present time of day in a zone. Throws RangeError for one that this browser does not know. */
export const clockIn = (zone) => format({ hour: twelve ? "numeric" : "2-digit", minute: "2-digit", timeZone: zone }).format(new Date());

/** The local calendar day of a moment, as YYYY-MM-DD. */
export function dayOf(moment) {
  const two = (number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** What a day line says: today, yesterday or the date. */
export function dayTitle(moment) {
  const day = dayOf(moment);
  const now = new Date();
  if (day === dayOf(now)) return say("today");
  if (day === dayOf(new Date(now - DAY))) return say("yesterday");
  return (moment.getFullYear() === now.getFullYear() ? dayName : dayNameYear).format(moment);
}

export function ago(moment) {
  const seconds = (Date.now() - moment) / 1000;
  if (seconds < 45) return say("now");
  if (seconds < 3600) return relative.format(-Math.max(1, Math.round(seconds / 60)), "minute");
  if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), "hour");
  return (moment.getFullYear() === new Date().getFullYear() ? shortDay : yearDay).format(moment);
}

function write(element) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const isRelative = element.classList.contains("ago") || element.closest(".with-channel, .compact");
  const text = element.classList.contains("date") ? medium.format(moment) : isRelative ? ago(moment) : clock.format(moment);
  if (element.textContent !== text) element.textContent = text;
  if (!element.title) element.title = full.format(moment);
}

export function localise(root) {
  if (root.matches?.("time[datetime]")) write(root);
  root.querySelectorAll("time[datetime]").forEach(write);
  root.querySelectorAll("[data-zone]").forEach((element) => {
    try {
      element.textContent = clockIn(element.dataset.zone);
    } catch { /* a zone that this browser does not know stays as it is written */ }
  });
}

setInterval(() => document.hidden || document.querySelectorAll("time.ago, .with-channel time, [data-zone]").forEach((each) => localise(each.parentElement)), 60_000);
