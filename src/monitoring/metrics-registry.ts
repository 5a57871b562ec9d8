import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * Holds the metrics of the application and of its process, in the text format of OpenMetrics 1.0.
 */
@Injectable()
export class MetricsRegistry extends Registry implements OnApplicationShutdown {
  constructor() {
    super();
    // The types of prom-client expect the other format here, but it accepts this one.
    this.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    collectDefaultMetrics({ register: this });
  }

  onApplicationShutdown(): void {
    this.clear();
  }
}
