// Loaded before a program: tells its CPU time, in milliseconds, to whoever listens at descriptor 3.
const { writeSync } = require('node:fs');

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, `${(user + system) / 1000}`);
});
