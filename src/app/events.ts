/**
 * What a use case tells while it works. A front end (the command line, the service, a program that uses the library) renders
 * it; the result of the use case holds everything else.
 */
export type AppEvent =
  /** Something a person should know that does not change the outcome; a whole sentence without a line feed at its end. */
  | { readonly type: 'notice'; readonly message: string }
  /** How far the work is; `total` may still grow. */
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly current?: string };

/** Takes events in their order; it does not throw. */
export type Events = (event: AppEvent) => void;
