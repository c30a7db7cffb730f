import { conf, type Conf } from '../conf';
import { isTls, type Settings } from '../settings';
import { probed } from './site-conf';

/** The main file: everything but the site itself. */
export function nginxConf(site: Settings): Conf {
  return conf`
    # The start script runs it as a user who is not root, on a read-only root: all that is written goes to memory.
    daemon off;
    pid /tmp/nginx/nginx.pid;
    worker_processes ${site.workers};
    worker_rlimit_nofile 8192;
    worker_shutdown_timeout ${site.drain};
    error_log stderr warn;

    events {
        worker_connections 2048;
    }

    http {
        include /etc/nginx/mime.types;
        default_type application/octet-stream;
        charset utf-8;
        server_tokens off;
        server_names_hash_bucket_size 512;
        absolute_redirect off;

        ${log}

        client_body_temp_path /var/cache/nginx/client_body;
        proxy_temp_path /var/cache/nginx/proxy;
        fastcgi_temp_path /var/cache/nginx/fastcgi;
        uwsgi_temp_path /var/cache/nginx/uwsgi;
        scgi_temp_path /var/cache/nginx/scgi;
        proxy_max_temp_file_size 16m;

        client_max_body_size ${site.maxBodySize};
        client_header_timeout ${site.timeouts.client};
        client_body_timeout ${site.timeouts.client};
        send_timeout ${site.timeouts.client};
        keepalive_timeout ${site.keepAlive};
        reset_timedout_connection on;

        sendfile on;
        tcp_nopush on;
        open_file_cache max=1000 inactive=60s;
        open_file_cache_valid 30s;

        gzip on;
        gzip_vary on;
        gzip_proxied any;
        gzip_comp_level 5;
        gzip_min_length 256;
        gzip_types text/plain text/css text/xml text/javascript application/javascript application/json application/xml application/rss+xml image/svg+xml;

        ${realAddress(site)}

        ${limits(site)}

        ${maps(site)}

        ${site.upstreams.map(({ name }) => conf`
          upstream ${name} {
              zone ${name} 64k;
              include /tmp/nginx/upstreams/${name};  # its addresses, as the start script finds them
              keepalive ${site.upstreamKeepAlive.connections};
              keepalive_timeout ${site.upstreamKeepAlive.idle};
          }`)}

        # For its own probes and for monitoring; nothing outside of the stack leads here.
        server {
            listen 8081;
            access_log off;
            location = /-/healthz {
                default_type text/plain;
                return 200 "ok\n";
            }
            location = /stub_status {
                stub_status;
            }
            location / {
                return 404;
            }
        }

        # Names that are not ours get no answer; a balancer may ask for its health under any.
        server {
            listen 8080 default_server;
            server_name _;
            access_log off;
            location = /-/healthz {
                default_type text/plain;
                return 200 "ok\n";
            }
            location / {
                return 444;
            }
        }

        ${isTls(site) ? redirect(site) : plain(site)}
    }
    `;
}

/** `$status` can be 000, which is not a number in JSON. */
const log = conf`
  log_format json escape=json
      '{"time":"$time_iso8601","request_id":"$request_id","remote_addr":"$remote_addr",'
      '"method":"$request_method","scheme":"$scheme","host":"$host","uri":"$request_uri","protocol":"$server_protocol",'
      '"status":"$status","bytes_sent":$body_bytes_sent,"request_time":$request_time,'
      '"upstream_addr":"$upstream_addr","upstream_status":"$upstream_status","upstream_response_time":"$upstream_response_time",'
      '"referer":"$http_referer","user_agent":"$http_user_agent"}';
  access_log /dev/stdout json;`;

function realAddress({ trustedProxies, tls }: Settings): Conf | undefined {
  if (trustedProxies.length === 0) return undefined;
  return conf`
    # Behind these, the client's address is the last one that they did not add themselves.
    ${trustedProxies.map(range => conf`set_real_ip_from ${range};`)}
    real_ip_header X-Forwarded-For;
    real_ip_recursive on;

    ${tls === 'off' && conf`
      geo $realip_remote_addr $is_trusted_proxy {
          default 0;
          ${trustedProxies.map(range => conf`${range} 1;`)}
      }

      map $is_trusted_proxy:$http_x_forwarded_proto $forwarded_proto {
          default $scheme;
          1:http http;
          1:https https;
      }`}
    `;
}

function limits({ limits, connectionsPerAddress }: Settings): Conf | undefined {
  if (limits.length === 0 && connectionsPerAddress === undefined) return undefined;
  return conf`
    ${limits.map(({ zone, rate }) => conf`limit_req_zone $binary_remote_addr zone=${zone}:10m rate=${rate};`)}
    ${connectionsPerAddress !== undefined && conf`limit_conn_zone $binary_remote_addr zone=connections:10m;`}
    limit_req_status 429;
    limit_conn_status 429;
    limit_req_log_level warn;
    limit_conn_log_level warn;
    `;
}

function maps({ headers, locations }: Settings): Conf {
  const hasWebSockets = locations.some(({ answer }) => answer.kind === 'proxy' && answer.pass.webSocket);
  const hasUploads = locations.some(({ answer }) => answer.kind === 'files' && answer.files.noScripts);
  return conf`
    # The port that the visitor used, if any: applications make links with it.
    map $http_host $host_port {
        default "";
        ~(?<port>:[0-9]+)$ $port;
    }

    ${hasWebSockets && conf`
      map $http_upgrade $connection_upgrade {
          default upgrade;
          "" "";
      }`}

    ${headers.contentSecurityPolicy && conf`
      # An application's own policy may carry nonces; it stands for itself.
      map $upstream_http_content_security_policy $content_security_policy {
          default "";
          "" ${headers.contentSecurityPolicy};
      }`}

    ${hasUploads && conf`
      # Scripts in uploads do not run. Browsers do not show PDFs in a sandbox; they run their scripts apart anyway.
      map $uri $uploads_policy {
          default "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";
          ~*\.pdf$ "";
      }`}
    `;
}

/** Plain HTTP: what needs no secrecy, and the way to HTTPS. */
function redirect(site: Settings): Conf {
  const { hosts, acme, health } = site;
  return conf`
    include /tmp/nginx/https_port;  # where HTTPS is published, for the address below

    server {
        listen 8080;
        server_name ${list(hosts)};

        ${acme && conf`
          location ^~ /.well-known/acme-challenge/ {
              root /etc/compose8s/certificate;
              default_type text/plain;
          }`}

        ${health.map(probed)}

        location / {
            return 301 https://$host$https_port$request_uri;
        }
    }

    include /tmp/nginx/enabled/*.conf;  # https.conf, once there is a certificate
    `;
}

function plain({ hosts }: Settings): Conf {
  return conf`
    server {
        listen 8080;
        server_name ${list(hosts)};
        include site.conf;
    }`;
}

/** Words in a row. */
export function list(words: readonly Conf[]): Conf {
  return words.reduce((row, word) => conf`${row} ${word}`);
}
