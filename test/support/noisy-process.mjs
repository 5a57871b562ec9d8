// Preloaded by `--import`. SIGUSR2 makes the process print the warnings of a library. SIGPIPE makes
// it fail.
process.on('SIGUSR2', () => {
  process.emit('deprecation', new Error('It is old.'));
  process.emitWarning('It is very old.', 'DeprecationWarning', 'DEP9999');
});
process.on('SIGPIPE', () => {
  throw new Error('Nobody caught it.');
});
