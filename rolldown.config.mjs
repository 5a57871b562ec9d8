import { defineConfig } from 'rolldown';

/**
 * Some of Nest's packages create their own `require`. Without this line a bundler follows the plain
 * one.
 */
const CREATED_REQUIRE = /const require = createRequire\(import\.meta\.url\);/;

/**
 * Bundles the compiled program with its libraries. See docs/decisions/16-bundle.md.
 *
 * Run it after the compiler, in the folder that contains `dist`. The bundles replace the two
 * entries. The compiled modules stay, because TypeORM's own command line reads `dist/ormconfig.js`.
 */
export default defineConfig({
  input: { main: 'dist/src/main.js', cli: 'dist/src/cli.js' },
  platform: 'node',
  external: [
    // Native code, and files for the browser.
    '@node-rs/argon2',
    'swagger-ui-dist/absolute-path.js',
    // Optional packages of Nest that this application does not use.
    '@fastify/multipart',
    '@fastify/view',
    '@nestjs/platform-express',
    '@nestjs/microservices',
    '@nestjs/microservices/microservices-module.js',
    '@nestjs/websockets/socket-module.js',
  ],
  plugins: [
    {
      name: 'follow-created-require',
      transform: {
        filter: { id: /node_modules\/@nestjs\//, code: CREATED_REQUIRE },
        handler: (code) => code.replace(CREATED_REQUIRE, ''),
      },
    },
  ],
  output: {
    dir: 'dist/src',
    chunkFileNames: 'bundle/[name].js',
    codeSplitting: {
      groups: [
        { name: 'libraries', test: /node_modules/ },
        // All modules but the entries, because an import of this file must not run both. The
        // expression matches the end of the path, because the project may be in any folder.
        { name: 'shop', test: /(?<!\/dist\/src\/(main|cli))\.js$/ },
      ],
    },
    // Nest and TypeORM find classes by name.
    keepNames: true,
  },
  // A warning is an error: a module that is not found now would be missing at run time.
  onLog: (level, log, report) => report(level === 'warn' ? 'error' : level, log),
});
