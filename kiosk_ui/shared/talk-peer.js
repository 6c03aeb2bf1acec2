// One RTCPeerConnection of the talk leg, that is one epoch: perfect negotiation, three slots for what is sent and seen,
// two data channels. It knows nothing of lines, epochs and sessions (talk.js does).
//
// Slots: "audio", "camera" and "screen" (the expert's, sent when shared). The end that offers first has all three
// from the start, so that a track comes, changes or goes by replaceTrack, without another negotiation.
import { MOST_BPS, START_BPS, hint, preferCodecs, shape, wholePicture } from "./talk-tune.js";

const KINDS = { audio: "audio", camera: "video", screen: "video" };
const START_MS = 4000; // at the careful bitrate, once connected
const CHANNELS = ["rtt", "ctl"];

export class Peer {
  /**
   * @param {{ice: {servers: object[], relay_only: boolean}, polite: boolean, first: boolean,
   *   tracks: Map<string, MediaStreamTrack|null>, mostBps?: number, say: (body: object) => void,
   *   on: {state: (state: string) => void, stream: (stream: MediaStream, slot: string) => void,
   *     open: (channel: string) => void, message: (channel: string, data: string) => void,
   *     fault: (error: Error) => void}}} how `first`: makes the first offer
   */
  constructor({ ice, polite, first, tracks, mostBps = MOST_BPS, say, on }) {
    Object.assign(this, { polite, first, tracks, mostBps, say, on });
    this.pc = new RTCPeerConnection(configuration(ice));
    this.#listen();
    if (first) this.#furnish();
  }

  #slots = new Map(); // slot -> RTCRtpTransceiver
  #own = { camera: new MediaStream(), screen: new MediaStream() }; // names only: sound and picture of one keep in step
  #seen = { camera: new MediaStream(), screen: new MediaStream() };
  #channels = new Map();
  #work = Promise.resolve();
  #offering = false;
  #ignoring = false;
  #answering = false;
  #met = false; // the other end's description was taken
  #bps = START_BPS;
  #ramp = 0;

  get state() {
    return this.pc.connectionState;
  }

  /** A body of a signal, in its turn. */
  take(body) {
    this.#queue(() => (body.k === "sdp" ? this.#describe(body) : this.#candidate(body)));
  }

  restart() {
    this.pc.restartIce();
  }

  configure(ice) {
    this.pc.setConfiguration(configuration(ice));
  }

  /** The other end has missed something. */
  refresh() {
    for (const transceiver of this.#slots.values()) wholePicture(transceiver);
  }

  /** Put (or with null take away) what is sent in this slot; `tracks` has it already. */
  async put(slot) {
    const transceiver = this.#slots.get(slot);
    if (!transceiver) return;
    const track = this.tracks.get(slot) ?? null;
    hint(track, slot);
    await transceiver.sender.replaceTrack(track).catch(this.on.fault);
  }

  /** @returns {boolean} whether there was an open channel of this name */
  send(name, data) {
    const channel = this.#channels.get(name);
    if (channel?.readyState !== "open") return false;
    channel.send(data);
    return true;
  }

  close() {
    clearTimeout(this.#ramp);
    for (const channel of this.#channels.values()) channel.onmessage = channel.onopen = null;
    const { pc } = this;
    pc.onicecandidate = pc.onnegotiationneeded = pc.ontrack = pc.ondatachannel = pc.onconnectionstatechange = null;
    pc.close();
  }

  #listen() {
    const { pc } = this;
    pc.onnegotiationneeded = () => this.#queue(() => this.#offer());
    pc.onicecandidate = ({ candidate }) => this.say(candidateBody(candidate));
    pc.ontrack = ({ transceiver, track }) => this.#show(this.#slotOf(transceiver), track);
    pc.ondatachannel = ({ channel }) => CHANNELS.includes(channel.label) && this.#adopt(channel);
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === "connected") this.#speedUp();
      this.on.state(pc.connectionState);
    };
  }

