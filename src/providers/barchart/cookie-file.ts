import * as z from 'zod';
import type { Cookie } from './cookies.ts';

const HTTP_ONLY = '#HttpOnly_';
/** What may stand in a header without breaking it. */
const VALUE = /^[!-:<-~]*$/;

const exported = z.looseObject({ name: z.string().min(1), value: z.string(), domain: z.string().optional() });
/** A bare list, as the common extensions write it, or one in an object, as automation tools do. */
const exportedJson = z.union([z.array(exported), z.looseObject({ cookies: z.array(exported) })]);

type ExportedCookie = z.infer<typeof exported>;

function readJson(text: string): readonly ExportedCookie[] | undefined {
  try {
    const parsed = exportedJson.safeParse(JSON.parse(text));
    if (!parsed.success) return undefined;
    return Array.isArray(parsed.data) ? parsed.data : parsed.data.cookies;
  } catch {
    return undefined;
  }
}

/** The seven columns of Netscape's format: domain, subdomains too, path, secure, end, name, value. */
function readNetscape(text: string): readonly ExportedCookie[] {
  return text.split(/\r?\n/).flatMap((line) => {
    if (line.startsWith('#') && !line.startsWith(HTTP_ONLY)) return [];
    const fields = line.replace(HTTP_ONLY, '').split('\t');
    const [domain = '', , , , , name = '', value = ''] = fields;
    return fields.length < 6 || name === '' ? [] : [{ domain, name, value: value.trim() }];
  });
}

const isOf = (host: string, domain: string): boolean => {
  const plain = domain.replace(/^\./, '').toLowerCase();
  return plain === '' || host === plain || host.endsWith(`.${plain}`);
};

/**
 * The cookies that a browser's export has for a host: a Netscape cookies.txt, or JSON as browser extensions write it. Empty
 * when the text is neither, or has none for that host.
 * @param host in lower case, without port
 */
export function readCookieFile(text: string, host: string): Cookie[] {
  const trimmed = text.replace(/^\uFEFF/, '').trimStart();
  const all = /^[[{]/.test(trimmed) ? (readJson(trimmed) ?? []) : readNetscape(trimmed);
  return all
    .filter(({ domain, value }) => isOf(host, domain ?? '') && VALUE.test(value))
    .map(({ name, value }) => ({ name, value }));
}
