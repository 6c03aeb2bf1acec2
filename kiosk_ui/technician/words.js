/* What a technician reads: causes and what mends them, how long it lasts, what a test proved. */

/** What the page's messages have words for; another cause is shown as it is. */
export const CAUSES = [
  "paper_out", "near_end", "cover", "cutter", "jam", "offline", "error", "no_answer", "silent", "no_link", "busy_elsewhere",
  "stuck", "absent", "ambiguous", "taken", "no_udev", "no_access", "babbling", "blind", "another_printer", "recovering", "gave_up", "over", "expired", "journal", "no_report",
  "no_page", "not_drawing", "no_media", "no_central", "no_camera", "camera_dark", "camera_still", "no_path", "poor_path", "no_microphone", "microphone_silent", "no_speaker", "speaker_unheard", "timeout", "link_lost", "interrupted", "unsaid",
];

/** A device among all: an id may name a printer and a screen. */
export const nameOf = ({ kind, id }) => `${kind}-${id}`;

export function causeWords(cause, t) {
  return CAUSES.includes(cause) ? t(`technician-cause-${cause}`) : t("technician-cause-other", { cause });
}

/** What to do about it; `link` decides between a network cable, a USB cable and a simulator that is not running. */
export function mendWords(cause, device, t) {
  const link = device.link?.split(":")[0] ?? "page";
  return t(`technician-mend-${CAUSES.includes(cause) ? cause : "other"}`, { link });
}

/** How it is: bad, unknown, warn or good. What is not known is never good. */
export function severity({ actual, causes }) {
  if (actual === "unknown") return "unknown";
  if (actual === "ready") return causes.length ? "warn" : "good";
  return actual === "degraded" || actual === "attached" ? "warn" : "bad";
}

/** What is wrong with it. Of one that is not well and gives no cause, that is said instead. */
export const causesOf = (device) => (device.causes.length || severity(device) === "good" ? device.causes : ["unsaid"]);

export function kindWords(kind, t) {
  const id = `technician-kind-${kind}`;
  return t(id) === id ? t("technician-kind-other") : t(id);
}

/** "for 12 min" (`for`) or "12 min ago" (`ago`). */
export function lasted(name, ms, t) {
  const min = Math.floor(Math.max(0, ms) / 60000);
  if (min < 1) return t(`technician-${name}-new`);
  if (min < 60) return t(`technician-${name}-min`, { min });
  if (min < 48 * 60) return t(`technician-${name}-hours`, { h: Math.floor(min / 60), min: min % 60 });
  return t(`technician-${name}-days`, { d: Math.floor(min / 1440) });
}

/** What a test proved, or why it failed. `test`: {ok, proven, cause}, from the answer or from the state. */
export function testWords(test, device, t) {
  if (!test.ok) return t("technician-test-failed", { cause: causeWords(test.cause || "unsaid", t) });
  if (test.proven === "draws") return t("technician-proven-draws");
  if (test.proven === "paper") return t(device.simulated ? "technician-proven-paper-simulated" : "technician-proven-paper");
  return t(device.kind === "printer" ? "technician-proven-answers" : "technician-proven-answers-other");
}
