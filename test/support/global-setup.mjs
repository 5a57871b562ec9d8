import { tsImport } from 'tsx/esm/api';

/**
 * Builds the program and starts the server of a test run.
 *
 * Uses `tsImport`, because Jest does not transform the imports of this file. Jest runs no teardown
 * after a failed setup, so the server starts only after a successful build.
 */
export default async function globalSetup() {
  const { openTestServer } = await tsImport('./test-server.ts', import.meta.url);
  const { build } = await tsImport('./build.ts', import.meta.url);
  globalThis.testBuild = await build();
  globalThis.testServer = await openTestServer();
}
