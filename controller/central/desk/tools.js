// What an expert works with in a talk: the shared screen, papers to print, stills of documents, captions.
import { unfit } from "/expert/files.js";

/** @param {object} ui what main.js knows @param {(news: object) => void} change */
export function toolsOf(ui, change) {
  /** What is chosen when this conversation is over is for nobody: the next customer is another. */
  async function share() {
    const { call, devices } = ui;
    if (!call || call.isOver) return;
    if (devices.screen) devices.stopScreen();
    else await devices.shareScreen(() => call === ui.call && !call.isOver);
  }

  async function print(file) {
    const call = ui.call;
    if (!file || !call) return;
    const why = await unfit(file);
    if (call !== ui.call) return;
    change({ problem: why ? `desk-file-${why}` : null });
    if (!why) await call.files.print(file);
  }

  function askStill() {
    ui.call?.askStill();
  }

  /** A still, large; null closes it, and the focus goes back to where it was. */
  function look(id) {
    if (!id) document.querySelector("dialog.viewer")?.close();
    change({ still: id, zoom: "fit", turned: 0 });
    if (id) queueMicrotask(() => document.querySelector("dialog.viewer:not([open])")?.showModal());
  }

  function caption() {
    const { call } = ui;
    if (call.captions.isOn) call.captions.stop();
    else call.captions.start(call.brief.language);
    change({});
  }

  return { share, print, askStill, look, caption };
}
