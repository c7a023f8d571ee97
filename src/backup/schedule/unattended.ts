import { environmentOverrides } from '../../config/environment.js';
import { type ConfigPath, formatPath, leaves } from '../../config/path.js';
import { hasReference, parseReferences } from '../../config/reference.js';
import type { HostConfig } from '../../config/schema.js';
import { messageOf } from '../../errors.js';
import type { Hop } from '../../host/ssh/target.js';

/**
 * What of a configuration (as it is written) needs the session of whoever typed the command: variables, and
 * commands that may ask an agent or a keyring. A line each. Pure.
 */
export function sessionNeeds(data: unknown, env: NodeJS.ProcessEnv): string[] {
  const references = [...leaves(data)].flatMap(({ path, value }) =>
    typeof value === 'string' && hasReference(value) ? referenceNeeds(path, value) : [],
  );
  const overrides = environmentOverrides(env).map(
    ({ source, path }) =>
      `${formatPath(path)} comes from the variable ${source}, which a schedule does not have`,
  );
  return [...references, ...overrides];
}

function referenceNeeds(path: ConfigPath, text: string): string[] {
  return parseReferences(text).flatMap((part) => {
    if (typeof part === 'string') return [];
    const place = formatPath(path);
    if (part.kind === 'env')
      return [
        `${place} comes from the variable ${part.argument}, which a schedule does not have: use \${file:…}`,
      ];
    if (part.kind === 'cmd')
      return [
        `${place} comes from a command, which must work without a terminal, an agent and your environment`,
      ];
    return [];
  });
}

/** Why SSH would not get in without an agent and without anybody to ask. A line each. */
export async function sshNeeds(host: HostConfig, env: NodeJS.ProcessEnv): Promise<string[]> {
  if (host.connection === 'local') return [];
  const { resolveTarget } = await import('../../host/ssh/target.js');
  try {
    const { hops } = await resolveTarget(host, env);
    return (await Promise.all(hops.map(hopNeeds))).flat();
  } catch (error) {
    return [messageOf(error)];
  }
}

async function hopNeeds({ agentSocket: _, ...hop }: Hop): Promise<string[]> {
  const { credentialsFor } = await import('../../host/ssh/auth.js');
  try {
    const { methods, tried } = await credentialsFor(hop);
    if (methods.length > 0) return [];
    const why = tried.length === 0 ? '' : ` (${tried.join('; ')})`;
    return [
      `A schedule has no SSH agent, and there is no key without a passphrase for ${hop.label}${why}: set identity_file`,
    ];
  } catch (error) {
    return [`${messageOf(error)}, and a schedule has neither an SSH agent nor anybody to ask`];
  }
}