  /** Everything a conversation may need, in the first offer: no later offer for a track that comes or goes. */
  #furnish() {
    for (const [slot, kind] of Object.entries(KINDS)) {
      const direction = slot === "screen" ? "sendonly" : "sendrecv";
      const transceiver = this.pc.addTransceiver(kind, { direction, streams: [this.#streamOf(slot)] });
      this.#slots.set(slot, transceiver);
      preferCodecs(transceiver, slot);
      this.put(slot);
    }
    for (const name of CHANNELS) {
      this.#adopt(this.pc.createDataChannel(name, { ordered: true, protocol: name === "rtt" ? "t140" : "" }));
    }
  }

  async #offer() {
    if (!this.first && !this.#met) return; // the first offer is the other end's
    if (this.pc.signalingState !== "stable") return; // it will be asked for again
    this.#offering = true;
    try {
      await this.pc.setLocalDescription();
      this.#tell();
    } finally {
      this.#offering = false;
    }
  }

  /** Perfect negotiation: of two offers that meet, the impolite end's stands. */
  async #describe({ type, sdp }) {
    const { pc } = this;
    const stable = pc.signalingState === "stable" || (pc.signalingState === "have-local-offer" && this.#answering);
    this.#ignoring = type === "offer" && !this.polite && (this.#offering || !stable);
    if (this.#ignoring || (type === "answer" && pc.signalingState !== "have-local-offer")) return;
    this.#answering = type === "answer";
    try {
      await pc.setRemoteDescription({ type, sdp });
    } finally {
      this.#answering = false;
    }
    this.#met = true;
    if (type === "offer") await this.#answer();
    await this.#shapeAll();
  }

  async #answer() {
    for (const transceiver of this.pc.getTransceivers()) this.#slotOf(transceiver);
    await this.pc.setLocalDescription();
    this.#tell();
  }

  /** Which slot this is; one that the other end's offer brought is furnished now, before it is answered. */
  #slotOf(transceiver) {
    for (const [slot, one] of this.#slots) if (one === transceiver) return slot;
    const kind = transceiver.receiver.track.kind;
    const slot = Object.keys(KINDS).find((name) => KINDS[name] === kind && !this.#slots.has(name));
    if (!slot) return null; // more than there are slots: not shown, not sent
    this.#slots.set(slot, transceiver);
    if (slot !== "screen") transceiver.direction = "sendrecv";
    transceiver.sender.setStreams?.(this.#streamOf(slot));
    preferCodecs(transceiver, slot);
    this.put(slot);
    return slot;
  }

  #show(slot, track) {
    if (!slot) return;
    const stream = this.#seen[slot === "screen" ? "screen" : "camera"];
    stream.addTrack(track);
    this.on.stream(stream, slot === "screen" ? "screen" : "camera");
  }

  async #candidate({ candidate, mid, index }) {
    const given = candidate === null ? undefined : { candidate, sdpMid: mid, sdpMLineIndex: index };
    try {
      await this.pc.addIceCandidate(given);
    } catch (error) {
      if (!this.#ignoring) throw error;
    }
  }

  #adopt(channel) {
    this.#channels.set(channel.label, channel);
    channel.onopen = () => this.on.open(channel.label);
    channel.onmessage = ({ data }) => typeof data === "string" && this.on.message(channel.label, data);
    if (channel.readyState === "open") this.on.open(channel.label);
  }

  #speedUp() {
    clearTimeout(this.#ramp);
    this.#ramp = setTimeout(() => {
      this.#bps = this.mostBps;
      this.#shapeAll();
    }, START_MS);
  }

  #shapeAll() {
    return Promise.all([...this.#slots].map(([slot, one]) => shape(one, slot, Math.min(this.#bps, this.mostBps))));
  }

  #tell() {
    const { type, sdp } = this.pc.localDescription;
    this.say({ k: "sdp", type, sdp });
  }

  #queue(step) {
    this.#work = this.#work.then(() => (this.pc.connectionState === "closed" ? undefined : step())).catch(this.on.fault);
  }

  #streamOf(slot) {
    return slot === "screen" ? this.#own.screen : this.#own.camera;
  }
}

/** Servers are those the point told, or none: a browser's default would tell a stranger who speaks with whom. */
const configuration = ({ servers, relay_only }) => ({
  iceServers: servers ?? [],
  iceTransportPolicy: relay_only ? "relay" : "all",
  bundlePolicy: "max-bundle",
});

const candidateBody = (one) =>
  one === null
    ? { k: "ice", candidate: null, mid: null, index: null }
    : { k: "ice", candidate: one.candidate, mid: one.sdpMid, index: one.sdpMLineIndex };
