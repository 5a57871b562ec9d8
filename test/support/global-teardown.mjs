export default async function globalTeardown() {
  await globalThis.testServer?.close();
  await globalThis.testBuild?.remove();
}
