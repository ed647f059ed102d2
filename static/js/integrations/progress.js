// How far the worker is: asked again until it is over, and then the whole page is taken anew.
import { behaviour } from "es/core/behaviours.js";
import { parse } from "es/core/dom.js";
import { html } from "es/core/http.js";
import { reload } from "es/shell/navigate.js";

const PAUSE = 1500;

behaviour("progress", (place) => {
  let timer;
  const ask = async () => {
    try {
      const parts = parse(await html(place.dataset.url));
      if (parts.some((part) => "over" in part.dataset)) { reload(); return; }
      place.replaceChildren(...parts);
    } catch { /* the next time */ }
    if (place.isConnected) timer = setTimeout(ask, PAUSE);
  };
  timer = setTimeout(ask, PAUSE);
  return () => clearTimeout(timer);
});
