// Somebody waits for this expert: two soft tones every three seconds, made here; no file, no player, no autoplay rule
// once the expert has pressed anything on the page.
const EVERY_MS = 3000;
const TONES = [659.3, 523.3]; // E5, C5
const TONE_S = 0.35;
const LOUD = 0.12;

export class Ring {
  #context = null;
  #timer = 0;

  /** Call it at a press: a page may make sound only after one. */
  unlock() {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") this.#context.resume().catch(() => {});
  }

  get isRinging() {
    return this.#timer !== 0;
  }

  set(on) {
    if (on === this.isRinging) return;
    if (!on) {
      clearInterval(this.#timer);
      this.#timer = 0;
      return;
    }
    this.#timer = setInterval(() => this.#sound(), EVERY_MS);
    this.#sound();
  }

  #sound() {
    const context = this.#context;
    if (context?.state !== "running") return;
    TONES.forEach((hertz, n) => {
      const at = context.currentTime + n * TONE_S;
      const tone = new OscillatorNode(context, { frequency: hertz, type: "sine" });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(LOUD, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.001, at + TONE_S);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + TONE_S + 0.05);
    });
  }
}
