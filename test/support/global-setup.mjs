import { tsImport } from 'tsx/esm/api';

/** Jest's own loader does not reach here. */
export default async function globalSetup() {
  const { openTestServer } = await tsImport('./test-server.ts', import.meta.url);
  const { build } = await tsImport('./build.ts', import.meta.url);
  [globalThis.testServer, globalThis.testBuild] = await Promise.all([openTestServer(), build()]);
}
