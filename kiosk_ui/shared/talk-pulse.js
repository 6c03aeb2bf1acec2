// Whether anything still comes in over one connection of the talk leg: a path that died is told by the browser only after
// five seconds and more. Decisions only, from what was counted and when (milliseconds of one clock).

export const LOOK_MS = 500;
const SILENT_MS = 2000; // shorter gaps mend themselves (media.md 5)
const LOOKS_LEAST = 4; // a page that was held up itself has not looked
const FLOWS_LOOKS = 2; // what came in so many looks flows, and may be missed

export class Pulse {
  #packets = 0;
  #answers = 0;
  #flowed = 0; // looks in which packets came
  #quiet = null; // {since, looks}: nothing came
  #silent = false;

  /**
   * @param {{packets: number, answers: number}} got until now: packets of sound and picture, answers of the other end to
   *   the browser's checks of the path
   * @param {boolean} sends whether the other end sends anything, as it says itself
   * @returns {"silent"|"alive"|""} told once each: nothing comes any more; something comes again
   */
  look(now, { packets, answers }, sends) {
    const came = packets > this.#packets;
    const answered = answers > this.#answers;
    this.#packets = packets;
    this.#answers = answers;
    if (came) this.#flowed += 1;
    if (this.#silent) return came || answered ? this.#wake() : "";
    if (came || !sends || this.#flowed < FLOWS_LOOKS) {
      this.#quiet = null;
      return "";
    }
    this.#quiet ??= { since: now - LOOK_MS, looks: 0 };
    this.#quiet.looks += 1;
    this.#silent = this.#quiet.looks >= LOOKS_LEAST && now - this.#quiet.since >= SILENT_MS;
    return this.#silent ? "silent" : "";
  }

  /** The path is there: packets are missed again once they flow. */
  #wake() {
    this.#silent = false;
    this.#quiet = null;
    this.#flowed = 0;
    return "alive";
  }
}

/** @param {RTCStatsReport} report */
export function counted(report) {
  const all = [...report.values()];
  const sum = (type, member) => all.reduce((total, one) => total + (one.type === type ? (one[member] ?? 0) : 0), 0);
  return { packets: sum("inbound-rtp", "packetsReceived"), answers: sum("candidate-pair", "responsesReceived") };
}
