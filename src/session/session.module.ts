import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CleanupBacklog } from './cleanup/cleanup-backlog.service.js';
import { CleanupRun } from './cleanup/cleanup-run.entity.js';
import { CleanupRunStore } from './cleanup/cleanup-run.store.js';
import { CleanupRuns } from './cleanup/cleanup-runs.service.js';
import { GuestLimiter } from './limit/guest-limiter.service.js';
import { SessionCleanupJob } from './cleanup/session-cleanup.job.js';
import { SessionCleanup } from './cleanup/session-cleanup.service.js';
import { SessionCounts } from './cleanup/session-counts.service.js';
import { SessionLimit } from './limit/session-limit.service.js';
import { SessionLifetimes } from './session-expiry.js';
import { Session } from './session.entity.js';
import { SessionLoader } from './request/session-loader.service.js';
import { SessionCookie } from './request/session-cookie.js';
import { SessionStore } from './store/session.store.js';

@Module({
  imports: [ScheduleModule.forRoot(), TypeOrmModule.forFeature([Session, CleanupRun])],
  providers: [
    SessionLifetimes,
    SessionCookie,
    SessionStore,
    SessionLoader,
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
    SessionLoader,
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
