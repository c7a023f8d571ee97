import { EXIT, VdbError } from '../../errors.js';
import type { Handler } from '../context.js';

/** `vdb completion SHELL`: prints the script that makes the shell ask `vdb complete` at each tab. */
export const completion: Handler = async ({ args, terminal }) => {
  const [shell = ''] = args;
  if (shell === 'bash') terminal.out(BASH);
  else if (shell === 'zsh' || shell === 'fish') {
    const { script } = await import('@bomb.sh/tab');
    script(shell, 'vdb', 'vdb');
  } else {
    throw new VdbError(`There is no completion for "${shell}"`, {
      code: 'completion.shell',
      exitCode: EXIT.usage,
      meaning: 'There is one for bash, zsh and fish.',
      next: 'vdb completion bash',
    });
  }
  return EXIT.ok;
};

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
