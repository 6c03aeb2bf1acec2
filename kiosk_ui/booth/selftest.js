// The booth's own check of what the customer will use, when the point asks for it and nobody is served: does the camera
// give pictures that move, and does the microphone hear the loudspeaker? Nothing is kept or sent but the result:
//   {camera: {state: "ok"|"none"|"still"|"dark", fps, width, height},
//    microphone: {state: "ok"|"none"|"silent"}, loudspeaker: {state: "heard"|"unheard"|"none", delay_ms}}
// A real camera's noise moves a little even in an empty booth; a real microphone is never wholly silent.

const LOOK_MS = 2000;
const LOOK_EVERY_MS = 200;
const [WIDE, HIGH] = [48, 27]; // the picture as it is compared
const DARK = 6; // of 255, mean: a cover before the lens
const MOVES = 1; // of 255, the largest change of one point between two looks
const TONES_HZ = [900, 1300, 1900]; // one after the other: no hum and no voice has all three in turn
const TONE_S = 0.2;
const PAUSE_S = 0.35;
const RISE = 4; // 12 dB over what was there before the tone
const WINDOW = 2048; // samples: 43 ms at 48 kHz, so the delay is known to some 20 ms
const LISTEN_EVERY_MS = 15;
const SILENT = 1e-6;

/** @param {AbortSignal} signal somebody came: this rejects, and everything is given back, at once */
export const selfTest = (signal) => Promise.race([check(signal), aborted(signal)]);

async function check(signal) {
  const camera = await withStream({ video: { width: { ideal: 1280 }, height: { ideal: 720 } } }, signal, look);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const sound = await withStream({ audio: plain }, signal, listen);
  return {
    camera: camera ?? { state: "none", fps: 0, width: 0, height: 0 },
    microphone: { state: sound?.microphone ?? "none" },
    loudspeaker: sound?.loudspeaker ?? { state: "none", delay_ms: null },
  };
}

/** What `use` finds with this device open; null when there is none. The device is given back whatever happens. */
async function withStream(asked, signal, use) {
  const stream = await navigator.mediaDevices?.getUserMedia(asked).catch(() => null);
  const close = () => stream?.getTracks().forEach((track) => track.stop());
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    return stream ? await use(stream, signal) : null;
  } finally {
    close();
  }
}

async function look(stream, signal) {
  const video = Object.assign(document.createElement("video"), { muted: true, srcObject: stream });
  await video.play();
  signal.throwIfAborted();
  const pen = new OffscreenCanvas(WIDE, HIGH).getContext("2d", { willReadFrequently: true });
  const began = performance.now();
  const first = video.getVideoPlaybackQuality().totalVideoFrames;
  let before = null;
  let change = 0;
  let mean = 0;
  for (let at = 0; at < LOOK_MS; at += LOOK_EVERY_MS) {
    await pause(LOOK_EVERY_MS, signal);
    pen.drawImage(video, 0, 0, WIDE, HIGH);
    const grey = greys(pen.getImageData(0, 0, WIDE, HIGH).data);
    if (before) change = Math.max(change, ...grey.map((one, i) => Math.abs(one - before[i])));
    mean = Math.max(mean, grey.reduce((sum, one) => sum + one, 0) / grey.length);
    before = grey;
  }
  const seconds = (performance.now() - began) / 1000;
  const fps = Math.round((video.getVideoPlaybackQuality().totalVideoFrames - first) / seconds);
  const { videoWidth: width, videoHeight: height } = video;
  video.srcObject = null;
  return { state: mean < DARK ? "dark" : change < MOVES ? "still" : "ok", fps, width, height };
}

const greys = (data) => Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 1]);

async function listen(stream, signal) {
  const context = new AudioContext();
  try {
    const ear = new AnalyserNode(context, { fftSize: WINDOW });
    context.createMediaStreamSource(stream).connect(ear);
    await Promise.race([context.resume(), pause(1000, signal)]);
    if (context.state !== "running") return { microphone: "ok", loudspeaker: { state: "none", delay_ms: null } };
    const heard = [];
    let loudest = 0;
    for (const hz of TONES_HZ) {
      const one = await tone(context, ear, hz, signal);
      heard.push(one.delay_ms);
      loudest = Math.max(loudest, one.loudest);
    }
    const delays = heard.filter((one) => one !== null).sort((a, b) => a - b);
    const all = delays.length === TONES_HZ.length;
    return {
      microphone: loudest < SILENT ? "silent" : "ok",
      loudspeaker: { state: all ? "heard" : "unheard", delay_ms: all ? Math.round(delays[1]) : null },
    };
  } finally {
    await context.close();
  }
}

/** One tone from the loudspeaker: after how many milliseconds it is in the microphone, null when it is not. */
async function tone(context, ear, hz, signal) {
  const before = await loudestOf(context, ear, hz, PAUSE_S, signal);
  const source = new OscillatorNode(context, { frequency: hz });
  source.connect(new GainNode(context, { gain: 0.3 })).connect(context.destination);
  const began = context.currentTime;
  source.start(began);
  source.stop(began + TONE_S);
  const during = await loudestOf(context, ear, hz, TONE_S + PAUSE_S, signal, RISE * Math.max(before.level, SILENT));
  return {
    delay_ms: during.crossed === null ? null : (during.crossed - began) * 1000,
    loudest: Math.max(before.peak, during.peak),
  };
}

/** The loudest share of this tone in the microphone within so many seconds, and when it first was over `limit`. */
async function loudestOf(context, ear, hz, seconds, signal, limit = Infinity) {
  const samples = new Float32Array(WINDOW);
  const found = { level: 0, peak: 0, crossed: null };
  for (const end = context.currentTime + seconds; context.currentTime < end; ) {
    await pause(LISTEN_EVERY_MS, signal);
    ear.getFloatTimeDomainData(samples);
    const level = share(samples, hz / context.sampleRate);
    found.level = Math.max(found.level, level);
    for (const one of samples) found.peak = Math.max(found.peak, Math.abs(one));
    if (level > limit) found.crossed ??= context.currentTime;
  }
  return found;
}

/** Goertzel: the amplitude of one frequency (in cycles a sample). */
function share(samples, cycles) {
  const turn = 2 * Math.cos(2 * Math.PI * cycles);
  let [last, older] = [0, 0];
  for (const one of samples) [last, older] = [one + turn * last - older, last];
  return (2 * Math.sqrt(Math.max(0, last * last + older * older - turn * last * older))) / samples.length;
}

const aborted = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

function pause(ms, signal) {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}
