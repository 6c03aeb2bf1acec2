// Time as an expert reads it: how long somebody has waited, how long this has lasted.

/** Whole minutes of waiting in words. */
export function waited(t, ms) {
  const min = Math.floor(Math.max(0, ms) / 60000);
  if (min < 1) return t("desk-wait-new");
  return min < 60 ? t("desk-wait-min", { min }) : t("desk-wait-hours", { h: Math.floor(min / 60), min: min % 60 });
}

/** A running timer, 3:05 or 1:02:09. */
export function timer(ms) {
  const s = Math.floor(Math.max(0, ms) / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const [h, min, sec] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  return h ? `${h}:${two(min)}:${two(sec)}` : `${min}:${two(sec)}`;
}

/** Bytes as a person says them. */
export const size = (bytes, lang) =>
  bytes < 1_000_000
    ? `${Math.max(1, Math.round(bytes / 1000)).toLocaleString(lang)} kB`
    : `${(bytes / 1_000_000).toLocaleString(lang, { maximumFractionDigits: 1 })} MB`;
