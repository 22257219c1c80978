/** An object in a target and its size. */
export interface TargetObject {
  readonly name: string;
  readonly bytes: number;
  /** Time of its last change, milliseconds since the epoch, UTC. */
  readonly changedAt: number;
}

/** Where archives are kept: a folder or a bucket. Names have no folders in them. */
export interface BackupTarget {
  /** For people: the folder, or s3://bucket/prefix. */
  readonly place: string;
  list(): Promise<TargetObject[]>;
  /**
   * Keeps the pieces under a name, all of them or nothing: it appears when it is whole and durable.
   * @returns bytes that were written
   */
  write(name: string, pieces: AsyncIterable<Buffer>): Promise<number>;
  /** The pieces of an object. @throws VortexError `file-corrupt` when it is not there */
  read(name: string): Promise<AsyncIterable<Buffer>>;
  remove(names: readonly string[]): Promise<void>;
  /** Forgets what interrupted writes left, if they are older than a day. */
  tidy(): Promise<void>;
}
