// Push messages in this browser: whether they can be had, switched on or off, and told to the server.
import { behaviour } from "es/core/behaviours.js";
import { island, workerAddress } from "es/core/dom.js";
import { api } from "es/core/http.js";
import { toast } from "es/core/notices.js";

const WHOSE = "push-of"; // who switched it on here
const TOLD = "push-told";
const WAIT_MS = 3000;

const can = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function bytesOf(key) {
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
const same = (one, other) => one && other && one.length === other.length && one.every((byte, at) => byte === other[at]);

async function present() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return registration ? registration.pushManager.getSubscription() : null;
}

const me = () => String(island("viewer").id ?? "");

async function tell(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  await api("PUT", "/me/push", { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  localStorage.setItem(WHOSE, me());
  sessionStorage.setItem(TOLD, me());
}

/** The server forgets a browser with its session: whoever comes back to theirs still wants it. */
async function comeBack() {
  const wanted = me() && localStorage.getItem(WHOSE) === me() && sessionStorage.getItem(TOLD) !== me();
  if (!wanted || !can() || Notification.permission !== "granted") return;
  const subscription = await present();
  if (subscription) await tell(subscription);
}

/** Switch it on here; asks the person where the browser has not yet. False where they said no. */
export async function switchOn(key) {
  if (await Notification.requestPermission() !== "granted") return false;
  await navigator.serviceWorker.register(workerAddress(), { scope: "/" });
  const registration = await navigator.serviceWorker.ready;
  const wanted = bytesOf(key);
  let subscription = await registration.pushManager.getSubscription();
  if (subscription && !same(new Uint8Array(subscription.options.applicationServerKey ?? []), wanted)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
  await tell(subscription);
  return true;
}

export async function switchOff() {
  const subscription = await present();
  if (!subscription) return;
  await api("DELETE", "/me/push", { endpoint: subscription.endpoint });
  localStorage.removeItem(WHOSE);
  await subscription.unsubscribe();
}

behaviour("push", (place) => {
  const { key } = place.dataset;
  const part = (name) => place.querySelector(`[data-push="${name}"]`);
  const show = (name) => ["able", "on", "blocked", "unable"].forEach((each) => { part(each).hidden = each !== name; });
  const look = async () => {
    if (!can()) return show("unable");
    if (Notification.permission === "denied") return show("blocked");
    const subscription = await present();
    const mine = subscription && localStorage.getItem(WHOSE) === me();
    if (mine) await tell(subscription);
    return show(mine ? "on" : "able");
  };
  const press = async (event) => {
    const button = event.target.closest("button[data-push-do]");
    if (!button) return;
    button.disabled = true;
    try {
      if (button.dataset.pushDo === "on") await switchOn(key);
      else await switchOff();
    } catch {
      toast(place.dataset.failed);
    }
    button.disabled = false;
    await look().catch(() => show("unable"));
  };
  place.addEventListener("click", press);
  look().catch(() => show("able"));
  return () => place.removeEventListener("click", press);
});

setTimeout(() => { comeBack().catch(() => {}); }, WAIT_MS);
