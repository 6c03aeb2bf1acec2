// One customer's session: where they are, how they want the screen, and how it ends without a trace.
//
// Plain data and the rules about it; no drawing, no network. `now` is always passed in.

export const GRACE_S = 20; // WCAG 2.2.1: at least 20 s to say "I am still here"
const RETURN_WITH_PAPER_S = 20;
const RETURN_WITHOUT_PAPER_S = 60; // time to take a picture or write the number down
const SETTLE_MS = 400; // a second tap of the same double tap must not press what has just appeared
export const LEVELS = 5; // of the volume
const FIRST_LEVEL = 3; // what every customer begins with (EN 301 549, 5.1.3.13)
const TEXT_SIZES = ["100", "140", "200"];

/** A fresh session, as the next customer finds it. */
export const fresh = (house, now) => ({
  language: house,
  text: "100",
  contrast: false,
  low: false,
  aloud: false, // by ear
  volume: FIRST_LEVEL,
  silent: "", // why nothing is heard, as a message's id
  step: "home", // home | services | code | taking is a flag, not a step | ticket | problem
  provider: null,
  code: "",
  codeError: false,
  pending: null, // {key, path, body, since, tile}: one touch on its way
  problem: null, // {name, pending}
  ticket: null, // what the POST answered
  scanned: false, // that ticket was held before the code reader: its paper is in somebody's hand
  notice: null, // {words, until}: one sentence at the foot of the page
  shownAt: 0,
  asking: false, // "are you still there?"
  touchedAt: now,
  changedAt: 0,
});

/** Nobody has touched anything: nothing to ask about, nothing to take away. */
export const pristine = (s, house) =>
  s.step === "home" && !s.pending && s.language === house && s.text === "100" && !s.contrast && !s.low &&
  !s.aloud;

export function goTo(s, step, now, more = {}) {
  Object.assign(s, { step, changedAt: now, touchedAt: now, asking: false, codeError: false, notice: null }, more);
}

/** Back to the start, but with the words and sizes this customer chose. */
export const goHome = (s, now) =>
  goTo(s, "home", now, { provider: null, code: "", problem: null, ticket: null, scanned: false, pending: null });

/** A touch that came too soon after the screen changed belongs to what was there before. */
export const tooSoon = (s, now) => now - s.changedAt < SETTLE_MS;

export const nextText = (text) => TEXT_SIZES[(TEXT_SIZES.indexOf(text) + 1) % TEXT_SIZES.length];

/**
 * What time does to a session.
 * @returns {"stay"|"ask"|"end"}
 */
export function byNow(s, now, { idleS, house, paper }) {
  const quietS = (now - s.touchedAt) / 1000;
  if (s.step === "ticket" && paper !== "screen") return quietS >= RETURN_WITH_PAPER_S ? "end" : "stay";
  const patienceS = s.step === "ticket" ? RETURN_WITHOUT_PAPER_S : idleS;
  if (pristine(s, house) || s.pending || quietS < patienceS) return "stay";
  return quietS < patienceS + GRACE_S ? "ask" : "end";
}

/** Seconds to announce: only at 20, 10 and 5, or a screen reader would never stop talking. */
export function announcedSeconds(s, now, idleS) {
  const patienceS = s.step === "ticket" ? RETURN_WITHOUT_PAPER_S : idleS;
  const left = patienceS + GRACE_S - (now - s.touchedAt) / 1000;
  if (left > 10) return 20;
  return left > 5 ? 10 : 5;
}
