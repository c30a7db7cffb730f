/*
 * What stands behind the proxy in real-nginx.sh: upstream.mjs ADDRESS NAME FOLDER. Answers with what it was sent. In the
 * folder, a file with its name and `ready` says that it is, to who asks with the probe's header, one with `broken` that it hangs up on whoever asks.
 * For each who asks for /slow there is a byte more in `begun`; the answer comes when `held` is gone.
 * Or a client that asks for a WebSocket and says hello: upstream.mjs --websocket URL
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';
import { setTimeout } from 'node:timers';

const [address, name, folder] = process.argv.slice(2);
const is = what => existsSync(`${folder}/${name}-${what}`);
const accept = key => createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
/** A short text frame; a client's has a mask, here of zeros. */
const frame = (text, mask = []) => Buffer.from([0x81, text.length + (mask.length ? 0x80 : 0), ...mask, ...Buffer.from(text)]);
const key = 'dGhlIHNhbXBsZSBub25jZQ==';

if (address === '--websocket') {
  const [, port] = /:(\d+)\//.exec(name);
  const asked = request(name.replace('shop.example', '127.0.0.1'), {
    port, servername: 'shop.example', rejectUnauthorized: false,
    headers: { Host: 'shop.example', Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key },
  });
  asked.on('response', ({ statusCode }) => { console.log(statusCode); process.exit(1); });
  asked.on('upgrade', ({ statusCode, headers }, socket, head) => {
    const show = data => { console.log(statusCode, headers['sec-websocket-accept'] === accept(key), data.subarray(2).toString()); process.exit(0); };
    if (head.length > 0) show(head); else socket.once('data', show);
    socket.write(frame('hello', [0, 0, 0, 0]));
  });
  asked.end();
} else {
  let connections = 0;
  const server = createServer((incoming, answer) => {
    const send = (status, headers = {}) => {
      answer.writeHead(status, { 'X-Frame-Options': 'DENY', 'X-Powered-By': 'upstream', 'Content-Type': 'application/json', ...headers });
      answer.end(JSON.stringify({ name, connections, url: incoming.url, headers: incoming.headers }));
    };
    const sendLate = () => { if (existsSync(`${folder}/held`)) setTimeout(sendLate, 50); else send(200); };
    incoming.resume().on('end', () => {
      if (incoming.url !== '/health/ready/' && is('broken')) incoming.socket.destroy();
      else if (incoming.url === '/slow') {
        appendFileSync(`${folder}/begun`, '.');
        sendLate();
      }
      else if (incoming.url === '/nonce') send(200, { 'Content-Security-Policy': "script-src 'nonce-abc'" });
      else send(incoming.url === '/health/ready/' && !(is('ready') && incoming.headers['x-probe'] === 'yes') ? 503 : 200);
    });
  });
  server.on('connection', () => { connections += 1; });
  server.on('upgrade', (incoming, socket) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(incoming.headers['sec-websocket-key'])}\r\n\r\n`);
    socket.once('data', data => socket.write(frame(`echo ${data.subarray(6)}`)));
    socket.on('error', () => {});
  });
  const [host, port] = address.split(':');
  server.listen(Number(port), host);
}
