"""Completing a profile and choosing the part of a photo, and what a colleague sees of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.office import Office

Window = Callable[..., Page]


def halves() -> bytes:
    """Return a picture whose left half is red and whose right half is blue."""
    made = Image.new("RGB", (600, 300), "red")
    made.paste((0, 0, 255), (300, 0, 600, 300))
    with io.BytesIO() as file:
        made.save(file, "PNG")
        return file.getvalue()


def centre_of(page: Page, selector: str) -> list[int]:
    """Return the colour in the middle of a picture or canvas, as red, green, blue."""
    return list(
        page.locator(selector).first.evaluate(
            """async (element) => {
                if (element.decode) await element.decode();
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 3;
                const context = canvas.getContext("2d");
                context.drawImage(element, 0, 0, 3, 3);
                return [...context.getImageData(1, 1, 1, 1).data].slice(0, 3);
            }"""
        )
    )


def is_blue(colour: list[int]) -> bool:
    return colour[2] > 200 and colour[0] < 60


def test_somebody_completes_a_profile_and_crops_a_photo(
    office: Office,
    window: Window,
    accessible: Callable[[Page], None],
    screenshot: Callable[[Page, str], list[Path]],
) -> None:
    ada, ben = office.person("Ada Berg", time_zone="Asia/Kolkata"), office.person("Ben Ito")
    place = office.channel(ada, ben)
    office.write(ada, place, "The crane is back")
    page = window(ada, f"/people/{ada.username}", timezone_id="Europe/Oslo")
    page.get_by_role("link", name="Tell colleagues what to ask you about").click()
    expect(page.get_by_label("Ask me about")).to_be_in_viewport()
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Oslo")
    page.get_by_label("What you do").fill("Crane driver")
    page.get_by_label("About", exact=True).fill("I look after **berth 4**.")
    page.get_by_label("Ask me about").fill("Cranes, Night shifts")
    page.get_by_label("Languages").fill("Norwegian, English")
    for day in ("Mon", "Tue", "Wed"):
        page.get_by_label(day).check()
    page.get_by_label("Work begins").fill("07:00")
    page.get_by_label("Work ends").fill("15:30")
    page.get_by_role("button", name="Add a link").click()
    expect(page.get_by_label("Shown as")).to_be_focused()
    page.get_by_label("Address").fill("nonsense")
    page.get_by_role("button", name="Add experience").click()
    page.get_by_label("What you did").fill("Harbour pilot")
    page.get_by_role("button", name="Add experience").click()
    rows = page.locator(".row-box")
    expect(rows).to_have_count(3)
    rows.last.get_by_role("button", name=re.compile("^Remove")).click()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Write an address such as")).to_be_visible()
    expect(page.get_by_label("Address")).to_be_focused()
    accessible(page)
    screenshot(page, "settings-profile-filled")
    page.get_by_label("Address").fill("https://example.org/ada")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()

    page.get_by_role("link", name=re.compile("photo", re.I)).click()
    picture = {"name": "me.png", "mimeType": "image/png", "buffer": halves()}
    page.get_by_label("Choose a picture").set_input_files(picture)  # type: ignore[arg-type]
    stage = page.get_by_role("application")
    expect(stage).to_be_visible()
    stage.focus()
    for _ in range(20):
        page.keyboard.press("Shift+ArrowRight")
    assert is_blue(centre_of(page, ".crop-preview"))
    page.get_by_role("button", name="Left", exact=True).click()
    page.keyboard.press("Tab")
    box = stage.bounding_box()
    assert box is not None
    # Turned to the left the blue half is above; dragged up, the red half comes.
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.8)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] - box["height"], steps=5)
    page.mouse.up()
    assert not is_blue(centre_of(page, ".crop-preview"))
    page.get_by_role("button", name="Left", exact=True).click()
    stage.focus()
    page.keyboard.press("+")
    for _ in range(30):
        page.keyboard.press("Shift+ArrowLeft")
    assert is_blue(centre_of(page, ".crop-preview"))
    accessible(page)
    screenshot(page, "settings-photo")
    page.get_by_role("button", name="Use this photo").click()
    # The page looks by itself until the worker is done.
    expect(page.locator(".photo-now .av > img")).to_be_visible()
    assert is_blue(centre_of(page, ".photo-now .av > img"))
    expect(stage).to_be_visible()
    assert is_blue(centre_of(page, ".crop-preview")), "the part that was chosen is kept"

    there = window(ben, f"/people/{ada.username}")
    expect(there.get_by_role("heading", name="Ada Berg")).to_be_visible()
    main = there.locator("#main")
    for text in ("Crane driver", "berth 4", "Night shifts", "Harbour pilot", "07:00 to 15:30"):
        expect(main).to_contain_text(text)
    assert is_blue(centre_of(there, ".who-head .av > img"))
    desk.connected(there)
    accessible(there)
    screenshot(there, "profile-whole")
    there.route("**/people/photos/**", lambda route: route.abort())
    there.goto("/messages/new?q=ada")
    face = there.locator(".av", has_text="AB").first
    expect(face).to_be_visible()
    expect(face.locator("img")).to_have_count(0)
    there.unroute("**/people/photos/**")
    there.goto(place.url)
    assert is_blue(centre_of(there, f".post[data-author='{ada.id}'] .av > img"))
