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

/** Where looking ahead begins. */
const FROM = new Date('2024-01-01T00:00:00Z');
/** In seconds. */
const DAY = 86_400;
/** Without dates, every week is like the first: the first run is in one, and the next in another. */
const TWO_WEEKS = 15;
/** After 400 years the calendar is the same again, to the day of the week; and then to the first run of another year. */
const ALL_CALENDARS = 146_097 + 366;

/** To go through all calendars takes as long as to emit a stack. */
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

  /** The longest time between two runs, however rare. Where clocks are put back, with the time that this adds; a run in the hour that is left out when they are put forward counts as made. */
  get longestPause(): Duration {
    const known = pauses.get(`${this}`);
    if (known) return known;
    const pause = Duration.seconds(withClocksPutBack(this.longestByTheClock(), this.timeZone));
    pauses.set(`${this}`, pause);
    return pause;
  }

  /** In seconds, on a clock that nobody sets. Day by day: from run to run, a dense schedule would take too long to come to its weekend. */
  private longestByTheClock(): number {
    const [minutes, hours, days, months, weekdays] = this.fields.map((field, i) => valuesOf(field, FIELDS[i]!)) as [number[], number[], number[], number[], number[]];
    const [, , day, , weekday] = this.fields;
    const isEither = day !== '*' && weekday !== '*';
    const times = hours.flatMap(hour => minutes.map(minute => hour * 3600 + minute * 60));
    const overnight = times[0]! + DAY - times.at(-1)!;
    let longest = Math.max(0, ...times.slice(1).map((time, i) => time - times[i]!));
    let last: number | undefined;
    for (let today = 0; today < (this.isEachDate ? TWO_WEEKS : ALL_CALENDARS); today++) {
      const date = new Date(FROM.getTime() + today * DAY * 1000);
      if (!months.includes(date.getUTCMonth() + 1)) continue;
      const [isDay, isWeekday] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
      if (isEither ? !isDay && !isWeekday : !isDay || !isWeekday) continue;
      if (last !== undefined) longest = Math.max(longest, overnight + (today - last - 1) * DAY);
      last = today;
    }
    return longest;
  }

  private get fields(): readonly string[] {
    return this.expression.split(' ');
  }

  /** Whether it looks at no date: it may look at the day of the week. */
  private get isEachDate(): boolean {
    const [, , day, month] = this.fields;
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

type Field = (typeof FIELDS)[number];

/** What is wrong with one field: a list of `*`, values and ranges, the first and the last with a step if wanted. */
function fieldFault(field: string, { name, from, to, words }: Field): string | undefined {
  for (const item of field.split(',')) {
    const { range, low, high, isSpan, step } = readItem(item, words);
    if (range === undefined || Number.isNaN(low) || Number.isNaN(high)) return `its ${name} '${item}' is not one that every cron runner knows`;
    if ([low, high].some(value => value !== undefined && (value < from || value > to))) return `its ${name} '${item}' is not between ${from} and ${to}`;
    if (low !== undefined && high !== undefined && low > high) return `its ${name} '${item}' ends before it begins`;
    if (step !== undefined && (step < 1 || step > to || !isSpan)) return `its ${name} '${item}' has a step that cannot be`;
  }
  return undefined;
}

/** The values that a field without faults stands for, each once and in their order. */
function valuesOf(field: string, { from, to, words }: Field): number[] {
  const values = new Set<number>();
  for (const item of field.split(',')) {
    const { low = from, high = to, step = 1 } = readItem(item, words);
    for (let value = low; value <= high; value += step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** `10-40/5`; of `*`, the ends are those of the field. */
function readItem(item: string, words: readonly string[]) {
  const [, range, first, last, step] = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(item) ?? [];
  const [low, high] = [first, last ?? first].map(word => (word === undefined ? undefined : valueOf(word, words)));
  return { range, low, high, isSpan: range === '*' || last !== undefined, step: step === undefined ? undefined : Number(step) };
}

function valueOf(word: string, words: readonly string[]): number {
  const index = words.indexOf(word);
  return index >= 0 ? index : /^\d+$/.test(word) ? Number(word) : NaN;
}

/** A pause is longer by the hour that comes twice; one that is no longer than that hour itself is not, since runs come twice in it as well. */
function withClocksPutBack(seconds: number, timeZone: string): number {
  if (timeZone === 'UTC') return seconds;
  const clock = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  // Summer time lasts for months, and Morocco's Ramadan for one: its offset is seen on the first of some month.
  const offsets = Array.from({ length: 12 }, (_, month) => offsetOf(clock, new Date(Date.UTC(FROM.getUTCFullYear(), month, 1))));
  const back = Math.max(...offsets) - Math.min(...offsets);
  return seconds > back ? seconds + back : seconds;
}

/** In seconds; the clock prints it as `GMT-03:30`, or as `GMT` where there is none. */
function offsetOf(clock: Intl.DateTimeFormat, date: Date): number {
  const [, sign, hours, minutes] = /GMT([+-])(\d+):(\d+)/.exec(clock.format(date)) ?? [];
  return sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 3600 + Number(minutes) * 60);
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
