// When a talk leg is believed broken, when it is mended, and how: decisions only, from what happened and when
// (milliseconds of one clock).
//
// A path that died is told by the browser only after five seconds and more: what flowed is missed after two (Pulse).
// The expert's end: gone for 2 s, or missed, ICE is restarted; not connected 5 s after the other end was heard of in this
// attempt, a new connection. While nothing is heard the attempt stands: its offer is said again, and nobody is hurried
// who may just be starting. The booth's end: broken for 5 s, it asks for a new connection, every 2 s until there is one.

const RESTART_MS = 2000; // shorter gaps mend themselves (media.md 5)
const CONNECT_MS = 5000;
const ASK_AFTER_MS = 5000;
const ASK_AGAIN_MS = 2000;
const SOONER_MS = 3000; // silence is noticed so much before the browser tells of a break: a restart has that long, too
const TURN_LEAST_MS = 1500; // a wish for a new connection so soon after the last one is of the same trouble
export const LOOK_MS = 500;
const SILENT_MS = 2000; // shorter gaps mend themselves (media.md 5)
const STILL_MS = 800; // pictures are there 0.2 to 0.5 s after the connection is back, or after three seconds
const LOOKS_LEAST = 4; // a page that was held up itself has not looked
const GAP_LOOKS = 2; // a gap that is noticed here may have been silence over there
const FLOWS_LOOKS = 2; // what came in so many looks flows, and may be missed

export class Mending {
  constructor(begins) {
    this.begins = begins;
  }

  #turned = null;
  #up = false;
  #wasUp = false; // this connection
  #broken = null;
  #silent = false; // broken because nothing came any more
  #restarted = null;
  #heard = null; // first in this attempt
  #why = ""; // the booth's end wants a new connection
  #asked = null;
  #dismissed = false;

  /** A new connection began. */
  turned(now) {
    this.#turned = now;
    this.#up = this.#wasUp = this.#dismissed = false;
    this.#restarted = this.#heard = null;
    this.#why = "";
  }

  connected() {
    this.#up = this.#wasUp = true;
    this.#broken = this.#restarted = null;
    this.#silent = false;
    this.#why = "";
  }

  /** `silent`: the browser may not know it yet, but nothing has come for some time. */
  broke(now, silent = false) {
    if (this.#up) this.#heard = null; // what was heard before says nothing of now
    this.#up = false;
    if (this.#broken === null) this.#silent = silent;
    this.#broken ??= now;
  }

  /** The other end said goodbye: it begins again when it wants to. */
  goodbye(now) {
    this.broke(now);
    this.#dismissed = true;
  }

  heard(now) {
    this.#heard ??= now;
  }

  get isBroken() {
    return this.#broken !== null;
  }

  /** This connection was up and broke: the other end has missed pictures of it. */
  get hasMissed() {
    return this.#wasUp && this.#broken !== null;
  }

  /** The booth's end wants a new connection, for this reason. */
  wish(why) {
    this.#why = why;
    this.#asked = null;
  }

  /** The way to the other end is open again: what is due is due now. */
  lineOpened() {
    this.#asked = null;
    if (this.#wasUp && this.#broken !== null) this.#restarted = null;
  }

  /** Whether the other end's wish for a new connection is heeded. */
  heeds(now) {
    return this.begins && this.#turned !== null && now - this.#turned >= TURN_LEAST_MS;
  }

  /** What is to be done now: "restart", "anew", "ask" (with `why`), or null. It is taken to be done. */
  due(now, failed = false) {
    if (this.#up) return null;
    return this.begins ? this.#expert(now, failed) : this.#booth(now);
  }

  get why() {
    return this.#why;
  }

  #expert(now, failed) {
    if (this.#turned === null || this.#dismissed) return null;
    const patience = this.#silent ? 0 : RESTART_MS;
    if (this.#wasUp && this.#restarted === null && now - this.#broken >= patience) {
      this.#restarted = now;
      this.#heard = null;
      return "restart";
    }
    const waited = this.#heard === null ? 0 : now - this.#heard;
    return waited >= CONNECT_MS || (failed && this.#heard !== null && !this.#wasUp) ? "anew" : null;
  }

  #booth(now) {
    if (!this.#why && this.#broken !== null && !this.#dismissed) {
      const patience = ASK_AFTER_MS + (this.#silent ? SOONER_MS : 0);
      if (now - Math.max(this.#broken, this.#turned ?? 0) >= patience) this.#why = "broken";
    }
    if (!this.#why || (this.#asked !== null && now - this.#asked < ASK_AGAIN_MS)) return null;
    this.#asked = now;
    return "ask";
  }
}

/** Whether anything still comes in over one connection. */
export class Pulse {
  #packets = 0;
  #answers = 0;
  #flowed = 0; // looks in which packets came
  #quiet = null; // {since, looks}: nothing came
  #silent = false;

  /**
   * @param {{packets: number, answers: number}} got until now: packets of sound and picture, answers of the other end to
   *   the browser's checks of the path
   * @param {boolean} sends whether the other end sends anything, as it says itself
   * @returns {"silent"|"alive"|""} told once each: nothing comes any more; something comes again after so long that
   *   the other end, too, may have missed something
   */
  look(now, { packets, answers }, sends) {
    const came = packets > this.#packets;
    const answered = answers > this.#answers;
    this.#packets = packets;
    this.#answers = answers;
    if (came) this.#flowed += 1;
    if (this.#silent) return came || answered ? this.#wake() : "";
    if (came && this.#quiet?.looks >= GAP_LOOKS) return this.#wake();
    if (came || !sends || this.#flowed < FLOWS_LOOKS) {
      this.#quiet = null;
      return "";
    }
    this.#quiet ??= { since: now - LOOK_MS, looks: 0 };
    this.#quiet.looks += 1;
    this.#silent = this.#quiet.looks >= LOOKS_LEAST && now - this.#quiet.since >= SILENT_MS;
    return this.#silent ? "silent" : "";
  }

  /** The path is there: packets are missed again once they flow. */
  #wake() {
    this.#silent = false;
    this.#quiet = null;
    this.#flowed = 0;
    return "alive";
  }
}

/**
 * Whether pictures come again over a connection that is back. What was lost may be sent again first, and stands in front
 * of them for three seconds (Chromium): a new connection is quicker.
 */
export class Thaw {
  #since = null;
  #frames = 0;

  back(now) {
    this.#since = now;
  }

  get isAwaited() {
    return this.#since !== null;
  }

  /**
   * @param {number} frames that were decoded until now
   * @param {boolean} sends whether the other end shows anything, as it says itself
   * @returns {boolean} told once: they do not come
   */
  look(now, frames, sends) {
    const came = frames > this.#frames;
    const had = this.#frames > 0;
    this.#frames = frames;
    if (came || !had || !sends) this.#since = null;
    if (this.#since === null || now - this.#since < STILL_MS) return false;
    this.#since = null;
    return true;
  }
}

/** @param {RTCStatsReport} report */
export function counted(report) {
  const all = [...report.values()];
  const sum = (type, member) => all.reduce((total, one) => total + (one.type === type ? (one[member] ?? 0) : 0), 0);
  const frames = sum("inbound-rtp", "framesDecoded");
  return { packets: sum("inbound-rtp", "packetsReceived"), frames, answers: sum("candidate-pair", "responsesReceived") };
}
