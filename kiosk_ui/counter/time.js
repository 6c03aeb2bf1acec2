/* Time as an advisor reads it: how long somebody has waited, how long this has lasted. */

/** Whole minutes of waiting in words. */
export function waited(t, ms) {
  const min = Math.floor(Math.max(0, ms) / 60000);
  if (min < 1) return t("counter-wait-new");
  if (min < 60) return t("counter-wait-min", { min });
  return t("counter-wait-hours", { h: Math.floor(min / 60), min: min % 60 });
}

/** A running timer, 3:05 or 1:02:09. */
export function timer(ms) {
  const s = Math.floor(Math.max(0, ms) / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const [h, min, sec] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  return h ? `${h}:${two(min)}:${two(sec)}` : `${min}:${two(sec)}`;
}
