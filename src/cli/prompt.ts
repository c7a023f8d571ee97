/** Asks for a line of text on the terminal. Throws an `ExitPromptError` when the person leaves. */
export async function promptLine(message: string): Promise<string> {
  const { input } = await import('@inquirer/prompts');
  return input({ message }, { output: process.stderr });
}
