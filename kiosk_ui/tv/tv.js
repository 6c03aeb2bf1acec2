/* The info-TV's page: link, languages that take turns, fresh calls, sound. What it looks like is in view.js. */
import { connect } from "/ui/shared/link.js";
import { loadMessages } from "/ui/shared/i18n.js";
import { drawer, lockGestures, ownId } from "/ui/shared/page.js";
import { signInFromAddress } from "/ui/shared/sign-in.js";
import { Calls } from "/ui/tv/calls.js";
import { Sound } from "/ui/tv/sound.js";
import { view } from "/ui/tv/view.js";

const TURN_MS = 8000; // one language is shown this long
const PULSE_MS = 500; // a pulsing row is a little lighter for so long, and not for as long again

const calls = new Calls();
const screen = { state: null, live: false, signedIn: true, tick: 0, local: "", point: null };
const draw = drawer(() => view(screen.state, {
  ...screen,
  fresh: (row) => calls.fresh(row, performance.now()),
  pulsing: (row) => calls.pulsing(row, performance.now()),
  blocked: sound.blocked && screen.state?.sound === true,
  unlock: () => sound.unlock(),
}));
const sound = new Sound((id, ok, reason) => link?.said(id, ok, reason), draw);
let link = null;
let redraw = 0;
let due = Infinity; // when the picture changes next without any message

/** Look for calls not seen before; the point's own time says how old they are, so wait for its first beat. */
function see() {
  if (!screen.state || !screen.point) return;
  const now = performance.now();
  calls.see(screen.state.called, screen.point.time + now - screen.point.at, now);
  if (due <= now) draw();
  due = calls.nextChange(now);
  clearTimeout(redraw);
  if (due < Infinity) redraw = setTimeout(see, due - now + 20);
}

function onState(state) {
  if (state.sound && !screen.state) sound.unlock();
  Object.assign(screen, { state, signedIn: true });
  see();
  draw();
}

function onBeat({ time, local }) {
  const first = !screen.point;
  const minute = local !== screen.local;
  screen.point = { time: Date.parse(time), at: performance.now() };
  screen.local = local;
  see();
  if (first || minute) draw();
}

function onLive(live) {
  screen.live = live;
  if (!live) {
    Object.assign(screen, { local: "", point: null });
    sound.hush();
  }
  draw();
}

function onRefused() {
  Object.assign(screen, { signedIn: false, state: null });
  sound.hush();
  draw();
}

lockGestures();
await loadMessages(["tv"], ["fi", "sv", "en", "se"]);
await signInFromAddress();
setInterval(() => { screen.tick += 1; draw(); }, TURN_MS);
setInterval(() => document.body.toggleAttribute("data-pulse"), PULSE_MS);
draw();
link = connect({ view: "tv", id: ownId(), onState, onBeat, onLive, onRefused, onSay: (say) => sound.say(say) });
