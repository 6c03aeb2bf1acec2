// Real-time text at the desk: how much of it stays in sight.
import { characters } from "/ui/shared/talk-text.js";

export { change } from "/ui/shared/talk-text.js";

const KEPT = 4000; // characters of each side; older ones go

/** The last KEPT characters. */
export const kept = (text) => (text.length > KEPT ? characters(text).slice(-KEPT).join("") : text);
