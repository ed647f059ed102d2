// One file on its way to the server: in one request, or in parts that go on where they broke off.
import { api, Problem } from "es/core/http.js";

const IN_PARTS = 10 * 1024 * 1024; // from this size on
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 20_000;

/** Send bytes and tell how far they are; `http.js` can't, because fetch doesn't say. */
function transfer(method, path, body, { kind, signal, progress }) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open(method, `/api/v1${path}`);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]')?.content ?? "");
    if (kind) request.setRequestHeader("Content-Type", kind);
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => {
      let facts = {};
      try { facts = JSON.parse(request.responseText); } catch { /* an answer without words */ }
      if (request.status >= 200 && request.status < 300) done(facts);
      else fail(new Problem(request.status, facts, Number(request.getResponseHeader("Retry-After")) || 0));
    });
    request.addEventListener("error", () => fail(new Problem(0)));
    request.addEventListener("timeout", () => fail(new Problem(0)));
    request.addEventListener("abort", () => fail(new DOMException("", "AbortError")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}

const pause = (ms, signal) => new Promise((done, fail) => {
  const timer = setTimeout(finish, ms);
  addEventListener("online", finish);
  signal.addEventListener("abort", stop, { once: true });
  function finish() { clearTimeout(timer); removeEventListener("online", finish); signal.removeEventListener("abort", stop); done(); }
  function stop() { clearTimeout(timer); removeEventListener("online", finish); fail(new DOMException("", "AbortError")); }
});

/** Repeat `run` while only the line or the server is in the way; `waits` is told each time. */
async function patiently(run, signal, waits) {
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try { return await run(); } catch (error) {
      if (!(error instanceof Problem) || !error.passing) throw error;
      waits();
      await pause(error.retryAfter * 1000 || wait * (0.8 + Math.random() * 0.4), signal);
    }
  }
}

/**
 * Upload a file; resolves to what the server says of it. `progress` is given a part of 1, `waits`
 * is called when the line is down. `signal` gives it up. Throws Problem for a refusal.
 */
export async function upload(file, { signal, progress, waits }) {
  if (file.size < IN_PARTS) {
    return patiently(() => {
      const form = new FormData();
      form.append("file", file, file.name);
      return transfer("POST", "/files", form, { signal, progress: (sent) => progress(Math.min(1, sent / file.size)) });
    }, signal, waits);
  }
  return inParts(file, { signal, progress, waits });
}

async function inParts(file, { signal, progress, waits }) {
  const begun = await patiently(() => api("POST", "/uploads", { name: file.name, size: file.size }), signal, waits);
  const place = `/uploads/${begun.id}`;
  signal.addEventListener("abort", () => { api("DELETE", place).catch(() => { /* it ends by itself in a day */ }); }, { once: true });
  let received = begun.received;
  let asked = true;
  while (received < file.size) {
    received = await patiently(async () => {
      // After a break nobody knows how much arrived but the server.
      if (!asked) ({ received } = await api("GET", place));
      if (received >= file.size) return received;
      asked = false;
      const part = file.slice(received, received + begun.part_size);
      const from = received;
      try {
        const now = await transfer("PUT", `${place}/content?offset=${from}`, part, {
          kind: "application/octet-stream", signal, progress: (sent) => progress((from + sent) / file.size),
        });
        asked = true;
        return now.received;
      } catch (error) {
        if (error.status !== 409) throw error;
        return error.facts.received;
      }
    }, signal, waits);
  }
  return patiently(() => api("POST", `${place}/file`), signal, waits);
}
