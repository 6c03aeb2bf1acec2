// An expert's end of a booth leg in a real browser, for tests/media/test_chromium.py: offers, watches, reads stamps.
import { Wire } from "./signals.js";

const SEAT = 1795970000;
const state = { stamps: [], unread: 0, said: [], files: {}, size: [0, 0], emergency: 0, state: "new", codec: null };
let wire, peer, file, ctl, k = 0;
window.expert = state;

const flush = (again = false) => wire.out(again).forEach((message) => window.say(JSON.stringify(message)));

window.begin = async ({ session, h264 }) => {
  peer?.close();
  wire ??= new Wire({ session, leg: "booth", me: "expert", begins: true });
  wire.begin(SEAT * 1000 + ++k);
  peer = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
  const kinds = [["video", "recvonly"], ["audio", "sendrecv"], ["video", "recvonly"]];
  const [document_, , emergency] = kinds.map(([kind, direction]) => peer.addTransceiver(kind, { direction }));
  if (!h264) {
    const codecs = RTCRtpReceiver.getCapabilities("video").codecs.filter((codec) => codec.mimeType !== "video/H264");
    document_.setCodecPreferences(codecs);
  }
  ctl = peer.createDataChannel("ctl");
  file = peer.createDataChannel("file");
  file.binaryType = "arraybuffer";
  ctl.onmessage = ({ data }) => state.said.push(JSON.parse(data));
  file.onmessage = ({ data }) => fileSaid(data);
  peer.onicecandidate = ({ candidate }) => {
    wire.say({ k: "ice", candidate: candidate?.candidate ?? null, mid: candidate?.sdpMid ?? null, index: candidate?.sdpMLineIndex ?? null });
    flush();
  };
  peer.onconnectionstatechange = () => (state.state = peer.connectionState);
  await peer.setLocalDescription();
  wire.say({ k: "sdp", type: "offer", sdp: peer.localDescription.sdp });
  flush();
  watch(document_.receiver.track, read);
  watch(emergency.receiver.track, () => state.emergency++);
};

window.hear = async (message) => {
  for (const body of wire?.hear(JSON.parse(message)) ?? []) {
    if (body.k === "sdp") await peer.setRemoteDescription(body);
  }
  if (wire) flush();
};

window.look = async () => {
  for (const entry of (await peer.getStats()).values()) {
    if (entry.type === "inbound-rtp" && entry.kind === "video" && entry.framesDecoded) {
      state.codec ??= (await peer.getStats()).get(entry.codecId)?.mimeType;
    }
  }
  return { ...state, open: [ctl?.readyState, file?.readyState] };
};

window.still = (id) => ctl.send(JSON.stringify({ t: "still", id }));

window.sendFile = async (id, base64) => {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const sha256 = window.sha256;
  file.send(JSON.stringify({ t: "file", id, name: "hakemus.pdf", kind: "print", size: bytes.length, sha256 }));
  for (let at = 0; at < bytes.length; at += 16384) file.send(bytes.slice(at, at + 16384));
};

let header, parts;
function fileSaid(data) {
  if (typeof data === "string") {
    const said = JSON.parse(data);
    state.said.push(said);
    if (said.t === "file") [header, parts] = [said, []];
    return;
  }
  parts.push(data);
  const got = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (got === header.size) createImageBitmap(new Blob(parts)).then((b) => (state.files[header.id] = [b.width, b.height]));
}

function watch(track, seen) {
  const video = Object.assign(document.createElement("video"), { srcObject: new MediaStream([track]), muted: true });
  document.body.append(video);
  video.play();
  const next = () => (seen(video), video.requestVideoFrameCallback(next));
  video.requestVideoFrameCallback(next);
}

const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 4 });
const paint = canvas.getContext("2d", { willReadFrequently: true });
function read(video) {
  state.size = [video.videoWidth, video.videoHeight];
  paint.drawImage(video, 0, 8, video.videoWidth, 12, 0, 0, 320, 4);
  const row = paint.getImageData(0, 2, 320, 1).data;
  let word = 0n;
  for (let place = 0; place < 32; place++) word = (word << 1n) | BigInt(row[4 * (place * 10 + 5)] >= 128);
  const number = Number(word >> 8n);
  const proof = ((number >> 16) ^ (number >> 8) ^ number ^ 0xa5) & 0xff;
  if (Number(word & 255n) === proof) state.stamps.push(number);
  else state.unread++;
}
