// Who hears of alerts: a webhook, and a mail server that wants STARTTLS and a password. Each notification is a line of JSON.
//   node receivers.mjs KEY CERTIFICATE PASSWORD HEARD: prints the ports of both, and goes on until it is ended.
import { Buffer } from 'node:buffer';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createMailServer } from 'node:net';
import { TLSSocket } from 'node:tls';

const [key, cert, password] = process.argv.slice(2, 5).map(path => readFileSync(path, 'utf8'));
const hear = notification => appendFileSync(process.argv[5], `${JSON.stringify(notification)}\n`);

const webhook = createServer((request, response) => {
  let text = '';
  request.on('data', chunk => (text += chunk)).on('end', () => {
    const { status, alerts } = JSON.parse(text);
    hear({ by: `webhook ${request.method} ${request.url}`, status, alerts: alerts.map(({ labels, annotations }) => `${labels.alertname} ${labels.service}: ${annotations.summary}`) });
    response.end();
  });
});

/** One visitor of the mail server: as far as RFC 5321, 3207 and 4954 are needed to take a message. */
function serve(socket, session = {}) {
  const say = line => socket.write(`${line}\r\n`);
  let rest = '';
  const letter = [];
  const answers = {
    EHLO: () => say(session.isSecure ? '250-localhost\r\n250 AUTH PLAIN' : '250-localhost\r\n250 STARTTLS'),
    STARTTLS: () => {
      say('220 go on');
      socket.removeAllListeners('data');
      serve(new TLSSocket(socket, { isServer: true, key, cert }), { isSecure: true });
    },
    AUTH: ([, token]) => {
      const [, user, given] = Buffer.from(token, 'base64').toString().split('\0');
      session.user = session.isSecure && given === password ? user : undefined;
      say(session.user ? '235 welcome' : '535 no');
    },
    MAIL: ([from]) => { session.from = from; say(session.user ? '250 yes' : '530 who are you?'); },
    RCPT: ([to]) => { session.to = to; say('250 yes'); },
    DATA: () => { session.isWriting = true; say('354 go on'); },
    QUIT: () => { say('221 farewell'); socket.end(); },
  };
  socket.on('error', () => {}).on('data', chunk => {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop();
    for (const line of lines) {
      if (session.isWriting && line !== '.') letter.push(line);
      else if (session.isWriting) {
        session.isWriting = false;
        hear({ by: `email ${session.from} ${session.to} as ${session.user}`, subject: /^Subject: (.*)$/m.exec(letter.splice(0).join('\n'))[1] });
        say('250 taken');
      } else {
        const [verb, ...words] = line.split(' ');
        (answers[verb.toUpperCase()] ?? (() => say('502 what?')))(words);
      }
    }
  });
}

const mail = createMailServer(socket => { socket.write('220 localhost\r\n'); serve(socket); });
webhook.listen(0, '127.0.0.1', () => mail.listen(0, '127.0.0.1', () => console.log(webhook.address().port, mail.address().port)));
