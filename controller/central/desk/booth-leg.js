// The booth leg at the desk: document camera, the booth's emergency picture and sound, files
// (docs/remote-service.md, "Signals"). The desk offers and the media process answers, always; what is broken is mended
// by a new connection, never by a restart: the other end knows none (design/media.md 5). The sound line goes both ways:
// in the emergency the booth's own loudspeaker plays the expert.
import { AGAIN_MS, Wire } from "/ui/shared/signals.js";
import { Mending } from "/ui/shared/talk-mend.js";

const TICK_MS = 500;
const LOOK_MS = 1000; // does each picture and sound come in?
const LINES = [["document", "video"], ["sound", "audio"], ["picture", "video"]]; // m-lines 0, 1, 2 of the first offer
const CHANNELS = ["ctl", "file"];

export class BoothLeg {
  /**
   * @param {{session: string, ice: {servers: object[], relay_only: boolean}, send: (message: object) => void,
   *   on: {changed: () => void, channel: (name: string, channel: RTCDataChannel) => void,
   *     closed: () => void, fault: (error: Error) => void}}} how
   */
  constructor({ session, ice, send, on }) {
    this.#send = send;
    this.#on = on;
    this.#ice = ice;
    this.#wire = new Wire({ session, leg: "booth", me: "expert", begins: true });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  state = "connecting"; // connecting | up | broken | closed
  document = null; // MediaStream of the document camera
  emergency = null; // MediaStream of the booth's own camera and microphone
  flows = { document: false, sound: false, picture: false }; // what came in since the last look
  #send;
  #on;
  #ice;
  #wire;
  #mending = new Mending(true);
  #pc = null;
  #ctl = null;
  #transceivers = [];
  #counts = [0, 0, 0];
  #voice = null; // the track that is sent to the booth's own loudspeaker
  #work = Promise.resolve(); // of this connection, step by step
  #timer;
  #againAt = 0;
  #lookAt = 0;

  begin(epoch) {
    this.#wire.begin(epoch);
    this.#turn();
  }

  setIce(ice) {
    this.#ice = ice;
  }

  hear(message) {
    if (this.state === "closed" || message?.leg !== "booth") return;
    const bodies = this.#wire.hear(message);
    if (message.from === "media" && message.epoch === this.#wire.epoch) this.#mending.heard(performance.now());
    for (const body of bodies) this.#act(body);
    this.#flush();
  }

  lineOpened() {
    this.#flush(true);
  }

  /** @returns {boolean} whether there was a channel to say it by */
  ctl(message) {
    if (this.#ctl?.readyState !== "open") return false;
    this.#ctl.send(JSON.stringify(message));
    return true;
  }

  /** @param {MediaStreamTrack|null} track what the booth's own loudspeaker shall play; null: nothing is sent there */
  speak(track) {
    if (track === this.#voice) return;
    this.#voice = track;
    this.#utter();
  }

  close() {
    if (this.state === "closed") return;
    if (this.#pc && this.#wire.epoch) this.#wire.say({ k: "bye" });
    this.#flush();
    clearInterval(this.#timer);
    this.#drop();
    this.#become("closed");
  }

  // ---- one connection after another

  #turn() {
    this.#drop();
    this.#mending.turned(performance.now());
    const pc = (this.#pc = new RTCPeerConnection({
      iceServers: this.#ice.servers ?? [],
      iceTransportPolicy: this.#ice.relay_only ? "relay" : "all",
      bundlePolicy: "max-bundle",
    }));
    const mine = (then) => (event) => pc === this.#pc && then(event);
    pc.onicecandidate = mine(({ candidate }) => this.#say(candidateBody(candidate)));
    pc.onconnectionstatechange = mine(() => this.#connection(pc.connectionState));
    this.#transceivers = LINES.map(([name, kind]) => pc.addTransceiver(kind, { direction: name === "sound" ? "sendrecv" : "recvonly" }));
    this.#utter();
    const [picture, sound, face] = this.#transceivers.map((one) => one.receiver.track);
    this.document = new MediaStream([picture]);
    this.emergency = new MediaStream([sound, face]);
    for (const name of CHANNELS) this.#open(pc.createDataChannel(name, { ordered: true }), mine);
    this.#work = Promise.resolve(); // what the one before still does holds nobody up
    this.#queue(pc, async () => {
      await pc.setLocalDescription();
      if (pc !== this.#pc) return;
      const { type, sdp } = pc.localDescription;
      this.#say({ k: "sdp", type, sdp });
    });
    this.#on.changed();
  }

  #utter() {
    const [, sound] = this.#transceivers;
    if (this.#pc && sound) sound.sender.replaceTrack(this.#voice).catch(this.#on.fault);
  }

  #open(channel, mine) {
    channel.binaryType = "arraybuffer";
    if (channel.label === "ctl") this.#ctl = channel;
    channel.onopen = mine(() => this.#on.channel(channel.label, channel));
  }

  #drop() {
    const pc = this.#pc;
    this.#pc = this.#ctl = null;
    this.#transceivers = [];
    if (!pc) return;
    pc.onicecandidate = pc.onconnectionstatechange = null;
    pc.close();
    this.#counts = [0, 0, 0];
    this.flows = { document: false, sound: false, picture: false };
    Object.assign(this, { document: null, emergency: null });
    this.#on.closed();
  }

  #act(body) {
    if (body.k === "renew") {
      if (this.#mending.heeds(performance.now())) this.#anew();
    } else if (body.k === "bye") {
      this.#mending.goodbye(performance.now());
      this.#drop();
      this.#become("broken");
    } else {
      const pc = this.#pc;
      if (pc) this.#queue(pc, () => this.#take(pc, body));
    }
  }

  async #take(pc, body) {
    if (body.k === "ice") {
      await pc.addIceCandidate(body.candidate === null ? undefined : { candidate: body.candidate, sdpMid: body.mid, sdpMLineIndex: body.index });
    } else if (body.type === "answer" && pc.signalingState === "have-local-offer") {
      await pc.setRemoteDescription({ type: "answer", sdp: body.sdp });
    }
  }

  #connection(state) {
    if (state === "connected") {
      this.#mending.connected();
      this.#become("up");
    } else if (state === "failed" || state === "disconnected") {
      this.#mending.broke(performance.now());
      if (this.state === "up") this.#become("broken");
    }
  }

  #anew() {
    if (this.#wire.epoch % 1000 === 999) return; // the seat is used up; who joins again has a new one
    this.begin(this.#wire.epoch + 1);
    if (this.state === "up") this.#become("broken");
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#on.changed();
  }

  #tick() {
    const now = performance.now();
    if (now - this.#againAt >= AGAIN_MS) this.#flush(true);
    if (this.#mending.due(now, this.#pc?.connectionState === "failed") || this.#wire.isDead) this.#anew();
    else if (this.#wire.overtaken && this.#mending.heeds(now)) this.begin(this.#wire.overtaken + 1);
    if (now - this.#lookAt >= LOOK_MS) this.#look(now);
  }

  /** Which of the three really comes in: a track says nothing of a sender that fell silent. */
  async #look(now) {
    this.#lookAt = now;
    const pc = this.#pc;
    if (!pc) return;
    const counts = await Promise.all(this.#transceivers.map(received));
    if (pc !== this.#pc) return;
    const flows = {};
    LINES.forEach(([name], n) => (flows[name] = counts[n] > this.#counts[n]));
    this.#counts = counts;
    const changed = Object.keys(flows).some((name) => flows[name] !== this.flows[name]);
    this.flows = flows;
    if (changed) this.#on.changed();
  }

  #say(body) {
    this.#wire.say(body);
    this.#flush();
  }

  #flush(again = false) {
    if (again) this.#againAt = performance.now();
    for (const message of this.#wire.out(again)) this.#send(message);
  }

  /** In its turn, unless this connection is no longer the one. */
  #queue(pc, step) {
    this.#work = this.#work.then(() => (pc === this.#pc ? step() : undefined)).catch((error) => pc === this.#pc && this.#on.fault(error));
  }
}

async function received({ receiver }) {
  const report = await receiver.getStats().catch(() => new Map());
  const inbound = [...report.values()].find((one) => one.type === "inbound-rtp");
  return inbound ? (inbound.framesDecoded ?? inbound.packetsReceived ?? 0) : 0;
}

const candidateBody = (one) =>
  one === null
    ? { k: "ice", candidate: null, mid: null, index: null }
    : { k: "ice", candidate: one.candidate, mid: one.sdpMid, index: one.sdpMLineIndex };
