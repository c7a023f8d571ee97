/** How many commands a run of vdb sent to the host: what its result event says. Throws when it says nothing. */
export function sshCommandsOf(ndjson: string): number {
  const events = ndjson.trim().split('\n').map(parsed);
  const result = events.findLast(({ type }) => type === 'result');
  if (typeof result?.ssh_commands !== 'number')
    throw new Error(`no number of SSH commands in: ${ndjson.slice(-200)}`);
  return result.ssh_commands;
}

function parsed(line: string): { type?: unknown; ssh_commands?: unknown } {
  try {
    return JSON.parse(line) as { type?: unknown };
  } catch {
    return {};
  }
}
