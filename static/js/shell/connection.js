// Says when the connection is gone, after a moment, and what to do when views have to be loaded anew.
import { parsePage } from "es/core/dom.js";
import * as live from "es/core/live.js";
import { request } from "es/core/http.js";
import { announce, toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import * as outbox from "es/posts/outbox.js";
import { refresh as refreshRail } from "es/rail/rail.js";
import { go, reload } from "es/shell/navigate.js";

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
  live.on("membership_changed", ({ channel_id: channelId, state }) => {
    refreshRail();
    const view = viewOf(channelId);
    // One's own choices (a star, a level) don't change the view; coming and going does, unless it
    // was done here and its answer is about to come.
    if (view && !view.querySelector("form [aria-busy]") && (state === "left" || (state === "joined" && view.dataset.member === "0"))) reload();
  });
  // Something of one's own waits for approval now, or was approved or not.
  live.on("held_changed", ({ channel_id: channelId }) => { if (viewOf(channelId)) reload(); });
  live.on("change", ({ channel_id: channelId, meta }) => {
    const view = viewOf(channelId);
    if (view?.querySelector("[data-channel-head][data-direct]")) conversationChanged(view, meta?.type);
    else if (meta?.type === "channel_changed") channelChanged(view);
  });
  // Ended elsewhere, by an admin or a new password: nothing stays on the screen. Drafts are kept.
  let leaving = false;
  document.addEventListener("submit", (event) => { leaving ||= event.target.matches('[action="/logout"]'); });
  live.on("signed_out", () => { if (!leaving) location.replace(signInAddress()); });
}

const viewOf = (channelId) => document.querySelector(`#main .view[data-channel="${channelId}"]`);

/** Who is in a conversation and what it is called looks different to each of them: ask for the head. */
async function conversationChanged(view, type) {
  if (type !== "channel_changed" && type !== "membership_changed") return;
  refreshRail();
  try {
    const answer = await request(view.dataset.url, { shell: "main" });
    const address = new URL(answer.url);
    if (!view.isConnected) return;
    if (address.pathname !== view.dataset.url) { go(address, { how: "replace", focus: false }); return; }
    const page = parsePage(await answer.text());
    const head = page.querySelector("#main [data-channel-head]");
    if (head && view.isConnected) view.querySelector("[data-channel-head]").replaceWith(head);
  } catch { /* the rail shows it, and the next view does */ }
}

/** The head is replaced already; a new name moves the address, the archive changes what one may do. */
function channelChanged(view) {
  refreshRail();
  const head = view?.querySelector("[data-channel-head]");
  if (!head) return;
  if (head.dataset.slug !== view.dataset.slug) go(`/channels/${head.dataset.slug}`, { how: "replace", focus: false });
  else if ((head.dataset.rules ?? "") !== (view.dataset.rules ?? "")) reload();
  else if ("archived" in head.dataset !== Boolean(view.querySelector(".channel-bar"))) reload();
}

const signInAddress = () => `/login?next=${encodeURIComponent(location.pathname + location.search)}`;

function signedOut() {
  announce(say("signedOut"), true);
  toast(say("signedOut"), { label: say("signIn"), run: () => location.assign(signInAddress()) });
}
