import { isIP } from 'node:net';
import { FaultError } from '../../lib/model';
import { Conf } from './conf';

/*
 * What users may write, as allow-lists: the only places where a string becomes part of the configuration. `nginx -t`
 * is no help here, since `a;} server {…` is perfectly good configuration.
 */

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?=.{1,253}$)(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);

/** A host name that visitors use: `shop.example`, `*.shop.example`. */
export const hostName = (value: string): Conf => Conf.word(value, HOST, {
  code: 'nginx-host', what: `${shown(value)} is not a host name`,
  fix: 'write a name such as shop.example or *.shop.example, in lower case, without scheme, port or path',
});

/** Whether no public authority can know it: an address, a name of one network alone, or of the machine itself. */
export function isPrivate(host: string): boolean {
  return isIP(host) > 0 || !host.includes('.') || /\.(localhost|local|internal)$/.test(host);
}

/** A path, or the beginning of one. Only signs that nginx sees as they were sent. */
export const path = (value: string): Conf => Conf.word(value, /^(?!.*\/\/)(?!.*\/\.\.?(?:\/|$))\/[A-Za-z0-9/_.~-]{0,200}$/, {
  code: 'nginx-path', what: `${shown(value)} is not a path`,
  fix: "write it as /api/: letters, digits, '/', '-', '_', '.' and '~', without '//' and '..'",
});

/** A path that stands for a folder. Without the last slash, `alias` would let `/static../` out of the folder. */
export const folderPath = (value: string): Conf => {
  if (typeof value === 'string' && !value.endsWith('/')) {
    throw new FaultError({ code: 'nginx-path', what: `${shown(value)} does not end with '/'`, fix: `files are served from a folder: write '/static/'` });
  }
  return path(value);
};

const BELOW = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/;

/** A file inside of a folder: `index.html`. */
export const file = (value: string): Conf => Conf.word(value, BELOW, {
  code: 'nginx-file', what: `${shown(value)} is not a file inside of a folder`,
  fix: "write it as index.html: letters, digits, '-', '_', '.' and '/', without '..' and without '/' at its ends",
});

/** A folder inside a volume: `static/css`. */
export const folder = (value: string): Conf => Conf.word(value, BELOW, {
  code: 'nginx-folder', what: `${shown(value)} is not a folder inside of a volume`,
  fix: "write it as static/css: letters, digits, '-', '_' and '.', without '..' and without '/' at its ends",
});

/** How often: `10r/s`, `3r/m`. */
export const rate = (value: string): Conf => Conf.word(value, /^[1-9]\d{0,5}r\/[sm]$/, {
  code: 'nginx-rate', what: `${shown(value)} is not a rate`, fix: 'write requests per second or minute, such as 10r/s or 3r/m',
});

/** Addresses: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1`. */
export const cidr = (value: string): Conf => {
  const [address = '', bits, ...more] = `${value}`.split('/');
  const version = /^[0-9a-fA-F.:]+$/.test(address) ? isIP(address) : 0;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32));
  return Conf.word(value, version > 0 && fits && more.length === 0 ? /^[0-9a-fA-F.:/]+$/ : /$^/, {
    code: 'nginx-address', what: `${shown(value)} is not a range of addresses`, fix: 'write it in CIDR notation, such as 10.0.0.0/8',
  });
};

/** Files by their ending, `*.py`; gives the ending, as a regular expression matches it. */
export const ending = (value: string): Conf => {
  const [, letters = ''] = /^\*\.([A-Za-z0-9]{1,16})$/.exec(value) ?? [];
  return Conf.word(letters, /^[A-Za-z0-9]+$/, {
    code: 'nginx-files', what: `${shown(value)} is not a pattern of files`, fix: 'write it as *.py: a star, a dot, and letters or digits',
  });
};

const SOURCE = "[\\w'*:/.=+%?&@~-]+";
const POLICY = new RegExp(`^[a-z][a-z-]*(?: ${SOURCE})*(?:; ?[a-z][a-z-]*(?: ${SOURCE})*)*;?$`);

