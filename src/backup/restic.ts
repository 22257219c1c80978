import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import { VortexError } from '../market/errors.ts';
import type { ErrorCode } from '../market/errors.ts';

/** How restic is called. */
export interface ResticOptions {
  readonly repository?: string | undefined;
  readonly password?: string | undefined;
  /** Keys of an S3-compatible repository; absent: those of the environment. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a call came to. */
interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A call whose output is read while it runs. */
export interface ResticOutput {
  readonly pieces: AsyncIterable<Buffer> & { destroy: () => unknown };
}

const hidden = (text: string): string => text.replace(/\/\/[^/@\s]*@/g, '//***@');

const failure = (code: ErrorCode, message: string): VortexError =>
  new VortexError(message, { code, disposition: 'abort-run' });

const MISSING =
  'the program restic is not there; install it (apt-get install restic, apk add restic, brew install restic, or ' +
  'https://restic.net), or set backup.engine to tar';

/** Words of restic, and what they mean. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/wrong password or no key found/, 'refused', 'the password is wrong; look at backup.restic.password'],
  [
    /an empty password is not|resolve password|RESTIC_PASSWORD/i,
    'config-invalid',
    'there is no password; set backup.restic.password',
  ],
  [/specify repository location/, 'config-invalid', 'there is no repository; set backup.restic.repository'],
  [
    /Access ?Denied|InvalidAccessKeyId|SignatureDoesNotMatch|403 Forbidden|401 Unauthorized/i,
    'refused',
    'access is refused',
  ],
  [/bucket does not exist|NoSuchBucket/i, 'config-invalid', 'there is no such bucket'],
  [
    /unable to create lock|already locked/,
    'folder-locked',
    'another restic is at work on the repository; when none is, run `restic unlock`',
  ],
  [/no space left|quota exceeded/i, 'disk-full', 'the disk is full; make room and run again'],
  [
    /ciphertext verification|hash mismatch|does not match id|invalid data returned|not found in (?:index|repository)|unexpected EOF|failed to load|unable to load|load(?:Blob|Tree)|illegal file size|size mismatch|no such file or directory/i,
    'file-corrupt',
    'the repository is damaged',
  ],
  [/dial tcp|connection refused|no such host|timeout/i, 'network', 'the repository cannot be reached'],
];

/** Whether restic says that there is no repository yet. */
const isUnmade = ({ stderr }: Pick<Answer, 'stderr'>): boolean => stderr.includes('Is there a repository');

/** Calls the restic program. The password goes by the environment, never among the arguments. */
export class Restic {
  readonly #env: NodeJS.ProcessEnv;
  readonly place: string;

  constructor({ repository, password, accessKeyId, secretAccessKey, env }: ResticOptions) {
    const own = {
      RESTIC_REPOSITORY: repository,
      RESTIC_PASSWORD: password,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    const given = Object.entries(own).filter(([, value]) => value !== undefined);
    // Dates are UTC; a settings password goes before a file of the environment.
    const silenced =
      password === undefined ? {} : { RESTIC_PASSWORD_FILE: undefined, RESTIC_PASSWORD_COMMAND: undefined };
    this.#env = { ...env, ...silenced, ...Object.fromEntries(given), TZ: 'UTC', RESTIC_PROGRESS_FPS: '0' };
    this.place = hidden(repository ?? env['RESTIC_REPOSITORY'] ?? 'the restic repository');
  }

  /** Runs it to its end. @throws VortexError by what restic says */
  async run(args: readonly string[]): Promise<string> {
    const answer = await this.#ask(args);
    if (answer.code !== 0) throw this.#error(answer);
    return answer.stdout;
  }

  /** As `run`; undefined when there is no repository yet. */
  async runIfMade(args: readonly string[]): Promise<string | undefined> {
    const answer = await this.#ask(args);
    if (answer.code !== 0 && isUnmade(answer)) return undefined;
    if (answer.code !== 0) throw this.#error(answer);
    return answer.stdout;
  }

  /** Starts it; the pieces end with an error when it fails. */
  read(args: readonly string[]): ResticOutput {
    const child = this.#start(args);
    // Taken at once: what nobody has begun to read when a process ends is thrown away.
    const output = child.stdout.pipe(new PassThrough());
    const ended = this.#endOf(child);
    const whole = async (): Promise<void> => {
      const answer = await ended;
      if (answer.code !== 0) throw this.#error(answer);
    };
    const pieces = async function* (): AsyncGenerator<Buffer> {
      yield* output as AsyncIterable<Buffer>;
      await whole();
    };
    ended.catch(() => undefined);
    return { pieces: Object.assign(pieces(), { destroy: () => child.kill() }) };
  }

  #start(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    return spawn('restic', [...args], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async #ask(args: readonly string[]): Promise<Answer> {
    const child = this.#start(args);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    return { ...(await this.#endOf(child)), stdout };
  }

  #endOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Omit<Answer, 'stdout'> & { stdout: string }> {
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-8192);
    });
    return new Promise((settle, fail) => {
      child.once('error', (error) => {
        const gone = 'code' in error && error.code === 'ENOENT';
        fail(gone ? failure('config-invalid', MISSING) : failure('internal', `restic: ${error.message}`));
      });
      child.once('close', (code) => {
        settle({ code, stdout: '', stderr });
      });
    });
  }

  #error({ stderr }: Answer): VortexError {
    const lines = hidden(stderr).trim().split('\n');
    const told = lines.find((line) => line.startsWith('Fatal')) ?? lines.at(-1) ?? 'it failed without a word';
    if (isUnmade({ stderr })) {
      return failure(
        'config-invalid',
        `restic: ${this.place}: there is no repository yet; vortex backup create makes it`,
      );
    }
    const known = MEANINGS.find(([words]) => words.test(stderr));
    if (known === undefined) return failure('folder-unusable', `restic: ${this.place}: ${told}`);
    return failure(known[1], `restic: ${this.place}: ${known[2]} (${told})`);
  }
}
