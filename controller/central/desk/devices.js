// The expert's camera, microphone, loudspeaker and screen: opened for a session or a look, given back whole.
import { wanted } from "/ui/shared/talk-tune.js";

const CHOSEN = "luukku.expert.devices"; // in localStorage: {camera, microphone, speaker}
const NONE = { camera: "", microphone: "", speaker: "" };
const KINDS = { camera: "videoinput", microphone: "audioinput", speaker: "audiooutput" };

export class Devices {
  /** @param {() => void} changed the stream, the screen, or what there is, is another */
  constructor(changed) {
    this.#changed = changed;
    this.chosen = { ...NONE, ...stored() };
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#replugged());
  }

  stream = null;
  screen = null; // a track, while the screen is shared
  fault = ""; // "denied" | "missing" | "busy": why there is no camera or microphone
  there = { camera: [], microphone: [], speaker: [] }; // [{id, label}]
  #changed;
  #wanted = false;
  #turn = 0;

  get open() {
    const live = (track) => track?.readyState === "live";
    return { camera: live(this.stream?.getVideoTracks()[0]), microphone: live(this.stream?.getAudioTracks()[0]) };
  }

  start() {
    if (!this.#wanted) {
      this.#wanted = true;
      this.#open();
    }
  }

  stop() {
    this.#wanted = false;
    this.#turn += 1;
    this.stopScreen();
    end(this.stream);
    this.stream = null;
    this.fault = "";
    this.#changed();
  }

  /** @param {"camera"|"microphone"|"speaker"} kind */
  choose(kind, id) {
    this.chosen[kind] = id;
    localStorage.setItem(CHOSEN, JSON.stringify(this.chosen));
    if (this.#wanted && kind !== "speaker") this.#open();
    this.#changed();
  }

  /** What is plugged in; names are known only while something may be opened. */
  async look() {
    const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    for (const [kind, name] of Object.entries(KINDS)) {
      this.there[kind] = all.filter((one) => one.kind === name && one.deviceId).map(({ deviceId, label }) => ({ id: deviceId, label }));
    }
    this.#changed();
  }

  /**
   * Ask for a screen, window or tab; the browser asks the expert which, for as long as they like.
   * @param {() => boolean} isWanted when one is chosen: is it still for the same customer?
   */
  async shareScreen(isWanted) {
    let stream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return; // the expert thought better of it
    }
    if (!isWanted()) return end(stream);
    this.stopScreen();
    [this.screen] = stream.getVideoTracks();
    this.screen.onended = () => this.stopScreen();
    this.#changed();
  }

  stopScreen() {
    if (!this.screen) return;
    this.screen.onended = null;
    this.screen.stop();
    this.screen = null;
    this.#changed();
  }

  async #open() {
    const turn = (this.#turn += 1);
    const { stream, fault } = await openWhatThereIs(this.chosen);
    if (turn !== this.#turn) return end(stream);
    end(this.stream);
    Object.assign(this, { stream, fault });
    stream?.getTracks().forEach((track) => (track.onended = () => this.#lost()));
    this.#changed();
    await this.look();
  }

  #lost() {
    if (this.#wanted) this.#open();
  }

  async #replugged() {
    await this.look();
    if (this.#wanted && (!this.open.camera || !this.open.microphone)) this.#open();
  }
}

/** Have it heard by the loudspeaker that was chosen; "" is the machine's own. */
export function hearBy(video, speaker) {
  if (video.setSinkId && video.sinkId !== speaker) video.setSinkId(speaker).catch(() => {});
}

function end(stream) {
  for (const track of stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
}

/** Both as chosen, else both as there are, else the one that opens. */
async function openWhatThereIs(chosen) {
  const [mine, any] = [wanted(chosen), wanted()];
  let fault = "";
  for (const asked of [mine, any, { audio: any.audio }, { video: any.video }]) {
    try {
      return { stream: await navigator.mediaDevices.getUserMedia(asked), fault };
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      fault = { NotAllowedError: "denied", NotReadableError: "busy" }[error.name] ?? "missing";
    }
  }
  return { stream: null, fault };
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(CHOSEN) ?? "{}");
  } catch {
    return {};
  }
}
