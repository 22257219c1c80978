import { join } from 'node:path';
import type { Bars } from '../market/bars.ts';
import { VortexError } from '../market/errors.ts';
import { isContent } from '../disk/checksum.ts';
import { decodeFile } from './encoding.ts';
import { readPart, readWhole } from '../disk/files.ts';
import type { StoredFile } from './manifest-form.ts';

/** The error of a file whose size and time speak for it and whose content does not: no bar of it is to be signed anew. */
export function rotten(path: string): VortexError {
  return new VortexError(`${path}: is not what was written there; move it away, and it is fetched again`, {
    code: 'file-corrupt',
    disposition: 'skip-series',
    context: { path },
  });
}

/** The bars of one file, up to its committed end. @throws VortexError `file-corrupt` */
export async function loadFile(root: string, file: StoredFile): Promise<Bars> {
  const path = join(root, file.path);
  const content = (file.blocks === undefined ? readWhole(path) : readPart(path, 0, file.bytes)) ?? Buffer.alloc(0);
  const bars = await decodeFile(content, file.format, file.path);
  if (!isContent(content, file)) throw rotten(file.path);
  return bars;
}
