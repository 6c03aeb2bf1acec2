// The running session at a booth's or a counter's page: devices and talk leg follow what the point says, and nothing
// outlives it.
//
// Camera and microphone are open only while the session is ringing, connected, held or reconnecting, and only after
// whoever sits there agreed (at a booth) or asked and was answered (at a counter). They close when the point says so,
// when the session is no longer in its state, when the page ends it, and when the point was not heard, by line or by
// state, for 30 s and there is no talk leg.
import { Talk } from "/ui/shared/talk.js";

const OPEN = new Set(["ringing", "connected", "held", "reconnecting"]); // camera and microphone may be open
const ALONE_MS = 30_000;
const TELL_MS = 5000; // the quality, to the point
const NONE = { state: "none", was: false, since: 0 };

export class Call {
  /**
   * @param {{line: import("./line.js").Line, devices: import("./devices.js").Devices,
   *   off: () => {audio: boolean, video: boolean}, changed: () => void, turned: () => void,
   *   text: (step: object) => void, ctl: (message: object) => void}} how `off`: what was turned off here;
   *   `turned`: another connection, or none: what the expert's page asked and showed over the last one is void
   */
  constructor({ line, devices, off, changed, turned, text, ctl }) {
    Object.assign(this, { line, devices, off, changed, turned, text, ctl });
  }

  talk = null;
  id = "";
  now = { ...NONE }; // {state, was: it has been up, since}
  streams = { camera: null, screen: null }; // the expert's
  #ice = new Map();
  #ended = ""; // a session that was ended here: it is not begun again
  #deafSince = null; // the point's state does not come
  #held = false;
  #why = "";
  #told = 0;

  /** What the point says now. @param {object|null} session @param {boolean} allowed its devices may be open here */
  follow(session, allowed) {
    const wanted = session && allowed && OPEN.has(session.state) && session.id !== this.#ended;
    if (!wanted || (this.id !== session.id && this.#alone(performance.now()))) return this.stop();
    if (this.id !== session.id) {
      this.stop();
      this.#start(session);
    }
    this.#hold(session.state === "held");
  }

  /** A message of the line. */
  hear(message) {
    if (message.t === "ice") this.#servers(message);
    else if (message.t === "moved") this.talk?.renew("moved"); // 2.2 s to a picture; a restart of ICE took 2.4
    else if (message.t === "end") this.end(message.session);
    else if (message.t === "signal" || message.t === "ack") this.talk?.hear(message);
  }

  lineOpened() {
    if (!this.talk) return;
    this.#tell();
    this.talk.lineOpened();
  }

  /** At once, and not again for this session; the point is told that it is done (else it ends this browser). */
  end(id) {
    this.#ended = id;
    if (this.id === id) this.stop();
    this.line.send({ t: "off", session: id });
  }

  /** Another stream of the devices. */
  deviced() {
    this.talk?.setMedia(this.devices.stream);
    this.mute();
  }

  /** On hold nobody is heard or seen, whatever was chosen here. */
  mute() {
    const { audio, video } = this.off();
    this.talk?.mute({ audio: this.#held || audio, video: this.#held || video });
  }

  /** Something was turned off or on here: the point knows it, for a browser that dies and comes back. */
  turn() {
    this.mute();
    if (this.talk) this.#tell();
  }

  /** @param {number|null} deafSince since when the point's state has not come */
  tick(now, deafSince) {
    this.#deafSince = deafSince;
    if (this.talk && this.now.state !== "up" && this.#alone(now)) this.stop();
  }

  /** Every device and the connection, now. */
  stop() {
    if (!this.talk) return;
    const { talk } = this;
    this.#held = false;
    talk.close(); // which tells the point
    Object.assign(this, { talk: null, id: "", now: { ...NONE }, streams: { camera: null, screen: null } });
    this.devices.stop();
    this.turned();
    this.changed();
  }

  #alone(now) {
    const deaf = this.#deafSince === null ? 0 : now - this.#deafSince;
    return Math.max(this.line.gone(now), deaf) > ALONE_MS;
  }

  #start(session) {
    const { id } = session;
    this.id = id;
    this.now = { state: "connecting", was: false, since: performance.now() };
    const mine = (then) => (...given) => this.id === id && then(...given);
    this.talk = new Talk({
      session: id, me: "booth", polite: false, begins: false, ice: this.#ice.get(id) ?? null,
      send: (message) => this.line.send(message),
      on: {
        stream: mine((stream, slot) => this.#show(stream, slot)),
        state: mine((state, why) => this.#become(state, why)), turn: mine(this.turned),
        text: mine(this.text), ctl: mine(this.ctl), stats: mine(() => this.#quality()),
        fault: (error) => console.info("talk:", error.name, error.message),
      },
    });
    this.talk.setMedia(this.devices.stream);
    this.devices.start();
    if (session.state !== "ringing") this.talk.renew("page_started");
    this.changed();
  }

  #servers({ session, servers, relay_only }) {
    this.#ice = new Map([[session, { servers, relay_only }]]); // one session at a time
    if (this.id === session) this.talk.setIce({ servers, relay_only });
  }

  #show(stream, slot) {
    this.streams = { ...this.streams, [slot]: stream };
    this.changed();
  }

  #become(state, why) {
    this.#why = why;
    this.now = { state, was: this.now.was || state === "up", since: performance.now() };
    if (this.id !== this.#ended) this.#tell(); // an end is no interruption
    this.changed();
  }

  #quality() {
    if (performance.now() - this.#told >= TELL_MS) this.#tell();
  }

  #tell() {
    this.#told = performance.now();
    const stats = this.talk?.stats();
    const { state } = this.now;
    const told = { session: this.id, up: state === "up", why: this.#why || "connecting", off: { ...this.off() } };
    this.line.send({ t: "talk", ...told, ...(stats ? { stats } : {}) });
  }

  #hold(held) {
    if (held === this.#held) return;
    this.#held = held;
    this.mute();
  }
}
