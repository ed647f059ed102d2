// The page's sentences, from the server's catalogue.
import { island } from "es/core/dom.js";

const words = island("words");
export const language = document.documentElement.lang || "en";
/** The reader's own regional form of the page's language, for dates and times. */
export const region = navigator.languages?.find((each) => each.split("-")[0] === language.split("-")[0]) ?? language;
const plurals = new Intl.PluralRules(language);

/** The sentence `key` with {names} filled in; a plural one is chosen by `facts.n`. */
export function say(key, facts = {}) {
  let text = words[key] ?? key;
  if (typeof text === "object") text = text[plurals.select(facts.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (all, name) => facts[name] ?? all);
}
