import { conf, type Conf } from '../conf';
import { isSince, type Settings } from '../settings';
import { list } from './nginx-conf';

/** The site under TLS, as Mozilla's guidelines (version 6, intermediate) have it. */
export function httpsConf({ version, hosts }: Settings): Conf {
  const hasHttp2Directive = isSince(version, [1, 25, 1]);
  // The images of these versions have OpenSSL 3.5; with an older one nginx would not start. Left out, OpenSSL chooses.
  const hasHybridCurve = isSince(version, [1, 29]);
  const listen = hasHttp2Directive ? conf`listen 8443 ssl` : conf`listen 8443 ssl http2`;
  return conf`
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
    ssl_prefer_server_ciphers off;
    ${hasHybridCurve && conf`ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;`}
    ssl_session_timeout 1d;
    ssl_session_cache shared:MozSSL:10m;
    ${hasHttp2Directive && conf`http2 on;`}

    # Names that are not ours: no certificate is shown, and 421 sends a browser that shares a connection to another one.
    server {
        ${listen} default_server;
        server_name _;
        ssl_reject_handshake on;
        return 421;
    }

    server {
        ${listen};
        server_name ${list(hosts)};
        ssl_certificate /etc/compose8s/certificate/tls.crt;
        ssl_certificate_key /etc/compose8s/certificate/tls.key;
        include site.conf;
    }
    `;
}
