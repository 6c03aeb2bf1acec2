// A page that is higher than the window says so: on glass there is no scroll bar to be seen.

const SPARE = 12; // px: less than this below the edge is nothing that anybody misses
const PART = 0.7; // of the window's height, brought by one press: a line of what was seen stays in sight

/** Call after drawing, scrolling and a change of size: the root has `data-below` while there is more below. */
export function tellBelow() {
  const root = document.documentElement;
  root.toggleAttribute("data-below", scrollY + innerHeight < root.scrollHeight - SPARE);
}

export const showMore = () => scrollBy({ top: PART * innerHeight, behavior: "smooth" });
