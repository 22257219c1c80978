import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type * as z from 'zod';
import { VortexError } from '../market/errors.ts';
import { readConfigFile } from './config-file.ts';
import { readContents } from './contents.ts';
import { caseClashes, configuredInstruments } from './configured-instruments.ts';
import type { ConfiguredInstrument } from './configured-instruments.ts';
import { withDotEnv } from './dot-env.ts';
import { readEnvironment } from './environment.ts';
import { explainIssues } from './explain.ts';
import { instrumentLayers } from './instrument-layers.ts';
import { CLASS_KEYS, instrumentsSchema } from './instrument-settings.ts';
import { originAt, valueAt } from './layers.ts';
import type { Layers, Values } from './layers.ts';
import type { Environment } from './process-environment.ts';
import { passwordsIn, readProxy } from './proxy.ts';
import type { ProxySettings } from './proxy.ts';
import { settingKeys } from './schema-keys.ts';
import { settingLayers } from './setting-layers.ts';
import type { FlagValue } from './setting-layers.ts';
import { settingsSchema } from './settings.ts';
import type { ProviderOptions } from './provider-options.ts';
import type { Settings } from './settings.ts';

/** Below the working directory. */
export const DEFAULT_CONFIG_FILE = 'config/config.json';

export interface LoadRequest {
  readonly flags?: readonly FlagValue[];
  /** Files named by --config, later ones win; none: the default file when it exists. */
  readonly files?: readonly string[];
  readonly env: Environment;
  /** Relative paths count from here. */
  readonly cwd: string;
  /** What each provider takes, by id. */
  readonly providerOptions: ProviderOptions;
}

/** The effective configuration. */
export interface LoadedSettings {
  /** `output_dir` and the files in `instruments` are absolute. */
  readonly settings: Settings;
  readonly instruments: readonly ConfiguredInstrument[];
  /** By setting (`logging.level`): `default`, `file …`, `environment NAME`, `flag --x` or `secret file …`. */
  readonly sources: ReadonlyMap<string, string>;
  /** The config files that were read, as a person would name them. */
  readonly files: readonly string[];
  /** The same files, absolute. */
  readonly paths: readonly string[];
  /** The lists of names that they name, absolute. */
  readonly lists: readonly string[];
  /** Every secret value, to be kept out of logs and messages. */
  readonly secrets: readonly string[];
  readonly proxy: ProxySettings;
  /** NO_COLOR is set to something. */
  readonly noColor: boolean;
  readonly warnings: readonly string[];
}

function configFiles({ files = [], cwd }: LoadRequest): string[] {
  if (files.length > 0) return files.map((file) => resolve(cwd, file));
  return [join(cwd, DEFAULT_CONFIG_FILE)].filter((file) => existsSync(file));
}

function secretsOf(schema: z.core.$ZodType, given: readonly Values[], proxy: ProxySettings): string[] {
  const keys = settingKeys(schema).filter((key) => key.secret);
  const texts = given.flatMap((values) => keys.map(({ keys: path }) => valueAt(values, path)));
  const secrets = texts.filter((text) => typeof text === 'string');
  const inUrls = [proxy.httpProxy, proxy.httpsProxy].flatMap((url) => passwordsIn(url ?? ''));
  return [...new Set([...secrets, ...inUrls])].filter((text) => text !== '');
}

function sourcesOf(schema: z.core.$ZodType, layers: Layers): Map<string, string> {
  const source = (keys: readonly string[]): string =>
    valueAt(layers.values, keys) === undefined ? 'default' : (originAt(layers, keys)?.source ?? 'default');
  return new Map(settingKeys(schema).map(({ keys }) => [keys.join('.'), source(keys)]));
}

function failure(problems: readonly string[]): VortexError {
  return new VortexError(problems.join('\n'), {
    code: 'config-invalid',
    disposition: 'abort-run',
    context: { problems: problems.length },
  });
}

/**
 * Puts the settings together: flag over environment (and `.env`) over files over default.
 * @throws VortexError `config-invalid`, its message one line a problem: `place: what is wrong, what is allowed`
 */
export async function loadSettings(request: LoadRequest): Promise<LoadedSettings> {
  const { cwd, providerOptions, flags = [] } = request;
  const schema = settingsSchema(providerOptions);
  const recordsSchema = instrumentsSchema(providerOptions);

  const complete = await withDotEnv(request.env, cwd);
  const paths = configFiles(request);
  const files = paths.map((path) => readConfigFile(path, cwd));
  const environment = readEnvironment(schema, complete.env, cwd, complete.fromFile);
  const stacked = settingLayers(schema, { files, environment: environment.layers, flags });
  const contents = readContents(schema, stacked, cwd);
  const { layers } = contents;
  const instruments = instrumentLayers(files, layers, cwd, recordsSchema);

  const settings = schema.safeParse(layers.values, { jitless: true });
  const records = recordsSchema.safeParse(instruments.layers.values, { jitless: true });
  const problems = [
    ...files.flatMap((file) => file.problems),
    ...complete.problems,
    ...environment.problems,
    ...contents.problems,
    ...instruments.problems,
    ...explainIssues(settings.error?.issues ?? [], { schema, layers, besides: CLASS_KEYS }),
    ...explainIssues(records.error?.issues ?? [], { schema: recordsSchema, layers: instruments.layers }),
    ...caseClashes(instruments.layers),
  ];
  if (!settings.success || !records.success || problems.length > 0) throw failure(problems);

  const proxy = readProxy(complete.env);
  const given = [layers, environment.layers].map(({ values }) => values).concat(files.map((file) => file.settings));
  return {
    settings: {
      ...settings.data,
      output_dir: resolve(cwd, settings.data.output_dir),
      instruments: [...instruments.files],
    },
    instruments: configuredInstruments(records.data, instruments.layers),
    sources: sourcesOf(schema, layers),
    files: files.map((file) => file.origin.place),
    paths,
    lists: [...new Set(instruments.lists)],
    secrets: secretsOf(schema, given, proxy),
    proxy,
    noColor: (complete.env['NO_COLOR'] ?? '') !== '',
    warnings: [...files.flatMap((file) => file.warnings), ...complete.warnings, ...instruments.warnings],
  };
}
