import { Cron } from 'croner';

/** True for the name of a time zone, such as America/New_York. */
export function isZone(name: string): boolean {
  if (!/^[A-Z][A-Za-z]+(?:\/[A-Za-z_+-]+)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** True for the five fields that cron of Kubernetes and Google take: minute, hour, day, month, day of the week. */
export function isCron(expression: string): boolean {
  const fields = expression.split(' ');
  if (
    fields.length !== 5 ||
    !fields.every((field) => /^(?:\*|\d+(?:-\d+)?)(?:\/\d+)?(?:,\d+(?:-\d+)?)*$/.test(field))
  ) {
    return false;
  }
  try {
    return new Cron(expression, { paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}

/** True for AWS's `cron(…)` of six fields, one of the two days a question mark. */
export function isAwsCron(expression: string): boolean {
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.split(' ') ?? [];
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  const isDay = /^(?:\?|\*|[\d,-]+)$/.test(day) && /^(?:\?|\*|[1-7,-]+|[A-Z]{3}(?:[-,][A-Z]{3})*)$/.test(weekday);
  return (
    fields.length === 6 &&
    isDay &&
    (day === '?') !== (weekday === '?') &&
    isCron(`${minute} ${hour} * ${month} *`) &&
    /^(?:\*|20\d\d)$/.test(year)
  );
}
