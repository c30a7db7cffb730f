import { once } from '@/lib/once';

export interface Environment {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Signs what a browser keeps. */
  readonly sessionKey: Buffer;
  /** Signs what lets a program change an incident. */
  readonly tokenKey: Buffer;
  /** Whether browsers come over HTTPS. */
  readonly isSecure: boolean;
  readonly isQueryLogged: boolean;
}

/** Reads all settings; says all that is wrong with them at once. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const faults: string[] = [];
  const url = (name: string, schemes: readonly string[]) => {
    const value = variables[name] ?? '';
    if (!schemes.some(scheme => value.startsWith(`${scheme}://`))) faults.push(`${name} is not a URL (${schemes[0]}://…)`);
    return value;
  };
  const key = (name: string) => {
    const value = variables[name] ?? '';
    if (!/^[0-9a-f]{64}$/i.test(value)) faults.push(`${name} is not 64 hexadecimal digits: openssl rand -hex 32`);
    return Buffer.from(value, 'hex');
  };
  const environment = {
    databaseUrl: url('DATABASE_URL', ['postgresql', 'postgres']),
    redisUrl: url('REDIS_URL', ['redis', 'rediss']),
    sessionKey: key('NEXTAUTH_SECRET'),
    tokenKey: key('JWT_SECRET'),
    isSecure: url('NEXTAUTH_URL', ['https', 'http']).startsWith('https:'),
    isQueryLogged: variables['QUERY_LOG'] === '1',
  };
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return environment;
}

export const environment = (): Environment => once('environment', () => readEnvironment(process.env));
