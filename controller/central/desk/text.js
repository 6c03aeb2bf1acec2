// Real-time text at the desk: what a change of the field means for the other end, character by character.
import { characters } from "/ui/shared/talk-text.js";

const KEPT = 4000; // characters of each side; older ones go

/**
 * The step from one content of the field to the next, as the channel says it: take so many back, then add this.
 * Only the end can be taken back, so a change in the middle takes back all that follows it.
 * @returns {{erase: number, insert: string}}
 */
export function change(before, after) {
  const [old, now] = [characters(before), characters(after)];
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same += 1;
  return { erase: old.length - same, insert: now.slice(same).join("") };
}

/** The last KEPT characters. */
export const kept = (text) => (text.length > KEPT ? characters(text).slice(-KEPT).join("") : text);
