import type { CleanupTrigger, StopReason } from './cleanup-run.entity.js';

/** A run of the cleanup has ended in this process, whatever for. */
export class CleanupRunEnded {
  static readonly NAME = 'session.cleanup-run-ended';

  constructor(
    readonly trigger: CleanupTrigger,
    readonly stopReason: StopReason,
  ) {}
}
