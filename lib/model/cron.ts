import { Cron as Croner } from 'croner';
import { FaultError } from './problem';

/** `HH:MM`, 24 hours. */
export type TimeOfDay = `${number}:${number}`;
export type Weekday = 'SUN' | 'MON' | 'TUE' | 'WED' | 'THU' | 'FRI' | 'SAT';
export interface CronOptions {
  /** An IANA name. Default: UTC. */
  readonly timeZone?: string;
}

const NAMES = /\b(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)\b/g;

/**
 * A schedule of five fields (minute, hour, day of month, month, day of week) in a named time zone.
 * Seconds, `@reboot`, `L`, `#`, `W` and `?` are refused: not every cron runner knows them.
 */
export class Cron {
  private constructor(readonly expression: string, readonly timeZone: string) {}

  static of(expression: string, { timeZone = 'UTC' }: CronOptions = {}): Cron {
    const normal = expression.trim().replace(/\s+/g, ' ').toUpperCase();
    const fields = normal === '' ? 0 : normal.split(' ').length;
    if (fields !== 5) throw refusal(expression, `it has ${fields} fields instead of five`);
    if (!/^[\d*,/ -]+$/.test(normal.replace(NAMES, '0'))) throw refusal(expression, 'it uses signs that not every cron runner knows');
    try {
      const next = new Croner(normal, { timezone: timeZone, paused: true }).nextRun(new Date('2024-01-01T00:00:00Z'));
      if (!next) throw new Error('it never comes');
    } catch (error) {
      throw refusal(expression, (error as Error).message.replace(/^CronPattern: /, ''));
    }
    return new Cron(normal, timeZone);
  }

  static hourly({ minute = 0, ...options }: CronOptions & { readonly minute?: number } = {}): Cron {
    return Cron.of(`${minute} * * * *`, options);
  }

  static daily(at: TimeOfDay, options?: CronOptions): Cron {
    return Cron.of(`${minuteAndHour(at)} * * *`, options);
  }

  static weekly(day: Weekday, at: TimeOfDay, options?: CronOptions): Cron {
    return Cron.of(`${minuteAndHour(at)} * * ${day}`, options);
  }

  /** For people: `0 2 * * * (UTC)`. */
  toString(): string {
    return `${this.expression} (${this.timeZone})`;
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
