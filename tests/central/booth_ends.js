// The booth's two ends for the desk's tests, in a page of their own: the talk leg by the product's own Talk, the booth
// leg by a plain RTCPeerConnection that answers as the media process does (docs/remote-service.md).
import { Wire } from "/ui/shared/signals.js";
import { Talk } from "/ui/shared/talk.js";

const CHUNK = 16 * 1024;
const heard = { text: "", ctl: [], prints: [], tracks: {} };
let talk = null;
let media = null;

/** A picture that moves, with words in it: what lies under the document camera, or who sits in the booth. */
function drawn(words, ground, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  let n = 0;
  setInterval(() => {
    pen.fillStyle = ground;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = "#123";
    pen.font = `${height / 9}px sans-serif`;
    words.forEach((line, at) => pen.fillText(line, width / 20, (height / 6) * (at + 1)));
    pen.fillRect(((n += 7) % width), height - 12, 40, 8);
  }, 50);
  document.body.append(canvas);
  return canvas;
}

const paper = drawn(["Vuokrasopimus", "Vuokranantaja: Kiinteistö Oy", "Vuokra 480 € / kk", "Sodankylä 1.11.2026"], "#fdfdf6", 1280, 720);
const person = drawn(["", "  ☺", "  customer"], "#9db4c0", 640, 360);

class Media {
  constructor(session, camera) {
    this.wire = new Wire({ session, leg: "booth", me: "media", begins: false });
    this.camera = camera;
    setInterval(() => this.flush(true), 2000);
  }

  hear(message) {
    const before = this.wire.epoch;
    const bodies = this.wire.hear(message);
    if (this.wire.epoch !== before) this.turn();
    for (const body of bodies) this.work = this.work.then(() => this.take(body));
    this.flush();
  }

  work = Promise.resolve();

  flush(again = false) {
    for (const message of this.wire.out(again)) window.tell(message);
  }

  turn() {
    this.pc?.close();
    const pc = (this.pc = new RTCPeerConnection({ iceServers: [] }));
    pc.ondatachannel = ({ channel }) => this.adopt(channel);
    pc.onicecandidate = ({ candidate: one }) => {
      this.wire.say({ k: "ice", candidate: one?.candidate ?? null, mid: one?.sdpMid ?? null, index: one?.sdpMLineIndex ?? null });
      this.flush();
    };
  }

  async take(body) {
    if (body.k === "ice") return this.pc.addIceCandidate(body.candidate === null ? undefined : { candidate: body.candidate, sdpMid: body.mid, sdpMLineIndex: body.index });
    if (body.k !== "sdp") return this.pc.close();
    await this.pc.setRemoteDescription(body);
    const [paperLine, sound, face] = this.pc.getTransceivers();
    paperLine.direction = face.direction = "sendonly";
    sound.direction = "sendrecv"; // as the media process: what the expert says is played in the emergency
    Object.assign(this, { face: face.sender, sound: sound.receiver });
    await paperLine.sender.replaceTrack(this.camera.getVideoTracks()[0]);
    await this.pc.setLocalDescription();
    this.wire.say({ k: "sdp", type: "answer", sdp: this.pc.localDescription.sdp });
    return this.flush();
  }

  adopt(channel) {
    channel.binaryType = "arraybuffer";
    this[channel.label] = channel;
    channel.onmessage = ({ data }) => (channel.label === "ctl" ? this.control(JSON.parse(data)) : this.file_(data));
  }

  async control({ t, id }) {
    if (t !== "still") return;
    const blob = await new Promise((done) => paper.toBlob(done, "image/jpeg", 0.95));
    const bytes = await blob.arrayBuffer();
    const sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
    this.file.send(JSON.stringify({ t: "file", id, name: "still.jpg", kind: "still", size: bytes.byteLength, sha256: this.lies ?? sha256 }));
    for (let at = 0; at < bytes.byteLength; at += CHUNK) this.file.send(bytes.slice(at, at + CHUNK));
  }

  async file_(data) {
    if (typeof data === "string") {
      const said = JSON.parse(data);
      if (said.t === "file") this.coming = { ...said, got: 0, parts: [] };
      return;
    }
    const { coming } = this;
    coming.parts.push(data);
    coming.got += data.byteLength;
    if (coming.got < coming.size && coming.got % (256 * 1024)) return;
    if (coming.got < coming.size) return this.file.send(JSON.stringify({ t: "got", id: coming.id, bytes: coming.got }));
    const sum = hex(await crypto.subtle.digest("SHA-256", await new Blob(coming.parts).arrayBuffer()));
    heard.prints.push({ id: coming.id, name: coming.name, size: coming.size, whole: sum === coming.sha256 });
    this.file.send(JSON.stringify({ t: "got", id: coming.id, bytes: coming.got }));
  }
}

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

window.booth = {
  heard,
  begin(session) {
    media = new Media(session, paper.captureStream(15));
    this.startPage(session);
  },
  /** The booth's page (again). */
  startPage(session) {
    talk = new Talk({
      session, me: "booth", polite: false, begins: false, ice: { servers: [], relay_only: false }, send: (m) => window.tell(m),
      on: {
        text: ({ insert, erase }) => (heard.text = insert === undefined ? heard.text.slice(0, -erase) : heard.text + insert),
        ctl: (message) => heard.ctl.push(message),
        stream: (stream, slot) => (heard.tracks[slot] = stream),
        fault: (error) => console.error("booth:", error.message),
      },
    });
    const stream = person.captureStream(15);
    const tone = new AudioContext();
    const out = tone.createMediaStreamDestination();
    const note = new OscillatorNode(tone, { frequency: 440 });
    note.connect(new GainNode(tone, { gain: 0.01 })).connect(out);
    note.start();
    stream.addTrack(out.stream.getAudioTracks()[0]);
    talk.setMedia(stream);
    talk.renew("page_started");
  },
  /** The booth's page dies without a word; the media process shows its own picture. */
  async killPage() {
    const dead = talk;
    talk = null;
    const quiet = Object.getPrototypeOf(dead).close;
    window.tell = ((tell) => (message) => message.leg !== "talk" && tell(message))(window.tell);
    quiet.call(dead);
    await media.face.replaceTrack(person.captureStream(15).getVideoTracks()[0]);
  },
  killMedia() {
    media.pc.close();
    media.hear = () => {};
  },
  hear(message) {
    if (message.leg === "talk") talk?.hear(message);
    else media.hear(message);
  },
  /** How much of the expert's voice came by the booth leg. */
  voice: async () => {
    const stats = [...(await media.sound.getStats()).values()].find((one) => one.type === "inbound-rtp");
    return stats?.packetsReceived ?? 0;
  },
  type: (text) => talk.type(text),
  ctl: (message) => talk.ctl(message),
  printed: (id) => media.file.send(JSON.stringify({ t: "printed", id })),
  refuse: (id, why) => media.file.send(JSON.stringify({ t: "refused", id, why })),
  /** The media process takes no more of what is said on `ctl`. */
  deaf: () => (media.control = () => {}),
  lie: () => (media.lies = "0".repeat(64)),
  frames: async () => {
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = heard.tracks.camera;
    await video.play();
    await new Promise((done) => video.requestVideoFrameCallback(done));
    return video.videoWidth;
  },
  state: () => talk?.state,
};
window.ready = true;
