// The talk leg of a session: picture, sound and text between the booth's page and the expert's page
// (docs/remote-service.md, "Signals"). Both pages use it; it mends itself as far as anything can be mended from here.
//
// When it is believed broken, when and how it is mended stands in talk-mend.js.
//
// What goes over the channel `ctl`, as JSON: {"k": "screen", "on": bool} the expert shares the screen (said by Talk);
// {"k": "muted", "audio": bool, "video": bool} what the sender has turned off (said by Talk);
// {"k": "chat", "text"} a message that is kept nowhere; {"k": "caption", "text", "final": bool} the spoken words as
// the expert's browser heard them; {"k": "still_ask", "id"} the expert would like a picture of the document, {"k": "still_may", "id", "ok"} the
// customer's answer. Unknown ones are ignored.
import { AGAIN_MS, Wire } from "/ui/shared/signals.js";
import { LOOK_MS, Mending, Pulse, Thaw, counted } from "/ui/shared/talk-mend.js";
import { Peer } from "/ui/shared/talk-peer.js";
import { Quality } from "/ui/shared/talk-stats.js";
import { Typing, steps } from "/ui/shared/talk-text.js";

const TICK_MS = 250;
const STATS_MS = 2000;
const EARLY_MOST = 64; // signals heard before the servers are known
const CTL_MOST = 16_384; // characters

