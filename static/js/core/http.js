// Requests to our own server: the CSRF header, problem+json, and a second try for reads.
import { island, parsePage } from "es/core/dom.js";

const place = () => document.querySelector('meta[name="csrf-token"]');
const token = () => place()?.content ?? "";
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** An answer that was not a success; `status` 0 means that none came. */
export class Problem extends Error {
  constructor(status, facts = {}, retryAfter = 0) {
    super(facts.detail || facts.title || String(status));
    this.status = status;
    this.facts = facts;
    this.retryAfter = retryAfter;
  }
  /** Whether sending the same again may work. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status === 408 || this.status >= 500;
  }
}

/** Signing in on another tab made this page's token too old: take a new one, if it is the same person's. */
async function renewToken() {
  const answer = await fetch("/", { credentials: "same-origin" });
  const page = parsePage(await answer.text());
  const viewer = JSON.parse(page.getElementById("viewer")?.textContent ?? "{}");
  if (viewer.id !== island("viewer").id) throw new Problem(401);
  place().content = page.querySelector('meta[name="csrf-token"]').content;
}
async function isOldToken(answer) {
  if (answer.status !== 400) return false;
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  return !isJson || ((await answer.clone().json()).type ?? "").endsWith("csrf");
}

/**
 * Fetch `url`; returns the Response of a success, throws Problem otherwise.
 * Options: method, json (a body), form (URLSearchParams), shell, signal, any (also return failures),
 * quietly (no word of success on the next page).
 */
export async function request(url, { method = "GET", json, form, shell, signal, any, quietly } = {}) {
  const headers = { Accept: json ? "application/json" : "*/*" };
  if (shell) headers["X-Shell"] = shell;
  if (quietly) headers["X-Saves"] = "quietly"; // the page itself says that it was saved
  let renewed = method === "GET";
  if (json) headers["Content-Type"] = "application/json";
  const body = json ? JSON.stringify(json) : form;
  for (let attempt = 0; ; attempt++) {
    try {
      if (method !== "GET") headers["X-CSRFToken"] = token();
      if (form?.has("csrf_token")) form.set("csrf_token", token());
      const answer = await fetch(url, { method, headers, body, signal, credentials: "same-origin" });
      if (!renewed && await isOldToken(answer)) {
        renewed = true;
        await renewToken();
        continue;
      }
      if (answer.ok || any) return answer;
      throw await problemOf(answer);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      const problem = error instanceof Problem ? error : new Problem(0);
      if (method !== "GET" || !problem.passing || problem.status === 429 || attempt >= 2) throw problem;
      await pause(300 * 2 ** attempt + Math.random() * 200);
    }
  }
}

async function problemOf(answer) {
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  const facts = isJson ? await answer.json().catch(() => ({})) : {};
  // A sensitive act: ask who it is, and come back to this page.
  if (facts.type?.endsWith("/proof-needed")) location.assign(`/confirmation?next=${encodeURIComponent(location.pathname)}`);
  return new Problem(answer.status, facts, Number(answer.headers.get("Retry-After")) || 0);
}

/** A call of the API; returns its JSON, or null where it has none. */
export async function api(method, path, json) {
  const answer = await request(`/api/v1${path}`, { method, json });
  return answer.status === 204 ? null : answer.json().catch(() => null);
}

export async function html(url, options) {
  return (await request(url, options)).text();
}
