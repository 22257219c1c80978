import * as z from 'zod';

/** Version of the description's form. */
const SCHEMA = 1;

const descriptionForm = z.object({
  schema: z.literal(SCHEMA),
  /** `vortex-20240703T060000Z-1f3a` */
  name: z.string(),
  /** The time that the backup stands for. */
  created_at: z.iso.datetime(),
  /** Version of the program. */
  program: z.string(),
  /** Series, and files of all kinds, in it. */
  series: z.int(),
  files: z.int(),
  /** Bytes of these files before packing. */
  bytes: z.int(),
  /** Series whose files were not what their manifest said; they are in the backup as they stood. */
  damaged: z.array(z.string()),
  archive: z.object({ bytes: z.int(), sha256: z.string() }).optional(),
  list: z.object({ bytes: z.int(), sha256: z.string() }).optional(),
});

/** What is known of a backup without reading it; written last, so that what has one is whole. */
export type BackupDescription = z.infer<typeof descriptionForm>;

/** The description of a new backup. */
export function describe(facts: Omit<BackupDescription, 'schema'>): BackupDescription {
  return { schema: SCHEMA, ...facts };
}

/** Reads a description; undefined when it is torn or of another form. */
export function readDescription(text: string): BackupDescription | undefined {
  try {
    return descriptionForm.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Milliseconds since the epoch, UTC. */
export const createdAt = ({ created_at: at }: BackupDescription): number => Date.parse(at);

const NAME = /^vortex-\d{8}T\d{6}Z-[0-9a-f]{4}$/;

/** Whether it is a name that this program gives. */
export const isBackupName = (name: string): boolean => NAME.test(name);

/** Name of a backup: the time that it stands for (UTC), and four hexadecimal digits against namesakes. */
export function backupName(now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `vortex-${stamp}-${process.getBuiltinModule('node:crypto').randomBytes(2).toString('hex')}`;
}
