// Camera and microphone: opened only when told to, given back whole. One that is missing leaves the other; one that was
// pulled out is opened again when it is back.
import { wanted } from "/ui/shared/talk-tune.js";

const AGAIN_MS = 2000;

export class Devices {
  /** @param {() => void} changed the stream, or what there is, is another */
  constructor(changed) {
    this.#changed = changed;
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#replugged());
  }

  /** @type {MediaStream|null} */
  stream = null;
  there = { camera: true, microphone: true, speaker: true }; // plugged in, as far as a page may know
  #changed;
  #wanted = false;
  #turn = 0;
  #again = 0;

  get open() {
    const live = (track) => track?.readyState === "live";
    return { camera: live(this.stream?.getVideoTracks()[0]), microphone: live(this.stream?.getAudioTracks()[0]) };
  }

  /** What is plugged in; nothing is opened for it. */
  async look() {
    const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    const has = (kind) => all.some((one) => one.kind === kind);
    const there = { camera: has("videoinput"), microphone: has("audioinput"), speaker: has("audiooutput") };
    if (JSON.stringify(there) === JSON.stringify(this.there)) return;
    this.there = there;
    this.#changed();
  }

  start() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#open();
  }

  /** Every track ends, also one that is just being opened. */
  stop() {
    this.#wanted = false;
    this.#turn += 1;
    clearTimeout(this.#again);
    const had = this.stream;
    this.stream = null;
    had?.getTracks().forEach(end);
    if (had) this.#changed();
  }

  async #open() {
    const turn = (this.#turn += 1);
    clearTimeout(this.#again);
    const stream = await openWhatThereIs(() => turn === this.#turn);
    if (turn !== this.#turn) return stream?.getTracks().forEach(end);
    const had = this.stream;
    this.stream = stream;
    had?.getTracks().forEach(end);
    stream?.getTracks().forEach((track) => (track.onended = () => this.#lost()));
    if (!this.open.camera || !this.open.microphone) this.#again = setTimeout(() => this.#retry(), AGAIN_MS);
    this.#changed();
    await this.look();
  }

  #lost() {
    this.#changed();
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#retry(), AGAIN_MS);
  }

  /** A device that is not there is not asked for again and again: its return is an event. */
  async #retry() {
    await this.look();
    const { open, there } = this;
    if (this.#wanted && ((there.camera && !open.camera) || (there.microphone && !open.microphone))) this.#open();
  }

  async #replugged() {
    await this.look();
    if (this.#wanted) this.#retry();
  }
}

function end(track) {
  track.onended = null;
  track.stop();
}

/** Both, else the one that opens, else null; nothing once it is not `wished` any more. */
async function openWhatThereIs(wished) {
  const { audio, video } = wanted();
  for (const asked of [{ audio, video }, { audio }, { video }]) {
    if (!wished()) return null;
    try {
      return await navigator.mediaDevices.getUserMedia(asked);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }
  return null;
}
