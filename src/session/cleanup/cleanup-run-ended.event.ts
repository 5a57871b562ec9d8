import type { CleanupTrigger, StopReason } from './cleanup-run.entity.js';

/** Emitted when a run of the cleanup has ended in this process, for any reason. */
export class CleanupRunEnded {
  static readonly NAME = 'session.cleanup-run-ended';

  constructor(
    readonly trigger: CleanupTrigger,
    readonly stopReason: StopReason,
  ) {}
}
