import { EXIT, VdbError } from '../../errors.js';
import type { Handler } from '../context.js';

/** `vdb completion SHELL`: prints the script that makes the shell ask `vdb complete` at each tab. */
export const completion: Handler = async ({ args, global, terminal, emit }) => {
  const [shell = ''] = args;
  const script = await scriptFor(shell);
  if (global.json) emit({ type: 'result', shell, script, exit_code: EXIT.ok });
  else terminal.out(script);
  return EXIT.ok;
};

async function scriptFor(shell: string): Promise<string> {
  if (shell === 'bash') return BASH;
  if (shell !== 'zsh' && shell !== 'fish') {
    throw new VdbError(`There is no completion for "${shell}"`, {
      code: 'completion.shell',
      exitCode: EXIT.usage,
      meaning: 'There is one for bash, zsh and fish.',
      next: 'vdb completion bash',
    });
  }
  const { script } = await import('@bomb.sh/tab');
  return printedBy(() => script(shell, 'vdb', 'vdb'));
}

/** What `print` says by `console.log`: tab has no other way to give a script. */
function printedBy(print: () => void): string {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => void lines.push(line);
  try {
    print();
  } finally {
    console.log = log;
  }
  return lines.join('\n');
}

/**
 * Of our own, because tab's script for bash needs the package bash-completion, evaluates what was typed, and
 * cannot complete files.
 */
const BASH = `# bash completion for vdb; use it with: source <(vdb completion bash)
_vdb_complete() {
  local line directive=0
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*) directive=\${line#:} ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(vdb complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [ "$directive" = 0 ] || compopt +o default 2>/dev/null
  return 0
}
complete -o default -F _vdb_complete vdb`;
