// Elements say what they do by data-behaviour; a behaviour may return what undoes it.

const known = new Map();
const running = new WeakMap();

export function behaviour(name, start) {
  known.set(name, start);
}

function each(root, visit) {
  if (root instanceof Element && root.matches("[data-behaviour]")) visit(root);
  for (const element of root.querySelectorAll("[data-behaviour]")) visit(element);
}

/** Start whatever `root` and its descendants ask for; started ones are left alone. */
export function start(root) {
  each(root, (element) => {
    if (running.has(element)) return;
    const stops = [];
    for (const name of element.dataset.behaviour.split(" ")) {
      const undo = known.get(name)?.(element);
      if (typeof undo === "function") stops.push(undo);
    }
    running.set(element, stops);
  });
}

/** Undo the behaviours under `root` before it leaves the page. */
export function stop(root) {
  each(root, (element) => {
    running.get(element)?.forEach((undo) => undo());
    running.delete(element);
  });
}
