import { register } from 'tsx/esm/api';

/** Jest's own loader does not reach here, nor TypeORM when it loads the migrations. */
export default async function globalSetup() {
  const unregister = register();
  const { openTestServer } = await import('./test-server.ts');
  globalThis.testServer = await openTestServer();
  await unregister();
}
