// Says when the connection is gone, after a moment, and what to do when views have to be loaded anew.
import * as live from "es/core/live.js";
import { announce, toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import * as outbox from "es/posts/outbox.js";
import { refresh as refreshRail } from "es/rail/rail.js";
import { reload } from "es/shell/navigate.js";

const PATIENCE = 2500; // milliseconds without a connection before it is said

export function begin() {
  let timer = 0;
  const banner = () => document.getElementById("connection");
  const away = () => {
    timer ||= setTimeout(() => { banner().hidden = false; }, PATIENCE);
  };
  live.on("away", away);
  live.on("back", (again) => {
    clearTimeout(timer);
    timer = 0;
    banner().hidden = true;
    if (again) outbox.flush();
  });
  addEventListener("offline", away);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#connection button")) { live.retry(); outbox.flush(); }
  });
  live.on("lost", () => reload());
  live.on("gone", (channelId, status) => { if (status === 401) signedOut(); else { refreshRail(); reload(); } });
  live.on("membership_changed", ({ channel_id: channelId }) => {
    refreshRail();
    if (document.querySelector(`.view[data-channel="${channelId}"]`)) reload();
  });
  live.on("channel_changed", () => refreshRail());
  live.on("signed_out", signedOut);
}

function signedOut() {
  announce(say("signedOut"), true);
  toast(say("signedOut"), { label: say("signIn"), run: () => location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`) });
}
