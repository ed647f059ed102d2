// Scroll places. A stream opens at its end (its scroller runs backwards), a thread at its top.

const isReversed = (scroller) => scroller.classList.contains("scroll-end");

/** Pixels between what is in sight and the end. */
export function fromEnd(scroller) {
  if (isReversed(scroller)) return Math.abs(scroller.scrollTop);
  return scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
}
export function toEnd(scroller) {
  scroller.scrollTop = isReversed(scroller) ? 0 : scroller.scrollHeight;
}

/** Change the content with `change` such that the posts in sight, or the one given, stay where they are. */
export function keepPlace(scroller, change, given) {
  const top = scroller.getBoundingClientRect().top;
  const anchor = given ?? [...scroller.querySelectorAll(".post")].find((post) => post.getBoundingClientRect().bottom > top + 1);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (!anchor?.isConnected) return;
  const shift = anchor.getBoundingClientRect().top - before;
  if (Math.abs(shift) >= 1) scroller.scrollTop += shift;
}
