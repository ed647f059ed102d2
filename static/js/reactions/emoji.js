// All emoji, loaded once they are wanted, and what one likes to choose: of late, and which skin tone.
import { island, store } from "es/core/dom.js";
import { api, request } from "es/core/http.js";
import { viewer } from "es/core/viewer.js";

const facts = island("emoji-facts");
const QUICK = facts.quick ?? [];
const MOST_RECENT = 24;
const RECENT_KEY = `emoji-recent-${viewer.id}`;
const TONES = ["", "", "\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"];
/** What is offered before anything was chosen. */
export const USUAL = QUICK.map(([name, characters]) => ({ name, characters }));
let loading;
let habits;

/** Put a skin tone (2 to 6) to an emoji that has them; the hands that join two people have none. */
export function toned(characters, tone) {
  if (!tone) return characters;
  return characters.replace(/(?<!\u200d(?=\u{1F91D}))(\p{Emoji_Modifier_Base})\uFE0F?/gu, `$1${TONES[tone]}`);
}
const tonedName = (name, tone) => (tone ? `${name}::skin-tone-${tone}` : name);

/** One emoji in a skin tone: its name there, and how it is written. */
export const inTone = (one, tone) => (one.toned && tone ? { ...one, name: tonedName(one.name, tone), characters: toned(one.characters, tone) } : one);

async function ours() {
  const found = [];
  let cursor = "";
  do {
    const page = await api("GET", `/emoji?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    found.push(...page.items.filter((one) => !one.retired));
    cursor = page.next_cursor;
  } while (cursor);
  return found.map((one) => ({ name: one.name, url: one.url, label: one.name.replaceAll("_", " "), words: "", characters: "" }));
}

async function standard() {
  const answer = await request(facts.url);
  const { groups } = await answer.json();
  return groups.map((group) => group.map(([name, characters, label, words, has]) => ({ name, characters, label, words, toned: Boolean(has) })));
}

/** All emoji: {groups, own, byName}. */
export function all() {
  loading ??= Promise.all([standard(), ours()]).then(([groups, own]) => {
    const byName = new Map([...groups.flat(), ...own].map((one) => [one.name, one]));
    return { groups, own, byName };
  }).catch((error) => { loading = undefined; throw error; });
  return loading;
}

/** What one likes to choose; the same on all devices, with what was chosen in this browser first. */
export function liked() {
  habits ??= api("GET", "/me/emoji").catch(() => { habits = undefined; return { recent: [], tone: 0 }; });
  return habits.then(({ recent, tone }) => ({ tone, recent: [...new Set([...(store.get(RECENT_KEY) ?? []), ...recent])].slice(0, MOST_RECENT) }));
}

/** Remember that an emoji was chosen just now. */
export function chose(name) {
  const recent = (store.get(RECENT_KEY) ?? []).filter((each) => each !== name);
  store.set(RECENT_KEY, [name, ...recent].slice(0, MOST_RECENT));
}

/** Remember a skin tone, on all of one's devices. */
export async function setTone(tone) {
  const before = await liked();
  habits = Promise.resolve({ ...before, tone });
  await api("PUT", "/me/emoji", { tone });
}

/** One's quick reactions, {name, characters} each: those chosen of late, then what everyone has. */
export async function quick(most = 3) {
  const { recent } = await liked();
  const usual = new Map(QUICK.map(([name, characters]) => [name, characters]));
  const names = [...new Set([...recent, ...usual.keys()])];
  const first = names.slice(0, most);
  if (first.every((name) => usual.has(name))) return first.map((name) => ({ name, characters: usual.get(name) }));
  const { byName } = await all();
  return names.map((name) => found(byName, name)).filter(Boolean).slice(0, most);
}

/** The emoji of a name that may hold a skin tone. */
export function found(byName, name) {
  const [base, tone] = name.split("::skin-tone-");
  const one = byName.get(base);
  return one && inTone(one, Number(tone) || 0);
}
