// One end of one leg of a session, as controller/ports/signalling.py has it for Python: numbers what it says, takes what
// it hears in order, each once, and says again what nobody acknowledged. Relays may restart; nothing is lost.
const EARLY_MOST = 64;
const UNACKED_MOST = 256;
const EPOCH_TOLD_MOST = 2 ** 52; // beyond it: made up
export const AGAIN_MS = 2000;

export class Wire {
  /**
   * `begins`: only the expert's end begins epochs. `overtaken`: the other end lives in this epoch, later than ours: only
   * a later one will be heard.
   */
  constructor({ session, leg, me, begins }) {
    Object.assign(this, { session, leg, me, begins, epoch: 0, overtaken: 0 });
    this.#turn(0);
  }

  #said;
  #unacked;
  #fresh;
  #next;
  #early;

  /** So much without an answer that nobody can be listening: a new epoch is needed. */
  get isDead() {
    return this.#unacked.length >= UNACKED_MOST;
  }

  begin(epoch) {
    if (!this.begins || epoch <= this.epoch) throw new Error(`epoch ${epoch} does not follow ${this.epoch}`);
    this.#turn(epoch);
  }

  say(body) {
    if (body.k === "renew") {
      this.#fresh.push(this.#signal(0, 0, body));
      return;
    }
    if (!this.epoch || this.isDead) return;
    const signal = this.#signal(this.epoch, ++this.#said, body);
    this.#unacked.push(signal);
    this.#fresh.push(signal);
  }

  /** What may be acted upon now, in order; after a newer epoch began, `epoch` has changed. */
  hear(message) {
    if (message.session !== this.session || message.leg !== this.leg || message.from === this.me) return [];
    if (message.t === "ack") {
      if (message.epoch === this.epoch) this.#unacked = this.#unacked.filter((said) => said.seq > message.seq);
      else if (this.begins && message.epoch > this.epoch && message.epoch < EPOCH_TOLD_MOST) this.overtaken = message.epoch;
      return [];
    }
    if (message.t !== "signal") return [];
    if (message.body.k === "renew") return this.begins && message.epoch === 0 ? [message.body] : [];
    if (message.epoch > this.epoch && !this.begins) this.#turn(message.epoch);
    if (message.epoch > 0 && message.epoch < this.epoch && !this.begins) this.#acknowledge(); // who begins too low finds out
    if (message.epoch !== this.epoch || !message.epoch || !message.seq) return [];
    return this.#take(message);
  }

  /** What goes out now: everything that is not acknowledged, or only what is new. */
  out(again = false) {
    const renew = this.#fresh.filter((message) => message.body?.k === "renew");
    const acks = this.#fresh.filter((message) => message.t === "ack").slice(-1);
    const said = again ? [...this.#unacked] : this.#fresh.filter((message) => message.t === "signal" && message.seq);
    this.#fresh = [];
    return [...renew, ...acks, ...said];
  }

  #take(signal) {
    const due = signal.seq === this.#next;
    if (signal.seq >= this.#next && (due || this.#early.size < EARLY_MOST) && !this.#early.has(signal.seq)) {
      this.#early.set(signal.seq, signal);
    }
    const taken = [];
    for (let next; (next = this.#early.get(this.#next)); this.#next++) {
      this.#early.delete(this.#next);
      taken.push(next.body);
    }
    this.#acknowledge();
    return taken;
  }

  #acknowledge() {
    const { session, leg, epoch, me } = this;
    this.#fresh.push({ t: "ack", session, leg, epoch, from: me, seq: this.#next - 1 });
  }

  #turn(epoch) {
    this.epoch = epoch;
    this.overtaken = 0;
    this.#said = 0;
    this.#unacked = [];
    this.#fresh = [];
    this.#next = 1;
    this.#early = new Map();
  }

  #signal(epoch, seq, body) {
    return { t: "signal", session: this.session, leg: this.leg, epoch, from: this.me, seq, body };
  }
}
