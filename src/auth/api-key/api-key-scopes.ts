/** The permissions of API keys. Each admin route names the scope that opens it. */
export const API_KEY_SCOPES = [
  'baskets:read',
  'baskets:write',
  'orders:read',
  'orders:write',
  'products:write',
  'cleanup:read',
  'cleanup:run',
  'webhooks:write',
  'metrics:read',
] as const;

export type ApiKeyScope = (typeof API_KEY_SCOPES)[number];