export const contentSecurityPolicy = (value: string): Conf => Conf.quoted(value, POLICY, {
  code: 'nginx-policy', what: `${shown(value)} is not a Content-Security-Policy`,
  fix: "write directives with their sources, separated by '; ', such as default-src 'self'; img-src 'self' data:",
});

const ORIGIN = '(?:\\*|self|src|"https://[\\w*.:-]+")';
const FEATURE = `[a-z][a-z-]*=(?:\\*|\\((?:${ORIGIN}(?: ${ORIGIN})*)?\\))`;

export const permissionsPolicy = (value: string): Conf => Conf.quoted(value, new RegExp(`^${FEATURE}(?:, ?${FEATURE})*$`), {
  code: 'nginx-policy', what: `${shown(value)} is not a Permissions-Policy`,
  fix: 'write features with who may use them, separated by \', \', such as camera=(), geolocation=(self "https://maps.example")',
});

const oneOf = <T extends string>(code: string, name: string, values: readonly T[]) => (value: T): Conf => Conf.word(value, new RegExp(`^(?:${values.join('|')})$`), {
  code, what: `${shown(value)} is not a ${name}`, fix: `use one of: ${values.join(', ')}`,
});

export const TLS = ['self-signed', 'given', 'off'] as const;
export const FRAME_OPTIONS = ['DENY', 'SAMEORIGIN'] as const;
export const REFERRER_POLICIES = ['no-referrer', 'same-origin', 'strict-origin', 'strict-origin-when-cross-origin'] as const;
export const frameOptions = oneOf('nginx-policy', 'value of X-Frame-Options', FRAME_OPTIONS);
export const referrerPolicy = oneOf('nginx-policy', 'Referrer-Policy of those that tell other sites no paths', REFERRER_POLICIES);

/** Where the certificate comes from, other than from an authority by itself. */
export const tls = (value: string): typeof TLS[number] => {
  const known = TLS.find(word => word === value);
  if (known) return known;
  throw new FaultError({ code: 'nginx-tls', what: `${shown(value)} does not say where the certificate comes from`, fix: `use one of: ${TLS.join(', ')}, { acme: { email: … } }` });
};

/** `1.25`, `1.25.3`: gives its numbers. */
export const version = (value: string): readonly number[] => {
  if (!/^\d{1,3}\.\d{1,3}(?:\.\d{1,3})?$/.test(value)) {
    throw new FaultError({ code: 'nginx-version', what: `${shown(value)} is not a version of nginx`, fix: "write it as '1.30' or '1.30.1'" });
  }
  return value.split('.').map(Number);
};

/** A whole number, at least `least`. */
export const count = (value: number, least = 1): number => {
  if (Number.isInteger(value) && value >= least && value <= 1e6) return value;
  throw new FaultError({ code: 'nginx-number', what: `${shown(value)} is not a number that makes sense here`, fix: `give a whole number from ${least} to 1000000` });
};

/** Where the certificate authority reaches people. */
export const email = (value: string): Conf => Conf.word(value, new RegExp(`^\\w[\\w.+-]{0,63}@${LABEL}(?:\\.${LABEL})+$`, 'i'), {
  code: 'acme-email', what: `${shown(value)} is not an e-mail address`, fix: 'write it as name@shop.example',
});

export const issuer = (value: string): Conf => Conf.word(value, new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`), {
  code: 'acme-issuer', what: `${shown(value)} cannot be the name of an issuer`, fix: 'use lower-case letters, digits, dots and dashes: it names an object of the cluster',
});

export const directoryUrl = (value: string): Conf => Conf.word(value, /^https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9._~-]+)*\/?$/, {
  code: 'acme-server', what: `${shown(value)} is not the address of an ACME server`, fix: 'write it as https://acme.example/directory',
});

/** On one line, whatever it is, and not longer than people read. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${JSON.stringify(value).slice(1, -1)}'` : String(value);
  return text.length > 120 ? `${text.slice(0, 117)}…'` : text;
}
