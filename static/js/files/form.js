// Files of a form: sent as soon as they are chosen, so that the form itself brings their ids alone.
import { behaviour } from "es/core/behaviours.js";
import { announce, toast } from "es/core/notices.js";
import { say } from "es/core/words.js";
import { attachmentsIn } from "es/files/attachments.js";

behaviour("files", (form) => {
  const named = form.querySelector("[data-file-ids]");
  const there = [...named.querySelectorAll("[data-file]")].map((each) => JSON.parse(each.dataset.file));
  let ids = there.map(({ id }) => id).join();
  form.querySelector("input[type=file]").removeAttribute("name"); // it chooses; the ids are what is sent
  let button = null; // what was asked for while files were on their way

  function changed() {
    named.replaceChildren(...files.ready.map(({ id }) => Object.assign(document.createElement("input"), { type: "hidden", name: "file_ids", value: id })));
    const now = files.ready.map(({ id }) => id).join();
    if (now !== ids) named.dispatchEvent(new Event("input", { bubbles: true }));
    ids = now;
    if (!button || files.busy) return;
    const asked = button;
    button = null;
    if (!files.failed) form.requestSubmit(asked);
  }
  const files = attachmentsIn(form, { files: there, changed });
  changed();

  const hold = (event) => {
    if (!files.busy && !files.failed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button = files.busy ? event.submitter : null;
    const why = say(files.failed ? "uploadMend" : "uploadFirst");
    announce(why, true);
    toast(why);
  };
  form.addEventListener("submit", hold, { capture: true });
  return () => { form.removeEventListener("submit", hold, { capture: true }); files.stop(); };
});
