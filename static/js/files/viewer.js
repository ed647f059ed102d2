// Pictures of a post, one at a time over the page.
import { say } from "es/core/words.js";

const dialog = () => document.getElementById("picture-viewer");
let pictures = [];
let at = 0;

function show() {
  const picture = pictures[at];
  const box = dialog();
  const image = box.querySelector("img");
  image.removeAttribute("src");
  image.width = picture.dataset.width;
  image.height = picture.dataset.height;
  image.alt = picture.dataset.alt ?? picture.querySelector("img").alt;
  image.src = picture.dataset.picture;
  box.querySelector("[data-caption]").textContent = picture.dataset.alt || picture.dataset.name;
  box.querySelector("[data-position]").textContent = pictures.length > 1 ? say("ofPictures", { a: at + 1, b: pictures.length }) : "";
  box.querySelector("[data-save]").href = `${picture.getAttribute("href")}?download=1`;
  const flag = box.querySelector("[data-report-file]");
  const id = /^\/files\/(\d+)/.exec(picture.getAttribute("href"))?.[1];
  flag.hidden = !id || !picture.closest(".post") || Boolean(picture.closest(".post.is-mine"));
  flag.href = id ? `/report/file/${id}` : "";
  box.querySelector(".viewer-steps").hidden = pictures.length < 2;
}

function step(by) {
  at = (at + by + pictures.length) % pictures.length;
  show();
}

export function begin() {
  document.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    const picture = event.target.closest?.("a[data-picture]");
    if (!picture) return;
    event.preventDefault();
    event.stopPropagation();
    pictures = [...picture.closest(".post-files").querySelectorAll("a[data-picture]")];
    at = pictures.indexOf(picture);
    show();
    dialog().showModal();
  }, true);
  dialog()?.addEventListener("click", (event) => {
    const by = Number(event.target.closest("[data-step]")?.dataset.step);
    if (by) step(by);
  });
  dialog()?.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || pictures.length < 2) return;
    event.preventDefault();
    step(document.documentElement.dir === "rtl" ? -by : by);
  });
}
