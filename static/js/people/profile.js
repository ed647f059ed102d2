// The form of a profile: the time zone that the browser knows.
import { behaviour } from "es/core/behaviours.js";

const here = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

behaviour("zone-offer", (offer) => {
  const field = document.getElementById(offer.dataset.for);
  const known = [...field.options].some((each) => each.value === here);
  const show = () => { offer.hidden = !known || field.value === here; };
  offer.querySelector("b").textContent = here.replaceAll("_", " ");
  offer.querySelector("button").addEventListener("click", () => {
    field.value = here;
    show();
    field.focus();
  });
  field.addEventListener("change", show);
  show();
});
