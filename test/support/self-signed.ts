import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Makes a key and a certificate that it has signed itself, in force for ten days; `more` is for `openssl req`. */
export async function selfSigned(
  files: { key: string; certificate: string },
  subject: string,
  more: readonly string[] = [],
): Promise<void> {
  const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10'.split(' ');
  const named = ['-subj', subject, '-keyout', files.key, '-out', files.certificate];
  await promisify(execFile)('openssl', [...made, ...named, ...more]);
}
