import { isLoopback } from '../config/listeners.js';

/** Whether an address, IPv4 also as it is written in IPv6, is that of a machine's own loopback interface. */
export function isOwn(address: string): boolean {
  return isLoopback(address.replace(/^::ffff:/i, ''));
}

/** Whether an address stands for every address of a machine. */
export function isEvery(address: string): boolean {
  return ['*', '0.0.0.0', '::'].includes(address);
}

/** `127.0.0.1:80`, `[::1]:80`. */
export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
