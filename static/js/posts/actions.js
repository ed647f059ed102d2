// What one can do with a post: one toolbar that moves to the post in hand, and one menu.
import { clone, isPhone } from "es/core/dom.js";
import { openMenu } from "es/core/dialogs.js";
import { api, Problem } from "es/core/http.js";
import { toast } from "es/core/notices.js";
import { rights } from "es/core/viewer.js";
import { say } from "es/core/words.js";
import { openThread } from "es/shell/navigate.js";
import { copy } from "es/posts/code.js";
import { boxIn } from "es/posts/composer.js";
import { attach } from "es/posts/completion.js";
import { ask, dressQuick, quickly, spreadQuick } from "es/reactions/reacting.js";

const tools = clone("t-tools");
const menu = document.getElementById("post-menu");
let dressed = false; // whether its quick reactions are one's own
let inHand = null; // the post that the menu is open for

const rootOf = (post) => post.dataset.parent || post.dataset.post;
const failed = (error) => toast(error instanceof Problem && error.facts.detail ? error.facts.detail : say("failed"));

function hold(post) {
  if (!post || post === tools.parentElement || isPhone() || menu.matches(":popover-open")) return;
  // What was deleted is not answered; the toolbar's one stop of the Tab key is the reply, or what is first.
  const offered = [...tools.children].filter((button) => rights(post).reply || !["reply", "quote", "react", "quick"].includes(button.dataset.postAction));
  const stop = offered.find((button) => button.dataset.postAction === "reply") ?? offered[0];
  for (const button of tools.children) button.tabIndex = button === stop ? 0 : -1;
  post.append(tools);
  if (!dressed) { dressed = true; dressQuick(tools); }
}

const actions = {
  reply(post) {
    if (!rights(post).reply) return;
    // Comments stand in one line: what one answers is quoted.
    if (post.closest(".comments")) actions.quote(post);
    else openThread(rootOf(post));
  },
  quote(post) {
    if (!rights(post).reply) return;
    const box = boxIn(post.closest(".view")) ?? boxIn(document.getElementById("main"));
    if (box) box.setQuote(post);
    else openThread(rootOf(post));
  },
  react(post, button) { ask(post, menu.contains(button) ? post.querySelector(":scope > .post-more") : button); },
  quick(post, button) { return quickly(post, Number(button.dataset.quick)); },
  link(post) {
    const path = post.dataset.parent && !post.querySelector(".in-channel") ? `/posts/${post.dataset.post}` : `/channels/${post.dataset.slug}?at=${post.dataset.post}#at`;
    copy(new URL(path, location.href).href, say("linkCopied"));
  },
  copy(post) { copy(post.querySelector(".prose")?.innerText.trim() ?? "", say("copied")); },
  async follow(post) { await api("PUT", `/posts/${rootOf(post)}/following`, { follows: true }); toast(say("followed")); },
  async unfollow(post) { await api("PUT", `/posts/${rootOf(post)}/following`, { follows: false }); toast(say("unfollowed")); },
  async pin(post) { await api("PUT", `/posts/${post.dataset.post}/pin`, {}); toast(say("pinned")); },
  async unpin(post) { await api("DELETE", `/posts/${post.dataset.post}/pin`); toast(say("unpinned")); },
  edit,
  async delete(post) {
    const { post: id } = post.dataset;
    await api("DELETE", `/posts/${id}`);
    toast(say("postDeleted"), {
      label: say("undo"),
      run: () => api("POST", `/posts/${id}/restoration`).then(() => toast(say("postRestored")), failed),
    });
  },
  more(post, button) {
    inHand = post;
    const may = rights(post);
    const shown = { phone: isPhone() && may.reply, react: isPhone() && !["deleted", "hidden"].some((name) => name in post.dataset), reacted: post.querySelector(".reaction"), compose: may.reply && post.closest("[data-may-post='1']"), pin: may.pin && !("pinned" in post.dataset), unpin: may.pin && "pinned" in post.dataset, edited: "edited" in post.dataset && !("hidden" in post.dataset), report: !post.classList.contains("is-mine") && !["deleted", "hidden"].some((name) => name in post.dataset), edit: may.edit, delete: may.delete };
    for (const item of menu.querySelectorAll("[data-when]")) item.hidden = !item.dataset.when.split(" ").some((name) => shown[name]);
    menu.querySelector('[data-post-action="history"]').href = `/posts/${post.dataset.post}/revisions`;
    menu.querySelector('[data-post-action="report"]').href = `/report/post/${post.dataset.post}`;
    menu.querySelector('[data-post-action="reactions"]').href = `/posts/${post.dataset.post}/reactions`;
    dressQuick(menu);
    openMenu(menu, button);
    offerFollowing(post);
  },
};

