// The one link between a page and the point: a snapshot, then merge patches, a heartbeat each second.
//
// It answers one question for the page: is what I show true now? No message for five seconds means no, and the
// page is told (onLive(false)) to take its numbers away. Whatever does not follow on from the last state (a gap,
// another epoch, a heartbeat with another seq) ends the connection and asks for a fresh snapshot.

const STALE_MS = 5000; // views.md: no message for 5 s and the page is stale
const BACKOFF_FIRST_MS = 250; // surfaces.md 3: reconnect after 0.25 s, doubling to 4 s
const BACKOFF_LAST_MS = 4000;
const REFUSED = 4401; // private-use close codes: 4401 sign in, 4403 this page is not yours

/**
 * @param {{view: string, id?: string,
 *   onState: (state: object, meta: {seq: number, epoch: string, local: string, time: string}) => void,
 *   onLive?: (live: boolean) => void, onBeat?: (meta: object) => void, onSay?: (say: object) => void,
 *   onKey?: (key: string) => void, onScan?: (scan: object) => void,
 *   onRefused?: (status: number) => void, idle?: () => boolean, reload?: () => void}} page
 * @returns {{send: (message: object) => void, said: (id: string, ok: boolean, reason?: string) => void, close: () => void}}
 */
export function connect(page) {
  const known = { state: null, seq: 0, epoch: "", build: "", local: "", time: "" };
  let socket = null;
  let live = null; // not known yet
  let closed = false;
  let resume = false;
  let watchdog = 0;
  let retry = 0;
  let backoff = BACKOFF_FIRST_MS;
  let doomed = 0;
  let lastHeard = performance.now();

  function open() {
    if (closed) return;
    socket = new WebSocket(address(page, resume ? known : null));
    const mine = socket;
    mine.onmessage = (event) => mine === socket && take(JSON.parse(event.data));
    mine.onclose = (event) => mine === socket && lost(event.code);
    arm();
  }

  function arm() {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => lost(0), STALE_MS);
  }

  function take(message) {
    arm();
    backoff = BACKOFF_FIRST_MS;
    if (message.t === "snap") adopt(message.state, message.seq, message.epoch);
    else if (message.t === "delta") follow(message);
    else if (message.t === "hb") beat(message);
    else if (message.t === "say") page.onSay?.(message);
    else if (message.t === "key") page.onKey?.(message.key);
    else if (message.t === "scan") page.onScan?.(message);
  }

  function adopt(state, seq, epoch) {
    Object.assign(known, { state, seq, epoch });
    resume = true;
    setLive(true);
    page.onState(state, meta());
    afterPaint(() => send({ t: "shown", seq }));
  }

  function follow({ from, seq, patch }) {
    if (known.state === null || from !== known.seq) return startOver();
    if (!Object.keys(patch).length) return same(seq);
    adopt(merge(known.state, patch), seq, known.epoch);
  }

  /** Something happened that this page does not show: nothing to draw, and nothing new that was shown. */
  function same(seq) {
    known.seq = seq;
    setLive(true);
  }

  function beat({ seq, time, local, build }) {
    if (known.state !== null && seq !== known.seq) return startOver();
    Object.assign(known, { time, local });
    if (known.state !== null) setLive(true);
    page.onBeat?.(meta());
    rebuild(build);
  }

  /** Another build serves other modules: load them when nobody is in the middle of something. */
  function rebuild(build) {
    if (!known.build) known.build = build;
    else if (build && build !== known.build && (page.idle?.() ?? true)) (page.reload ?? (() => location.reload()))();
  }

  function startOver() {
    resume = false;
    known.state = null;
    lost(0, true);
  }

  function lost(code, quick = false) {
    clearTimeout(watchdog);
    const old = socket;
    socket = null;
    old?.close();
    if (!quick) setLiveLater();
    if (code >= REFUSED && code < REFUSED + 3) page.onRefused?.(code - 4000);
    else if (code) askWhy();
    clearTimeout(retry);
    retry = setTimeout(open, quick ? 0 : backoff);
    backoff = Math.min(backoff * 2, BACKOFF_LAST_MS);
  }

  /** A closed link may be back at once: what is shown stays for the rest of the five seconds, no longer. */
  function setLiveLater() {
    if (live === false || doomed) return;
    const since = performance.now() - lastHeard;
    doomed = setTimeout(() => setLive(false), Math.max(0, STALE_MS - since));
  }

  function setLive(now) {
    clearTimeout(doomed);
    doomed = 0;
    if (now) lastHeard = performance.now();
    if (now === live) return;
    live = now;
    page.onLive?.(live);
  }

  /** A WebSocket does not tell why it was refused; a plain request to the same address does. */
  async function askWhy() {
    try {
      const answer = await fetch(httpAddress(page), { cache: "no-store" });
      if (answer.status === 401 || answer.status === 403) page.onRefused?.(answer.status);
    } catch {
      // no server at all: the watchdog has it
    }
  }

  function send(message) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  const meta = () => ({ seq: known.seq, epoch: known.epoch, local: known.local, time: known.time });

  open();
  return {
    send,
    said: (id, ok, reason) => send(reason === undefined ? { t: "said", id, ok } : { t: "said", id, ok, reason }),
    close: () => {
      closed = true;
      clearTimeout(watchdog);
      clearTimeout(retry);
      socket?.close();
    },
  };
}

/** RFC 7396: null takes away, an object goes deeper, anything else replaces. The old state is left as it was. */
export function merge(target, patch) {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Two frames on, the browser has drawn it (or would have: a hidden page has no frames). */
function afterPaint(then) {
  requestAnimationFrame(() => requestAnimationFrame(then));
}

function query({ view, id }, known) {
  const asked = new URLSearchParams({ view });
  if (id) asked.set("id", id);
  if (known) {
    asked.set("since", String(known.seq));
    asked.set("epoch", known.epoch);
  }
  return `/api/v1/stream?${asked}`;
}

const address = (page, known) => location.origin.replace(/^http/, "ws") + query(page, known);
const httpAddress = (page) => query(page, null);
