import { Injectable } from '@nestjs/common';

/**
 * Says whether this process is about to stop. It is then no longer ready, but still answers
 * requests.
 */
@Injectable()
export class Draining {
  isDraining = false;
}
