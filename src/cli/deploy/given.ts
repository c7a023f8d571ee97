import { dueSteps } from '../../deploy/installed.js';
import type { ServiceName } from '../../deploy/record.js';
import { EXIT, VdbError } from '../../errors.js';
import { type Session, taskContext } from '../session.js';

/** What it means where the host is not as a task says that a deploy takes for given. */
const GIVEN = {
  '1.1': {
    meaning: 'The gateway is deployed beside a Qdrant that stays as it is.',
    next: 'vdb deploy --service qdrant --plan, or with a restart: vdb provision --only 1.1',
  },
  '4.5': {
    meaning: 'Both slots are behind the same edge, which has to be right for both of them.',
    next: 'vdb provision --only 4.5 --plan. A gateway with another health contract (gateway.health) comes in by vdb provision.',
  },
} as const;

/** Throws `deploy.drift` where what a service is deployed beside, by these tasks, is not as the configuration has it. */
export async function assertGiven(
  session: Session,
  service: ServiceName,
  ids: readonly (keyof typeof GIVEN)[],
): Promise<void> {
  const { givenParts } = await import('../../../tasks/deploy-parts.js');
  const tasks = givenParts[service].filter(({ id }) => ids.includes(id as keyof typeof GIVEN));
  const [due] = await dueSteps(session.host, tasks, taskContext(session));
  if (due === undefined) return;
  throw new VdbError(`The host is not as the configuration has it: ${due.resource.title}`, {
    ...{ code: 'deploy.drift', exitCode: EXIT.notReady, host: session.host.target },
    ...GIVEN[due.task.id as keyof typeof GIVEN],
  });
}
