// What does not go as it should, said plainly: which side is broken, what still works, what the desk does about it.
const KNOWN_LOST = ["taken", "gone", "busy", "point_away", "not_agreed", "not_yours", "no_answer", "unknown_session"];
const KNOWN_REFUSALS = ["invalid", "not-yours", "wrong-state", "session-over", "too-many", "unknown-service", "counter-not-open"];

/** @returns {{kind: ""|"warning"|"alert", text: string, action?: {text: string, press: () => void}}[]} */
export function notices(ui, t) {
  const found = [];
  const add = (kind, text, action) => found.push({ kind, text, action });
  if (!ui.live) add("alert", t(ui.call ? "desk-line-lost-in-call" : "desk-line-lost"));
  if (ui.call) interruptions(ui, t, add);
  if (ui.problem) add("alert", problem(ui, t), { text: t("desk-close"), press: () => ui.change({ problem: null }) });
  if (ui.said) add("", t(ui.said));
  return found;
}

function interruptions(ui, t, add) {
  const { call } = ui;
  const { brief, talking, booth } = call;
  if (call.isOver) return add("", t("desk-wrap-up"));
  if (!call.reached) add("warning", t("desk-point-away"));
  if (ui.silent) add("alert", t("desk-no-sound"), { text: t("desk-play-sound"), press: () => play(ui) });
  if (call.isHeld) add("warning", t("desk-held-notice"));
  if (talking.state !== "up") add(talking.was ? "alert" : "", t(talkTrouble(call)));
  if (call.isEmergency) add("warning", t(call.isSilent ? "desk-emergency-silent" : "desk-emergency"));
  const wantsBooth = !call.isSupport;
  if (wantsBooth && (booth.state === "broken" || (call.reached && !brief.legs.media && booth.state !== "up"))) add("warning", t("desk-booth-leg-gone"));
  return ui.devices.fault && add("alert", t(`desk-device-${ui.devices.fault}`), { text: t("desk-devices"), press: () => ui.show("devices") });
}

/** Why there is no conversation: their page is gone, or the way to it. */
function talkTrouble({ brief, talking, reached }) {
  if (!talking.was) return "desk-connecting";
  if (reached && !brief.legs.page) return "desk-screen-restarts";
  return "desk-interrupted";
}

function problem(ui, t) {
  if (ui.problem === "desk-refused") {
    const { do: deed, why, detail } = ui.refusal;
    const words = KNOWN_REFUSALS.includes(why) ? t(`desk-refusal-${why}`) : detail || why;
    return t("desk-refused", { deed: t(`desk-do-${deed}`), why: words });
  }
  const lost = ui.problem.replace(/^desk-lost-/, "");
  return ui.problem.startsWith("desk-lost-") && !KNOWN_LOST.includes(lost) ? t("desk-lost-other", { why: lost }) : t(ui.problem);
}

function play(ui) {
  document.querySelector(".customer > video")?.play().then(() => ui.heardSound(true), () => ui.heardSound(false));
}