/** Whether one follows its thread is asked for when the menu opens: no page needs to know it. */
async function offerFollowing(post) {
  if ("deleted" in post.dataset || !rights(post).reply) return;
  try {
    const { follows } = await api("GET", `/posts/${rootOf(post)}/following`);
    if (inHand === post) menu.querySelector(`[data-when=${follows ? "unfollow" : "follow"}]`).hidden = false;
  } catch { /* the bell of the thread does the same */ }
}

async function edit(post) {
  if (post.querySelector(".editor")) return;
  // What is hidden while it is reviewed is not in the page: its own page has it.
  if ("hidden" in post.dataset) { location.assign(`/posts/${post.dataset.post}/edit`); return; }
  let source;
  try { source = await api("GET", `/posts/${post.dataset.post}`); } catch (error) { failed(error); return; }
  const editor = clone("t-editor");
  const field = editor.querySelector("textarea");
  const problem = editor.querySelector(".error");
  const prose = post.querySelector(".prose");
  field.value = source.body;
  const detach = attach(field);
  const close = () => {
    detach();
    const now = editor.closest(".post");
    editor.remove();
    now?.querySelector(".prose")?.removeAttribute("hidden");
    now?.focus({ preventScroll: true });
  };
  const save = async () => {
    if (field.value === source.body) { close(); return; }
    const button = editor.querySelector(".btn-primary");
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await api("PATCH", `/posts/${post.dataset.post}`, { body: field.value });
      close();
      if (answer?.state) toast(say("held"));
    } catch (error) {
      problem.hidden = false;
      problem.querySelector("span").textContent = (error instanceof Problem && (Object.values(error.facts.errors ?? {}).flat()[0] ?? error.facts.detail)) || say("failed");
    } finally { button.removeAttribute("aria-busy"); }
  };
  editor.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  editor.querySelector("[data-cancel]").addEventListener("click", close);
  editor.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
    else if (event.key === "Enter" && !event.shiftKey && !isPhone()) { event.preventDefault(); save(); }
  });
  prose.hidden = true;
  prose.after(editor);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
  editor.scrollIntoView({ block: "nearest" });
}

/** Do something with a post by its name; mistakes become a toast. */
export async function act(name, post, button) {
  try { await actions[name]?.(post, button); } catch (error) { failed(error); }
}

export function begin() {
  spreadQuick(tools);
  spreadQuick(menu);
  document.addEventListener("pointerover", (event) => hold(event.target.closest?.(".post[data-post]")));
  document.addEventListener("focusin", (event) => hold(event.target.closest?.(".post[data-post]")));
  document.addEventListener("post-edit", (event) => edit(event.target));
  document.addEventListener("click", (event) => {
    const more = event.target.closest?.(".post-more");
    if (more) {
      event.preventDefault();
      act("more", more.closest(".post"), more);
      return;
    }
    const button = event.target.closest?.("[data-post-action]");
    if (!button || button.matches("a")) return;
    const post = menu.contains(button) ? inHand : button.closest(".post");
    if (menu.contains(button)) menu.hidePopover();
    if (post) act(button.dataset.postAction, post, button);
  }, true);
}
