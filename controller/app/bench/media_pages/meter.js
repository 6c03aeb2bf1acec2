// Put into every page of a measured call before its own scripts (never served by the product): stamps the moment of
// capture into each picture of the camera, reads it off the far end's picture on the glass, and keeps the connections.
(() => {
  const BLOCKS = 32; // 24 bits of the clock in ms, 8 bits of a checksum: luma blocks across the top of the picture
  const BAND = 32 / 720; // of the picture's height: survives scaling down to 320 x 180 at 30 kbit/s
  const BLACK = 16;
  const WHITE = 235;
  const SILENCE_MS = 500;
  const now = () => performance.timeOrigin + performance.now();
  const checksum = (ms) => ((ms >> 16) ^ (ms >> 8) ^ ms ^ 0xa5) & 0xff;
  const connections = [];
  const watched = new Map(); // by name

  /** Writes `ms` modulo 2^24 into the luma plane: offset and stride in bytes. */
  function stamp(bytes, { offset, stride }, width, height, ms) {
    const word = ((ms & 0xffffff) * 256 + checksum(ms & 0xffffff)) >>> 0;
    const row = new Uint8Array(width);
    for (let x = 0; x < width; x++) {
      const bit = Math.min(BLOCKS - 1, Math.floor((x * BLOCKS) / width));
      row[x] = (word >>> (BLOCKS - 1 - bit)) & 1 ? WHITE : BLACK;
    }
    for (let y = 0; y < Math.ceil(height * BAND); y++) bytes.set(row, offset + y * stride);
  }

  /** The ms modulo 2^24 in a row of luma, null when it cannot be read. */
  function read(bytes, offset, width) {
    let word = 0;
    for (let bit = 0; bit < BLOCKS; bit++) {
      const x = Math.floor(((bit + 0.5) * width) / BLOCKS);
      word = word * 2 + (bytes[offset + x] > 125 ? 1 : 0);
    }
    const ms = Math.floor(word / 256);
    return checksum(ms) === word % 256 ? ms : null;
  }

  async function stamped(frame) {
    const { format, codedWidth, codedHeight, timestamp, visibleRect } = frame;
    if (!["I420", "NV12"].includes(format)) throw new Error(`no luma plane in ${format}`);
    const bytes = new Uint8Array(frame.allocationSize());
    const layout = await frame.copyTo(bytes);
    frame.close();
    stamp(bytes, layout[0], visibleRect.width, visibleRect.height, Math.floor(now()));
    const size = { codedWidth: visibleRect.width, codedHeight: visibleRect.height };
    return new VideoFrame(bytes, { format, ...size, timestamp, layout, transfer: [bytes.buffer] });
  }

  /** The same picture with the moment in it; ends with the camera's, and ends the camera. */
  function withStamps(track) {
    const generator = new MediaStreamTrackGenerator({ kind: "video" });
    const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
    const stamper = new TransformStream({ transform: async (frame, out) => out.enqueue(await stamped(frame)) });
    readable.pipeThrough(stamper).pipeTo(generator.writable).catch(() => track.stop());
    const stop = generator.stop.bind(generator);
    generator.stop = () => (track.stop(), stop());
    generator.getSettings = () => track.getSettings();
    return generator;
  }

  const devices = navigator.mediaDevices;
  if (devices) {
    const open = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => {
      const { camera } = window.bench;
      const stream = await open(camera && wanted.video ? { ...wanted, video: camera } : wanted);
      if (!window.bench.stamping) return stream;
      for (const track of stream.getVideoTracks()) {
        stream.removeTrack(track);
        stream.addTrack(withStamps(track));
      }
      return stream;
    };
  }

  const Plain = window.RTCPeerConnection;
  if (Plain) {
    window.RTCPeerConnection = class RTCPeerConnection extends Plain {
      constructor(...given) {
        super(...given);
        connections.push(this);
      }
    };
  }

  /** Follows what a video element shows: [UTC ms on the glass, ms since capture or null] of each picture. */
  class Watched {
    /** `loopMs`: the stamps begin anew after so long. */
    constructor(selector, loopMs) {
      Object.assign(this, { selector, loopMs });
      this.shown = [];
      this.missed = 0;
      this.presented = Infinity;
      this.find();
    }

    /** The element; another one when the page has made it anew. An element that is given another stream forgets whom
     * it should have called: after a silence it is asked again. */
    find() {
      const isThere = this.video?.isConnected;
      if (isThere && now() - this.heardAt < SILENCE_MS) return;
      if (isThere) this.video.cancelVideoFrameCallback(this.handle);
      this.video = isThere ? this.video : document.querySelector(this.selector);
      this.presented = Infinity;
      if (this.video) this.next(this.video);
    }

    next(video) {
      this.heardAt = now();
      this.handle = video.requestVideoFrameCallback((_, told) => {
        if (this.video !== video) return;
        this.see(told);
        this.next(video);
      });
    }

    see({ expectedDisplayTime, presentedFrames }) {
      const at = performance.timeOrigin + expectedDisplayTime;
      if (presentedFrames > this.presented) this.missed += presentedFrames - this.presented - 1; // else it has begun anew
      this.presented = presentedFrames;
      const entry = [at, null];
      this.shown.push(entry);
      const frame = new VideoFrame(this.video);
      this.decode(frame, at, entry).catch(() => null).finally(() => frame.close());
    }

    async decode(frame, at, entry) {
      const { width, height } = frame.visibleRect;
      this.size = [width, height];
      const y = Math.floor((height * BAND) / 4) * 2;
      const rect = { x: 0, y, width: width & ~1, height: 2 };
      const bytes = new Uint8Array(frame.allocationSize({ rect }));
      const [luma] = await frame.copyTo(bytes, { rect });
      const ms = read(bytes, luma.offset, rect.width);
      if (ms === null) return;
      const ago = (((at % this.loopMs) - ms) % this.loopMs + this.loopMs) % this.loopMs;
      entry[1] = ago > this.loopMs / 2 ? ago - this.loopMs : ago; // a picture that shows a little before its time
    }

    /** The receivers of what it shows, with their connection. */
    receivers() {
      const stream = this.video?.srcObject;
      const [video] = stream ? stream.getVideoTracks() : [];
      for (const connection of connections) {
        const all = connection.connectionState === "closed" ? [] : connection.getReceivers();
        const picture = all.find((one) => one.track === video);
        if (!picture) continue;
        const own = stream.getAudioTracks();
        const sound = all.find((one) => own.includes(one.track)) ?? all.find((one) => one.track.kind === "audio");
        return { connection, picture, sound };
      }
      return null;
    }
  }

  /** What the browser itself counts of the picture and sound that are watched: sums since the connection began. */
  async function sums(name) {
    watched.get(name)?.find();
    const found = watched.get(name)?.receivers();
    if (!found) return null;
    const all = [...(await found.connection.getStats()).values()];
    const inbound = (receiver) => all.find((one) => one.type === "inbound-rtp" && one.trackIdentifier === receiver?.track.id);
    const [video, audio] = [inbound(found.picture), inbound(found.sound)];
    const pair = all.find((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded");
    const local = all.find((one) => one.id === pair?.localCandidateId);
    const pick = (of, ...names) => Object.fromEntries(names.map((name) => [name, of?.[name] ?? null]));
    return {
      at: now(),
      video: pick(video, "bytesReceived", "packetsReceived", "packetsLost", "framesDecoded", "freezeCount",
        "totalFreezesDuration", "keyFramesDecoded", "estimatedPlayoutTimestamp"),
      audio: pick(audio, "totalSamplesReceived", "concealedSamples", "silentConcealedSamples", "concealmentEvents",
        "estimatedPlayoutTimestamp"),
      rtt_s: pair?.currentRoundTripTime ?? null,
      relayed: local?.candidateType === "relay",
    };
  }

  window.bench = {
    stamping: true,
    now,
    connections,
    sums,
    /** Begin to follow the first element of that selector. */
    watch(name, selector, loopMs = 2 ** 24) {
      watched.set(name, new Watched(selector, loopMs));
    },
    /** What was shown since the last time that this was asked. */
    take(name) {
      const one = watched.get(name);
      one.find();
      const { shown, missed, size } = one;
      one.shown = [];
      one.missed = 0;
      return { shown, missed, size: size ?? [0, 0] };
    },
  };
})();
