import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { loadSettings } from '../../src/config/load.ts';
import type { LoadedSettings, LoadRequest } from '../../src/config/load.ts';
import { VortexError } from '../../src/market/errors.ts';

/** Two providers: one that needs nothing, one with an account. */
export const STAND_INS = {
  yahoo: z.strictObject({
    base_url: z.url().default('https://quotes.example').describe('What stands before the path'),
    pace_ms: z.int().min(0).default(500).describe('Milliseconds'),
  }),
  broker: z.strictObject({
    username: z.string().min(1).optional().meta({ secret: true, description: 'Account' }),
    password: z.string().min(1).optional().meta({ secret: true, description: 'Password' }),
  }),
};

/** A folder of its own for one test, gone afterwards, with the given files; objects are written as JSON. */
export function folderWith(files: Readonly<Record<string, unknown>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'vortex-config-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const raw = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(join(folder, name), raw ? content : JSON.stringify(content));
  }
  return folder;
}

/** Loads from the folder with an empty environment unless told otherwise. */
export function load(cwd: string, request: Partial<LoadRequest> = {}): Promise<LoadedSettings> {
  return loadSettings({ env: {}, providerOptions: STAND_INS, cwd, ...request });
}

/** The lines of problems that a load ends with; none when it succeeds. */
export async function problemsOf(loading: Promise<LoadedSettings>): Promise<string[]> {
  try {
    await loading;
    return [];
  } catch (error) {
    if (!(error instanceof VortexError) || error.code !== 'config-invalid' || error.disposition !== 'abort-run')
      throw error;
    return error.message.split('\n');
  }
}
