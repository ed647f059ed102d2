// Choosing the part of a photo that is shown: drag, pinch, wheel, arrow keys, + and -, turn.
// The part is kept as a square of the upright picture after turning, in its own pixels; the form
// gets it in fractions. Without this the server takes the square in the middle.
import { parsePage } from "es/core/dom.js";
import { behaviour } from "es/core/behaviours.js";
import { request } from "es/core/http.js";

const MARGIN = 0.08; // of the stage, around the part
const SMALLEST = 48; // pixels of the picture that a part needs
const CLOSEST = 8; // times

class Cropper {
  constructor(form) {
    this.form = form;
    this.box = form.querySelector(".crop");
    this.canvas = form.querySelector(".crop-canvas");
    this.previews = [...form.querySelectorAll(".crop-preview")];
    this.zoom = form.querySelector("[data-zoom]");
    this.pointers = new Map();
    this.listen();
  }

  listen() {
    const { canvas, form, zoom } = this;
    form.elements.file.addEventListener("change", () => this.open(form.elements.file.files[0]));
    zoom.addEventListener("input", () => this.zoomTo(this.sideOf(zoom.valueAsNumber / 100)));
    for (const button of form.querySelectorAll("[data-turn-by]")) {
      button.addEventListener("click", () => this.turnBy(Number(button.dataset.turnBy)));
    }
    canvas.addEventListener("keydown", (event) => this.onKey(event));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoomTo(this.side * Math.exp(Math.sign(event.deltaY) * 0.08));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, event);
    });
    canvas.addEventListener("pointermove", (event) => this.onMove(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    }
    form.addEventListener("submit", () => this.fill());
  }

  /** Show what the reader chose, or nothing where it can't be. */
  async open(file) {
    const say = (name, shown) => { this.form.querySelector(name).hidden = !shown; };
    const tooLarge = Boolean(file) && file.size > Number(this.form.dataset.largest);
    say("[data-too-large]", tooLarge);
    say("[data-unreadable]", false);
    this.box.hidden = true;
    this.picture = null;
    this.form.querySelector("button.btn-primary").disabled = tooLarge;
    if (!file || tooLarge) return;
    try {
      await this.show(URL.createObjectURL(file), {}, 0, false);
    } catch { say("[data-unreadable]", true); }
  }

  async show(address, crop, turn, kept) {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    this.picture = picture;
    this.turn = turn;
    this.kept = kept;
    const [width, height] = this.size();
    this.side = (crop.side ?? 1) * Math.min(width, height);
    this.left = crop.x === undefined ? (width - this.side) / 2 : crop.x * width;
    this.top = crop.y === undefined ? (height - this.side) / 2 : crop.y * height;
    this.box.hidden = false;
    this.settle();
  }

  /** Width and height of the picture as it is turned. */
  size() {
    const { naturalWidth: width, naturalHeight: height } = this.picture;
    return this.turn % 180 ? [height, width] : [width, height];
  }

  sides() {
    const most = Math.min(...this.size());
    return [Math.min(most, Math.max(SMALLEST, most / CLOSEST)), most];
  }
  /** The side for a place of the zoom, 0 to 1: each step zooms by the same factor. */
  sideOf(place) {
    const [least, most] = this.sides();
    return most * (least / most) ** place;
  }

  zoomTo(side) {
    const [least, most] = this.sides();
    const fits = Math.min(most, Math.max(least, side));
    this.left += (this.side - fits) / 2;
    this.top += (this.side - fits) / 2;
    this.side = fits;
    this.settle();
  }

  move(x, y) {
    this.left += x;
    this.top += y;
    this.settle();
  }

  turnBy(degrees) {
    const [width, height] = this.size();
    const { left, top, side } = this;
    this.turn = (this.turn + degrees + 360) % 360;
    if (degrees > 0) [this.left, this.top] = [height - top - side, left];
    else [this.left, this.top] = [top, width - left - side];
    this.settle();
  }

  onKey(event) {
    const step = this.side * (event.shiftKey ? 0.2 : 0.03);
    const keys = {
      ArrowLeft: () => this.move(-step, 0), ArrowRight: () => this.move(step, 0),
      ArrowUp: () => this.move(0, -step), ArrowDown: () => this.move(0, step),
      "+": () => this.zoomTo(this.side / 1.1), "=": () => this.zoomTo(this.side / 1.1),
      "-": () => this.zoomTo(this.side * 1.1),
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  }

  onMove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const scale = this.side / (this.canvas.clientWidth * (1 - 2 * MARGIN));
    if (this.pointers.size === 2) {
      const other = [...this.pointers.values()].find((each) => each.pointerId !== event.pointerId);
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      this.zoomTo(this.side * (apart(before) / Math.max(1, apart(event))));
    } else this.move((before.clientX - event.clientX) * scale, (before.clientY - event.clientY) * scale);
    this.pointers.set(event.pointerId, event);
  }

  /** Keep the part inside the picture, and draw. */
  settle() {
    const [width, height] = this.size();
    const [least, most] = this.sides();
    this.side = Math.min(most, this.side);
    this.left = Math.min(Math.max(0, this.left), width - this.side);
    this.top = Math.min(Math.max(0, this.top), height - this.side);
    this.zoom.disabled = most <= least;
    this.zoom.value = most > least ? (Math.log(this.side / most) / Math.log(least / most)) * 100 : 0;
    this.draw();
  }

  draw() {
    const edge = this.canvas.width;
    const margin = edge * MARGIN;
    this.paint(this.canvas, margin);
    const context = this.canvas.getContext("2d");
    context.fillStyle = "rgb(0 0 0 / 0.55)";
    context.beginPath();
    context.rect(0, 0, edge, edge);
    context.roundRect(margin, margin, edge - 2 * margin, edge - 2 * margin, (edge - 2 * margin) * 0.28);
    context.fill("evenodd");
    for (const preview of this.previews) this.paint(preview, 0);
  }

  /** Draw the part into a canvas, with what is around it in a margin. */
  paint(canvas, margin) {
    const context = canvas.getContext("2d");
    const scale = (canvas.width - 2 * margin) / this.side;
    const [width, height] = this.size();
    const { naturalWidth, naturalHeight } = this.picture;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.translate(margin + (width / 2 - this.left) * scale, margin + (height / 2 - this.top) * scale);
    context.rotate((this.turn * Math.PI) / 180);
    context.scale(scale, scale);
    context.drawImage(this.picture, -naturalWidth / 2, -naturalHeight / 2);
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  fill() {
    if (!this.picture) return;
    const { elements } = this.form;
    const [width, height] = this.size();
    const fraction = (number) => Math.min(1, Math.max(0, number)).toFixed(6);
    elements.x.value = fraction(this.left / width);
    elements.y.value = fraction(this.top / height);
    elements.side.value = fraction(this.side / Math.min(width, height));
    elements.turn.value = this.turn;
    elements.again.value = this.kept ? "1" : "";
  }
}

behaviour("cropper", (form) => {
  const cropper = new Cropper(form);
  const { whole, crop, turn } = form.dataset;
  if (form.elements.file.files[0]) cropper.open(form.elements.file.files[0]);
  else if (whole) cropper.show(whole, JSON.parse(crop), Number(turn), true).catch(() => {});
});

// While the worker prepares a photo: look until it has, then show it everywhere.
behaviour("photo-waiting", () => {
  const address = location.pathname;
  let timer;
  const look = async (pause) => {
    try {
      const page = parsePage(await (await request(address, { shell: "main" })).text());
      if (!page.querySelector("[data-behaviour~=photo-waiting]")) { location.reload(); return; }
    } catch { /* looked for again */ }
    timer = setTimeout(look, pause, Math.min(pause * 1.5, 10_000));
  };
  timer = setTimeout(look, 400, 600);
  return () => clearTimeout(timer);
});
