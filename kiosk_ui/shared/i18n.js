// Words in the customer's language: Fluent messages from /ui/i18n/<language>/<file>.ftl, names from the config.
import { FluentBundle, FluentResource } from "/ui/vendor/fluent/index.js";

/** Each language in its own words, as its speakers look for it. */
export const LANGUAGE_NAMES = {
  fi: "Suomi",
  sv: "Svenska",
  en: "English",
  se: "Davvisámegiella",
};

const bundles = new Map();

/**
 * Load these files in these languages once, at start: afterwards words never wait for the network.
 * @param {string[]} files e.g. ["common", "kiosk"]; @param {string[]} languages the first one is the house language
 */
export async function loadMessages(files, languages) {
  const wanted = languages.flatMap((language) => files.map((file) => [language, file]));
  const texts = await Promise.all(wanted.map(([language, file]) => fetchText(`/ui/i18n/${language}/${file}.ftl`)));
  wanted.forEach(([language], i) => bundleOf(language).addResource(new FluentResource(texts[i])));
}

function bundleOf(language) {
  if (!bundles.has(language)) bundles.set(language, new FluentBundle(language, { useIsolating: false }));
  return bundles.get(language);
}

async function fetchText(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.text();
}

/** The speaking of one language, with another to fall back on: `const t = speaker("se", "fi")`, `t("kiosk-done")`. */
export function speaker(language, house = "fi") {
  return (id, args) => format(language, id, args) ?? format(house, id, args) ?? id;
}

function format(language, id, args) {
  const bundle = bundles.get(language);
  const message = bundle?.getMessage(id);
  return message?.value ? bundle.formatPattern(message.value, args) : undefined;
}

/** t(language, id, args) for the odd single message. */
export const t = (language, id, args, house = "fi") => speaker(language, house)(id, args);

/** The name in this language, else in the house language, else whatever there is. */
export function pick(map, language, house = "fi") {
  if (!map) return "";
  return map[language] ?? map[house] ?? Object.values(map)[0] ?? "";
}

/** Which language pick() really found, for the lang attribute of a name that had to fall back. */
export function pickedLanguage(map, language, house = "fi") {
  if (!map || map[language] !== undefined) return language;
  return map[house] !== undefined ? house : (Object.keys(map)[0] ?? language);
}

/** "K042" as people read it: letter, thin space, digits. */
export function showNumber(number) {
  return String(number ?? "").replace(/^([^\d\s]+)\s*(\d+)$/, "$1\u2009$2");
}

/** An estimate as whole minutes to say: never less than one, coarser when longer, from p80 (a promise kept). */
export function minutes(estimate) {
  if (!estimate) return null;
  const whole = Math.max(1, Math.ceil((estimate.p80_s ?? estimate.p50_s) / 60));
  return whole <= 10 ? whole : Math.ceil(whole / 5) * 5;
}
