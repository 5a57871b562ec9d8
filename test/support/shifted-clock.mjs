// Preloaded by `--import`. Shifts the clock of this process by CLOCK_SHIFT_SECONDS, until SIGUSR2
// corrects it.
let shift = Number(process.env.CLOCK_SHIFT_SECONDS) * 1_000;
process.on('SIGUSR2', () => (shift = 0));

globalThis.Date = class extends Date {
  constructor(...values) {
    if (values.length === 0) super(Date.now());
    else super(...values);
  }

  static now() {
    return super.now() + shift;
  }
};
