// The kiosk's voice: words become a clip of the daemon's, played at this customer's level, cut off by any key or touch.

const UNLOCK_MS = 300; // how long a browser may take to let sound through
const STEP = 2; // each level is twice the last: some 6 dB
const BEEP_HZ = 660;
const BEEP_S = 0.12;

export class Voice {
  #context = null; #gain = null; #abort = null; #level = 1; #levels;
  speaking = false;

  constructor(levels) {
    this.#levels = levels;
  }

  /** Say it, instead of whatever is being said. @returns {Promise<""|"none"|"blocked"|"cut"|"unreachable">} */
  async say(text, language, level) {
    this.hush();
    const abort = (this.#abort = new AbortController());
    this.speaking = true;
    try {
      if (!(await this.#ready(level))) return "blocked";
      const clip = await this.#fetch(text, language, abort.signal);
      if (clip === null) return "none";
      return await this.#play(clip, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return "cut";
      if (error instanceof TypeError || error.name === "EncodingError") return "unreachable";
      throw error;
    } finally {
      if (this.#abort === abort) this.speaking = false;
    }
  }

  /** Silence, at once. */
  hush() {
    this.#abort?.abort();
    this.#abort = null;
    this.speaking = false;
  }

  /** Louder or softer, also for what is being said. */
  setLevel(level) {
    this.#level = level;
    if (this.#gain) this.#gain.gain.value = STEP ** (level - this.#levels);
  }

  /** A short tone, where there are no words for what happened. */
  async beep(level) {
    if (!(await this.#ready(level))) return;
    const tone = new OscillatorNode(this.#context, { frequency: BEEP_HZ });
    const soft = new GainNode(this.#context, { gain: 0.2 });
    tone.connect(soft).connect(this.#gain);
    tone.start();
    tone.stop(this.#context.currentTime + BEEP_S);
  }

  async #ready(level) {
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#gain = new GainNode(this.#context);
      this.#gain.connect(this.#context.destination);
    }
    this.setLevel(level);
    if (this.#context.state !== "running") {
      await Promise.race([this.#context.resume(), new Promise((resolve) => setTimeout(resolve, UNLOCK_MS))]);
    }
    return this.#context.state === "running";
  }

  async #fetch(text, language, signal) {
    const answer = await fetch("/api/v1/speech", {
      method: "POST", signal, cache: "no-store", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ language, text: text.slice(0, 600) }),
    });
    if (answer.status === 204) return null;
    if (!answer.ok) throw new TypeError(`speech: ${answer.status}`);
    return this.#context.decodeAudioData(await answer.arrayBuffer());
  }

  #play(clip, signal) {
    if (signal.aborted) return "cut";
    const source = new AudioBufferSourceNode(this.#context, { buffer: clip });
    source.connect(this.#gain);
    return new Promise((resolve) => {
      source.onended = () => resolve(signal.aborted ? "cut" : "");
      signal.addEventListener("abort", () => { source.stop(); resolve("cut"); }, { once: true });
      source.start();
    });
  }
}
