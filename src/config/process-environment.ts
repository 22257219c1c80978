/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process: the one place that reads it. Hand it on as an argument. */
export function processEnvironment(): Environment {
  return { ...process.env };
}
