// The kiosk's own code reader, as the daemon passes it on: a ticket is shown, an appointment checks in, anything else
// is not recognised, and said so gently.
import { get } from "/ui/shared/api.js";

const IN_THE_QUEUE = new Set(["waiting", "called", "serving"]);

/** @param {{kind: string, code?: string, ticket?: string}} scan; @param {object} actions as in main.js */
export function takeScan(scan, actions) {
  if (scan.kind === "ticket") return actions.showScanned(scan.ticket);
  if (scan.kind === "appointment") return actions.checkIn(scan.code);
  return actions.notice("kiosk-scan-unknown");
}

/**
 * The ticket as it is now, or the words that say why there is nothing to show.
 * @returns {Promise<{ticket?: object, words?: string}>}
 */
export async function lookUp(id) {
  try {
    const ticket = await get(`/tickets/${encodeURIComponent(id)}`);
    return IN_THE_QUEUE.has(ticket.state) ? { ticket } : { words: "kiosk-scan-over" };
  } catch (error) {
    return { words: error.status === 404 ? "kiosk-scan-unknown" : "kiosk-problem-other" };
  }
}
