import { defineConfig } from 'rolldown';

/** What some of Nest's packages load each other by: a bundler follows `require`, not a function made by hand. */
const HAND_MADE = /const require = createRequire\(import\.meta\.url\);/;

/**
 * The compiled program and the libraries that it uses, in a few files instead of 2,000: half the CPU until it serves, and less
 * than half for a command (`bench -- start-up`).
 *
 * Run after the compiler, in the folder that has `dist`. The two entries are replaced by their bundles; the compiled modules
 * stay beside them for TypeORM's own command line, which reads `dist/ormconfig.js`.
 */
export default defineConfig({
  input: { main: 'dist/src/main.js', cli: 'dist/src/cli.js' },
  platform: 'node',
  external: [
    // Native, and files for the browser.
    '@node-rs/argon2',
    'swagger-ui-dist/absolute-path.js',
    // Nest asks for them when an application uses them; this one does not.
    '@fastify/multipart',
    '@fastify/view',
    '@nestjs/platform-express',
    '@nestjs/microservices',
    '@nestjs/microservices/microservices-module.js',
    '@nestjs/websockets/socket-module.js',
  ],
  plugins: [
    {
      name: 'follow-hand-made-require',
      transform: {
        filter: { id: /node_modules\/@nestjs\//, code: HAND_MADE },
        handler: (code) => code.replace(HAND_MADE, ''),
      },
    },
  ],
  output: {
    dir: 'dist/src',
    chunkFileNames: 'bundle/[name].js',
    codeSplitting: {
      groups: [
        { name: 'libraries', test: /node_modules/ },
        // All but the entries: whoever loads the shop must not run both. By the end of the path, for the project may be anywhere.
        { name: 'shop', test: /(?<!\/dist\/src\/(main|cli))\.js$/ },
      ],
    },
    // Nest and TypeORM go by the names of classes.
    keepNames: true,
  },
  // What can't be found now can't be found by the program either.
  onLog: (level, log, report) => report(level === 'warn' ? 'error' : level, log),
});
