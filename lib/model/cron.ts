import { Cron as Croner } from 'croner';
import { Duration } from './duration';
import { FaultError } from './problem';

/** `HH:MM`, 24 hours. */
export type TimeOfDay = `${number}:${number}`;
/** In the letters that cron takes. */
export type Weekday = 'SUN' | 'MON' | 'TUE' | 'WED' | 'THU' | 'FRI' | 'SAT';
/** In whose time a {@link Cron} is meant. */
export interface CronOptions {
  /** An IANA name. Default: UTC. */
  readonly timeZone?: string;
}

const FIELDS = [
  { name: 'minute', from: 0, to: 59, words: [] },
  { name: 'hour', from: 0, to: 23, words: [] },
  { name: 'day of month', from: 1, to: 31, words: [] },
  { name: 'month', from: 1, to: 12, words: ['', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] },
  // Kubernetes does not know 7 as a Sunday, nor a week that ends with it.
  { name: 'day of week', from: 0, to: 6, words: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
] as const;

/** Where looking ahead begins, and after how many runs it ends: a good year of daily ones. */
const FROM = new Date('2024-01-01T00:00:00Z');
const MOST_RUNS = 400;

/** To look a year ahead takes as long as to emit a stack. */
const pauses = new Map<string, Duration>();

/**
 * A schedule of five fields (minute, hour, day of month, month, day of week) in a named time zone.
 * Only what every cron runner reads alike: lists, ranges, steps and the names of months and days. Seconds, `@reboot`,
 * `L`, `#`, `W`, `?` and a Sunday called 7 are refused.
 *
 * Compose: a line of the crontab that the container's own runner reads. Kubernetes: `schedule` and `timeZone` of a CronJob.
 */
export class Cron {
  private constructor(
    /** The five fields, in capitals, with one space between them. */
    readonly expression: string,
    /** Its IANA name. */
    readonly timeZone: string,
  ) {}

  /** Five fields: `'0 2 * * *'`. Throws a FaultError for what some runner would read in another way, and for what never comes. */
  static of(expression: string, { timeZone = 'UTC' }: CronOptions = {}): Cron {
    const normal = expression.trim().replace(/\s+/g, ' ').toUpperCase();
    const fields = normal === '' ? [] : normal.split(' ');
    if (fields.length !== FIELDS.length) throw refusal(expression, `it has ${fields.length} fields instead of five`);
    for (const [i, field] of fields.entries()) {
      const why = fieldFault(field, FIELDS[i]!);
      if (why) throw refusal(expression, why);
    }
    if (!isTimeZone(timeZone)) throw refusal(expression, `'${timeZone}' is not a time zone`);
    const cron = new Cron(normal, timeZone);
    if (!cron.isEachDate && !cron.runs().nextRun(FROM)) throw refusal(expression, 'it never comes');
    return cron;
  }

  /** Once an hour. `minute`: from 0 to 59. Default: 0. */
  static hourly({ minute = 0, ...options }: CronOptions & { readonly minute?: number } = {}): Cron {
    return Cron.of(`${minute} * * * *`, options);
  }

  /** Once a day: `Cron.daily('02:00', { timeZone: 'Europe/Zurich' })`. Default: in UTC. */
  static daily(at: TimeOfDay, options?: CronOptions): Cron {
    return Cron.of(`${minuteAndHour(at)} * * *`, options);
  }

  /** Once a week: `Cron.weekly('SUN', '03:30')`. Default: in UTC. */
  static weekly(day: Weekday, at: TimeOfDay, options?: CronOptions): Cron {
    return Cron.of(`${minuteAndHour(at)} * * ${day}`, options);
  }

  /** The longest time between two runs, over the first 400. */
  get longestPause(): Duration {
    const known = pauses.get(`${this}`);
    if (known) return known;
    // Without dates and without summer time, every week is like the first: the first run is in one, and the next in another.
    const end = this.isEachDate && this.timeZone === 'UTC' ? FROM.getTime() + 15 * 86_400_000 : Infinity;
    const runs = this.runs();
    let longest = 60;
    let last = runs.nextRun(FROM);
    for (let i = 1; last && i < MOST_RUNS; i++) {
      const next = runs.nextRun(last);
      if (!next || next.getTime() > end) break;
      longest = Math.max(longest, (next.getTime() - last.getTime()) / 1000);
      last = next;
    }
    const pause = Duration.seconds(longest);
    pauses.set(`${this}`, pause);
    return pause;
  }

  /** Whether it looks at no date: it may look at the day of the week. */
  private get isEachDate(): boolean {
    const [, , day, month] = this.expression.split(' ');
    return day === '*' && month === '*';
  }

  private runs(): Croner {
    return new Croner(this.expression, { timezone: this.timeZone, paused: true });
  }

  /** For people: `0 2 * * * (UTC)`. */
  toString(): string {
    return `${this.expression} (${this.timeZone})`;
  }
}

/** What is wrong with one field: a list of `*`, values and ranges, the first and the last with a step if wanted. */
function fieldFault(field: string, { name, from, to, words }: (typeof FIELDS)[number]): string | undefined {
  for (const item of field.split(',')) {
    const [, range, first, last, step] = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(item) ?? [];
    const [low, high] = [first, last].map(word => (word === undefined ? undefined : valueOf(word, words)));
    if (range === undefined || Number.isNaN(low) || Number.isNaN(high)) return `its ${name} '${item}' is not one that every cron runner knows`;
    if ([low, high].some(value => value !== undefined && (value < from || value > to))) return `its ${name} '${item}' is not between ${from} and ${to}`;
    if (low !== undefined && high !== undefined && low > high) return `its ${name} '${item}' ends before it begins`;
    if (step !== undefined && (Number(step) < 1 || Number(step) > to || (range !== '*' && last === undefined))) return `its ${name} '${item}' has a step that cannot be`;
  }
  return undefined;
}

function valueOf(word: string, words: readonly string[]): number {
  const index = words.indexOf(word);
  return index >= 0 ? index : /^\d+$/.test(word) ? Number(word) : NaN;
}

/** Known, and in the very letters of the time zone database: others look it up as the name of a file. */
function isTimeZone(name: string): boolean {
  // The default, without the time that it takes to load what is known of time zones.
  if (name === 'UTC') return true;
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(name)) return false;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    return known === name || known.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

function minuteAndHour(at: TimeOfDay): string {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(at) ?? [];
  if (hour === undefined) throw refusal(at, 'it is not a time of day');
  return `${Number(minute)} ${Number(hour)}`;
}

function refusal(expression: string, why: string): FaultError {
  return new FaultError({
    code: 'cron',
    what: `'${expression}' is not a schedule: ${why}`,
    fix: "write five fields, such as '0 2 * * *', or Cron.daily('02:00'), and a time zone such as 'Europe/Zurich'",
  });
}
