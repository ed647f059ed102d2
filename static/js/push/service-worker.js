// The service worker: shows what is pushed while no page is open, and opens what it is about.
const ICON = "/static/icons/icon.svg";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function read(event) {
  try {
    const given = event.data?.json();
    return given && typeof given === "object" ? given : {};
  } catch {
    return {};
  }
}

/** A path of this site and nothing else, whatever was pushed. */
function placeOf(url) {
  const place = new URL(typeof url === "string" ? url : "/", self.location.origin);
  return place.origin === self.location.origin ? place.href : self.location.origin;
}

self.addEventListener("push", (event) => {
  const { title = "", body = "", url = "/", tag = "", silent = false } = read(event);
  // Browsers demand that every push shows something.
  event.waitUntil(self.registration.showNotification(title || self.location.hostname, {
    body, icon: ICON, badge: ICON, silent: Boolean(silent),
    tag: tag || undefined, renotify: Boolean(tag) && !silent,
    data: { url: placeOf(url) },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.url ?? self.location.origin));
});

/** Go to the window that shows it already, else to any of ours, else open one. */
async function show(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((one) => one.url === url) ?? windows.find((one) => one.focused) ?? windows[0];
  if (!there) return self.clients.openWindow(url);
  if (there.url !== url) {
    // A page that this worker is not in charge of can't be sent elsewhere by it.
    try {
      await there.navigate(url);
    } catch {
      return self.clients.openWindow(url);
    }
  }
  return there.focus();
}

// The browser renewed its subscription by itself: pages tell the server at their next visit.
self.addEventListener("pushsubscriptionchange", (event) => {
  const key = event.oldSubscription?.options?.applicationServerKey;
  if (!key) return;
  event.waitUntil(self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
});
