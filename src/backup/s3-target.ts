import { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  AbortMultipartUploadCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { asVortexError, VortexError } from '../market/errors.ts';
import type { ErrorCode } from '../market/errors.ts';
import { DAY_MS } from '../market/period.ts';
import { realNow } from '../disk/machine.ts';
import { brokenArchive } from './tar-reader.ts';
import type { BackupTarget, TargetObject } from './target.ts';

/** How a bucket is reached. */
export interface S3Options {
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly path_style: boolean;
  readonly access_key_id?: string | undefined;
  readonly secret_access_key?: string | undefined;
}

/** A part of an upload, bytes; four are held at a time, and there are 10,000 at most: 160 GB. */
const PART_BYTES = 16 * 1_048_576;
const DELETED_TOGETHER = 1000;

/** `s3://bucket/some/prefix` as bucket and prefix with a slash at its end; undefined for anything else. Pure. */
export function readS3Place(place: string): { readonly bucket: string; readonly prefix: string } | undefined {
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket === undefined) return undefined;
  const prefix = path.replace(/\/+$/, '');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}

const REFUSALS = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'Forbidden',
  'CredentialsProviderError',
]);

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const { $metadata: facts } = error;
  if (typeof facts !== 'object' || facts === null || !('httpStatusCode' in facts)) return undefined;
  return typeof facts.httpStatusCode === 'number' ? facts.httpStatusCode : undefined;
}

/** The store's error as one that says what to do. */
export function s3Error(cause: unknown, place: string): VortexError {
  if (cause instanceof VortexError) return cause;
  const { message } = asVortexError(cause);
  const name = cause instanceof Error ? cause.name : '';
  const status = statusOf(cause);
  const as = (code: ErrorCode, text: string): VortexError =>
    new VortexError(`${place}: ${text}`, { code, disposition: 'abort-run', context: { name, status }, cause });
  if (name === 'NoSuchBucket') {
    return as('config-invalid', 'there is no such bucket; make it, or name another in backup.target');
  }
  if (name === 'NoSuchKey' || name === 'NotFound') return brokenArchive(`${place}: is not there`, cause);
  if (REFUSALS.has(name) || status === 401 || status === 403) {
    return as(
      'refused',
      `access is refused (${name || String(status)}); look at backup.s3.access_key_id, its secret and its rights`,
    );
  }
  if (name === 'PermanentRedirect' || status === 301) {
    return as('config-invalid', 'the bucket is in another region; set backup.s3.region');
  }
  if (status === undefined || status >= 500) return as('network', `the store does not answer well: ${message}`);
  return as('provider-fault', `${name}: ${message}`);
}

/** Backups in an S3-compatible bucket. An upload appears when all of its parts are there. */
export class S3Target implements BackupTarget {
  readonly place: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  /** @throws VortexError `config-invalid` for a place that names no bucket */
  constructor(place: string, options: S3Options) {
    const read = readS3Place(place);
    if (read === undefined) {
      throw new VortexError(`backup.target: ${place} names no bucket; write s3://bucket or s3://bucket/prefix`, {
        code: 'config-invalid',
        disposition: 'abort-run',
      });
    }
    this.place = place.replace(/\/+$/, '');
    this.#bucket = read.bucket;
    this.#prefix = read.prefix;
    const { endpoint, region, path_style: forcePathStyle, access_key_id: id, secret_access_key: secret } = options;
    this.#client = new S3Client({
      region,
      forcePathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(id === undefined || secret === undefined
        ? {}
        : { credentials: { accessKeyId: id, secretAccessKey: secret } }),
      // Other stores do not know the newer checksums; ours are in the list.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async list(): Promise<TargetObject[]> {
    const objects: TargetObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.#ask(this.place, () =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: this.#prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key: key = '', Size: bytes = 0, LastModified: changed } of page.Contents ?? []) {
        const name = key.slice(this.#prefix.length);
        if (name !== '' && !name.includes('/'))
          objects.push({ name, bytes, changedAt: changed?.getTime() ?? realNow() });
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return objects;
  }

  async write(name: string, pieces: AsyncIterable<Buffer>): Promise<number> {
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const piece of pieces) {
        bytes += piece.length;
        yield piece;
      }
    };
    const body = Readable.from(counted(), { objectMode: false });
    let ours: unknown;
    body.on('error', (error) => {
      ours ??= error;
    });
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: this.#bucket, Key: this.#prefix + name, Body: body },
      partSize: PART_BYTES,
      queueSize: 3,
      leavePartsOnError: false,
    });
    await this.#ask(`${this.place}/${name}`, () => upload.done()).catch((error: unknown) => {
      body.destroy();
      throw ours ?? error;
    });
    return bytes;
  }

  async read(name: string): Promise<AsyncIterable<Buffer>> {
    const place = `${this.place}/${name}`;
    const { Body: body } = await this.#ask(place, () =>
      this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + name })),
    );
    if (!(body instanceof Readable)) throw brokenArchive(`${place}: is empty`);
    return this.#pieces(body, place);
  }

  async remove(names: readonly string[]): Promise<void> {
    for (let from = 0; from < names.length; from += DELETED_TOGETHER) {
      const objects = names.slice(from, from + DELETED_TOGETHER).map((name) => ({ Key: this.#prefix + name }));
      const { Errors: errors = [] } = await this.#ask(this.place, () =>
        this.#client.send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects: objects } })),
      );
      const [first] = errors;
      if (first !== undefined) {
        throw s3Error(Object.assign(new Error(first.Message), { name: first.Code }), this.place);
      }
    }
  }

  async tidy(): Promise<void> {
    let uploads;
    try {
      const input = { Bucket: this.#bucket, Prefix: `${this.#prefix}vortex-` };
      uploads = (await this.#client.send(new ListMultipartUploadsCommand(input))).Uploads ?? [];
    } catch {
      // Not every store tells, and not every key may ask; a rule of the bucket does the same.
      return;
    }
    for (const { Key: key, UploadId: id, Initiated: began } of uploads) {
      if (key === undefined || id === undefined || realNow() - (began?.getTime() ?? realNow()) < DAY_MS) continue;
      await this.#ask(this.place, () =>
        this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: id })),
      );
    }
  }

  async *#pieces(body: Readable, place: string): AsyncGenerator<Buffer> {
    try {
      yield* body as AsyncIterable<Buffer>;
    } catch (error) {
      throw s3Error(error, place);
    }
  }

  async #ask<Answer>(place: string, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      throw s3Error(error, place);
    }
  }
}
