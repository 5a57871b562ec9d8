import { Injectable } from '@nestjs/common';

/**
 * Holds the state of the shutdown. A draining process is no longer ready, but still answers
 * requests.
 */
@Injectable()
export class Draining {
  isDraining = false;
}
