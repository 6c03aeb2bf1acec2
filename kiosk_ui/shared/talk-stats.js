// How the conversation goes, from getStats(): {rtt_ms?, loss, freeze_ms, audio, video, relay}.
// rtt_ms: now, left out while unknown. loss (0..1) and freeze_ms: since the talk began, over all its connections.
// audio, video: whether they have come in since the last look. relay: whether the path goes through TURN.

export class Quality {
  #before = { lost: 0, got: 0, frozen: 0 }; // of connections that are over
  #now = { lost: 0, got: 0, frozen: 0 };
  #seen = { audio: 0, video: 0 };

  /** A new connection counts from nought. */
  turn() {
    for (const name of Object.keys(this.#before)) this.#before[name] += this.#now[name];
    this.#now = { lost: 0, got: 0, frozen: 0 };
    this.#seen = { audio: 0, video: 0 };
  }

  /** @param {RTCStatsReport} report */
  read(report) {
    const all = [...report.values()];
    const inbound = all.filter((one) => one.type === "inbound-rtp");
    this.#now = {
      lost: sum(inbound, "packetsLost"), got: sum(inbound, "packetsReceived"),
      frozen: sum(inbound, "totalFreezesDuration"),
    };
    const lost = Math.max(0, this.#before.lost + this.#now.lost);
    const got = this.#before.got + this.#now.got;
    return {
      ...path(report, all),
      loss: lost + got ? Math.round((lost / (lost + got)) * 10_000) / 10_000 : 0,
      freeze_ms: Math.round((this.#before.frozen + this.#now.frozen) * 1000),
      audio: this.#moved("audio", sum(kind(inbound, "audio"), "packetsReceived")),
      video: this.#moved("video", sum(kind(inbound, "video"), "framesDecoded")),
    };
  }

  #moved(name, count) {
    const before = this.#seen[name];
    this.#seen[name] = count;
    return count > before;
  }
}

const kind = (all, name) => all.filter((one) => one.kind === name);
const sum = (all, member) => all.reduce((total, one) => total + (one[member] ?? 0), 0);

function path(report, all) {
  const id = all.find((one) => one.type === "transport")?.selectedCandidatePairId;
  const chosen = report.get(id) ?? all.find((one) => one.type === "candidate-pair" && (one.selected || one.nominated));
  const rtt = chosen?.currentRoundTripTime;
  const ends = [report.get(chosen?.localCandidateId), report.get(chosen?.remoteCandidateId)];
  return {
    ...(rtt === undefined ? {} : { rtt_ms: Math.round(rtt * 1000) }),
    relay: ends.some((end) => end?.candidateType === "relay"),
  };
}
