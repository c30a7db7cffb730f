import { conf, type Conf } from '../conf';
import type { Files, Location } from '../locations';
import { isTls, type Settings } from '../settings';

/** What the server of the site serves: included in a `server` block. */
export function siteConf(site: Settings): Conf {
  const { health, blocked, hidden, locations } = site;
  return conf`
    ${allHeaders(site)}

    # Dot files (but for /.well-known/) and files that were never meant for visitors.
    location ~* (?:/\.(?!well-known/)${blocked.length > 0 && conf`|\.(?:${alternatives(blocked)})$`}) {
        return 404;
    }

    ${hidden.length > 0 && conf`
      # What only those inside are to see.
      location ~* ^(?:${alternatives(hidden)})(?:/|$) {
          return 404;
      }`}

    ${health.length > 0 && conf`# What probes ask: no limits, no lines in the log, and no bodies that would take the room of others.`}
    ${health.map(probed)}

    ${locations.map(location => conf`
      location ${location.isExact ? conf`= ${location.path}` : location.path} {
          ${limitsOf(location, site)}
          ${answerOf(location, site)}
      }`)}
    `;
}

function answerOf({ answer }: Location, site: Settings): Conf {
  switch (answer.kind) {
    case 'nothing': return conf`return 404;`;
    case 'files': return files(answer.files, answer.below, site);
    case 'proxy': return conf`
      ${proxied(answer.pass.upstream, answer.pass.webSocket)}
      proxy_read_timeout ${answer.pass.timeout};
      ${answer.pass.idempotent && conf`proxy_next_upstream error timeout non_idempotent;`}
      proxy_next_upstream_timeout ${answer.pass.timeout};  # who waited that long for one is not sent to the next`;
  }
}

function limitsOf({ answer, limit }: Location, { connectionsPerAddress }: Settings): Conf {
  return conf`
    ${limit && conf`limit_req zone=${limit.zone}${limit.burst > 1 && conf` burst=${limit.burst - 1} nodelay`};  # ${limit.burst} at once: nginx does not count the first`}
    ${answer.kind === 'proxy' && connectionsPerAddress !== undefined && conf`limit_conn connections ${connectionsPerAddress};`}
    `;
}

/** A path that probes ask. */
export function probed({ path, upstream }: Settings['health'][number]): Conf {
  return conf`
    location = ${path} {
        access_log off;
        client_max_body_size 1k;
        ${proxied(upstream, false)}
    }`;
}

/** Headers to an upstream, all in one place: a location that adds one of its own inherits none. */
function proxied(upstream: Conf, webSocket: boolean): Conf {
  return conf`
    include proxy.conf;
    ${webSocket
    ? conf`
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;`
    : conf`proxy_set_header Connection "";`}
    proxy_pass http://${upstream};
    `;
}

function files({ root, fallback, cacheControl, precompressed, noScripts }: Files, below: Conf | undefined, site: Settings): Conf {
  return conf`
    alias ${root}/${below};
    ${fallback && conf`
      index index.html ${fallback.path};
      try_files $uri $uri/ ${fallback.path};`}
    ${precompressed && conf`gzip_static on;`}
    ${allHeaders(site, noScripts ? conf`add_header Content-Security-Policy $uploads_policy always;` : undefined)}
    add_header Cache-Control ${cacheControl};
    ${noScripts && conf`
      location ~* \.(?:php[0-9]?|phtml|phar|cgi|pl|py|rb|sh|jsp|aspx?)$ {
          return 404;
      }`}
    `;
}

/** Every block that adds a header repeats all of them: it inherits none. */
function allHeaders({ headers }: Settings, policy = headers.contentSecurityPolicy && conf`add_header Content-Security-Policy $content_security_policy always;`): Conf {
  return conf`
    include headers.conf;
    ${policy}`;
}

/** Security headers, but for the policy that differs between what applications make and what users upload. */
export function headersConf(site: Settings): Conf {
  const { frameOptions, referrerPolicy, permissionsPolicy, hsts } = site.headers;
  return conf`
    add_header X-Content-Type-Options nosniff always;
    ${frameOptions && conf`add_header X-Frame-Options ${frameOptions} always;`}
    ${referrerPolicy && conf`add_header Referrer-Policy ${referrerPolicy} always;`}
    ${permissionsPolicy && conf`add_header Permissions-Policy ${permissionsPolicy} always;`}
    ${isTls(site) && hsts && conf`add_header Strict-Transport-Security "max-age=${hsts.maxAge}${hsts.includeSubDomains && conf`; includeSubDomains`}${hsts.preload && conf`; preload`}" always;`}
    `;
}

/** What every upstream is told, and what of its answers is replaced by {@link headersConf}. */
export function proxyConf(site: Settings): Conf {
  const { timeouts, trustedProxies, tls, headers: { frameOptions, referrerPolicy, permissionsPolicy, hsts } } = site;
  const proto = tls === 'off' && trustedProxies.length > 0 ? conf`$forwarded_proto` : conf`$scheme`;
  return conf`
    proxy_http_version 1.1;
    proxy_connect_timeout ${timeouts.connect};
    proxy_send_timeout ${timeouts.send};

    # Overwritten, whatever the client claims.
    proxy_set_header Host $host$host_port;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host $host$host_port;
    proxy_set_header X-Forwarded-Proto ${proto};
    proxy_set_header X-Request-ID $request_id;
    proxy_set_header Forwarded "";

    # Sent once, by nginx.
    proxy_hide_header X-Powered-By;
    proxy_hide_header X-Content-Type-Options;
    ${frameOptions && conf`proxy_hide_header X-Frame-Options;`}
    ${referrerPolicy && conf`proxy_hide_header Referrer-Policy;`}
    ${permissionsPolicy && conf`proxy_hide_header Permissions-Policy;`}
    ${isTls(site) && hsts && conf`proxy_hide_header Strict-Transport-Security;`}
    `;
}

function alternatives(words: readonly Conf[]): Conf {
  return words.reduce((row, word) => conf`${row}|${word}`);
}
