// Ticking several people at once: the box in the head ticks all, and what is ticked is counted.
import { behaviour } from "es/core/behaviours.js";

behaviour("bulk", (form) => {
  const boxes = () => [...document.querySelectorAll(`input[name="person"][form="${form.id}"]`)];
  const all = document.querySelector("[data-bulk-all]");
  const count = form.querySelector("[data-bulk-count]");
  const channel = form.querySelector("[data-bulk-channel]");
  const show = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    count.textContent = String(ticked);
    form.classList.toggle("is-idle", ticked === 0);
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
    channel.hidden = form.elements.act.value !== "channel";
  };
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    show();
  });
  document.addEventListener("change", (event) => {
    if (event.target.form === form) show();
  });
  show();
});
