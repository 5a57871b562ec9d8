import { tsImport } from 'tsx/esm/api';

/**
 * Jest's own loader does not load this file. Jest runs no teardown after a failed setup, so the
 * server starts only after the build has succeeded.
 */
export default async function globalSetup() {
  const { openTestServer } = await tsImport('./test-server.ts', import.meta.url);
  const { build } = await tsImport('./build.ts', import.meta.url);
  globalThis.testBuild = await build();
  globalThis.testServer = await openTestServer();
}
