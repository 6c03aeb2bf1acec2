// What the booth itself sounds: the ringing while an expert is called, and a short chime when somebody answers. Played
// by this page, as all sound of the booth is: the echo canceller knows only what it plays itself.

const RING_HZ = 425; // ETSI TR 101 041-2: the ringing tone of Finland's telephones
const RING_S = 1;
const EVERY_MS = 5000;
const CHIME_HZ = [660, 880];
const SOFT = 0.12; // of full scale
const LATE_MS = 1000; // a browser may let nothing sound before a touch: what should have been heard by then is not

export class Ring {
  #context = null;
  #timer = 0;
  #turn = 0;
  #level = 1;

  /** `level`: 0..1 of the customer's volume. */
  start(level) {
    this.#level = level;
    if (this.#timer) return;
    this.#tone(RING_HZ, 0, RING_S);
    this.#timer = setInterval(() => this.#tone(RING_HZ, 0, RING_S), EVERY_MS);
  }

  stop() {
    if (this.#timer) this.#turn += 1;
    clearInterval(this.#timer);
    this.#timer = 0;
  }

  chime(level) {
    this.#level = level;
    CHIME_HZ.forEach((hz, i) => this.#tone(hz, i * 0.18, 0.3));
  }

  async #tone(hz, afterS, lengthS) {
    this.#context ??= new AudioContext();
    if (this.#context.state !== "running" && !(await this.#wakes())) return;
    const from = this.#context.currentTime + afterS;
    const tone = new OscillatorNode(this.#context, { frequency: hz });
    const soft = new GainNode(this.#context, { gain: 0 });
    soft.gain.setTargetAtTime(SOFT * this.#level, from, 0.02);
    soft.gain.setTargetAtTime(0, from + lengthS - 0.1, 0.03);
    tone.connect(soft).connect(this.#context.destination);
    tone.start(from);
    tone.stop(from + lengthS);
  }

  /** Whether what was to sound when this was asked may still sound. */
  async #wakes() {
    const [turn, asked] = [this.#turn, performance.now()];
    await this.#context.resume().catch(() => {});
    return turn === this.#turn && performance.now() - asked < LATE_MS;
  }
}
