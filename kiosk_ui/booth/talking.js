// What a customer does during a session, and what comes from the expert's page over the talk leg.
import { speaker } from "/ui/shared/i18n.js";
import { BACKSPACE, applied } from "/ui/shared/talk-text.js";

const LINES_MOST = 50; // of the chat
const CHAT_MOST = 2000; // characters of one message
const SHOWN_MOST = 4000; // characters of one's own text that stay in sight
const CAPTION_MOST = 240;

export function ofTalk({ page, shown, draw }) {
  const talk = () => page.session.talk;
  const set = (more) => {
    Object.assign(talk(), more);
    draw();
  };

  return {
    /** One step out of whatever is open: the list of documents, a question, then the text. */
    step() {
      const list = document.querySelector(":popover-open");
      if (list) list.hidePopover();
      else if (talk().ending) set({ ending: false });
      else if (talk().still) this.still(false);
      else set({ panel: false });
    },
    askEnd: () => set({ ending: true }),
    goOn: () => set({ ending: false }),
    text() {
      set({ panel: !talk().panel, keys: "letters" });
      queueMicrotask(() => document.querySelector(talk().panel ? "[data-typing]" : "[data-turn=text]")?.focus());
      if (talk().panel) shown.aloud.answer(speaker(page.session.language, page.state.house)("booth-text-open"));
    },
    type(letters) {
      page.call.talk?.type(letters);
      const keys = talk().keys === "capitals" ? "letters" : talk().keys; // one capital, then as before
      set({ keys, mine: applied(talk().mine, { insert: letters }).slice(-SHOWN_MOST) });
    },
    keys: (keys) => set({ keys: talk().keys === keys ? "letters" : keys }),
    erase() {
      if (!talk().mine) return;
      page.call.talk?.erase(1);
      set({ mine: applied(talk().mine, { erase: BACKSPACE.length }) });
    },
    microphone() {
      turn({ audio: !talk().off.audio });
    },
    camera() {
      turn({ video: !talk().off.video });
    },
    print(file) {
      if (!shown.line.send({ t: "print", session: page.call.id, file })) this.notice("booth-file-not-now");
    },
    still(ok) {
      page.call.talk?.ctl({ k: "still_may", id: talk().still, ok });
      set({ still: null });
    },
    /** A message of the expert's page; what this page does not know is nothing. */
    ctl(message) {
      const text = typeof message.text === "string" ? message.text : "";
      if (message.k === "screen") set({ screen: message.on === true });
      else if (message.k === "muted") set({ muted: { audio: message.audio === true, video: message.video === true } });
      else if (message.k === "caption") set({ caption: text.slice(-CAPTION_MOST) });
      else if (message.k === "chat" && text) {
        set({ chat: [...talk().chat, text.slice(0, CHAT_MOST)].slice(-LINES_MOST), panel: true });
      } else if (message.k === "still_ask" && typeof message.id === "string") set({ still: message.id });
    },
  };

  function turn(off) {
    set({ off: { ...talk().off, ...off } });
    page.call.turn();
  }
}
