"""Push messages in a real browser: switched on, shown by the service worker, opened by a click."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.office import Office
from tests.services.push_service import PushService

Window = Callable[..., Page]
# What a browser's maker runs, and no test can reach, is played: the subscription itself.
SUBSCRIBES = """facts => {
  let present = null;
  const { endpoint, p256dh, auth } = facts;
  PushManager.prototype.getSubscription = async () => present;
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 65) throw new Error("not allowed");
    present = {
      endpoint, options: { applicationServerKey },
      toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
      unsubscribe: async () => { present = null; return true; },
    };
    return present;
  };
}"""


@pytest.mark.whole_browser
@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_push_is_switched_on_shown_and_opens_what_it_is_about(
    office: Office, window: Window
) -> None:
    ada = office.person("Ada Berg")
    service = PushService()
    page = window(ada, "/people", reuse=False)
    try:
        page.context.grant_permissions(["notifications"], origin=office.server.url)
        facts = json.dumps(service.browser().keys)
        page.context.add_init_script(f"({SUBSCRIBES})({facts})")
        page.goto("/settings/notifications")
        page.get_by_role("button", name="Switch on for this browser").click()
        expect(page.get_by_text("This browser gets notifications")).to_be_visible()
        devices = ada.call("GET", "/me/push")["devices"]
        assert len(devices) == 1
        # The server forgets it with the session; the browser tells it again in the next one.
        ada.call("DELETE", "/me/push", endpoint=json.loads(facts)["endpoint"])
        page.evaluate("sessionStorage.clear()")
        page.context.add_init_script(
            """addEventListener("DOMContentLoaded", () => PushManager.prototype.subscribe({
                userVisibleOnly: true, applicationServerKey: new Uint8Array(65) }));"""
        )
        with page.expect_response(lambda answer: answer.url.endswith("/api/v1/me/push")):
            page.goto("/people")
        assert len(ada.call("GET", "/me/push")["devices"]) == 1

        debugger = page.context.new_cdp_session(page)
        seen: list[str] = []
        debugger.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: seen.extend(each["registrationId"] for each in event["registrations"]),
        )
        debugger.send("ServiceWorker.enable")
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        shown = {"title": "Stop all cranes", "body": "Park them now.", "url": "/people/groups",
                 "tag": "announcement-1", "silent": True}  # fmt: skip
        for _twice in range(2):
            debugger.send(
                "ServiceWorker.deliverPushMessage",
                {
                    "origin": office.server.url,
                    "registrationId": seen[-1],
                    "data": json.dumps(shown),
                },
            )
        notices = page.evaluate(
            """async () => {
                const registration = await navigator.serviceWorker.ready;
                const end = Date.now() + 10000;
                let shown = [];
                while (!shown.length && Date.now() < end) {
                    await new Promise(done => setTimeout(done, 50));
                    shown = await registration.getNotifications();
                }
                return shown.map(({ title, body, tag, silent, data }) => (
                    { title, body, tag, silent, data }));
            }"""
        )
        assert notices == [
            {
                "title": "Stop all cranes", "body": "Park them now.", "tag": "announcement-1",
                "silent": True, "data": {"url": f"{office.server.url}/people/groups"},
            }
        ], "two of one tag are one"  # fmt: skip

        (worker,) = page.context.service_workers
        worker.evaluate(
            """async () => {
                const [notification] = await self.registration.getNotifications();
                self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
            }"""
        )
        page.wait_for_url("**/people/groups")
        elsewhere = worker.evaluate("placeOf('https://evil.example/x')")
        assert elsewhere == office.server.url

        page.goto("/settings/notifications")
        page.evaluate(f"({SUBSCRIBES})({facts})")
        page.evaluate(
            """async () => {
                const { switchOn, switchOff } = await import("es/push/device.js");
                await switchOn(document.querySelector("[data-behaviour=push]").dataset.key);
                await switchOff();
            }"""
        )
        assert ada.call("GET", "/me/push")["devices"] == []
    finally:
        service.stop()
