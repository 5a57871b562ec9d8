import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CleanupBacklog } from './cleanup-backlog.service.js';
import { CleanupRun } from './cleanup-run.entity.js';
import { CleanupRunStore } from './cleanup-run.store.js';
import { CleanupRuns } from './cleanup-runs.service.js';
import { GuestLimiter } from './guest-limiter.service.js';
import { SessionCleanupJob } from './session-cleanup.job.js';
import { SessionCleanup } from './session-cleanup.service.js';
import { SessionCounts } from './session-counts.service.js';
import { SessionLimit } from './session-limit.service.js';
import { SessionLifetimes } from './session-lifetimes.js';
import { Session } from './session.entity.js';
import { SessionReader } from './session-reader.service.js';
import { SessionCookie } from './session-cookie.js';
import { SessionStore } from './session.store.js';

@Module({
  imports: [ScheduleModule.forRoot(), TypeOrmModule.forFeature([Session, CleanupRun])],
  providers: [
    SessionLifetimes,
    SessionCookie,
    SessionStore,
    SessionReader,
    GuestLimiter,
    SessionCounts,
    SessionLimit,
    SessionCleanup,
    SessionCleanupJob,
    CleanupRunStore,
    CleanupRuns,
    CleanupBacklog,
  ],
  exports: [
    SessionCookie,
    SessionStore,
    SessionReader,
    GuestLimiter,
    SessionLifetimes,
    SessionCounts,
    SessionLimit,
    SessionCleanup,
    CleanupRunStore,
    CleanupRuns,
    CleanupBacklog,
  ],
})
export class SessionModule {}
