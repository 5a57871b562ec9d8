/** all: makes all changes or none. possible: makes each change that is not refused. */
export const CHANGE_MODES = ['all', 'possible'] as const;
export type ChangeMode = (typeof CHANGE_MODES)[number];

export const MAX_CHANGES = 100;

/** In bytes. Enough for the largest attributes in each change. */
export const CHANGES_BODY_LIMIT = 524_288;
