// Beside the message box: the local time of those for whom it is night, kept true.
import { behaviour } from "es/core/behaviours.js";
import { clockIn } from "es/core/time.js";
import { say } from "es/core/words.js";

const BEGINS = 22;
const ENDS = 7;

function hourIn(zone) {
  return Number(new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: zone }).format(new Date()));
}

behaviour("nights", (place) => {
  const show = () => place.querySelectorAll("[data-night-zone]").forEach((line) => {
    try {
      const { nightZone: zone, nightName: name } = line.dataset;
      const hour = hourIn(zone);
      line.hidden = hour >= ENDS && hour < BEGINS;
      line.querySelector("span").textContent = say("nightFor", { time: clockIn(zone), name });
    } catch { /* a zone that this browser does not know stays as the server wrote it */ }
  });
  show();
  const timer = setInterval(show, 30_000);
  return () => clearInterval(timer);
});
