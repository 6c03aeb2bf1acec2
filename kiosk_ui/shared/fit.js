// A long word is made smaller rather than broken: Chromium on a kiosk has no hyphenation dictionaries, and
// "Sysselsättningstjä-nster" reads worse than the same word at four fifths of its size.

const SMALLEST = 0.6; // below this a broken word is the lesser evil
const canvas = document.createElement("canvas").getContext("2d");

/** Call after drawing: fits the longest word of each of these elements to the element's width. */
export function fitWords(elements) {
  const all = [...elements];
  for (const one of all) one.style.fontSize = "";
  const sizes = all.map(fittingSize); // read everything, then write: one layout, not twenty
  all.forEach((one, i) => {
    if (sizes[i]) one.style.fontSize = `${sizes[i]}px`;
  });
}

/** The size in px at which the longest word just fits; null when it fits as it is. */
function fittingSize(one) {
  const style = getComputedStyle(one);
  canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const words = one.textContent.trim().split(/[\s\u00ad\u2010-]+/);
  const widest = Math.max(0, ...words.map((word) => canvas.measureText(word).width));
  const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  if (widest <= room || room <= 0) return null;
  return Math.floor(parseFloat(style.fontSize) * Math.max(SMALLEST, (room - 1) / widest));
}
