// What was measured to matter for a conversation (design/media.md 0, 5, 7), set on one transceiver. Each setting is a
// wish: a browser that lacks it (Firefox has no audio/red) goes on with its own.

// The line is not known yet: a start above this freezes the first seconds on a thin one (media.md 5).
export const START_BPS = 600_000;
export const MOST_BPS = 2_500_000; // 720p30 of a face needs 1.5 Mbit/s; more than this helps nobody
const SCREEN_BPS = 1_500_000;
const SCREEN_FPS = 15; // a shared document moves little; its letters must be sharp

/** Camera and microphone as the conversation wants them; `device` is {camera?: id, microphone?: id}. */
export const wanted = ({ camera, microphone } = {}) => ({
  audio: {
    echoCancellation: true, noiseSuppression: true, autoGainControl: true,
    ...(microphone ? { deviceId: { exact: microphone } } : {}),
  },
  video: {
    width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 },
    ...(camera ? { deviceId: { exact: camera } } : {}),
  },
});

/** Redundant audio first: 5 % of lost packets become 0.25 % of lost sound (media.md 7, row 5). */
export function preferCodecs(transceiver, slot) {
  if (slot !== "audio" || !transceiver.setCodecPreferences) return;
  const all = RTCRtpReceiver.getCapabilities("audio")?.codecs ?? [];
  const red = all.filter((one) => one.mimeType.toLowerCase() === "audio/red");
  if (!red.length) return;
  transceiver.setCodecPreferences([...red, ...all.filter((one) => !red.includes(one))]);
}

/** Moving people: frames before sharpness. A shared screen: sharpness before frames. */
export function hint(track, slot) {
  if (track?.kind === "video" && "contentHint" in track) track.contentHint = slot === "screen" ? "detail" : "motion";
}

/** Bitrate and priorities of what is sent; `bps` is the camera's ceiling just now. */
export async function shape(transceiver, slot, bps) {
  const { sender } = transceiver;
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings ?? [];
  if (!encoding) return;
  if (slot === "audio") Object.assign(encoding, { priority: "high", networkPriority: "high" });
  if (slot === "camera") encoding.maxBitrate = bps;
  if (slot === "screen") Object.assign(encoding, { maxBitrate: SCREEN_BPS, maxFramerate: SCREEN_FPS });
  if (slot !== "audio") {
    parameters.degradationPreference = slot === "screen" ? "maintain-resolution" : "maintain-framerate";
  }
  await sender.setParameters(parameters).catch(() => {}); // a wish; the connection may also be closing
}

/** A whole picture next: who missed some would wait for one for three seconds (Chromium); elsewhere it is a wish. */
export async function wholePicture({ sender }) {
  if (sender.track?.kind !== "video") return;
  const parameters = sender.getParameters();
  const encodingOptions = (parameters.encodings ?? []).map(() => ({ keyFrame: true }));
  await sender.setParameters(parameters, { encodingOptions }).catch(() => {});
}
