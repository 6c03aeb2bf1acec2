// What the booth page says of itself to whoever does not see it (kiosk/heard.js has how words are made of elements).
import { heard, keyed, liveWords } from "/ui/kiosk/heard.js";

const KEYED = new Set(["waiting", "problem"]); // what one can do there is told with its keys

/** A new screen: its question and how much there is to choose from, or all it says. */
export function screenWords(step, t) {
  const main = document.querySelector("main");
  if (!main) return "";
  if (step === "home") {
    const question = heard(main.querySelector("h1"));
    const n = main.querySelectorAll("button[data-digit]:not(:disabled)").length;
    return n ? `${question} ${t("kiosk-choices", { n })}` : heard(main);
  }
  if (step === "code") return [".above", "h1", ".big-text"].map((one) => heard(main.querySelector(one))).join(" ");
  if (step === "consent") return ""; // it is told to everybody
  const keys = KEYED.has(step) ? main.querySelectorAll("[data-digit]:not(:disabled)") : [];
  return [...[...main.querySelectorAll("[data-said]")].map(heard), ...[...keys].map(keyed)].join(" ");
}

/** The keys of the screen that stands there. */
export const keysThere = () => [...document.querySelectorAll("main [data-digit]:not(:disabled)")].map(keyed).join(" ");

/** What changes by itself while a screen stands. */
export const live = () => [
  ...liveWords(),
  ...[...document.querySelectorAll("main [data-live]")].map(heard).filter(Boolean),
];
