// A copy button on every block of code.
import { clone } from "../core/dom.js";
import { toast } from "../core/notices.js";
import { say } from "../core/words.js";

export function dressCode(root) {
  for (const pre of root.querySelectorAll(".prose pre")) {
    if (pre.parentElement.classList.contains("code-box")) continue;
    const box = document.createElement("div");
    box.className = "code-box";
    pre.replaceWith(box);
    pre.tabIndex = 0;
    box.append(pre, clone("t-copy"));
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
  if (button) copy(button.previousElementSibling.textContent, say("copied"));
});