export class Talk {
  /**
   * @param {{session: string, me: "expert"|"booth", polite: boolean, begins: boolean,
   *   ice: {servers: object[], relay_only: boolean}|null, send: (message: object) => void, mostBps?: number,
   *   on: {stream?: (stream: MediaStream, slot: "camera"|"screen") => void,
   *     state?: (state: "connecting"|"up"|"broken"|"closed", why: string) => void,
   *     text?: (step: {insert: string}|{erase: number}) => void, ctl?: (message: object) => void,
   *     turn?: () => void, stats?: (stats: object) => void, fault?: (error: Error) => void}}} how
   *   `ice` null: signals wait for setIce; `turn`: another connection begins
   */
  constructor({ session, me, polite, begins, ice, send, on, mostBps }) {
    this.#how = { polite, begins, send, on, mostBps };
    this.#ice = ice ?? null;
    this.#wire = new Wire({ session, leg: "talk", me, begins });
    this.#mending = new Mending(begins);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  state = "connecting";
  #how;
  #ice;
  #wire;
  #peer = null;
  #tracks = new Map([["audio", null], ["camera", null], ["screen", null]]);
  #early = [];
  #typing = new Typing((text) => this.#peer?.send("rtt", text) ?? false);
  #unsaid = []; // ctl messages while there was no channel
  #quality = new Quality();
  #last = null;
  #timer;
  #mending;
  #pulse = new Pulse();
  #thaw = new Thaw();
  #theyMuted = false; // the other end sends nothing, as it says
  #theyAreDark = false; // no picture
  #againAt = 0;
  #lookedAt = 0;
  #statsAt = 0;

  get epoch() {
    return this.#wire.epoch;
  }

  // ---- the line

  /** The expert's end: a new connection, which makes the first offer. */
  begin(epoch) {
    this.#wire.begin(epoch);
    this.#turn();
  }

  /** Any signal or ack that came for this leg. */
  hear(message) {
    if (this.state === "closed" || message?.leg !== "talk") return;
    if (!this.#ice) {
      if (this.#early.length < EARLY_MOST) this.#early.push(message);
      return;
    }
    const { epoch } = this.#wire;
    const bodies = this.#wire.hear(message);
    if (this.#wire.epoch !== epoch) this.#turn();
    if (message.from !== this.#wire.me && message.epoch === this.#wire.epoch) this.#mending.heard(performance.now());
    for (const body of bodies) this.#act(body);
    this.#flush();
  }

  /** The line is open (again): what was not acknowledged is said again. */
  lineOpened() {
    this.#flush(true);
    this.#mending.lineOpened();
    this.#tick();
  }

  /** The servers are known, or have new credentials. */
  setIce(ice) {
    this.#ice = ice;
    this.#peer?.configure(ice);
    for (const message of this.#early.splice(0)) this.hear(message);
  }

  /** The booth's end: please begin anew, this connection is no good. Said every 2 s until it happens. */
  renew(why) {
    if (this.#how.begins || this.state === "closed") return;
    if (this.state === "up") this.#break(why, true);
    this.#mending.wish(why);
    this.#tick();
  }

  // ---- what is sent

  /** The first microphone and camera of this stream, or nothing. */
  setMedia(stream) {
    const [audio = null] = stream?.getAudioTracks() ?? [];
    const [camera = null] = stream?.getVideoTracks() ?? [];
    this.replace("audio", audio);
    this.replace("camera", camera);
  }

  /** @param {"audio"|"camera"|"screen"} kind @param {MediaStreamTrack|null} track */
  replace(kind, track) {
    if (!this.#tracks.has(kind)) throw new Error(`talk: there is no slot ${kind}`);
    if (this.#tracks.get(kind) === track) return;
    this.#tracks.set(kind, track);
    this.#peer?.put(kind);
    if (kind === "screen") this.#tellScreen();
    else this.#tellMuted();
  }

  /** Turn sound or picture off without giving the device back; the other end is told. */
  mute({ audio, video }) {
    for (const [slot, off] of [["audio", audio], ["camera", video]]) {
      const track = this.#tracks.get(slot);
      if (track && off !== undefined) track.enabled = !off;
    }
    this.#tellMuted();
  }

  type(text) {
    this.#typing.type(text);
  }

  erase(n = 1) {
    this.#typing.erase(n);
  }

  ctl(object) {
    if (!this.#peer?.send("ctl", JSON.stringify(object))) this.#unsaid = [...this.#unsaid, object].slice(-50);
  }

  /** The last look at it, null before there was one. */
  stats() {
    return this.#last;
  }

  close() {
    if (this.state === "closed") return;
    if (this.#peer && this.#wire.epoch) this.#wire.say({ k: "bye" });
    this.#flush();
    clearInterval(this.#timer);
    this.#typing.wipe();
    this.#unsaid = [];
    this.#early = [];
    this.#peer?.close();
    this.#peer = null;
    for (const slot of this.#tracks.keys()) this.#tracks.set(slot, null);
    this.#become("closed", "closed");
  }

  // ---- one connection after another

  #turn() {
    const { polite, begins, on, mostBps } = this.#how;
    this.#peer?.close();
    this.#quality.turn();
    this.#mending.turned(performance.now());
    this.#pulse = new Pulse();
    this.#thaw = new Thaw();
    this.#theyMuted = this.#theyAreDark = false;
    on.turn?.();
    const mine = (then) => (...given) => peer === this.#peer && then(...given);
    const peer = new Peer({
      ice: this.#ice ?? { servers: [], relay_only: false }, polite, first: begins, tracks: this.#tracks, mostBps,
      say: mine((body) => this.#say(body)),
      on: {
        state: mine((state) => this.#connection(state)),
        stream: mine((stream, slot) => on.stream?.(stream, slot)),
        open: mine((channel) => this.#opened(channel)),
        message: mine((channel, data) => this.#message(channel, data)),
        fault: mine((error) => on.fault?.(error)),
      },
    });
    this.#peer = peer;
    this.#become(this.#mending.isBroken ? "broken" : "connecting", "new_connection");
  }

  #say(body) {
    this.#wire.say(body);
    this.#flush();
  }

  #flush(again = false) {
    if (again) this.#againAt = performance.now();
    for (const message of this.#wire.out(again)) this.#how.send(message);
  }

  #act(body) {
    if (body.k === "renew") this.#renewed();
    else if (body.k === "bye") this.#goodbye();
    else this.#peer?.take(body);
  }

  /** The other end closed its connection, the session may go on: there is nothing to mend until it begins again. */
  #goodbye() {
    this.#mending.goodbye(performance.now());
    this.#peer?.close();
    this.#peer = null;
    this.#become("broken", "bye");
  }

  #connection(state) {
    if (state === "connected") {
      if (this.#mending.hasMissed) {
        this.#peer.refresh();
        this.#thaw.back(performance.now());
      }
      this.#mending.connected();
      this.#become("up", "connected");
    } else if (state === "failed" || (state === "disconnected" && this.state === "up")) {
      this.#break(state);
    }
  }

  #break(why, silent = false) {
    this.#mending.broke(performance.now(), silent);
    this.#become("broken", why);
  }

  #become(state, why) {
    if (this.state === state) return;
    this.state = state;
    this.#how.on.state?.(state, why);
  }

  // ---- time

  #tick() {
    const now = performance.now();
    if (now - this.#againAt >= AGAIN_MS) this.#flush(true);
    const due = this.#mending.due(now, this.#peer?.state === "failed");
    if (due === "restart") this.#peer?.restart();
    else if (due === "anew" || (this.#how.begins && this.#wire.isDead)) this.#anew();
    else if (this.#wire.overtaken && this.#mending.heeds(now)) this.begin(this.#wire.overtaken + 1);
    else if (due === "ask") this.#say({ k: "renew", why: this.#mending.why });
    if (this.state === "broken" || this.#thaw.isAwaited || now - this.#lookedAt >= LOOK_MS) this.#look(now);
  }

  #renewed() {
    if (!this.#mending.heeds(performance.now())) return;
    if (this.state === "up") this.#break("renew");
    this.#anew();
  }

  /** This connection is no good, though it is up. */
  #startOver(why) {
    if (!this.#how.begins) return this.renew(why);
    this.#break(why, true);
    this.#anew();
  }

  #anew() {
    if (!this.#how.begins || !this.#wire.epoch) return;
    if (this.#wire.epoch % 1000 === 999) return; // the seat is used up; who joins again has a new one
    this.begin(this.#wire.epoch + 1);
  }

  async #look(now) {
    this.#lookedAt = now;
    const peer = this.#peer;
    const report = await peer?.pc.getStats().catch(() => null);
    if (!report || peer !== this.#peer) return;
    const counts = counted(report);
    this.#feel(this.#pulse.look(now, counts, !this.#theyMuted));
    if (this.#thaw.look(now, counts.frames, !this.#theyAreDark) && this.state === "up") this.#startOver("still");
    if (this.state !== "up" || now - this.#statsAt < STATS_MS) return;
    this.#statsAt = now;
    this.#last = this.#quality.read(report);
    this.#how.on.stats?.(this.#last);
  }

  #feel(pulse) {
    if (pulse === "silent" && this.state === "up") this.#break("no_packets", true);
    if (pulse !== "alive") return;
    this.#peer.refresh();
    if (this.#peer.state === "connected") this.#connection("connected");
  }

  // ---- channels

  #opened(channel) {
    if (channel === "rtt") return this.#typing.flush();
    if (this.#how.begins) this.#tellScreen(); // also that there is none: a page of before may have had one
    this.#tellMuted();
    for (const message of this.#unsaid.splice(0)) this.ctl(message);
  }

  #message(channel, data) {
    if (channel === "rtt") {
      for (const step of steps(data)) this.#how.on.text?.(step);
      return;
    }
    const message = data.length <= CTL_MOST ? parsed(data) : null;
    if (message?.k === "muted") {
      this.#theyAreDark = message.video === true;
      this.#theyMuted = this.#theyAreDark && message.audio === true;
    }
    if (message) this.#how.on.ctl?.(message);
  }

  #tellScreen() {
    this.#peer?.send("ctl", JSON.stringify({ k: "screen", on: this.#tracks.get("screen") !== null }));
  }

  #tellMuted() {
    const off = (slot) => {
      const track = this.#tracks.get(slot);
      return !track?.enabled || track.readyState === "ended";
    };
    this.#peer?.send("ctl", JSON.stringify({ k: "muted", audio: off("audio"), video: off("camera") }));
  }
}

function parsed(data) {
  try {
    const message = JSON.parse(data);
    return typeof message?.k === "string" ? message : null;
  } catch {
    return null; // not ours
  }
}
