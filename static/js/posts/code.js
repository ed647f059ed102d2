// A copy button on every block of code.
import { clone } from "es/core/dom.js";
import { toast } from "es/core/notices.js";
import { say } from "es/core/words.js";

export function dressCode(root) {
  for (const box of root.querySelectorAll(".prose .code")) {
    if (box.querySelector(".code-copy")) continue;
    (box.querySelector("figcaption") ?? box).append(clone("t-copy"));
  }
}

export async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch { toast(say("copyFailed")); }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".code-copy");
  if (button) copy(button.closest(".code").querySelector("pre").textContent, say("copied"));
});
