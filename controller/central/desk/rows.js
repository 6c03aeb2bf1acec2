// The order of who waits: the broker's, but nothing moves under a pointer or a focus that is about to press.

/**
 * @param {object[]} shown the rows as they stand
 * @param {object[]} waiting who waits, in the broker's order
 * @param {boolean} isTouched whoever is new comes below, and a row that went stays, marked, until the list is left
 */
export function arranged(shown, waiting, isTouched) {
  if (!isTouched || !waiting.length) return waiting;
  const now = new Map(waiting.map((row) => [row.session, row]));
  const stand = shown.map((row) => now.get(row.session) ?? { ...row, rings: false, isGone: true });
  const known = new Set(shown.map((row) => row.session));
  return [...stand, ...waiting.filter((row) => !known.has(row.session))];
}
