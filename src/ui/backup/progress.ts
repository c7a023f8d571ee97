import { formatSize } from '../../config/units.js';
import { duration } from '../style.js';

/** How far work on bytes has come: `1.2 GiB of 3.4 GiB (35 %), 230 MiB/s, 9.8 s left`. Pure. */
export function bytesText(done: number, total: number, elapsedMs: number): string {
  const percent = total === 0 ? 100 : Math.floor((done * 100) / total);
  const amount = `${formatSize(done)} of ${formatSize(total)} (${percent} %)`;
  if (done === 0 || elapsedMs <= 0) return amount;
  const left = ((total - done) * elapsedMs) / done;
  return `${amount}, ${formatSize((done * 1000) / elapsedMs)}/s, ${duration(left)} left`;
}
