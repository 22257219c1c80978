import * as z from 'zod';
import { pathSetting } from './path-setting.ts';
import { timezone } from './instrument-settings.ts';

const webAddress = (description: string): z.ZodURL => z.url({ protocol: /^https?$/ }).describe(description);

const port = z.int().min(0).max(65_535);

/** Settings of `serve`. */
export const serve = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address that serve listens on; 0.0.0.0: all of the machine'),
  port: port.default(8080).describe('Port that serve listens on, 0 to 65535; 0: any free one'),
  token: z
    .string()
    .min(8)
    .regex(/^[!-~]*$/, {
      error: 'must hold letters, digits and signs of ASCII only, no space: a header could not carry it',
    })
    .optional()
    .meta({
      secret: true,
      description: 'Bearer token that POST /runs asks for, at least 8 characters; absent: POST /runs is off',
    }),
  schedule: z
    .string()
    .min(1)
    .optional()
    .describe('When serve runs the main job: minute hour day month weekday, such as 0 6 * * 1-5; absent: on request'),
  timezone: timezone.default('UTC').describe('IANA zone that the schedule is in: America/New_York'),
  jitter_seconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(0)
    .describe('A scheduled run begins up to so many seconds late, by chance, 0 to 86400'),
  catch_up: z.boolean().default(false).describe('true: a run that was missed is made as soon as it can be'),
  grace_seconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(8)
    .describe('How long a run may go on after SIGTERM before it is cut, seconds, 0 to 86400'),
});

/** Settings of what is told about runs to other programs. */
export const metrics = z.strictObject({
  pushgateway: webAddress(
    'Pushgateway that is told of each run: http://host:9091, or with a grouping key of your own …/metrics/job/NAME/…',
  )
    .refine((url) => !/\/\/[^/?#]*@/.test(url), {
      error: 'must hold no user and password; metrics.pushgateway_username and metrics.pushgateway_password do',
    })
    .optional(),
  pushgateway_username: z.string().min(1).optional().describe('User at the Pushgateway, where it asks for one'),
  pushgateway_password: z.string().min(1).optional().meta({
    secret: true,
    description: 'Password at the Pushgateway, where it asks for one',
  }),
  file: pathSetting
    .optional()
    .describe(
      "File that the metrics are written to after each run, for node_exporter's textfile collector: …/vortex.prom",
    ),
  heartbeat_url: webAddress('Address that is asked (GET) after each successful run; its path is a secret')
    .optional()
    .meta({ secret: true, description: 'Address that is asked (GET) after each successful run' }),
});

/** Where the log goes besides stderr. */
export const logFile = {
  file: pathSetting.optional().describe('File that the log is written to as well, JSON lines; absent: none'),
  file_max_mb: z
    .int()
    .min(1)
    .max(10_240)
    .default(10)
    .describe('Size at which a new log file is begun, mebibytes, 1 to 10240'),
  file_count: z.int().min(1).max(1000).default(5).describe('Older log files that are kept, 1 to 1000'),
};
