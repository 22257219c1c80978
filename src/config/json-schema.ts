import * as z from 'zod';
import { instrumentsSchema } from './instrument-settings.ts';
import { settingsSchema } from './settings.ts';
import type { ProviderOptions } from './provider-options.ts';

/**
 * The JSON Schema (draft 7, which editors know best) of a config file: settings, instruments or both. It describes what may be
 * written, not what is made of it. Rules that JSON Schema cannot say (time zones, known dates) are checked on load only.
 */
export function settingsJsonSchema(providerOptions: ProviderOptions): Record<string, unknown> {
  const { futures, stocks, forex } = instrumentsSchema(providerOptions).shape;
  const schema = z
    .strictObject({
      $schema: z.string().optional().describe('This schema, for editors'),
      ...settingsSchema(providerOptions).shape,
      futures,
      future: futures.describe('The same as futures, in the word of the older tool; one of the two'),
      stocks,
      stock: stocks.describe('The same as stocks, in the word of the older tool; one of the two'),
      forex,
    })
    .describe('Settings and instruments of Vortex');
  const json = z.toJSONSchema(schema, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      // For the loader, not for editors.
      delete jsonSchema['contents'];
      if (jsonSchema['secret'] === true) {
        delete jsonSchema['secret'];
        jsonSchema.writeOnly = true;
      }
    },
  });
  return {
    ...json,
    // A word of editors, so that they do not mark comments as faults.
    allowComments: true,
    allOf: [
      ['future', 'futures'],
      ['stock', 'stocks'],
    ].map((twins) => ({ not: { required: twins } })),
  };
}
