// The page's sentences, from the server's catalogue.
import { island } from "es/core/dom.js";

const words = island("words");
export const language = document.documentElement.lang || "en";
const plurals = new Intl.PluralRules(language);

/** The sentence `key` with {names} filled in; a plural one is chosen by `facts.n`. */
export function say(key, facts = {}) {
  let text = words[key] ?? key;
  if (typeof text === "object") text = text[plurals.select(facts.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (all, name) => facts[name] ?? all);
}
