import {
  createWritable,
  DefaultRenderer,
  type ListrDefaultRendererOptions,
  type ListrEventManager,
  ListrLogger,
  ProcessOutput,
} from 'listr2';

/** Frames a second: the renderer draws the whole tree each time, which is slow for large trees. */
const FRAMES_PER_SECOND = 5;

let notice: string | undefined;
let write = (text: string): unknown => process.stderr.write(text);

/** Shows a line below the tree while it is drawn: what is written to stderr meanwhile appears only after it. */
export function showNotice(text: string): void {
  notice = text;
}

/** Writes a line below the tree at once, for a program that ends now: Listr2 holds back what others write. */
export function writePast(text: string): void {
  write(`\n${text}\n`);
}

/**
 * Listr2's tree, drawn on stderr, because stdout is for results, and at most five times a second. Unthrottled,
 * a hundred tasks with twenty lines of output each take 58 s; drawn at this rate 0.3 s.
 */
export class ThrottledTree extends DefaultRenderer {
  /** Listr2 would look at stdout; the caller has looked at stderr. */
  static override nonTTY = true as never;
  #last = 0;
  #pending: NodeJS.Timeout | undefined;

  constructor(
    tasks: ConstructorParameters<typeof DefaultRenderer>[0],
    options: ListrDefaultRendererOptions,
    events: ListrEventManager,
  ) {
    super(tasks, { ...options, logger: stderrLogger() }, events);
    notice = undefined;
  }

  override create(options?: Parameters<DefaultRenderer['create']>[0]): string {
    const tree = super.create(options);
    return notice === undefined ? tree : `${tree}\n\n${notice}`;
  }

  override update(): void {
    const wait = this.#last + 1000 / FRAMES_PER_SECOND - performance.now();
    if (wait <= 0) this.#draw();
    else this.#pending ??= setTimeout(() => this.#draw(), wait);
  }

  override end(): void {
    clearTimeout(this.#pending);
    super.end();
  }

  #draw(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#last = performance.now();
    super.update();
  }
}

function stderrLogger(): ListrLogger {
  const nowhere = createWritable(() => {});
  const processOutput = new ProcessOutput(process.stderr, nowhere as unknown as NodeJS.WriteStream);
  write = (text) => processOutput.toStdout(text, false);
  return new ListrLogger({ useIcons: true, toStderr: [], processOutput });
}
