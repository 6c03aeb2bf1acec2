// What a customer can do, by touch, key or ear; and what the expert's page asks for.
import { newKey, post, Problem } from "/ui/shared/api.js";
import { LONGEST_CODE } from "/ui/kiosk/code.js";
import { keysThere } from "/ui/booth/heard.js";
import { LEVELS, goHome, goTo, nextText, running } from "/ui/booth/session.js";
import { ofTalk } from "/ui/booth/talking.js";
import { speaker, pick } from "/ui/shared/i18n.js";

const NOTICE_MS = 8000; // one sentence, read slowly; it takes nothing away
const AGAIN_MS = 3000; // between tries to tell the point that it was ended
const PATIENCE_MS = 25_000; // with a session that was asked for and is in no picture of the point

/** @param {{page: object, shown: object, now: () => number, draw: () => void, follow: () => void,
 *   startOver: () => void, here: () => void, takeOver: () => void}} booth as in main.js */
export function actionsOf(booth) {
  const { page, shown, now, draw, follow, startOver, here, takeOver } = booth;
  const mine = () => page.session;
  const house = () => page.state?.house ?? "fi";
  let ending = null; // {id, key, at, more}: the point has not said yes yet

  const go = (step, more) => {
    goTo(mine(), step, now(), more);
    draw();
  };

  const before = {
    home() {
      if (mine().over) return startOver();
      if (running(page.state, mine())) return actions.step();
      goHome(mine(), now());
      draw();
    },
    /** The home key: to the start in silence; from there the end; in a session, the question whether it shall end. */
    leave() {
      if (running(page.state, mine())) actions.askEnd();
      else if (mine().step === "home") startOver();
      else actions.home();
      shown.aloud.hush();
    },
    choose: (service) => go("consent", { wish: { service }, consent: null }),
    enterCode: () => go("code", { code: "", consent: null }),
    typeCode(letter) {
      if (mine().code.length < LONGEST_CODE) mine().code += letter;
      mine().codeError = false;
      draw();
    },
    eraseCode() {
      mine().code = mine().code.slice(0, -1);
      mine().codeError = false;
      draw();
    },
    sendCode() {
      if (mine().code && !mine().pending) ask({ appointment: mine().code });
    },
    /** The code reader: an appointment's code is as good as a typed one. */
    scanned(scan) {
      if (running(page.state, mine()) || mine().over || mine().pending) return;
      if (scan.kind !== "appointment") return actions.notice("kiosk-scan-unknown");
      go("code", { code: "", consent: null, interpreter: false }); // whoever holds the code has agreed to nothing yet
      ask({ appointment: scan.code });
    },
    interpreter() {
      mine().interpreter = !mine().interpreter;
      draw();
    },
    agree() {
      const one = running(page.state, mine());
      mine().consent = { version: page.state.consent.version, session: one?.id ?? null };
      shown.aloud.hush();
      here();
      if (one) follow();
      else ask(mine().wish);
    },
    decline() {
      shown.aloud.hush();
      if (running(page.state, mine())) actions.end({ declined: true });
      else actions.home();
    },
    /** Once more for an expert, with the number that one still has. */
    askAgain(ticket) {
      const { language, text, contrast, low, aloud, volume, over } = mine();
      startOver();
      Object.assign(mine(), { language, text, contrast, low, aloud, volume, left: over.id });
      go("consent", { wish: { service: over.service, ticket }, consent: null });
    },
    /** `asked`: by a press, which wants an answer also when nothing can be said. */
    async listenToConsent(asked = false) {
      const session = mine();
      const { language } = session;
      const t = speaker(language, house());
      await shown.aloud.tell(`${t("booth-consent-title")}. ${pick(page.state.consent.text, language, house())}`);
      if (session === mine() && shown.step === "consent" && !session.silent) shown.aloud.answer(keysThere());
      if (asked && session === mine() && session.silent) actions.notice(session.silent);
    },
    retry() {
      const { body, key } = mine().problem.pending;
      ask(body, key);
    },
  };

  const after = {
    end(more = {}) {
      const one = running(page.state, mine());
      if (!one) return;
      Object.assign(mine(), { left: one.id, pending: null });
      page.call.end(one.id);
      ending = { id: one.id, key: newKey(), at: now(), more };
      tellEnd();
      follow();
    },
    /** In the tick: the point must know, however bad the line is. */
    again() {
      const told = page.state?.session;
      const { pending } = mine();
      if (pending && now() - pending.since > PATIENCE_MS) failed({ problem: "network", status: 0 }, pending);
      if (!ending) return;
      if (told?.id !== ending.id || told.state === "ended") ending = null;
      else if (now() - ending.at > AGAIN_MS) tellEnd();
    },
    async rate(score) {
      const session = mine();
      if (session.rating?.sent) return;
      if (session.rating?.score !== score) session.rating = { score, key: newKey(), sent: false };
      const body = { score, session: session.over.id, question: "satisfaction", language: session.language };
      await quietly(async () => {
        await post("/feedback", body, { key: session.rating.key });
        session.rating.sent = true;
      });
      draw();
    },
    finish: () => startOver(),
  };

  const aids = {
    stay() {
      mine().asking = false;
      draw();
    },
    speak(language) {
      Object.assign(mine(), { language, silent: "" });
      draw();
      if (shown.step === "consent") actions.listenToConsent();
      else shown.aloud.step();
    },
    aloud: () => shown.aloud.toggle(),
    listen: () => shown.aloud.begin(true),
    volume(change) {
      if (mine().aloud) return shown.aloud.volume(change);
      mine().volume = Math.min(LEVELS, Math.max(1, mine().volume + change));
      draw();
    },
    larger() {
      mine().text = nextText(mine().text);
      draw();
    },
    contrast() {
      mine().contrast = !mine().contrast;
      draw();
    },
    lower() {
      mine().low = !mine().low;
      draw();
    },
    notice(words, forMs = NOTICE_MS) {
      mine().notice = { words, until: now() + forMs };
      draw();
    },
    /** Kept until the point says that it was called; the line that opens says it again. */
    help() {
      mine().helping = true;
      if (!shown.line.send({ t: "help" })) actions.notice("booth-help-soon", Infinity);
    },
    takeOver,
    /** Whether a keyboard's letters go into the customer's text now. */
    writes: () => Boolean(document.activeElement?.matches("[data-typing]")),
    /** A keyboard's other keys, where one writes. */
    corrects(key) {
      if (key === "Backspace") return actions.erase(), true;
      return key === "Enter" ? (actions.type("\n"), true) : false;
    },
  };

  /** One touch, one request, one key: whatever happens to the line, one session comes of it. */
  async function ask(body, key = newKey()) {
    const session = mine();
    if (session.pending) return;
    const { language, interpreter } = session;
    const pending = { body, key, since: now() };
    session.pending = pending;
    draw();
    try {
      const asked = { ...body, language, ...(interpreter ? { interpreter: language } : {}) };
      await post(`/booths/${encodeURIComponent(page.booth)}/sessions`, asked, { key });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (session === mine()) failed(error, pending);
    }
  }

  function failed({ problem, status }, pending) {
    const session = mine();
    session.pending = null;
    if (session.step === "code" && [404, 409, 422].includes(status)) {
      session.codeError = true;
      return draw();
    }
    go("problem", { problem: { name: problem, pending } });
  }

  function tellEnd() {
    ending.at = now();
    const { id, key, more } = ending;
    quietly(() => post(`/sessions/${encodeURIComponent(id)}/end`, more, { key }));
  }

  async function quietly(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error; // the point said no, or nothing: what is shown stays true
    }
  }

  const actions = { ...before, ...after, ...aids, ...ofTalk(booth) };
  return actions;
}
