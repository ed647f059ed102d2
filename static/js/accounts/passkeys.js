// Passkeys (WebAuthn level 3): fetch what to ask, ask the browser, send its answer with the form.
// It runs on pages before one is signed in too, so it stands alone.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const descriptors = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));

function asked(options) {
  const given = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) given.user = { ...options.user, id: toBytes(options.user.id) };
  if (options.excludeCredentials) given.excludeCredentials = descriptors(options.excludeCredentials);
  if (options.allowCredentials) given.allowCredentials = descriptors(options.allowCredentials);
  return given;
}

function answered(credential) {
  const { response } = credential;
  const facts = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    facts.attestationObject = toText(response.attestationObject);
    facts.transports = response.getTransports?.() ?? [];
  } else {
    facts.authenticatorData = toText(response.authenticatorData);
    facts.signature = toText(response.signature);
    if (response.userHandle) facts.userHandle = toText(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: facts,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

/** Fetch the options of a form; leads to the question who it is where that has to be asked first. */
async function optionsOf(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
    credentials: "same-origin",
  });
  if (answer.status === 403) {
    location.assign(`/confirmation?next=${encodeURIComponent(location.pathname)}`);
    return new Promise(() => {});
  }
  if (!answer.ok) throw new Error(String(answer.status));
  return asked(await answer.json());
}

let waiting; // the request that stands behind the e-mail field

async function run(form, mediation) {
  const problem = form.querySelector("[data-passkey-problem]");
  problem.hidden = true;
  waiting?.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  try {
    const publicKey = await optionsOf(form);
    const credential = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey, signal })
      : await navigator.credentials.get({ publicKey, signal, ...(mediation && { mediation }) });
    form.elements.credential.value = answered(credential);
    const { remember } = form.elements;
    if (remember) remember.value = document.querySelector('input[type="checkbox"][name="remember"]')?.checked ? "1" : "";
    form.submit();
  } catch (error) {
    if (error.name !== "AbortError" && !mediation) problem.hidden = false;
    return false;
  }
  return true;
}

if (globalThis.PublicKeyCredential && navigator.credentials) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.setAttribute("aria-busy", "true");
      if (!(await run(form))) button.removeAttribute("aria-busy");
    });
    if ("passkeyAuto" in form.dataset) {
      PublicKeyCredential.isConditionalMediationAvailable?.().then((can) => can && run(form, "conditional"));
    }
  }
}
