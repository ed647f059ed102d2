// The form of a rule: says whom it would take in while one still writes it.
import { behaviour } from "es/core/behaviours.js";
import { debounce, fill } from "es/core/dom.js";
import { html } from "es/core/http.js";

const PARTS = new Set(["rule_as", "rule", "joined_by", "field", "operator", "value"]);

behaviour("rule", (part) => {
  const { form } = part;
  const place = part.querySelector("[data-rule-preview]");
  let asked;

  const show = debounce(async () => {
    asked?.abort();
    asked = new AbortController();
    const given = new URLSearchParams([...new FormData(form)].filter(([name]) => PARTS.has(name)));
    try {
      fill(place, await html(`${part.dataset.preview}?${given}`, { signal: asked.signal }));
    } catch { /* it is only a preview: the server says what is wrong when the form is sent */ }
  }, 250);
  // Whether there is a rule at all is chosen above.
  const kinds = [...form.querySelectorAll('[name="kind"]')];
  const fit = () => { part.hidden = kinds.length > 0 && !kinds.some((each) => each.checked && each.value === "rule"); };
  kinds.forEach((each) => each.addEventListener("change", fit));
  fit();
  part.addEventListener("input", show);
  if (!part.hidden && !place.textContent.trim()) show();
  return () => asked?.abort();
});
