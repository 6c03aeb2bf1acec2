// When a broken talk leg is mended, and how: decisions only, from what happened and when (milliseconds of one clock).
//
// The expert's end: gone for 2 s, ICE is restarted, at once when nothing has come for so long (talk-pulse.js); not
// connected 5 s after the other end was heard of in this attempt, a new connection. While nothing is heard the attempt
// stands: its offer is said again, and nobody is hurried who may just be starting. The booth's end: broken for 5 s, it
// asks for a new connection, every 2 s until there is one.

const RESTART_MS = 2000; // shorter gaps mend themselves (media.md 5)
const CONNECT_MS = 5000;
const ASK_AFTER_MS = 5000;
const ASK_AGAIN_MS = 2000;
const SOONER_MS = 3000; // silence is noticed so much before the browser tells of a break: a restart has that long, too
const TURN_LEAST_MS = 1500; // a wish for a new connection so soon after the last one is of the same trouble

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
