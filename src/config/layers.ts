/** Values as they stand in a file, before they are checked. */
export type Values = Readonly<Record<string, unknown>>;

/** A key path; numbers are places in a list. */
export type KeyPath = readonly PropertyKey[];

/** Where a value was written. */
export interface Origin {
  /** For people: `file config/config.json`, `environment VORTEX_OUTPUT_DIR`, `flag --output-dir`, `secret file /run/secrets/x`. */
  readonly source: string;
  /** What a line about it begins with; a file's line goes on with the key path. */
  readonly place: string;
  /** The folder of the file; absent for flags and the environment. */
  readonly folder?: string;
  /** Keys written otherwise than we keep them: futures → future. */
  readonly spelled?: Readonly<Record<string, string>>;
}

/** Values laid over each other, and where each came from. */
export interface Layers {
  readonly values: Values;
  /** By the path as JSON text; objects have the origin that brought them first, all else the last one. */
  readonly origins: ReadonlyMap<string, Origin>;
}

export const NO_LAYERS: Layers = { values: {}, origins: new Map() };

/** True for what JSON calls an object. */
export function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function lay(below: Values, above: Values, path: readonly string[], note: (path: readonly string[]) => void): Values {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const here = [...path, key];
    const before = merged.get(key);
    if (!isValues(value) || !isValues(before)) note(here);
    merged.set(key, isValues(value) ? lay(isValues(before) ? before : {}, value, here, note) : value);
  }
  // fromEntries defines keys instead of setting them: `__proto__` stays a plain key.
  return Object.fromEntries(merged);
}

/** Lays values over others: objects are merged key by key, all else (lists too) is replaced. */
export function addLayer(layers: Layers, values: Values, origin: Origin): Layers {
  const origins = new Map(layers.origins);
  const note = (path: readonly string[]): void => void origins.set(JSON.stringify(path), origin);
  return { values: lay(layers.values, values, [], note), origins };
}

/** Lays one value over what is there at the path. */
export function addValue(layers: Layers, path: readonly string[], value: unknown, origin: Origin): Layers {
  const nested = path.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value);
  return isValues(nested) ? addLayer(layers, nested, origin) : layers;
}

/** Lays all of the second over the first. */
export function stackLayers(below: Layers, above: Layers): Layers {
  const origins = new Map(below.origins);
  const note = (path: readonly string[]): void => {
    const origin = above.origins.get(JSON.stringify(path));
    if (origin !== undefined) origins.set(JSON.stringify(path), origin);
  };
  return { values: lay(below.values, above.values, [], note), origins };
}

/** The value at a path; undefined when there is none. */
export function valueAt(values: unknown, path: KeyPath): unknown {
  let value = values;
  for (const key of path) {
    if (Array.isArray(value) && typeof key === 'number') value = value[key];
    else if (isValues(value) && typeof key === 'string' && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

/** Where the value at a path, or the nearest thing around it, was written. */
export function originAt(layers: Layers, path: KeyPath): Origin | undefined {
  for (let length = path.length; length > 0; length--) {
    const origin = layers.origins.get(JSON.stringify(path.slice(0, length)));
    if (origin !== undefined) return origin;
  }
  return undefined;
}

/** A path for people: `futures.GOLD.periods[0]`, `stocks["BRK.B"].code`. */
export function formatPath(path: KeyPath, spelled: Readonly<Record<string, string>> = {}): string {
  const [first, ...rest] = path;
  const written =
    typeof first === 'string' && Object.hasOwn(spelled, first) ? [spelled[first] ?? first, ...rest] : path;
  return written
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      const text = String(key);
      if (!/^[\w$^=-]+$/.test(text)) return `[${JSON.stringify(text)}]`;
      return index === 0 ? text : `.${text}`;
    })
    .join('');
}

/** What a line about the path begins with: `config.json: futures.GOLD.cycle`, `flag --concurrency`. */
export function placeOf(layers: Layers, path: KeyPath): string {
  const origin = originAt(layers, path);
  if (origin === undefined) return formatPath(path);
  if (origin.folder === undefined) return origin.place;
  return `${origin.place}: ${formatPath(path, origin.spelled)}`;
}
