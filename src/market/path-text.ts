import { shownName } from './name-text.ts';

const QUOTED = /^(["'`]).*\1$|^[“‘].*[”’]$/su;

/** Why a text is no path that anyone means: quotes around it, or control characters in it; undefined when it may be one. */
export function pathFault(path: string): string | undefined {
  if (/\p{Cc}/u.test(path)) {
    return `${shownName(path)} holds a control character, often the line end of a file that Windows wrote; delete it`;
  }
  if (QUOTED.test(path)) {
    return `${shownName(path)} has quotes around it (docker --env-file keeps them); write it without`;
  }
  return undefined;
}

/** Why a text is no folder to keep data in; undefined when it may be one. */
export function folderFault(path: string): string | undefined {
  const fault = pathFault(path);
  if (fault !== undefined) return fault;
  const [scheme] = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(path) ?? [];
  if (scheme === undefined) return undefined;
  return `${shownName(path)} is an address; the data folder is a folder of this machine (a mounted volume, too), so write a path without ${scheme}`;
}
