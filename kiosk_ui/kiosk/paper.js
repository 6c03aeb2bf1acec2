// What is true about the paper, from the ticket the daemon keeps: never "take it" before the printer said so.

const PATIENCE_MS = 1800; // a visible result within 2 s (issue 2, item 5), less 0.2 s to draw it

/**
 * @param {object} ticket as in contract.md section 3; @param {number} sinceMs since its number was shown
 * @returns {"printing"|"take"|"screen"} screen: there is no paper to wait for, show the QR
 */
export function paperTruth(ticket, sinceMs, hasPrinter) {
  const state = ticket.print?.state ?? "none";
  if (state === "confirmed") return "take";
  if (!hasPrinter || ticket.medium !== "paper") return "screen";
  if (["failed", "void", "none", "unknown"].includes(state)) return "screen";
  return sinceMs < PATIENCE_MS ? "printing" : "screen";
}

export const PAPER_PATIENCE_MS = PATIENCE_MS;
