/* Which calls are fresh: a call is shown inverted for a while after it was made, once per call, a recall anew. */

export const FRESH_MS = 15000; // surfaces.md section 4: at least 12 s for a deaf customer
export const PULSING_MS = 5000; // surfaces.md: five soft pulses
export const TOO_OLD_MS = 15000; // surfaces.md section 4: nothing older than this is announced

/** Name of one call: the same customer's second call is another one. */
export const callKey = (row) => `${row.service_event}:${row.call}`;

export class Calls {
  #until = new Map();

  /** Learn what is called now. `point` is the point's own time in ms, `now` this page's running clock in ms. */
  see(called, point, now) {
    const known = this.#until;
    this.#until = new Map(called.map((row) => {
      const key = callKey(row);
      if (known.has(key)) return [key, known.get(key)];
      const age = point - Date.parse(row.called_at);
      return [key, age < TOO_OLD_MS ? now + FRESH_MS - Math.max(0, age) : 0];
    }));
  }

  /** True while this row is to stand out. */
  fresh(row, now) {
    return (this.#until.get(callKey(row)) ?? 0) > now;
  }

  /** True while it pulses: it has only just been made. */
  pulsing(row, now) {
    return (this.#until.get(callKey(row)) ?? 0) - FRESH_MS + PULSING_MS > now;
  }

  /** When the picture changes next without any message, or Infinity. */
  nextChange(now) {
    const changes = [...this.#until.values()].flatMap((end) => [end - FRESH_MS + PULSING_MS, end]);
    return Math.min(Infinity, ...changes.filter((at) => at > now));
  }
}
