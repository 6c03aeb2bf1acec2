/* What staff at the counter read of a printer in trouble: why, in a few words, and what they themselves can do. */

/** Cause -> what to do (counter-do-*). Of a ticket whose paper is past there is nothing to do: null. */
const TO_DO = {
  paper_out: "roll", near_end: "near", cover: "cover", cutter: "clear", jam: "clear",
  offline: "restart", error: "restart", silent: "restart", no_answer: "restart", babbling: "restart",
  timeout: "restart", interrupted: "restart", stuck: "restart",
  no_link: "cable", link_lost: "cable", absent: "cable",
  busy_elsewhere: "support", no_access: "support", ambiguous: "support", taken: "support", no_udev: "support",
  journal: "support", no_report: "support", another_printer: "support", blind: "look", recovering: "wait", gave_up: null, over: null, expired: null,
};

/** Of several causes the one that says most: "not plugged in" says more than "no connection". */
export function chiefCause(causes = []) {
  const known = causes.filter((cause) => cause in TO_DO);
  return known.find((cause) => cause !== "no_link") ?? known[0];
}

export const causeWords = (cause, t) => t(`counter-cause-${cause in TO_DO ? cause : "unknown"}`);

/** One sentence, or "" where nothing can be done. A cause that nobody foresaw is for support. */
export function whatToDo(cause, t) {
  const deed = cause in TO_DO ? TO_DO[cause] : "support";
  return deed ? t(`counter-do-${deed}`) : "";
}
