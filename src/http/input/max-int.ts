/** The largest PostgreSQL int. */
export const MAX_INT = 2_147_483_647;
