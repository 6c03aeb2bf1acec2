// One customer in the booth: what they see now, how they want the screen, and how it ends without a trace.
//
// Plain data and the rules about it; no drawing, no network. `now` is always passed in. What the session is, the point
// says (state.session); here is only what the customer does at this page.
import { GRACE_S, LEVELS } from "/ui/kiosk/session.js";

export { GRACE_S, LEVELS };
export { announcedSeconds, nextText, tooSoon } from "/ui/kiosk/session.js";
const FIRST_LEVEL = 4; // of the volume; a booth is closed, nobody else is disturbed
const ENDED_S = 60; // time to read how it goes on
export const LONG_BREAK_S = 30;

export const fresh = (house, now) => ({
  language: house,
  text: "100",
  contrast: false,
  low: false,
  aloud: false,
  volume: FIRST_LEVEL,
  silent: "",
  step: "home", // home | code | consent | problem: before there is a session
  wish: null, // {service}: asked for once consent is given
  interpreter: false,
  code: "",
  codeError: false,
  pending: null, // {body, key, since}
  problem: null, // {name, pending}
  notice: null, // {words, until}: one sentence at the foot of the page
  helping: false, // help was called, the point has not said so yet
  consent: null, // {version, session|null}: what was agreed to, and for which session
  was: null, // the session that runs, as it was last
  over: null, // the session that has just ended, as it was last
  left: "", // the id of one that was ended here, whatever the point still says
  rating: null, // {score, key, sent}
  talk: freshTalk(),
  asking: false, // "are you still there?"
  touchedAt: now,
  changedAt: 0,
});

/** What is said and typed in a session; nothing of it is kept anywhere else. */
export const freshTalk = () => ({
  panel: false, // the text panel is open
  keys: "letters", // "letters" | "capitals" (one) | "signs": what the keyboard on the glass has
  mine: "",
  theirs: "",
  chat: [],
  caption: "",
  screen: false, // the expert shares one
  muted: { audio: false, video: false }, // what the expert has turned off
  off: { audio: false, video: false }, // what the customer has turned off
  still: null, // id of the picture that the expert asks for
  ending: false, // "shall it end?"
});

export const RUNNING = new Set(["queued", "ringing", "connected", "held", "reconnecting"]);

/** The session of the point that is this customer's, while it runs; one that was left here is none. */
export function running(state, session) {
  const one = state?.session;
  return one && RUNNING.has(one.state) && one.id !== session.left ? one : null;
}

export function consented(state, session) {
  const one = running(state, session);
  const version = state?.consent?.version;
  if (!one || !version) return false;
  return one.consent === version || (session.consent?.version === version && session.consent.session === one.id);
}

/**
 * Which screen stands there.
 * @param {object} talk {state: "none"|"connecting"|"up"|"broken", was: bool it has been up in this session}
 */
export function screen(state, session, talk) {
  const one = running(state, session);
  if (one) return consented(state, session) ? duringSession(one, talk) : "consent";
  if (session.over) return "ended";
  return session.step;
}

function duringSession({ state }, talk) {
  if (state === "queued" || state === "ringing") return "waiting";
  if (talk.state === "broken" || (talk.was && talk.state !== "up")) return "interrupted";
  if (state === "held") return "held";
  if (state === "reconnecting" && talk.state !== "up") return "interrupted";
  return talk.state === "up" ? "talk" : "connecting";
}

/** What stands there in truth: a page that cannot know what is true says so, but never covers a call that goes on. */
export function standing({ state, session, call, live, refused, elsewhere }) {
  const step = screen(state, session, call.now);
  if (elsewhere) return "elsewhere";
  if (onStage(step) && call.talk) return step;
  if (refused) return "refused";
  return live === false && step !== "ended" ? "stale" : step;
}

export const onStage = (name) => ["connecting", "talk", "held", "interrupted"].includes(name);

export const pristine = (s, house) =>
  s.step === "home" && !s.pending && !s.over && s.language === house && s.text === "100" && !s.contrast && !s.low &&
  !s.aloud && s.volume === FIRST_LEVEL && !s.interpreter && !s.consent && (!s.notice || s.helping);

export function goTo(s, step, now, more = {}) {
  Object.assign(s, { step, changedAt: now, touchedAt: now, asking: false, codeError: false, notice: null }, more);
}

/** Back to the start: who stands there next has agreed to nothing. */
export const goHome = (s, now) =>
  goTo(s, "home", now, { wish: null, code: "", problem: null, pending: null, consent: null, interpreter: false,
    silent: s.aloud ? s.silent : "" });

/**
 * What time does before and after a session; during one the point and the expert decide.
 * @returns {"stay"|"ask"|"end"}
 */
export function byNow(s, now, { idleS, house, isRunning }) {
  if (isRunning || s.pending || pristine(s, house)) return "stay";
  const quietS = (now - s.touchedAt) / 1000;
  const patienceS = patience(s, idleS);
  if (quietS < patienceS) return "stay";
  return quietS < patienceS + (s.over && !s.over.waits ? 0 : GRACE_S) ? "ask" : "end";
}

/** Seconds until it is asked whether somebody is still there. Who has a number to remember is asked before it goes. */
export const patience = (s, idleS) => (s.over ? ENDED_S : idleS);
