/** Numbers of more digits are left to the engine: up to here the digits that are written are the shortest that read back the same double. */
const MOST = 999_999_999_999_999;
const BILLION = 1_000_000_000;
const ZERO = 48;
const MINUS = 45;
const POINT = 46;

/** Units of the decimal places that prices have. */
const UNITS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000] as const;

/** The fewest places, of 0, 2, 4 and 6, at which a positive number is a whole number of units; -1 for none. */
function placesOf(value: number): number {
  if (Math.floor(value) === value) return 0;
  if (Math.round(value * 100) / 100 === value) return 2;
  if (Math.round(value * 10_000) / 10_000 === value) return 4;
  return Math.round(value * 1_000_000) / 1_000_000 === value ? 6 : -1;
}

function widthOf(whole: number): number {
  let width = 1;
  for (let limit = 10; whole >= limit; limit *= 10) width += 1;
  return width;
}

/** Writes the last digits of a whole number under 2^31. @returns where they end */
function putDigits(out: Uint8Array, at: number, whole: number, width: number): number {
  let rest = whole;
  for (let place = at + width - 1; place >= at; place--) {
    const tens = (rest / 10) | 0;
    out[place] = ZERO + rest - tens * 10;
    rest = tens;
  }
  return at + width;
}

function putWhole(out: Uint8Array, at: number, whole: number): number {
  if (whole < BILLION) return putDigits(out, at, whole, widthOf(whole));
  const billions = Math.floor(whole / BILLION);
  return putDigits(out, putDigits(out, at, billions, widthOf(billions)), whole - billions * BILLION, 9);
}

/** Writes short text of ASCII. @returns where it ends */
export function putText(out: Uint8Array, at: number, text: string): number {
  for (let place = 0; place < text.length; place++) out[at + place] = text.charCodeAt(place);
  return at + text.length;
}

/**
 * Writes a number as `String` would: the shortest text that reads back the same double. Prices and volumes are written digit
 * by digit, without making a text of each first; all else is left to the engine.
 * @param at where it begins; 32 bytes from there on are free
 * @returns where it ends
 */
export function putNumber(out: Uint8Array, at: number, value: number): number {
  const size = Math.abs(value);
  let places = placesOf(size);
  let units = places > 0 ? Math.round(size * (UNITS[places] ?? 1)) : size;
  if (places < 0 || !(units <= MOST)) return putText(out, at, String(value));
  for (; places > 0 && units % 10 === 0; places--) units /= 10;
  const unit = UNITS[places] ?? 1;
  const whole = Math.floor(units / unit);
  let end = at;
  if (value < 0) out[end++] = MINUS;
  end = putWhole(out, end, whole);
  if (places === 0) return end;
  out[end] = POINT;
  return putDigits(out, end + 1, units - whole * unit, places);
}
